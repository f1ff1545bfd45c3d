"""What an input probably takes by what its graph tells: tokens, texts, images, numbers in a range."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fixtures.model.hints import NOTHING, Hint, HintedSignature, ImageFormat
from fixtures.model.signature import TensorSpec
from fixtures.samples import GENERATED, GeneratedSample
from fixtures.samples.likely import MOST, PIXELS, encoded_images, likely

pytestmark = pytest.mark.fast


def told(hint: Hint, dtype: Any) -> tuple[Any, ...]:
    return likely(hint, TensorSpec(dtype=dtype, shape=(-1,)))


@pytest.mark.parametrize("dtype", ["string", "int32", "uint8", "float32", "bfloat16", "bool", "complex64"])
def test_of_nothing_follows_nothing(dtype: str) -> None:
    assert told(NOTHING, dtype) == ()


@pytest.mark.parametrize(
    ("hint", "dtype", "values"),
    [
        (Hint(low=0, high=2, is_whole=True), "int64", (0, 1, 2)),
        (Hint(low=0, high=2, is_whole=True), "float32", (0, 1, 2)),
        (Hint(low=-1, high=1000, is_whole=True), "uint8", range(0, 256, 5)),
        (Hint(low=5), "int32", range(5, 15)),
        (Hint(high=5), "int32", range(-4, 6)),
        (Hint(high=2), "uint8", (0, 1, 2)),
        (Hint(low=0.25, high=0.75), "float32", np.linspace(0.25, 0.75, MOST).tolist()),
        (Hint(low=3, high=2), "int32", ()),
        (Hint(low=0, high=9, tokens=(3, 30)), "int64", (3,)),
        (Hint(tokens=(3, 30, b"3")), "int64", (3, 30)),
        (Hint(tokens=(b"a", 7)), "string", (b"a",)),
        (Hint(low=0, high=9), "string", ()),
        (Hint(tokens=(b"a", b"b"), is_base64=True), "string", (b"YQ==", b"Yg==")),
    ],
)
def test_values(hint: Hint, dtype: str, values: Any) -> None:
    found = told(hint, dtype)
    assert len(found) <= MOST
    if isinstance(values, range) and dtype == "uint8":
        assert (found[0], found[-1]) == (0, 255)
    else:
        assert found == tuple(values)


def test_large_tables_are_drawn_from_end_to_end() -> None:
    found = told(Hint(low=0, high=999_999, is_whole=True), "int32")
    assert (found[0], found[-1], len(found)) == (0, 999_999, MOST)


def test_texts_are_of_the_tokens() -> None:
    tokens = (b"a", b"b", b"c")
    found = told(Hint(tokens=tokens, separator=b","), "string")
    assert found[0] == b"a"
    assert any(b"," in text for text in found)
    assert {word for text in found for word in text.split(b",")} == set(tokens)
    assert max(map(len, told(Hint(tokens=tokens, separator=b""), "string"))) == 3


@pytest.mark.parametrize("encoding", ["JPEG", "PNG", "GIF", "BMP"])
def test_images(encoding: ImageFormat) -> None:
    found = told(Hint(image=encoding), "string")
    assert found == encoded_images(encoding)
    assert len(set(found)) == len(found) > GENERATED
    for content in found:
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size) == (encoding, (PIXELS, PIXELS))


def test_images_in_base64() -> None:
    (first, *_) = told(Hint(image="PNG", is_base64=True), "string")
    assert base64.urlsafe_b64decode(first) == encoded_images("PNG")[0]


# as generated samples


def generated(hint: Hint, dtype: Any, shape: tuple[int, ...] = (-1, 3)) -> list[Any]:
    signature = HintedSignature(
        inputs={"x": TensorSpec(dtype=dtype, shape=shape)}, outputs={}, hints={"x": hint} if hint != NOTHING else {}
    )
    arrays = [GeneratedSample(number).inputs(signature)["x"] for number in range(1, GENERATED + 1)]
    assert {(array.shape, array.dtype) for array in arrays} == {((1, *shape[1:]), signature.inputs["x"].numpy_dtype)}
    return [tuple(array.ravel().tolist()) for array in arrays]


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "float16", "float32", "bfloat16", "float64"])
def test_generated_numbers_are_in_range_and_differ(dtype: str) -> None:
    found = generated(Hint(low=20, high=26, is_whole=True), dtype)
    assert len(set(found)) == GENERATED
    assert {value for values in found for value in values} <= set(range(20, 27))


def test_generated_samples_differ_though_there_are_few_values() -> None:
    found = generated(Hint(tokens=(b"no", b"yes")), "string", (-1,))
    assert found[:2] in ([(b"no",), (b"yes",)], [(b"yes",), (b"no",)])
