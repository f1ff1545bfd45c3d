"""Arrays of an .npz file become samples, and a file that does not hold what the signature takes is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fixtures.errors import SampleError
from fixtures.model.contract import Contract
from fixtures.model.signature import Array
from fixtures.samples import Sample, find_samples

pytestmark = pytest.mark.fast

INPUTS = {"x": {"dtype": "float32", "shape": (-1, 2)}, "n": {"dtype": "int64", "shape": ()}}
GOOD: dict[str, Any] = {"x": np.arange(6, dtype=np.float32).reshape(3, 2), "n": np.array([7, 8, 9])}


def contract(file: Path, inputs: Any = INPUTS, accuracy: bool = False, **samples: Any) -> Contract:
    signature = {"inputs": inputs, "outputs": {"y": {"dtype": "float32", "shape": (-1, 2)}}}
    return Contract.model_validate(
        {
            "signatures": {"serving_default": signature, "other": signature},
            "samples": {"arrays": file, **samples},
            "predictions": {"probabilities": ("y",), "accuracy": 1.0} if accuracy else {},
        }
    )


def read(tmp_path: Path, arrays: dict[str, Any], **how: Any) -> tuple[Contract, tuple[Sample, ...]]:
    file = tmp_path / "samples.npz"
    np.savez(file, **arrays)
    subject = contract(file, **how)
    return subject, find_samples(subject)[subject.sampled_signature]


def only(tmp_path: Path, array: Array, dtype: str, shape: Any) -> list[Array]:
    """The arrays that become of a file's one array, sample by sample."""
    subject, found = read(tmp_path, {"x": array}, inputs={"x": {"dtype": dtype, "shape": shape}})
    return [sample.inputs(subject.signatures["serving_default"])["x"] for sample in found]


def test_an_index_is_a_sample(tmp_path: Path) -> None:
    subject, found = read(tmp_path, GOOD)
    assert [(sample.name, sample.label, sample.generated) for sample in found] == [
        ("array_0", None, False),
        ("array_1", None, False),
        ("array_2", None, False),
    ]
    inputs = found[1].inputs(subject.signatures["serving_default"])
    assert {name: array.tolist() for name, array in inputs.items()} == {"x": [[2.0, 3.0]], "n": 8}


def test_arrays_are_for_the_signature_named(tmp_path: Path) -> None:
    subject, found = read(tmp_path, GOOD, signature="other")
    assert (subject.sampled_signature, len(found)) == ("other", 3)
    assert {sample.generated for sample in find_samples(subject)["serving_default"]} == {True}


def test_labels_of_classes(tmp_path: Path) -> None:
    _, found = read(tmp_path, {**GOOD, "label": np.array([1, 0, 1])}, labels=("a", "b"), accuracy=True)
    assert [sample.label for sample in found] == [1, 0, 1]


def test_label_may_be_an_input(tmp_path: Path) -> None:
    inputs = {"label": {"dtype": "int64", "shape": (-1,)}}
    _, found = read(tmp_path, {"label": np.array([5, 6])}, inputs=inputs)
    assert [sample.label for sample in found] == [None, None]


