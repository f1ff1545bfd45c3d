"""A server that sends fewer digits than its numbers have is found."""

from __future__ import annotations

import numpy as np
import pytest

from fixtures.claims.digits import ENOUGH, rounded
from fixtures.errors import DoesNotApply
from fixtures.model.signature import Array, Tensors

pytestmark = pytest.mark.fast

LONG = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
SHORT = np.array([[float(f"{number:.6g}") for number in row] for row in LONG], np.float32)


def one(array: Array) -> list[Tensors]:
    return [{"y": array}]


def test_six_digits_are_too_few() -> None:
    (line,) = rounded(one(SHORT), one(LONG))
    assert line == "y: no number served has more than 6 significant digits, 20 local ones do"


def test_one_output_that_is_rounded_is_told_beside_one_that_is_not() -> None:
    local: list[Tensors] = [{"y": LONG, "z": LONG, "n": np.arange(3)}]
    served: list[Tensors] = [{"y": SHORT, "z": LONG, "n": np.arange(3)}]
    assert [line.split(":")[0] for line in rounded(served, local)] == ["y"]


@pytest.mark.parametrize("served", [LONG, np.nextafter(LONG, np.float32(9))])
def test_nine_digits_are_enough(served: Array) -> None:
    assert rounded(one(served), one(LONG)) == []


def test_one_long_number_shows_that_they_are_sent() -> None:
    served = SHORT.copy()
    served[2, 3] = LONG[2, 3]
    assert rounded(one(served), one(LONG)) == []


@pytest.mark.parametrize(
    "local",
    [SHORT, LONG[:1, : ENOUGH - 1], np.full((9, 9), LONG[0, 0]), LONG.astype(np.float64), np.arange(9), LONG[:0]],
    ids=["short", "few", "one value", "float64", "integers", "none"],
)
def test_what_has_no_long_numbers_does_not_tell(local: Array) -> None:
    with pytest.raises(DoesNotApply, match="too few different float32 outputs"):
        rounded(one(local), one(local))


def test_numbers_that_are_not_finite_have_no_digits() -> None:
    local = np.concatenate([LONG, np.full((1, 5), np.nan, np.float32)])
    assert len(rounded(one(np.full((5, 5), np.nan, np.float32)), one(local))) == 1


def test_large_arrays_are_looked_at_in_part() -> None:
    large = np.random.default_rng(3).normal(size=(1000, 1000)).astype(np.float32)
    assert rounded(one(large), one(large)) == []
