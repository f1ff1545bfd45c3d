"""Tensors survive the JSON of the REST API, and what is no tensor of the promised dtype is a fault of the server."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from fixtures.errors import Fault
from fixtures.model.signature import Array, DType, TensorSpec
from fixtures.protocols.tensor_json import (
    column_body,
    decode,
    decode_columns,
    decode_rows,
    encode,
    instances,
    parse,
    row_body,
)

pytestmark = pytest.mark.fast

NAN, INF = math.nan, math.inf
DTYPES = [dtype for dtype in get_args(DType) if not dtype.startswith("complex")]
SHAPES = st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)


def spec(dtype: Any, shape: Any = "unknown") -> TensorSpec:
    return TensorSpec(dtype=dtype, shape=shape)


def arrays(dtype: str) -> st.SearchStrategy[Array]:
    """Arrays of every value that the dtype has, NaN and infinities among them."""
    numpy_dtype = spec(dtype).numpy_dtype
    if dtype == "string":
        return st_numpy.arrays(object, SHAPES, elements=st.binary(max_size=5))
    if dtype == "bfloat16":
        return st_numpy.arrays(np.float32, SHAPES).map(lambda array: array.astype(numpy_dtype))
    return st_numpy.arrays(numpy_dtype, SHAPES)


def same(one: Array, other: Array) -> bool:
    if one.dtype == object:
        return bool(one.shape == other.shape and one.tolist() == other.tolist())
    equal_nan = one.dtype.kind == "f"
    if one.dtype.name == "bfloat16":
        return one.dtype == other.dtype and same(one.astype(np.float32), other.astype(np.float32))
    return bool(one.dtype == other.dtype and np.array_equal(one, other, equal_nan=equal_nan))


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast", "ignore:overflow encountered in cast")
@pytest.mark.parametrize("dtype", DTYPES)
@settings(deadline=None)
@given(data=st.data())
def test_tensor_survives_the_round_trip(dtype: str, data: st.DataObject) -> None:
    array = data.draw(arrays(dtype))
    assert same(decode("y", parse(encode(array)), spec(dtype)), array)


@pytest.mark.parametrize("dtype", DTYPES)
@settings(deadline=None)
@given(data=st.data())
def test_rows_are_the_tensor_along_its_first_dimension(dtype: str, data: st.DataObject) -> None:
    array = data.draw(arrays(dtype).filter(lambda array: array.ndim > 0))
    assert instances({"x": array}) == [encode(row) for row in (array[i, ...] for i in range(len(array)))]


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([[0.1, 1.0]], np.float32), b"[[0.1,1.0]]"),
        (np.array(0.5, np.float32), b"0.5"),
        (np.array(3, np.int8), b"3"),
        (np.array(2**64 - 1, np.uint64), b"18446744073709551615"),
        (np.array([True, False]), b"[true,false]"),
        (np.array(True), b"true"),
        (np.array([NAN, INF, -INF], np.float32), b"[NaN,Infinity,-Infinity]"),
        (np.array(NAN), b"NaN"),
        (np.array([NAN, 1.5], spec("bfloat16").numpy_dtype), b"[NaN,1.5]"),
        (np.array([1.5, -2], spec("bfloat16").numpy_dtype), b"[1.5,-2.0]"),
        (np.array([1.5, INF], np.float16), b"[1.5,Infinity]"),
        (np.array(b"\xff", object), b'{"b64":"/w=="}'),
        (np.array([[b"a"], [b""]], object), b'[[{"b64":"YQ=="}],[{"b64":""}]]'),
        (np.array(["\u00fc"], object), b'[{"b64":"w7w="}]'),
        (np.zeros((1, 0), np.float32), b"[[]]"),
    ],
)
def test_text_of_a_tensor(array: Array, text: bytes) -> None:
    assert encode(array) == text


def test_what_is_not_contiguous_is_encoded() -> None:
    assert encode(np.arange(6).reshape(2, 3).T) == b"[[0,3],[1,4],[2,5]]"


def test_rows_of_one_input_are_unnamed() -> None:
    assert instances({"x": np.array([[1], [2]])}) == [b"[1]", b"[2]"]


def test_rows_of_several_inputs_are_objects() -> None:
    rows = instances({"x": np.array([[1], [2]]), 'a"b': np.array([b"p", b"q"], object)})
    assert [json.loads(row) for row in rows] == [
        {"x": [1], 'a"b': {"b64": "cA=="}},
        {"x": [2], 'a"b': {"b64": "cQ=="}},
    ]


@pytest.mark.parametrize(
    ("rows", "signature", "text"),
    [
        ([b"[1]", b"[2]"], "serving_default", b'{"instances":[[1],[2]]}'),
        ([], "serving_default", b'{"instances":[]}'),
        ([b"1"], 'say "x"', b'{"signature_name":"say \\"x\\"","instances":[1]}'),
    ],
)
def test_body_in_row_format(rows: list[bytes], signature: str, text: bytes) -> None:
    assert row_body(rows, signature) == text


@pytest.mark.parametrize(
    ("inputs", "signature", "text"),
    [
        ({"x": np.array([1, 2])}, "serving_default", b'{"inputs":[1,2]}'),
        ({"x": np.array(1.5)}, "other", b'{"signature_name":"other","inputs":1.5}'),
        (
            {"x": np.array([1]), "y": np.array([b""], object)},
            "serving_default",
            b'{"inputs":{"x":[1],"y":[{"b64":""}]}}',
        ),
    ],
)
def test_body_in_column_format(inputs: dict[str, Array], signature: str, text: bytes) -> None:
    assert column_body(inputs, signature) == text


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        ([[1.5]], "float32", [[1.5]]),
        ([1, 2.5], "float32", [1.0, 2.5]),
        ([1, 2], "float64", [1.0, 2.0]),
        (0.5, "float16", 0.5),
        ([1e39, -1e39], "float32", [INF, -INF]),
        ([NAN, INF], "float32", [NAN, INF]),
        ([], "float32", []),
        ([127, -128], "int8", [127, -128]),
        ([2**63, 1], "uint64", [2**63, 1]),
        ([2**64 - 1, 2**64 - 2], "uint64", [2**64 - 1, 2**64 - 2]),
        ([-(2**63), 2**63 - 1], "int64", [-(2**63), 2**63 - 1]),
        ([True, False], "bool", [True, False]),
        (["a", {"b64": "/w=="}], "string", [b"a", b"\xff"]),
        ("\u00fc", "string", "\u00fc".encode()),
        ([[], []], "string", [[], []]),
    ],
)
def test_value_of_the_dtype(value: object, dtype: str, expected: Any) -> None:
    array = decode("y", value, spec(dtype))
    assert array.dtype == spec(dtype).numpy_dtype
    assert repr(array.tolist()) == repr(expected)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1, 2.5], "int32"),
        ([1.0], "int64"),
        (1.0, "uint8"),
        ([NAN], "int32"),
        ([128], "int8"),
        ([-1], "uint8"),
        ([-1, 2**63], "uint64"),
        ([2**63], "int64"),
        ([2**64], "uint64"),
        ([2**31], "int32"),
        ([True], "int32"),
        ([True, 2], "int32"),
        ([True], "float32"),
        ([True, 0.5], "float32"),
        ([0, 1], "bool"),
        ([True, 1], "bool"),
        (["true"], "bool"),
        (None, "float32"),
        ([1.0, None], "float32"),
        ("1.0", "float32"),
        (["1.0", 2.0], "float32"),
        (["NaN"], "float32"),
        ({"y": 1.0}, "float32"),
        ([{"b64": "AA=="}], "float32"),
        ([[1.0], [1.0, 2.0]], "float32"),
        ([1.0, [2.0]], "float32"),
        ([[1.0], 2.0], "float32"),
        ([1.0], "complex64"),
        ([[1.0, 0.0]], "complex128"),
        (1.5, "string"),
        (["a", None], "string"),
        ([["a"], ["a", "b"]], "string"),
        (["a", ["b"]], "string"),
        ({"b64": 5}, "string"),
        ({"b64": None}, "string"),
        ({"b64": "a"}, "string"),
        ({"b64": "\u00fc+++"}, "string"),
        ({"b64": "!!!!"}, "string"),
        ({"b64": "AA==", "more": 1}, "string"),
        ({}, "string"),
        ("\ud800", "string"),
    ],
)
def test_value_that_is_none_of_the_dtype(value: object, dtype: str) -> None:
    with pytest.raises(Fault, match=r"^y: served "):
        decode("y", value, spec(dtype))


def test_long_value_is_shortened() -> None:
    with pytest.raises(Fault) as caught:
        decode("y", ["x"] * 1000, spec("float32"))
    assert len(str(caught.value)) < 150


ONE = {"y": spec("float32")}
TWO = {"y": spec("float32"), "z": spec("int64")}


@pytest.mark.parametrize(
    ("reply", "specs", "expected"),
    [
        ({"predictions": [[1.0], [2.0]]}, ONE, {"y": [[1.0], [2.0]]}),
        ({"predictions": [1.0, 2.0]}, ONE, {"y": [1.0, 2.0]}),
        ({"predictions": []}, ONE, {"y": []}),
        ({"predictions": [{"y": 1.0, "z": 1}, {"z": 2, "y": 2.0}]}, TWO, {"y": [1.0, 2.0], "z": [1, 2]}),
    ],
)
def test_reply_in_row_format(reply: object, specs: dict[str, TensorSpec], expected: dict[str, Any]) -> None:
    assert {name: array.tolist() for name, array in decode_rows(reply, specs).items()} == expected


@pytest.mark.parametrize(
    ("reply", "specs", "expected"),
    [
        ({"outputs": [[1.0], [2.0]]}, ONE, {"y": [[1.0], [2.0]]}),
        ({"outputs": 1.5}, ONE, {"y": 1.5}),
        ({"outputs": {"z": 3, "y": [[1.0]]}}, TWO, {"y": [[1.0]], "z": 3}),
    ],
)
def test_reply_in_column_format(reply: object, specs: dict[str, TensorSpec], expected: dict[str, Any]) -> None:
    assert {name: array.tolist() for name, array in decode_columns(reply, specs).items()} == expected


@pytest.mark.parametrize(
    ("reply", "specs", "says"),
    [
        (None, ONE, "the reply has no 'predictions': None"),
        ([], ONE, "the reply has no 'predictions'"),
        ({"error": "no"}, ONE, "the reply has no 'predictions': {'error': 'no'}"),
        ({"outputs": [1.0]}, ONE, "the reply has no 'predictions'"),
        ({"predictions": 1.0}, ONE, "'predictions' is 1.0, not a list"),
        ({"predictions": {"y": [1.0]}}, ONE, "not a list"),
        ({"predictions": None}, ONE, "not a list"),
        ({"predictions": [{"y": 1.0}]}, ONE, "y: served as"),
        ({"predictions": [1.0]}, TWO, "a row of 'predictions' is 1.0, not an object with y, z"),
        ({"predictions": [{"y": 1.0}]}, TWO, "not an object with y, z"),
        ({"predictions": [{"y": 1.0, "z": 1, "more": 1}]}, TWO, "not an object with y, z"),
        ({"predictions": [{"y": 1.0, "z": 1}, {"y": 1.0}]}, TWO, "not an object with y, z"),
        ({"predictions": [{"y": [1.0], "z": 1}, {"y": 1.0, "z": 1}]}, TWO, "y: served as"),
    ],
)
def test_reply_in_row_format_that_does_not_hold_the_outputs(
    reply: object, specs: dict[str, TensorSpec], says: str
) -> None:
    with pytest.raises(Fault) as caught:
        decode_rows(reply, specs)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "specs", "says"),
    [
        (None, ONE, "the reply has no 'outputs': None"),
        ({"predictions": [1.0]}, ONE, "the reply has no 'outputs'"),
        ({"outputs": {"y": [1.0]}}, ONE, "y: served as"),
        ({"outputs": [1.0]}, TWO, "'outputs' is [1.0], not an object with y, z"),
        ({"outputs": {"y": 1.0}}, TWO, "not an object with y, z"),
        ({"outputs": {"y": 1.0, "z": 1, "more": 1}}, TWO, "not an object with y, z"),
        ({"outputs": {"y": 1.0, "z": 1.5}}, TWO, "z: served as 1.5, which is no int64"),
    ],
)
def test_reply_in_column_format_that_does_not_hold_the_outputs(
    reply: object, specs: dict[str, TensorSpec], says: str
) -> None:
    with pytest.raises(Fault) as caught:
        decode_columns(reply, specs)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b"[NaN, Infinity, -Infinity]", [NAN, INF, -INF]),
        (b"[1e400]", [INF]),
        (b"18446744073709551615", 2**64 - 1),
        ('"\u00fc"'.encode(), "\u00fc"),
    ],
)
def test_parse(text: bytes, value: object) -> None:
    assert repr(parse(text)) == repr(value)


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>", b"{", b"[1,]", b"nan", b'"\xff"', b"[" * 100_000, b"{} {}"],
    ids=["empty", "html", "cut", "comma", "nan", "latin-1", "deep", "two"],
)
def test_no_json(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
