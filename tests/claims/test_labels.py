"""What labelled samples say of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from fixtures.claims.labels import FEWEST, MOST_NAMED, misclassified, misfit, permuted, too_few, wrong
from fixtures.compare.classes import classes_of
from fixtures.model.signature import Array, Signature
from fixtures.samples import Sample, generated_samples

pytestmark = pytest.mark.fast

NAN = math.nan
LABELS = ("roses", "daisy")


class LabelledSample(Sample):
    """A sample of which only name and label matter."""

    generated = False

    def __init__(self, number: int, label: int) -> None:
        self.name = f"{number}.jpg"
        self.label = label

    def prepare(self) -> None:
        pass

    def inputs(self, signature: Signature) -> Mapping[str, Array]:
        raise NotImplementedError


def samples(*labels: int) -> list[LabelledSample]:
    return [LabelledSample(number, label) for number, label in enumerate(labels)]


def one_hot(*classes: int, count: int = 2) -> Array:
    return np.eye(count, dtype=np.float32)[list(classes)]


def told(labelled: Sequence[Sample], scores: Array, accuracy: float) -> list[str]:
    return misclassified(wrong(labelled, scores, LABELS), len(labelled), accuracy)


@pytest.mark.parametrize("accuracy", [0.01, 0.28, 0.5, 0.9, 1.0])
def test_all_right(accuracy: float) -> None:
    assert told(samples(0, 1, 1), one_hot(0, 1, 1), accuracy) == []


# 0.28 * 25 is a little more than 7, 0.07 * 100 a little more than 7
@pytest.mark.parametrize(("right", "count", "accuracy"), [(7, 25, 0.28), (7, 100, 0.07), (9, 10, 0.9), (2, 3, 2 / 3)])
def test_exactly_the_promised_share_is_enough(right: int, count: int, accuracy: float) -> None:
    scores = one_hot(*[0] * right, *[1] * (count - right))
    assert told(samples(*[0] * count), scores, accuracy) == []


@pytest.mark.parametrize(("right", "count", "accuracy"), [(6, 25, 0.28), (8, 10, 0.9), (0, 1, 0.01), (24, 25, 1.0)])
def test_one_less_is_not(right: int, count: int, accuracy: float) -> None:
    scores = one_hot(*[0] * right, *[1] * (count - right))
    first, *_ = told(samples(*[0] * count), scores, accuracy)
    assert first.startswith(f"{right} of {count} labelled samples are classified right, ")
    assert first.endswith(f"; promised is {accuracy:.1%}")


def test_wrong_ones_are_named() -> None:
    lines = told(samples(0, 1, 0), one_hot(0, 0, 2, count=3), 1.0)
    assert lines[1:] == ["1.jpg is daisy, classified as roses", "2.jpg is roses, classified as class 2"]


def test_not_all_of_many_wrong_ones_are_named() -> None:
    lines = told(samples(*[0] * 13), one_hot(*[1] * 13), 0.5)
    assert (len(lines), lines[-1]) == (1 + MOST_NAMED + 1, "and 3 more")


def test_scores_that_are_no_number_classify_nothing() -> None:
    lines = told(samples(0, 0), np.array([[NAN, NAN], [1.0, 0.0]]), 1.0)
    assert lines[1:] == ["0.jpg is roses, classified as nothing: its scores hold NaN"]


def test_accuracy_of_no_sample_cannot_be_told() -> None:
    with pytest.raises(ZeroDivisionError):
        misclassified([], 0, 0.5)


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_one_score_is_the_probability_of_the_second_of_two(shape: tuple[int, ...]) -> None:
    scores = np.array([0.1, 0.5, 0.9], np.float32).reshape(shape)

    assert classes_of(scores.reshape(-1, 1)).tolist() == [0, 1, 1]
    assert misfit(scores, LABELS) == []
    assert wrong(samples(0, 1, 0), scores, LABELS) == ["2.jpg is roses, classified as daisy"]


@pytest.mark.parametrize(("scores", "labels"), [(3, 2), (2, 3), (1, 3), (4, 2)])
def test_scores_and_labels_are_as_many(scores: int, labels: int) -> None:
    (line,) = misfit(np.zeros((5, scores)), ["a", "b", "c"][:labels])
    assert line.startswith(f"the model gives {scores} scores for {labels} labels")


@pytest.mark.parametrize(
    ("labels", "lines"),
    [
        ([0, 1] * 5, []),
        ([0, 1] * 4, ["8 of 8 samples are labelled, and an accuracy on fewer than 10 says little"]),
        ([0] * 10, ["no labelled sample is daisy: an accuracy says nothing of these"]),
        (
            [1],
            [
                "1 of 1 samples are labelled, and an accuracy on fewer than 10 says little",
                "no labelled sample is roses: an accuracy says nothing of these",
            ],
        ),
    ],
)
def test_few_labels_say_little(labels: list[int], lines: list[str]) -> None:
    assert FEWEST == 10
    assert too_few(samples(*labels), LABELS) == lines


def test_samples_without_a_label_count_as_samples() -> None:
    (line,) = too_few([*samples(0, 1), *generated_samples()], LABELS)
    assert line.startswith(f"2 of {2 + len(generated_samples())} samples are labelled")


COLOURS = ("red", "green", "blue")
THREE_EACH = (0, 1, 2) * 3


@pytest.mark.parametrize(
    ("given", "order", "told"),
    [
        (THREE_EACH, (1, 2, 0), 'with labels = ["blue", "red", "green"] 9 of 9 would be right'),
        (THREE_EACH, (1, 0, 2), 'with labels = ["green", "red", "blue"] 9 of 9 would be right'),
        (THREE_EACH, (0, 1, 2), ""),
        (THREE_EACH, (0, 0, 0), ""),
        ((0, 1, 2) * 2, (1, 2, 0), ""),
        ((0, 0, 0, 0, 1, 1, 1, 1, 2), (1, 2, 0), ""),
    ],
    ids=["all", "two-swapped", "right", "one-class", "too-few", "too-few-of-a-class"],
)
def test_labels_in_another_order_are_told(given: Sequence[int], order: Sequence[int], told: str) -> None:
    scores = one_hot(*(order[label] for label in given), count=3)
    way_out = permuted(samples(*given), scores, COLOURS, accuracy=0.5)
    assert (told in way_out) if told else way_out == ""


def test_what_chance_makes_better_is_no_other_order() -> None:
    draw = np.random.default_rng(0)
    told = [
        permuted(samples(*draw.permutation([0, 1] * 6)), one_hot(*draw.integers(0, 2, 12)), LABELS, accuracy=0.55)
        for _ in range(300)
    ]
    assert sum(map(bool, told)) <= 3


def test_where_labels_are_numbers_another_order_in_the_contract_is_no_way_out() -> None:
    scores = one_hot(*(1 - label for label in (0, 1) * 5))
    way_out = permuted(samples(*(0, 1) * 5), scores, LABELS, accuracy=0.9, by_name=False)
    assert way_out.endswith("export it with its classes in the promised order")


def test_one_score_for_two_labels_has_no_order() -> None:
    given = samples(*(0, 1) * 5)
    assert permuted(given, np.array([[0.9], [0.1]] * 5), LABELS, accuracy=1.0) == ""
    assert permuted(given, np.array([[NAN, 1], [1, 0]] * 5), LABELS, accuracy=1.0) == ""
