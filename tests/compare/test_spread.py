"""What a model that draws numbers may answer, and what it may not."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from fixtures.compare import spread
from fixtures.compare.spread import MOST, Spread
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import Fault, NotTried
from fixtures.model.signature import Array, string_array

pytestmark = pytest.mark.fast

SAMPLES, ELEMENTS = 40, 500
Draw = Callable[[np.random.Generator], Array]


def noisy(draw: np.random.Generator) -> Array:
    """Normal noise on numbers that are small and large."""
    return np.geomspace(1e-6, 1e6, ELEMENTS) * draw.normal(1.0, 0.1, ELEMENTS)


def with_dropout(draw: np.random.Generator) -> Array:
    """One of twenty numbers is dropped."""
    return np.linspace(0.1, 3.0, ELEMENTS) * (draw.random(ELEMENTS) > 0.05) / 0.95


def layers_with_dropout(draw: np.random.Generator) -> Array:
    kept = draw.random((ELEMENTS, 64)) > 0.5
    return np.asarray(np.tanh(kept.mean(axis=1)), np.float32)


def categories(draw: np.random.Generator) -> Array:
    return draw.choice(10, ELEMENTS, p=[0.55, *[0.05] * 9])


def booleans(draw: np.random.Generator) -> Array:
    return draw.random(ELEMENTS) < 0.9


def words(draw: np.random.Generator) -> Array:
    return string_array([(b"a", b"b")[one] for one in draw.integers(0, 2, ELEMENTS)], (ELEMENTS,))


def complex_noise(draw: np.random.Generator) -> Array:
    return draw.normal(size=ELEMENTS) + 1j * draw.normal(size=ELEMENTS)


def spread_of(draw: Draw, seed: int = 0) -> Spread:
    generator = np.random.default_rng(seed)
    return Spread(lambda: {"y": draw(generator)}, {"y"}, {})


@pytest.mark.parametrize("draw", [noisy, with_dropout, layers_with_dropout, categories, booleans, words, complex_noise])
def test_good_models_are_within_what_they_draw(draw: Draw) -> None:
    refused = []
    for sample in range(SAMPLES):
        try:
            spread_of(draw, sample).expect({"y": draw(np.random.default_rng(1000 + sample))})
        except Fault as fault:
            refused.append(fault)

    assert refused == []


def test_normal_noise_is_taken_for_wrong_less_than_once_in_a_million_runs() -> None:
    # a run compares a million elements at most: 1000 of 25 samples in some 40 answers
    generator = np.random.default_rng(0)
    rates = []
    for _ in range(20):
        drawn = generator.normal(size=(MOST, 5000))
        low, high = drawn.min(axis=0), drawn.max(axis=0)
        slack = spread.MARGIN * (high - low)
        rates += [math.erfc(end / math.sqrt(2)) / 2 for end in (*(high + slack), *(slack - low))]
    assert 2 * np.mean(rates) * 1e6 < 1e-6


@pytest.mark.parametrize("wrong", [lambda y: y * 0 + 12345, lambda y: -y, lambda y: y * 0, lambda y: y[::-1]])
def test_other_numbers_are_a_fault(wrong: Callable[[Array], Array]) -> None:
    with pytest.raises(Fault, match=rf"y\[\d+\] served is .*, drawn were .* in {MOST} times"):
        spread_of(noisy).expect({"y": wrong(noisy(np.random.default_rng(9)))})


@pytest.mark.parametrize(
    ("draw", "served"),
    [
        (categories, np.full(ELEMENTS, 12345)),
        (lambda draw: draw.random(3) < 1, np.array([True, False, True])),
        (words, string_array([b"c"] * ELEMENTS, (ELEMENTS,))),
    ],
)
def test_of_exact_numbers_that_were_not_drawn_nothing_can_be_told(draw: Draw, served: Array) -> None:
    with pytest.raises(NotTried, match=r"the model draws numbers, and y.* served is .*: that does not tell"):
        spread_of(draw).expect({"y": served})


def test_an_answer_is_not_compared_with_other_shapes() -> None:
    sizes = count(1)
    with pytest.raises(NotTried, match=r"another shape each time, \(1,\) and \(2,\)"):
        Spread(lambda: {"y": np.zeros(next(sizes))}, {"y"}, {}).expect({"y": np.zeros(1)})
    with pytest.raises(Fault, match=r"y served has shape \(2,\), drawn was \(500,\)"):
        spread_of(noisy).expect({"y": np.zeros(2)})


def test_a_model_that_is_too_slow_to_tell_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "SECONDS", 0.0)
    with pytest.raises(NotTried, match=r"drawn were .* in 20 times"):
        spread_of(noisy).expect({"y": np.full(ELEMENTS, 1e9)})


@pytest.mark.parametrize("step", [1e-3, -1])
def test_a_model_that_counts_is_not_one_that_draws(step: float) -> None:
    times = count(1)
    with pytest.raises(NotTried, match="more or less y each time that it is asked"):
        Spread(lambda: {"y": np.array([0.5, next(times) * step])}, {"y"}, {}).expect({"y": np.array([0.5, 1e6])})


def test_nan_and_infinities_are_what_was_drawn() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    Spread(lambda: {"y": odd}, {"y"}, {}).expect({"y": odd})
    with pytest.raises(Fault, match=r"y\[1\] served is nan, drawn were inf to inf"):
        Spread(lambda: {"y": odd}, {"y"}, {}).expect({"y": np.full(4, np.nan) * 1.0})


def test_the_tolerance_is_allowed_besides() -> None:
    tolerances = {"y": Tolerance(rtol=0.1, atol=0.0)}
    Spread(lambda: {"y": np.ones(2)}, {"y"}, tolerances).expect({"y": np.full(2, 1.05)})
    with pytest.raises(Fault):
        Spread(lambda: {"y": np.ones(2)}, {"y"}, tolerances).expect({"y": np.full(2, 1.2)})