@pytest.mark.parametrize(
    ("array", "dtype", "shape", "expected"),
    [
        (np.array([[1], [2]], np.int16), "int64", (-1, 1), np.array([[2]])),
        (np.array([1, 2], np.float16), "float32", (-1,), np.array([2], np.float32)),
        (np.array([1, 2], ml_dtypes.bfloat16), "bfloat16", (-1,), np.array([2], ml_dtypes.bfloat16)),
        (np.array([[1, 2], [3, 4]], np.complex64), "complex64", (2,), np.array([3, 4], np.complex64)),
        (np.array([True, False]), "bool", (), np.array(False)),
        (np.array([b"a", b"\xff"]), "string", (-1,), np.array([b"\xff"], object)),
        (np.array(["a", "\u00fc"]), "string", (), np.array("\u00fc".encode(), object)),
        (np.zeros((2, 3, 4), np.float32), "float32", "unknown", np.zeros((3, 4), np.float32)),
        (np.zeros((2, 3, 4), np.float32), "float32", (-1, -1, 4), np.zeros((1, 3, 4), np.float32)),
    ],
)
def test_array_that_fits(tmp_path: Path, array: Array, dtype: str, shape: Any, expected: Array) -> None:
    found = only(tmp_path, array, dtype, shape)
    assert (len(found), found[1].dtype, found[1].shape) == (2, expected.dtype, expected.shape)
    assert found[1].tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("array", "dtype", "shape", "says"),
    [
        (np.zeros((2, 3)), "float32", (-1, 3), "array x float64 (2, 3): the input takes float32, and float64 may hold"),
        (np.zeros(2, np.int64), "int32", (-1,), "save it with .astype('int32')"),
        (np.zeros(2, np.uint8), "int8", (-1,), "the input takes int8"),
        (
            np.zeros(2, np.float32),
            "string",
            (-1,),
            "the input takes strings; save them as np.array(",
        ),
        (np.zeros((2, 4), np.float32), "float32", (-1, 3), "so that a shape (N, 3) is wanted"),
        (np.zeros((2, 3), np.float32), "float32", (-1, 3, 1), "so that a shape (N, 3, 1) is wanted"),
        (np.zeros((2, 3), np.float32), "float32", (2, 3), "so that a shape (N, 2, 3) is wanted"),
        (np.zeros((), np.float32), "float32", (), "so that a shape (N) is wanted"),
        (np.zeros((0, 3), np.float32), "float32", (-1, 3), "holds no sample"),
        (np.array([{}], object), "string", (-1,), "which only a pickle can, and a pickle can run anything; save"),
    ],
)
def test_array_that_does_not_fit(tmp_path: Path, array: Array, dtype: str, shape: Any, says: str) -> None:
    with pytest.raises(SampleError) as caught:
        only(tmp_path, array, dtype, shape)
    assert says in str(caught.value)
    assert str(tmp_path / "samples.npz") in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"n": None, "N": np.array([1])}, "serving_default takes n, x: array n is missing"),
        ({"n": None, "nn": np.array([1])}, "array n is missing; did you mean 'nn'?"),
        ({"more": np.array([1])}, "there is no input more"),
        ({"n": np.array([1, 2])}, "but the arrays are of lengths {'x': 3, 'n': 2}"),
        ({"label": np.array([0, 1])}, "'label': 2}"),
        ({"label": np.array([0.0, 1.0, 1.0])}, "wanted are class indices, integers of shape (N,)"),
        ({"label": np.array([[0], [1], [1]])}, "wanted are class indices"),
        ({"label": np.array([0, 2, 1])}, "array label holds 2, but samples.labels has 2 classes, from 0"),
        ({"label": np.array([0, -1, 1])}, "array label holds -1"),
        ({}, "an accuracy is promised, but the array label of"),
    ],
)
def test_arrays_that_cannot_be_meant(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    arrays = {name: array for name, array in {**GOOD, **change}.items() if array is not None}
    with pytest.raises(SampleError) as caught:
        read(tmp_path, arrays, labels=("a", "b"), accuracy=True)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "which is no file"), (b"", "is no readable .npz file"), (b"PK\x03\x04", "is no readable .npz file")],
)
def test_no_file_of_arrays(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "samples.npz").write_bytes(content)
    with pytest.raises(SampleError, match=says):
        find_samples(contract(tmp_path / "samples.npz"))


def test_array_without_a_name(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", GOOD["x"])
    with pytest.raises(SampleError, match=r"holds one array without a name; save it with np\.savez"):
        find_samples(contract(tmp_path / "x.npy"))


def test_examples_are_no_arrays(tmp_path: Path) -> None:
    signature = {
        "inputs": {"inputs": {"dtype": "string", "shape": (-1,)}},
        "outputs": {},
        "features": {"x": {"dtype": "float32", "shape": ()}},
    }
    table = {"signatures": {"serving_default": signature}, "samples": {"arrays": tmp_path}}
    with pytest.raises(SampleError, match=r"write them as samples\.requests"):
        find_samples(Contract.model_validate(table))
