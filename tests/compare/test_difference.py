"""How far apart two sets of outputs are: within tolerance or not, and which element is worst."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from fixtures.compare.difference import Difference, class_changes, if_rounding, worst_difference
from fixtures.compare.tolerance import EXACT, Tolerance, default_tolerance, is_inexact
from fixtures.errors import Fault
from fixtures.model.signature import Array

pytestmark = pytest.mark.fast

# the chapter's flower, computed in process and by TensorFlow Serving
CHAPTER_LOCAL = (2.4262092e-06, 5.6151916e-06, 1.8000206e-05, 1.4342861e-05, 9.9995959e-01)
CHAPTER_SERVED = (2.42621149e-06, 5.61519164e-06, 1.80002226e-05, 1.43428879e-05, 0.999959588)
FLOAT32 = default_tolerance("float32")
NAN, INF = math.nan, math.inf


def compare(served: Any, local: Any, tolerance: Tolerance = FLOAT32, dtype: Any = np.float64) -> Difference:
    """The worst difference of one output."""
    return worst_difference({"y": np.array(served, dtype)}, {"y": np.array(local, dtype)}, {"y": tolerance})


def as_row(values: tuple[float, ...]) -> Array:
    return np.array([values], np.float32)


def test_what_the_chapter_measured_agrees() -> None:
    worst = compare(as_row(CHAPTER_SERVED), as_row(CHAPTER_LOCAL), dtype=np.float32)
    assert 0 < worst.headroom_used < 0.1


@pytest.mark.parametrize(
    ("served", "local", "used"),
    [
        (1.0, 1.0, 0.0),
        (1.5, 1.0, 0.5),
        (0.5, 1.0, 0.5),
        (2.0, 1.0, 1.0),
        (3.0, 1.0, 2.0),
        (-1.0, 1.0, 2.0),
        (0.0, -0.0, 0.0),
        (NAN, NAN, 0.0),
        (INF, INF, 0.0),
        (-INF, -INF, 0.0),
        (INF, -INF, INF),
        (INF, 1.0, INF),
        (1.0, INF, INF),
        (NAN, 1.0, INF),
        (1.0, NAN, INF),
        (NAN, INF, INF),
        (INF, NAN, INF),
    ],
)
def test_share_of_the_allowance(served: float, local: float, used: float) -> None:
    assert compare(served, local, Tolerance(rtol=0.5, atol=0.5)).headroom_used == used


def test_the_allowance_is_a_share_of_the_local_value() -> None:
    tolerance = Tolerance(rtol=0.5, atol=0.0)
    assert compare(1.0, 2.0, tolerance).headroom_used == 1.0
    assert compare(2.0, 1.0, tolerance).headroom_used == 2.0


def test_without_any_allowance_the_smallest_difference_is_infinitely_much() -> None:
    assert compare(np.nextafter(1.0, 2.0), 1.0, EXACT).headroom_used == INF
    assert compare(1e-300, 0.0, Tolerance(rtol=0.5, atol=0.0)).headroom_used == INF


@pytest.mark.parametrize(("served", "local"), [(NAN, 1e308), (INF, 1e308), (-INF, 1e308)])
def test_no_allowance_is_so_large_that_it_covers_what_is_not_finite(served: float, local: float) -> None:
    assert compare(served, local, Tolerance(rtol=1e6, atol=0.0)).headroom_used == INF


def test_a_finite_difference_is_nothing_in_an_infinite_allowance() -> None:
    assert compare(1.0, 1e308, Tolerance(rtol=1e6, atol=0.0)).headroom_used == 0


@pytest.mark.filterwarnings("error")
def test_numbers_at_the_ends_of_the_range_raise_no_warning() -> None:
    tolerance = Tolerance(rtol=0.5, atol=5e-324)
    assert compare([1.7e308, 1.7e308], [-1.7e308, 0.0], tolerance).headroom_used == INF


def test_worst_is_the_largest_share_and_not_the_largest_difference() -> None:
    worst = compare([[100.0, 1.0, 5.0]], [[101.0, 1.5, 5.0]], Tolerance(rtol=0.1, atol=0.0))
    assert (worst.index, worst.served, worst.local, worst.difference) == ((0, 1), 1.0, 1.5, 0.5)
    assert worst.allowed == pytest.approx(0.15)


def test_worst_of_several_outputs_is_named() -> None:
    served = {"a": np.array([1.0, 2.0]), "b": np.array([[1.0], [2.5]])}
    local = {"a": np.array([1.1, 2.0]), "b": np.array([[1.0], [2.0]])}
    worst = worst_difference(served, local, {"a": Tolerance(1.0, 0.0), "b": Tolerance(1.0, 0.0)})
    assert (worst.tensor, worst.index) == ("b", (1, 0))


def test_output_without_tolerance_compares_exactly() -> None:
    worst = worst_difference({"y": np.array([1.0 + 1e-12])}, {"y": np.array([1.0])}, {"z": FLOAT32})
    assert worst.headroom_used == INF


@pytest.mark.parametrize(
    ("dtype", "same", "other"),
    [
        (np.int64, [2**62, 5], [2**62 + 1, 5]),
        (np.uint8, [0, 255], [0, 254]),
        (np.uint64, [2**64 - 1, 1], [2**64 - 2, 1]),
        (np.bool_, [True, False], [True, True]),
        (object, [b"rose", b""], [b"rose", b" "]),
    ],
)
@pytest.mark.parametrize("tolerance", [EXACT, Tolerance(rtol=1.0, atol=0.0, scale_rtol=1.0)])
def test_whatever_is_no_float_agrees_exactly(dtype: Any, same: list[Any], other: list[Any], tolerance: Any) -> None:
    assert compare(same, same, tolerance, dtype).headroom_used == 0
    assert compare(other, same, tolerance, dtype).headroom_used == INF


@pytest.mark.parametrize(
    ("served", "local", "used"),
    [([7, 3], [8, 3], 0.5), ([6, 3], [8, 3], 1.0), ([0, 3], [8, 3], 4.0), ([2**62 + 1, 3], [2**62, 3], 0.5)],
)
def test_integers_may_be_off_by_what_is_allowed_of_them(served: list[int], local: list[int], used: float) -> None:
    assert compare(served, local, Tolerance(rtol=1.0, atol=2.0), np.int64).headroom_used == used


@pytest.mark.parametrize("dtype", [np.bool_, object])
def test_nothing_is_allowed_of_what_is_no_number(dtype: Any) -> None:
    assert compare([True, True], [True, False], Tolerance(rtol=1.0, atol=9.0), dtype).headroom_used == INF


@pytest.mark.parametrize(
    ("dtype", "served", "used"),
    [(np.float16, 1.5, 1.0), (ml_dtypes.bfloat16, 1.5, 1.0), (np.complex64, 1 + 0.5j, 1.0), (np.complex128, 2j, 4.47)],
)
def test_every_floating_point_dtype_has_its_allowance(dtype: Any, served: complex, used: float) -> None:
    worst = compare([served], [1.0], Tolerance(rtol=0.5, atol=0.0), dtype)
    assert worst.headroom_used == pytest.approx(used, rel=1e-3)


@pytest.mark.parametrize(
    ("dtype", "inexact"),
    [(np.float16, True), (np.complex64, True), (ml_dtypes.bfloat16, True), (np.int32, False), (object, False)],
)
def test_floating_point_dtypes(dtype: Any, inexact: bool) -> None:
    assert is_inexact(np.zeros(1, dtype)) is inexact


@pytest.mark.parametrize("dtype", ["int8", "uint64", "bool", "string"])
def test_default_tolerance_of_what_is_no_float_is_exact(dtype: str) -> None:
    assert default_tolerance(dtype) == EXACT


def test_default_tolerance_of_float32_is_the_documented_one() -> None:
    assert Tolerance(rtol=1e-4, atol=1e-9, scale_rtol=5e-6) == FLOAT32


def test_scalars_are_compared() -> None:
    worst = compare(3.0, 2.0)
    assert (worst.index, worst.difference) == ((), 1.0)
    assert str(worst).startswith("y: served 3.0, local 2.0, difference 1, allowed")


def test_difference_in_words() -> None:
    assert str(compare([[0.25, 0.5]], [[0.25, 0.25]])) == (
        "y[0, 1]: served 0.5, local 0.25, difference 0.25, allowed 2.63e-05, 9.52e+03 times the allowance"
    )


@pytest.mark.parametrize(
    ("served", "local", "says"),
    [
        ({}, {"y": [1.0]}, r"outputs served: \[\], local: \['y'\]"),
        ({"y": [1.0], "z": [1.0]}, {"y": [1.0]}, r"served: \['y', 'z'\], local: \['y'\]"),
        ({"z": [1.0]}, {"y": [1.0]}, r"served: \['z'\], local: \['y'\]"),
        ({"y": [1.0]}, {"y": [[1.0]]}, r"y: served shape \(1,\), local shape \(1, 1\)"),
        ({"y": [1.0, 1.0]}, {"y": [1.0]}, r"y: served shape \(2,\), local shape \(1,\)"),
        ({"y": 1.0}, {"y": [1.0]}, r"y: served shape \(\), local shape \(1,\)"),
        ({"y": []}, {"y": []}, "hold no element to compare"),
        ({}, {}, "hold no element to compare"),
    ],
)
def test_what_cannot_be_compared_is_a_fault(served: dict[str, Any], local: dict[str, Any], says: str) -> None:
    with pytest.raises(Fault, match=says):
        worst_difference(
            {name: np.array(value) for name, value in served.items()},
            {name: np.array(value) for name, value in local.items()},
            {},
        )


def test_an_empty_output_beside_a_full_one_is_passed_over() -> None:
    outputs = {"empty": np.zeros((0, 3)), "full": np.ones(2)}
    assert worst_difference(outputs, outputs, {}).tensor == "full"


ELEMENTS = st.floats(allow_nan=True, allow_infinity=True)
SHARES = st.floats(0, 1e3) | st.floats(0, allow_infinity=False)


@st.composite
def pairs_of_arrays(draw: st.DrawFn) -> tuple[Array, Array]:
    shape = draw(st_numpy.array_shapes(min_dims=0, max_dims=3, max_side=3))
    local = draw(st_numpy.arrays(np.float64, shape, elements=ELEMENTS))
    near = draw(st_numpy.arrays(np.float64, shape, elements=st.floats(-1e-3, 1e-3)))
    far = draw(st_numpy.arrays(np.float64, shape, elements=ELEMENTS))
    with np.errstate(all="ignore"):
        return draw(st.sampled_from([local * (1 + near), far, local])), local


def within(served: float, local: float, tolerance: Tolerance) -> bool:
    """The promise for one element, written as plainly as possible."""
    if served == local or (math.isnan(served) and math.isnan(local)):
        return True
    if not (math.isfinite(served) and math.isfinite(local)):
        return False
    return abs(served - local) < INF and abs(served - local) <= tolerance.atol + tolerance.rtol * abs(local)


@settings(deadline=None)
@given(pairs_of_arrays(), st.builds(Tolerance, rtol=SHARES, atol=SHARES))
def test_headroom_is_at_most_one_iff_every_element_is_within_tolerance(
    pair: tuple[Array, Array], tolerance: Tolerance
) -> None:
    served, local = pair
    worst = worst_difference({"y": served}, {"y": local}, {"y": tolerance})
    elements = zip(served.ravel().tolist(), local.ravel().tolist(), strict=True)
    assert (worst.headroom_used <= 1) == all(within(a, b, tolerance) for a, b in elements)
    assert worst.headroom_used >= 0


@settings(deadline=None)
@given(pairs_of_arrays(), st.floats(0, 1e300))
def test_an_absolute_tolerance_treats_both_sides_alike(pair: tuple[Array, Array], atol: float) -> None:
    a, b = ({"y": array} for array in pair)
    tolerances = {"y": Tolerance(rtol=0.0, atol=atol)}
    one, other = worst_difference(a, b, tolerances), worst_difference(b, a, tolerances)
    assert (one.headroom_used, one.index) == (other.headroom_used, other.index)


@settings(deadline=None)
@given(pairs_of_arrays(), st.builds(Tolerance, rtol=st.floats(0, 1), atol=st.floats(0, 1)))
def test_no_element_uses_more_than_the_worst(pair: tuple[Array, Array], tolerance: Tolerance) -> None:
    served, local = pair
    worst = worst_difference({"y": served}, {"y": local}, {"y": tolerance})
    shares = [compare(a, b, tolerance).headroom_used for a, b in zip(served.ravel(), local.ravel(), strict=True)]
    assert worst.headroom_used == max(shares)


@settings(deadline=None)
@given(st_numpy.arrays(np.int64, 3), st.integers(0, 2), st.integers(-(2**63), 2**63 - 1))
def test_one_changed_integer_is_found(local: Array, index: int, value: int) -> None:
    assume(local[index] != value)
    served = local.copy()
    served[index] = value
    worst = compare(served, local, EXACT, dtype=np.int64)
    assert (worst.headroom_used, worst.index) == (INF, (index,))


LABELS = ("roses", "daisy")


@pytest.mark.parametrize(
    ("served", "local", "labels", "lines"),
    [
        ([[0.4, 0.6]], [[0.3, 0.7]], LABELS, []),
        ([[0.4, 0.6]], [[0.6, 0.4]], LABELS, ["y[0]: class served 1 daisy by 0.2, local 0 roses by 0.2"]),
        ([[0.4, 0.6]], [[0.6, 0.4]], (), ["y[0]: class served 1 by 0.2, local 0 by 0.2"]),
        ([[0, 0, 1]], [[1, 0, 0]], LABELS, ["y[0]: class served 2 by 1, local 0 roses by 1"]),
        ([[1, 0], [1, 0]], [[1, 0], [0, 1]], LABELS, ["y[1]: class served 0 roses by 1, local 1 daisy by 1"]),
        ([[[1, 0], [1, 0]]], [[[1, 0], [0, 1]]], LABELS, ["y[0, 1]: class served 0 roses by 1, local 1 daisy by 1"]),
        ([NAN, 1.0], [NAN, 1.0], LABELS, []),
    ],
)
def test_class_changes(served: Any, local: Any, labels: tuple[str, ...], lines: list[str]) -> None:
    assert class_changes({"y": np.array(served)}, {"y": np.array(local)}, ["y"], labels) == lines


def test_classes_of_outputs_that_are_not_asked_for_may_change() -> None:
    assert class_changes({"y": np.array([[1, 0]])}, {"y": np.array([[0, 1]])}, [], LABELS) == []


@given(
    st_numpy.arrays(np.float32, (2, 5), elements=st.floats(0.5, 1e6, width=32)),
    # above that it is no rounding
    st.floats(1.01, 1.9),
    st.sampled_from([FLOAT32, replace(FLOAT32, scale_rtol=0.0)]),
)
def test_a_tolerance_that_is_told_for_rounding_allows_the_difference(
    local: Array, times: float, tolerance: Tolerance
) -> None:
    outputs = {"y": local.astype(np.float64) + times * tolerance.allowed(local)}, {"y": local}

    (hint,) = if_rounding(*outputs, {"y": tolerance})

    told = re.search(r"write scale_rtol = (\S+) in \[tolerance\.y\] of the contract", hint)
    assert told is not None
    wider = replace(tolerance, scale_rtol=float(told[1]))
    assert worst_difference(*outputs, {"y": wider}).headroom_used <= 1


@pytest.mark.parametrize(("served", "local"), [(1.0, 1.0), (1.01, 1.0), (NAN, 1.0), (INF, 1.0), (-1.0, 1.0)], ids=str)
def test_what_is_no_rounding_has_no_tolerance_to_allow_it(served: float, local: float) -> None:
    assert if_rounding({"y": np.array([[served]])}, {"y": np.array([[local]])}, {"y": FLOAT32}) == []


def test_other_integers_are_no_rounding() -> None:
    assert if_rounding({"y": np.array([3])}, {"y": np.array([2])}, {"y": Tolerance(0.0, 0.5)}) == []
