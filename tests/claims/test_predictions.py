"""Predictions that make no sense are told from those that do."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fixtures.claims.predictions import (
    non_finite,
    not_probabilities,
    same_for_all,
    unvaried,
)
from fixtures.errors import Refused
from fixtures.model.hints import Hint
from fixtures.model.signature import Array, Signature, TensorSpec
from fixtures.predict.local import LocalPredictor
from fixtures.samples import Sample, generated_samples
from fixtures.samples.sample import GivenSample

pytestmark = pytest.mark.fast

NAN, INF = math.nan, math.inf


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
        np.array([[0.2], [0.9]]),
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
        ([[[0.5, 0.5], [0.5, 0.6]]], ["y[0, 1] sums to 1.1, not to 1 within 0.0001"]),
        ([[NAN, 0.5], [0.5, 0.6]], ["y[1] sums to 1.1, not to 1 within 0.0001"]),
    ],
)
def test_no_probabilities(array: Any, lines: list[str]) -> None:
    assert not_probabilities({"y": np.array(array)}, ["y"]) == lines


def test_sums_of_half_precision_are_rounded_as_that_is_whatever_they_are_cast_to() -> None:
    outputs = {"y": np.array([[0.5, 0.4998]], np.float32)}
    assert not_probabilities(outputs, ["y"], {"y": "float16"}) == []
    assert not_probabilities(outputs, ["y"], {"x": "float16"}) == ["y[0] sums to 0.9998, not to 1 within 0.0001"]
    assert not_probabilities({"y": outputs["y"] * 0.9}, ["y"], {"y": "float16"}) != []


def test_outputs_without_a_promise_need_be_no_probabilities() -> None:
    assert not_probabilities({"x": np.array([[7.0]]), "y": np.array([[1.0]])}, ["y"]) == []


# variety


def by_sample(outputs: dict[str, Array]) -> list[dict[str, Array]]:
    return [{name: array[i, ...] for name, array in outputs.items()} for i in range(len(next(iter(outputs.values()))))]


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.1, 0.9], [0.9, 0.1]]),
        np.array([[0.1], [0.1], [0.1002]]),
        np.array([b"a", b"b"], object),
        np.array([1.0, NAN]),
        np.array([[1e-9], [5e-9]], np.float32),
    ],
)
def test_outputs_vary(array: Array) -> None:
    assert same_for_all(by_sample({"y": array})) == {}


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.25, 0.75]] * 3),
        np.array([0.25, 0.25 * (1 + 1e-6)], np.float32),
        np.array([NAN, NAN]),
        np.array([INF, INF]),
        np.array([3, 3]),
        np.array([b"a", b"a"], object),
        np.array([True, True]),
        np.array([1.5, 1.5], ml_dtypes.bfloat16),
    ],
)
def test_outputs_do_not_vary(array: Array) -> None:
    assert list(same_for_all(by_sample({"x": np.arange(len(array)), "y": array}))) == ["y"]


def test_outputs_of_other_shapes_vary() -> None:
    assert same_for_all([{"y": np.ones((1, 2))}, {"y": np.ones((1, 3))}]) == {}


class Model:
    """In place of a SavedModel."""

    def __init__(self, compute: Callable[[Array], dict[str, Array]]) -> None:
        outputs = {
            name: TensorSpec.model_validate(
                {"dtype": "string" if one.dtype == object else one.dtype.name, "shape": [-1]}
            )
            for name, one in compute(np.zeros(1, np.float32)).items()
        }
        inputs = {"x": TensorSpec(dtype="float32", shape=(-1,))}
        self.signatures = {"serving_default": Signature(inputs=inputs, outputs=outputs)}
        self.hints: dict[str, dict[str, Hint]] = {"serving_default": {}}
        self._compute = compute

    def predict(self, signature: str, inputs: dict[str, Array]) -> dict[str, Array]:
        return self._compute(inputs["x"])


def given(*values: float, rows: int = 1) -> list[Sample]:
    return [GivenSample(str(at), {"x": np.full(rows, value, np.float32)}) for at, value in enumerate(values)]


def judged(compute: Callable[[Array], dict[str, Array]], samples: Sequence[Sample]) -> tuple[list[str], list[str]]:
    """What is wrong with the outputs of a model, and what is warned of."""
    warnings: list[str] = []
    local = LocalPredictor(Model(compute), "serving_default")  # type: ignore[arg-type]
    return unvaried(list(local.signature.outputs), samples, local, warnings.append), warnings


def dead(x: Array) -> dict[str, Array]:
    return {"alive": x * 2, "dead": x * 0 + 0.5}


FIVE = given(0.1, 0.2, 0.3, 0.4, 0.5)


def test_each_output_is_judged_by_itself() -> None:
    assert judged(dead, FIVE) == (
        ['dead is 0.5 for 5 different samples; where that is meant, write constant = ["dead"] in [predictions]'],
        [],
    )


def test_an_output_of_many_dimensions_is_told_in_a_line() -> None:
    (fault,), _ = judged(lambda x: {"y": np.zeros((len(x), 3, 2))}, FIVE)
    assert fault.startswith("y is [[0. 0.] [0. 0.] [0. 0.]] for 5 different samples")


def test_rows_are_compared_however_many_each_sample_has() -> None:
    many = [GivenSample(f"many {value}", {"x": np.full(3, value, np.float32)}) for value in (0.4, 0.5)]
    faults, _ = judged(dead, [*given(0.1, 0.2, 0.3), *many])
    assert len(faults) == 1
    assert judged(lambda x: {"place": np.arange(len(x)) + 0.5}, given(1, 2, 3, 4, 5, rows=2)) == ([], [])


WARNED = "{} for all {} samples, and for wider inputs: does it depend on the input?"


@pytest.mark.parametrize(
    "samples",
    [
        given(0.1, 0.2, 0.3, 0.4),
        given(0.1, 0.2, 0.3, 0.4, 0.4),
        generated_samples(),
    ],
    ids=["four", "four different", "generated"],
)
def test_few_or_generated_samples_prove_nothing(samples: Sequence[Sample]) -> None:
    assert judged(dead, samples) == ([], [WARNED.format("dead is 0.5", len(samples))])


def test_what_the_graph_shows_to_be_constant_needs_few_samples() -> None:
    local = LocalPredictor(Model(dead), "serving_default")  # type: ignore[arg-type]
    graph_says = frozenset({"dead", "alive"})
    (line,) = unvaried(["alive", "dead"], given(0.1, 0.2), local, pytest.fail, graph_says, excused=["anchors"])
    assert line.startswith("dead is 0.5 for 2 different samples; ")
    assert line.endswith(' write constant = ["anchors", "dead"] in [predictions]')


@pytest.mark.parametrize(
    "dead",
    [
        lambda x: (x * 0).astype(np.int64),
        lambda x: x > np.inf,
        lambda x: np.array([b"a"] * len(x), object),
        lambda x: np.zeros((len(x), 0)),
    ],
    ids=["integer", "bool", "string", "nothing"],
)
def test_classes_that_never_change_prove_nothing(dead: Callable[[Array], Array]) -> None:
    faults, warnings = judged(lambda x: {"y": dead(x)}, FIVE)
    assert (faults, len(warnings)) == ([], 1)


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: {"y": (x > 100).astype(np.int64)},
        lambda x: {"y": (x < -0.5).astype(np.int64)},
    ],
)
def test_wider_inputs_show_that_a_class_changes(compute: Callable[[Array], dict[str, Array]]) -> None:
    assert judged(compute, FIVE) == ([], [])


def test_wider_inputs_that_are_refused_are_passed_over() -> None:
    def compute(x: Array) -> dict[str, Array]:
        if x.max() > 1 or x.min() < 0:
            raise Refused("out of range")
        return {"y": (x > 0.9).astype(np.int64), "z": (x > 7).astype(np.int64)}

    assert judged(compute, FIVE) == (
        [],
        [WARNED.format("z is 0", 5)],
    )
