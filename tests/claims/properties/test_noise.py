"""What is noise and what is a difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fixtures.claims.properties.noise import calm_rows, calmed, is_noise
from fixtures.compare.tolerance import default_tolerance
from fixtures.errors import Refused
from fixtures.model.signature import Array, Signature, Tensors, TensorSpec

pytestmark = pytest.mark.fast

FLOAT = TensorSpec(dtype="float32", shape=(-1,))
SIGNATURE = Signature(inputs={"x": FLOAT}, outputs={"y": FLOAT})
TOLERANCES = {"y": default_tolerance("float32")}
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)


def judge(model: Callable[[Array], Any], x: list[float], served: Any) -> bool:
    """Whether `served` differs from the model's answer by noise only."""
    inputs = {"x": np.array(x, np.float32)}

    def compute(inputs: Tensors) -> Tensors:
        with np.errstate(all="ignore"):
            return {"y": np.asarray(model(inputs["x"]))}

    local = compute(inputs)
    answer = {"y": np.array(served, local["y"].dtype)}
    return is_noise(answer, local, TOLERANCES, compute, inputs, SIGNATURE)


@pytest.mark.parametrize(
    ("model", "x", "served"),
    [
        pytest.param(lambda x: x - x[::-1], [1e8, 100000008.0], [-16.0, 16.0], id="cancels"),
        pytest.param(lambda x: np.sin(x), [1e8], [0.5], id="turns-round-and-round"),
        pytest.param(lambda x: np.floor(x * 10).astype(np.int64), [0.3], [3], id="floor-of-nearly-whole"),
        pytest.param(lambda x: np.argmax(x, keepdims=True), [1.0, 1.0000001], [0], id="nearly-equal"),
        pytest.param(lambda x: x * np.float32(2), [LARGEST / 2], [np.inf], id="just-overflows"),
        pytest.param(lambda x: np.log(x), [SMALLEST], [-np.inf], id="denormal-is-flushed"),
        pytest.param(lambda x: x - x[::-1].mean() if len(x) > 1 else x, [0.5], [0.0], id="another-batch"),
    ],
)
def test_noise(model: Callable[[Array], Any], x: list[float], served: Any) -> None:
    assert judge(model, x, served)


@pytest.mark.parametrize(
    ("model", "x", "served"),
    [
        pytest.param(lambda x: x, [0.5], [0.501], id="per-mille"),
        pytest.param(lambda x: x, [0.5, 1e6], [0.5, 1000300.0], id="large"),
        pytest.param(lambda x: x, [np.nan], [0.0], id="nan-as-zero"),
        pytest.param(lambda x: x, [0.0], [np.nan], id="zero-as-nan"),
        pytest.param(lambda x: x, [1.0], [np.inf], id="one-as-infinite"),
        pytest.param(lambda x: x, [-np.inf], [np.inf], id="other-infinity"),
        pytest.param(lambda x: np.round(x).astype(np.int64), [7.0], [8], id="integer"),
        pytest.param(lambda x: x > 0, [1.0], [False], id="bool"),
        pytest.param(lambda x: np.array([b"%d" % number for number in x], object), [1.0], [b"2"], id="text"),
        pytest.param(lambda x: np.log(x), [0.0], [-103.0], id="log-of-zero"),
    ],
)
def test_difference(model: Callable[[Array], Any], x: list[float], served: Any) -> None:
    assert not judge(model, x, served)


@pytest.mark.parametrize(("served", "judged"), [(0.0, False), (12345.0, False), (1.0, True), (1.0 + 2e-6, True)])
def test_input_that_a_last_bit_makes_refused_says_nothing_and_the_others_do(served: float, judged: bool) -> None:
    def compute(inputs: Tensors) -> Tensors:
        if inputs["x"][0] > 1:
            raise Refused("above one")
        return {"y": inputs["x"]}

    one = {"x": np.ones(1, np.float32)}
    answer = {"y": np.full(1, served, np.float32)}

    assert is_noise(answer, {"y": one["x"]}, TOLERANCES, compute, one, SIGNATURE) is judged


@pytest.mark.parametrize(("served", "judged"), [(12345.0, False), (np.inf, True), (np.nan, True), (3e38, True)])
def test_a_sum_that_may_overflow_excuses_no_other_number(served: float, judged: bool) -> None:
    def compute(inputs: Tensors) -> Tensors:
        with np.errstate(over="ignore"):
            return {"y": np.where(inputs["x"] > 1, np.float32(np.inf), np.float32(3e38))}

    one = {"x": np.ones(1, np.float32)}
    answer = {"y": np.full(1, served, np.float32)}

    assert is_noise(answer, compute(one), TOLERANCES, compute, one, SIGNATURE) is judged


@pytest.mark.parametrize(
    ("x", "rows"),
    [
        ([[1.0, 2.0], [np.nan, 1.0], [3.0, 1e16]], [True, False, False]),
        ([[0.0, 0.0]], [True]),
        ([[1e-30, 1.0], [1.0, 1.0]], [False, True]),
    ],
)
def test_rows_that_hold_no_extreme_number(x: list[list[float]], rows: list[bool]) -> None:
    signature = Signature(
        inputs={"x": TensorSpec(dtype="float32", shape=(-1, 2))},
        outputs={"y": TensorSpec(dtype="float32", shape=(-1,))},
    )
    calm = calm_rows({"x": np.array(x, np.float32)}, signature)

    assert calm is not None
    assert calm.tolist() == rows


def test_what_is_not_made_of_rows_has_none() -> None:
    whole = Signature(inputs={"x": TensorSpec(dtype="float32", shape=(2,))}, outputs={})

    assert calm_rows({"x": np.ones(2, np.float32)}, whole) is None


@pytest.mark.parametrize(
    ("x", "calm"),
    [
        ([np.nan, 1.0, -0.0], [0.0, 1.0, 0.0]),
        ([np.inf, LARGEST], [2.81474959933440e14, 2.81474959933440e14]),
        ([-np.inf, 2.0], [-2.81474959933440e14, 2.0]),
        ([SMALLEST, 1e-3], [0.0, 1e-3]),
    ],
)
def test_extreme_numbers_are_calmed(x: list[float], calm: list[float]) -> None:
    found = calmed({"x": np.array(x, np.float32)})

    assert found is not None
    np.testing.assert_array_equal(found["x"], np.array(calm, np.float32))


@pytest.mark.parametrize("x", [np.array([0.5, -255.0, 1e6], np.float32), np.array([2**62]), np.array([b"a"], object)])
def test_what_is_calm_is_left(x: Array) -> None:
    assert calmed({"x": x}) is None
