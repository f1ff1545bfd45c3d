"""Samples that are sent together: which, in which order, and whose rows are whose."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from fixtures.errors import Fault
from fixtures.model.signature import Array, Signature
from fixtures.predict.batches import batches_of, groups_of, shares, spread, within
from fixtures.samples import Sample

pytestmark = pytest.mark.fast

SIGNATURE = Signature(inputs={}, outputs={})


class Numbered(Sample):
    """A sample that knows its number, with an input of a width."""

    label = None
    generated = False

    def __init__(self, number: int, width: int = 3) -> None:
        self.number = number
        self.name = f"sample_{number}"
        self._width = width

    def prepare(self) -> None:
        pass

    def inputs(self, signature: Signature) -> Mapping[str, Array]:
        return {"x": np.zeros((1, self._width), np.float32)}


def width(sample: Sample) -> object:
    return sample.inputs(SIGNATURE)["x"].shape[1:]


def numbers(samples: Any) -> list[int]:
    return [sample.number for sample in samples]


def made(count: int) -> list[Any]:
    return batches_of(groups_of([Numbered(number) for number in range(count)], width))


@pytest.mark.parametrize(
    ("samples", "sizes"),
    [(1, []), (2, [2]), (3, [2, 3]), (5, [2, 3, 5]), (7, [2, 3, 7]), (25, [2, 3, 7, 25])],
)
def test_sizes_go_as_far_as_there_are_samples(samples: int, sizes: list[int]) -> None:
    batches = made(samples)
    assert [len(batch.samples) for batch in batches if not batch.shuffled] == sizes
    assert [len(batch.samples) for batch in batches if batch.shuffled] == sizes


@pytest.mark.parametrize("count", [2, 3, 4, 7, 25])
def test_shuffled_batches_are_out_of_order_and_hold_no_sample_twice(count: int) -> None:
    for batch in made(count):
        listed = numbers(batch.samples)
        assert len(set(listed)) == len(listed)
        assert all(before < after for before, after in pairwise(listed)) is not batch.shuffled


def test_batches_are_the_same_in_every_run() -> None:
    assert [numbers(batch.samples) for batch in made(9)] == [numbers(batch.samples) for batch in made(9)]


def test_only_samples_of_one_form_are_sent_together() -> None:
    samples = [Numbered(number, width) for number, width in enumerate([3, 4, 3, 5, 4, 3])]
    together = {tuple(numbers(batch.samples)) for batch in batches_of(groups_of(samples, width)) if not batch.shuffled}
    assert together == {(0, 2, 5), (0, 5), (1, 4)}


@pytest.mark.parametrize(
    ("there", "count", "picked"),
    [(1, 3, [0]), (2, 3, [0, 1]), (9, 2, [0, 8]), (9, 3, [0, 4, 8]), (25, 1, [0]), (3, 3, [0, 1, 2])],
)
def test_spread_picks_from_all_over(there: int, count: int, picked: list[int]) -> None:
    assert numbers(spread([Numbered(number) for number in range(there)], count)) == picked


def rows(*values: float) -> dict[str, Array]:
    return {"y": np.array([[value] for value in values])}


def test_each_sample_gets_as_many_rows_as_alone() -> None:
    shared = shares(rows(1, 2, 3, 4), [rows(1), rows(2, 3), rows(4)])
    assert [share["y"].ravel().tolist() for share in shared] == [[1], [2, 3], [4]]


@pytest.mark.parametrize("together", [rows(1), rows(1, 2, 3)])
def test_a_row_too_many_or_too_few_is_a_fault(together: dict[str, Array]) -> None:
    with pytest.raises(Fault, match=r"y: 2 samples together get \d rows, alone they get 2"):
        shares(together, [rows(1), rows(2)])


@pytest.mark.parametrize(
    ("weights", "runs"),
    [([], []), ([3, 3, 3], [[3, 3, 3]]), ([5, 5, 5], [[5, 5], [5]]), ([11, 1, 9, 1], [[11], [1, 9], [1]])],
)
def test_runs_keep_within_the_limit(weights: list[int], runs: list[list[int]]) -> None:
    samples = [Numbered(weight) for weight in weights]
    weigh: Any = lambda sample: sample.number  # noqa: E731
    assert [numbers(run) for run in within(samples, weigh, 10)] == runs
