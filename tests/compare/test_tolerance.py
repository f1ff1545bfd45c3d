"""How much two outputs may differ: by their own size, and by the scale of what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from fixtures.compare.difference import Difference, worst_difference
from fixtures.compare.tolerance import DEFAULTS, Tolerance, default_tolerance, tolerances
from fixtures.model.contract import NO_CONTRACT, Contract, Predictions, PromisedTolerance
from fixtures.model.signature import Array, TensorSpec

pytestmark = pytest.mark.fast

SCALE_ONLY = Tolerance(rtol=0.0, atol=0.0, scale_rtol=0.1)
ROWS = TensorSpec(dtype="float32", shape=(-1, 3))


def tolerance_of(
    spec: TensorSpec, samples: Sequence[Any], contract: Contract = NO_CONTRACT, half_precision: str = ""
) -> Tolerance:
    """The tolerance of an output of which the samples get these values."""
    known = [{"y": np.array(sample, spec.numpy_dtype)} for sample in samples]
    return tolerances(contract, {"y": spec}, known, {"y": half_precision} if half_precision else {})["y"]


def compare(served: Any, local: Any, tolerance: Tolerance) -> Difference:
    return worst_difference({"y": np.array(served, np.float32)}, {"y": np.array(local, np.float32)}, {"y": tolerance})


@pytest.mark.parametrize(
    ("local", "allowed"),
    [
        ([[1.0, -20.0, 3.0]], [[2.0, 2.0, 2.0]]),
        ([[1.0, 2.0], [10.0, 5.0]], [[0.2, 0.2], [1.0, 1.0]]),
        ([[[1.0, 2.0], [10.0, 5.0]]], [[[0.2, 0.2], [1.0, 1.0]]]),
        ([[1.0, np.inf, np.nan]], [[0.1, 0.1, 0.1]]),
        ([[np.nan, np.inf]], [[0.0, 0.0]]),
        ([1.0, 100.0], [0.1, 10.0]),
        (np.zeros((2, 0)), np.zeros((2, 0))),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (np.array([[3 + 4j, 0]]), [[0.5, 0.5]]),
    ],
)
def test_scale_is_the_largest_finite_magnitude_of_the_row(local: Any, allowed: Any) -> None:
    np.testing.assert_allclose(SCALE_ONLY.allowed(np.array(local)), allowed)


def test_without_a_batch_dimension_the_last_axis_is_a_row_all_the_same() -> None:
    whole = Tolerance(rtol=0.0, atol=0.0, scale_rtol=0.1, batched=False)
    np.testing.assert_allclose(whole.allowed(np.array([1.0, 100.0])), [10.0, 10.0])
    np.testing.assert_allclose(whole.allowed(np.array(5.0)), 0.5)


@pytest.mark.parametrize(
    ("shape", "samples", "local", "scale"),
    [
        ((-1,), [[1e-3], [-8.0], [2.0]], [1e-3], [8.0]),
        ((-1, 1), [[[1e-3]], [[-8.0]]], [[1e-3]], [[8.0]]),
        ((-1, 2), [[[1.0, 50.0]], [[9.0, 2.0]]], [[1.0, 4.0]], [[9.0, 50.0]]),
        ((-1, 2), [[[1.0, 50.0], [9.0, 2.0]]], [[1.0, 4.0], [0.0, 70.0]], [[9.0, 50.0], [70.0, 70.0]]),
        ((-1, -1), [[[9.0, 50.0]], [[7.0]]], [[1.0]], [[7.0]]),
        ((-1, -1), [[[9.0, 50.0]]], [[1.0, 2.0, 3.0]], [[3.0, 3.0, 3.0]]),
        ((2,), [[1.0, 50.0], [9.0, 2.0]], [1.0, 4.0], [9.0, 50.0]),
        ((), [3.0, -5.0], 1.0, 5.0),
        ((-1,), [[np.inf], [np.nan], [2.0]], [1.0], [2.0]),
    ],
)
def test_scale_is_that_of_the_same_place_in_other_samples(shape: Any, samples: Any, local: Any, scale: Any) -> None:
    found = tolerance_of(TensorSpec(dtype="float32", shape=shape), samples)
    without = Tolerance(found.rtol, found.atol)
    by_scale = found.allowed(np.array(local)) - without.allowed(np.array(local))
    np.testing.assert_allclose(by_scale, found.scale_rtol * np.array(scale))


# seen on TensorFlow Serving: a Normalization-Conv1D-GRU model, and outputs an L2 norm apart
@pytest.mark.parametrize(
    ("local", "off"),
    [([[2.6e-4, 0.9, -0.4]], [[1.2e-7, 0.0, 0.0]]), ([[1e-5, 0.09, 0.03]], [[9e-8, 0.0, 0.0]])],
)
def test_rounding_of_what_cancels_agrees(local: Any, off: Any) -> None:
    assert compare(np.array(local) + off, local, tolerance_of(ROWS, [local])).headroom_used < 1


def test_a_thousandth_of_what_is_near_its_row_does_not() -> None:
    local = np.array([[0.02, 0.9, -0.4]])
    assert compare(local * [[1.001, 1, 1]], local, tolerance_of(ROWS, [local])).headroom_used > 1


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("factor", [1.001, 0.999])
@pytest.mark.parametrize("probability", [1.001e-3, 5e-3, 0.1, 0.5, 0.99, 0.999])
def test_a_thousandth_of_a_probability_is_too_much(probability: float, factor: float, named: bool) -> None:
    local = np.array([[probability, 1 - probability, 0.0]])
    contract = Contract.model_construct(signatures={}, predictions=Predictions(probabilities=("y",)))
    tolerance = tolerance_of(ROWS, [local], contract if named else NO_CONTRACT)
    assert tolerance.scale_rtol == 5e-7
    assert compare(local * [[factor, 1, 1]], local, tolerance).headroom_used > 1


@pytest.mark.parametrize(
    "sample",
    [[[0.5, 0.6, 0.0]], [[1.5, -0.5, 0.0]], [[np.nan, 0.5, 0.5]], [[0.2, 0.3, 0.5], [1.0, 1.0, 1.0]], np.zeros((0, 3))],
)
def test_what_are_no_probabilities_have_the_dtypes_tolerance(sample: Any) -> None:
    assert tolerance_of(ROWS, [sample]).scale_rtol == DEFAULTS["float32"].scale_rtol


def test_a_number_alone_is_no_probability_of_a_class() -> None:
    ones = np.ones((1, 1))
    assert tolerance_of(TensorSpec(dtype="float32", shape=(-1, 1)), [ones]).scale_rtol == DEFAULTS["float32"].scale_rtol


def test_what_is_promised_counts_for_probabilities_too() -> None:
    promised = PromisedTolerance(scale_rtol=1e-2)
    contract = Contract.model_construct(
        signatures={}, predictions=Predictions(probabilities=("y",)), tolerance={"y": promised}
    )
    assert tolerance_of(ROWS, [[[0.2, 0.3, 0.5]]], contract).scale_rtol == 1e-2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_six_significant_digits_are_not_what_a_double_may_lose(dtype: str) -> None:
    local = np.random.default_rng(1).normal(size=(1, 50))
    rounded = np.array([[float(f"{number:.6g}") for number in local[0]]])
    agrees = worst_difference({"y": rounded}, {"y": local}, {"y": default_tolerance(dtype)}).headroom_used <= 1
    assert agrees == (dtype == "float32")


def test_half_precision_is_too_little_for_float32() -> None:
    local: Array = np.random.default_rng(1).dirichlet(np.ones(5), size=20).astype(np.float32)
    tolerance = tolerance_of(TensorSpec(dtype="float32", shape=(-1, 5)), [local])
    assert compare(local.astype(np.float16), local, tolerance).headroom_used > 1


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_what_is_added_up_in_half_precision_has_its_tolerance(half: str) -> None:
    found = tolerance_of(ROWS, [[[0.2, 0.3, 0.5]]], half_precision=half)
    assert (found.rtol, found.scale_rtol) == (DEFAULTS[half].rtol, DEFAULTS[half].scale_rtol)
    whole = tolerance_of(TensorSpec(dtype="int32", shape=(-1,)), [[1]], half_precision=half)
    assert (whole.rtol, whole.atol, whole.scale_rtol) == (0.0, 0.0, 0.0)
