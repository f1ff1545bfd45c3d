"""What an answer may hold is what its signature says, no more and no less."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from fixtures.compare.answer import misfits, rows_sent
from fixtures.model.signature import DType, Signature, Tensors, TensorSpec, string_array

pytestmark = pytest.mark.fast

SCORES = TensorSpec(dtype="float32", shape=(-1, 5))
COUNT = TensorSpec(dtype="int32", shape=())
SIGNATURE = Signature(inputs={}, outputs={"scores": SCORES, "count": COUNT})
GOOD = {"scores": np.zeros((2, 5), np.float32), "count": np.array(3, np.int32)}


@pytest.mark.parametrize(
    ("spec", "shape", "sent", "says"),
    [
        (SCORES, (1, 5), {1}, None),
        (SCORES, (2, 5), {1}, "for 1 row sent scores is of shape (2, 5), promised are as many rows of float32 (-1, 5)"),
        (SCORES, (0, 5), {1}, "for 1 row sent scores is of shape (0, 5)"),
        (SCORES, (), {1}, "scores is float32 (), promised is float32 (-1, 5)"),
        (SCORES, (7, 5), {7}, None),
        (SCORES, (1, 5), {7}, "for 7 rows sent scores is of shape (1, 5)"),
        (SCORES, (7, 5), {1, 7}, None),
        (SCORES, (2, 5), {7, 1}, "for 1 or 7 rows sent scores is of shape (2, 5)"),
        (TensorSpec(dtype="float32", shape=(5,)), (5,), {1}, None),
        (TensorSpec(dtype="float32", shape=()), (), {1}, None),
        (TensorSpec(dtype="float32", shape="unknown"), (3, 5), {1}, None),
    ],
)
def test_as_many_rows_as_were_sent(spec: TensorSpec, shape: tuple[int, ...], sent: set[int], says: str | None) -> None:
    signature = Signature(inputs={}, outputs={"scores": spec})
    lines = misfits({"scores": np.zeros(shape, np.float32)}, signature, sent)
    assert [line for line in lines if says is None or not line.startswith(says)] == []
    assert len(lines) == (says is not None)


def test_rows_sent_are_those_of_inputs_with_a_batch_dimension() -> None:
    signature = Signature(inputs={"a": SCORES, "b": SCORES, "c": TensorSpec(dtype="float32", shape=(4,))}, outputs={})
    assert rows_sent({"a": np.zeros((2, 5)), "b": np.zeros((3, 5)), "c": np.zeros(4)}, signature) == {2, 3}


@pytest.mark.parametrize(
    ("outputs", "lines"),
    [
        (GOOD, []),
        ({"scores": GOOD["scores"]}, ["count is missing, promised is int32 ()"]),
        ({**GOOD, "took_ms": np.ones(1)}, ["took_ms is there, float64 (1), which the signature does not have"]),
        (
            {"Scores": GOOD["scores"], "count": GOOD["count"]},
            [
                "scores is missing, promised is float32 (-1, 5)",
                "Scores is there, float32 (2, 5), which the signature does not have",
            ],
        ),
        ({**GOOD, "scores": np.zeros((2, 6), np.float32)}, ["scores is float32 (2, 6), promised is float32 (-1, 5)"]),
        ({**GOOD, "scores": np.zeros((2, 5))}, ["scores is float64 (2, 5), promised is float32 (-1, 5)"]),
        ({**GOOD, "count": np.array(3, np.int64)}, ["count is int64 (), promised is int32 ()"]),
        ({**GOOD, "count": np.ones(1, np.int32)}, ["count is int32 (1), promised is int32 ()"]),
        ({**GOOD, "count": string_array([b"3"], ())}, ["count is string (), promised is int32 ()"]),
    ],
)
def test_names_dtypes_and_shapes(outputs: Tensors, lines: list[str]) -> None:
    assert misfits(outputs, SIGNATURE, {2}) == lines


@pytest.mark.parametrize(
    ("dtype", "array"),
    [
        ("bfloat16", np.ones(1, ml_dtypes.bfloat16)),
        ("float16", np.ones(1, np.float16)),
        ("string", string_array([b"a"], (1,))),
        ("bool", np.ones(1, bool)),
        ("complex64", np.ones(1, np.complex64)),
        ("uint64", np.ones(1, np.uint64)),
    ],
)
def test_arrays_of_their_dtype_fit(dtype: DType, array: np.ndarray) -> None:
    assert misfits({"y": array}, Signature(inputs={}, outputs={"y": TensorSpec(dtype=dtype, shape=(-1,))}), {1}) == []


def test_no_rows_for_none_sent_and_any_number_where_that_is_promised() -> None:
    none = {**GOOD, "scores": np.zeros((0, 5), np.float32)}
    assert misfits(none, SIGNATURE, {0}) == []
    assert len(misfits(GOOD, SIGNATURE, {0})) == 1
    assert misfits(GOOD, SIGNATURE) == []
