"""A tolerance that takes wrong answers for right ones is told; a wide one that still tells is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fixtures.claims.tolerances import as_json, too_wide
from fixtures.compare.tolerance import EXACT, Tolerance, default_tolerance
from fixtures.model.signature import Array, Tensors

pytestmark = pytest.mark.fast

DEFAULT = default_tolerance("float32")
SCORES = [
    np.array([[0.7, 0.2, 0.1]], np.float32),
    np.array([[0.1, 0.8, 0.1]], np.float32),
    np.array([[0.3, 0.3, 0.4]], np.float32),
]


def judged(promised: Tolerance, default: Tolerance = DEFAULT, arrays: list[Array] | None = None) -> list[str]:
    known: list[Tensors] = [{"y": array} for array in (SCORES if arrays is None else arrays)]
    return too_wide({"y": promised}, {"y": default}, known)


@pytest.mark.parametrize(
    ("promised", "taken"),
    [
        (replace(DEFAULT, rtol=1e9), "their negation"),
        (replace(DEFAULT, rtol=2.0), "their negation"),
        (replace(DEFAULT, rtol=1.0), "zeros"),
        (replace(DEFAULT, atol=1.0), "zeros"),
        (replace(DEFAULT, atol=0.65), "those of the next sample"),
        (replace(DEFAULT, scale_rtol=3.0), "their negation"),
    ],
)
def test_what_tells_nothing(promised: Tolerance, taken: str) -> None:
    (line,) = judged(promised)
    assert line.startswith("tolerance.y (rtol ")
    assert f" takes {taken} for the model's own outputs on all 3 samples" in line


@pytest.mark.parametrize(
    "promised", [DEFAULT, replace(DEFAULT, rtol=1e-2), replace(DEFAULT, atol=1e-2), replace(DEFAULT, rtol=0.5), EXACT]
)
def test_what_still_tells(promised: Tolerance) -> None:
    assert judged(promised) == []


@pytest.mark.parametrize("array", [np.zeros((1, 3), np.float32), np.full((1, 3), 1e-12, np.float32)])
def test_outputs_of_which_the_default_tells_nothing_either(array: Array) -> None:
    assert judged(replace(DEFAULT, atol=1e-6), arrays=[array] * 3) == []


def test_integers_may_be_off_by_a_little_and_not_by_all() -> None:
    counts = [np.array([100, 7]), np.array([3, 250])]

    assert judged(replace(EXACT, atol=1.0), EXACT, counts) == []
    assert "takes zeros" in judged(replace(EXACT, atol=250.0), EXACT, counts)[0]


@pytest.mark.parametrize("array", [np.array([b"a"], object), np.array([True, False])])
def test_what_is_no_number_has_no_tolerance(array: Array) -> None:
    assert judged(replace(EXACT, atol=1.0), EXACT, [array]) == []


def test_what_stands_in_the_verdict() -> None:
    assert as_json("serving_default", {"y": replace(DEFAULT, atol=0.5)}) == {
        "serving_default": {"y": {"rtol": 1e-4, "atol": 0.5, "scale_rtol": 5e-6}}
    }
