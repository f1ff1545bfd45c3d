"""Predictions that make no sense are told from those that do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fixtures.claims.predictions import MOST_NAMED, misclassified, non_finite, not_probabilities, same_for_all
from fixtures.model.signature import Array, Signature
from fixtures.samples import Sample

pytestmark = pytest.mark.fast

NAN, INF = math.nan, math.inf
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


# finite


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.0, -1e38]], np.float32),
        np.array(1.5),
        np.array([1], np.int64),
        np.array([b"nan"], object),
        np.array([1.5], ml_dtypes.bfloat16),
        np.array([1 + 2j], np.complex64),
        np.zeros((0, 3)),
    ],
)
def test_finite(array: Array) -> None:
    assert non_finite({"y": array}) == []


@pytest.mark.parametrize(
    ("array", "line"),
    [
        (np.array([[1.0, NAN], [NAN, 0.0]]), "y[0, 1] is nan, 2 of 4 are not finite"),
        (np.array([0.0, -INF], np.float32), "y[1] is -inf, 1 of 2 are not finite"),
        (np.array(INF, np.float16), "y[] is inf, 1 of 1 are not finite"),
        (np.array([NAN], ml_dtypes.bfloat16), "y[0] is nan, 1 of 1 are not finite"),
        (np.array([complex(1, INF)], np.complex64), "y[0] is (1+infj), 1 of 1 are not finite"),
    ],
)
def test_not_finite(array: Array, line: str) -> None:
    assert non_finite({"x": np.ones(2), "y": array}) == [line]


# probabilities


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.25, 0.75], [1.0, 0.0]], np.float32),
        np.array([1.0]),
        np.array([[0.25, 0.75005]], np.float32),
        np.array([[0.5, 0.505]], np.float16),
        np.array([[0.5, 0.505]], ml_dtypes.bfloat16),
        np.full((1, 1000), np.float32(0.001)),
        np.full((2, 3, 4), 0.25),
        np.array([[NAN, 0.5], [INF, 0.0]]),
    ],
)
def test_probabilities(array: Array) -> None:
    assert not_probabilities({"y": array}, ["y"]) == []


@pytest.mark.parametrize(
    ("array", "lines"),
    [
        ([[0.5, 0.25]], ["y[0] sums to 0.75, not to 1 within 0.0001"]),
        ([[0.5, 0.5], [0.0, 0.0]], ["y[1] sums to 0, not to 1 within 0.0001"]),
        ([[1.5, -0.5]], ["y[0] holds -0.5 to 1.5, outside 0..1"]),
        ([[1.0, -1e-5]], ["y[0] holds -1e-05 to 1, outside 0..1"]),
        ([[2.0, 3.0]], ["y[0] holds 2 to 3, outside 0..1", "y[0] sums to 5, not to 1 within 0.0001"]),
        ([0.5, 0.4], ["y[] sums to 0.9, not to 1 within 0.0001"]),
        (0.5, ["y[] sums to 0.5, not to 1 within 0.0001"]),
        ([[[0.5, 0.5], [0.5, 0.6]]], ["y[0, 1] sums to 1.1, not to 1 within 0.0001"]),
        ([[NAN, 0.5], [0.5, 0.6]], ["y[1] sums to 1.1, not to 1 within 0.0001"]),
    ],
)
def test_no_probabilities(array: Any, lines: list[str]) -> None:
    assert not_probabilities({"y": np.array(array)}, ["y"]) == lines


def test_outputs_without_a_promise_need_be_no_probabilities() -> None:
    assert not_probabilities({"x": np.array([[7.0]]), "y": np.array([[1.0]])}, ["y"]) == []


# accuracy


@pytest.mark.parametrize("accuracy", [0.01, 0.28, 0.5, 0.9, 1.0])
def test_all_right(accuracy: float) -> None:
    assert misclassified(samples(0, 1, 1), one_hot(0, 1, 1), accuracy, LABELS) == []


# 0.28 * 25 is a little more than 7, 0.07 * 100 a little more than 7
@pytest.mark.parametrize(("right", "count", "accuracy"), [(7, 25, 0.28), (7, 100, 0.07), (9, 10, 0.9), (2, 3, 2 / 3)])
def test_exactly_the_promised_share_is_enough(right: int, count: int, accuracy: float) -> None:
    scores = one_hot(*[0] * right, *[1] * (count - right))
    assert misclassified(samples(*[0] * count), scores, accuracy, LABELS) == []


@pytest.mark.parametrize(("right", "count", "accuracy"), [(6, 25, 0.28), (8, 10, 0.9), (0, 1, 0.01), (24, 25, 1.0)])
def test_one_less_is_not(right: int, count: int, accuracy: float) -> None:
    scores = one_hot(*[0] * right, *[1] * (count - right))
    first, *_ = misclassified(samples(*[0] * count), scores, accuracy, LABELS)
    assert first.startswith(f"{right} of {count} labelled samples are classified right, ")
    assert first.endswith(f"; promised is {accuracy:.1%}")


def test_wrong_ones_are_named() -> None:
    lines = misclassified(samples(0, 1, 0), one_hot(0, 0, 2, count=3), 1.0, LABELS)
    assert lines[1:] == ["1.jpg is daisy, classified as roses", "2.jpg is roses, classified as class 2"]


def test_not_all_of_many_wrong_ones_are_named() -> None:
    lines = misclassified(samples(*[0] * 13), one_hot(*[1] * 13), 0.5, LABELS)
    assert (len(lines), lines[-1]) == (1 + MOST_NAMED + 1, "and 3 more")


def test_scores_that_are_no_number_classify_nothing() -> None:
    lines = misclassified(samples(0, 0), np.array([[NAN, NAN], [1.0, 0.0]]), 1.0, LABELS)
    assert lines[1:] == ["0.jpg is roses, classified as nothing: its scores hold NaN"]


def test_accuracy_of_no_sample_cannot_be_told() -> None:
    with pytest.raises(ZeroDivisionError):
        misclassified([], one_hot(), 0.5, LABELS)


# variety


def by_sample(outputs: dict[str, Array]) -> list[dict[str, Array]]:
    return [{name: array[i, ...] for name, array in outputs.items()} for i in range(len(next(iter(outputs.values()))))]


@pytest.mark.parametrize(
    "outputs",
    [
        {"y": np.array([[0.1, 0.9], [0.9, 0.1]])},
        {"y": np.array([[0.1], [0.1], [0.1002]])},
        {"y": np.ones((2, 2)), "z": np.array([1, 2])},
        {"y": np.array([b"a", b"b"], object)},
        {"y": np.array([1.0, NAN])},
        {"y": np.array([[1e-9], [5e-9]], np.float32)},
    ],
)
def test_outputs_vary(outputs: dict[str, Array]) -> None:
    assert same_for_all(by_sample(outputs)) == []


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ({"y": np.array([[0.25, 0.75]] * 3)}, "all 3 samples get the same outputs: y [0.25 0.75]"),
        ({"y": np.array([0.25, 0.25 * (1 + 1e-6)], np.float32)}, "all 2 samples get the same outputs: y 0.25"),
        ({"y": np.array([NAN, NAN])}, "all 2 samples get the same outputs: y nan"),
        ({"y": np.array([INF, INF])}, "all 2 samples get the same outputs: y inf"),
        ({"y": np.array([3, 3])}, "all 2 samples get the same outputs: y 3"),
        ({"y": np.array([b"a", b"a"], object)}, "all 2 samples get the same outputs: y b'a'"),
        ({"y": np.array([True, True]), "z": np.ones(2)}, "all 2 samples get the same outputs: y True, z 1."),
        ({"y": np.array([1.5, 1.5], ml_dtypes.bfloat16)}, "all 2 samples get the same outputs: y 1.5"),
    ],
)
def test_outputs_do_not_vary(outputs: dict[str, Array], says: str) -> None:
    assert same_for_all(by_sample(outputs)) == [says]


def test_outputs_of_other_shapes_vary() -> None:
    assert same_for_all([{"y": np.ones((1, 2))}, {"y": np.ones((1, 3))}]) == []
