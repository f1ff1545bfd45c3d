"""The predictions themselves make sense."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from fixtures.claims.agreement import Agree, Warn
from fixtures.claims.labels import (
    LABELLED,
    Labelled,
    misclassified,
    misfit,
    permuted,
    too_few,
    wrong,
)
from fixtures.claims.predictions import ignored_inputs, non_finite, not_probabilities, only, unvaried
from fixtures.claims.under_test import ModelUnderTest
from fixtures.compare.difference import Sides
from fixtures.errors import expect_no
from fixtures.model.signature import Tensors
from fixtures.predict.local import LocalPredictor
from fixtures.predict.served import Answer
from fixtures.samples import Sample

pytestmark = [pytest.mark.place(6), pytest.mark.quick]


def test_outputs_are_finite(sample: Sample, local: LocalPredictor, finite_outputs: tuple[str, ...]) -> None:
    """No output holds NaN or an infinity, but those of which the contract says so.

    Fails when: an output is NaN or infinite.
    Then: look at that sample.
    """
    expect_no(non_finite(only(finite_outputs, local.predict(sample))))


def test_probabilities_sum_to_one(
    sample: Sample, local: LocalPredictor, probabilities: tuple[str, ...], half_precision: Mapping[str, str]
) -> None:
    """What is promised to be probabilities lies in 0..1 and sums to one.

    Fails when: probabilities leave 0..1 or do not sum to one.
    Then: export after the softmax.
    """
    expect_no(not_probabilities(local.predict(sample), probabilities, half_precision))


def test_labelled_samples_are_classified(
    samples: tuple[Sample, ...],
    accuracy: float,
    labels: tuple[str, ...],
    labels_are_named: bool,
    probabilities: tuple[str, ...],
    local: LocalPredictor,
    warn: Warn,
    record_property: Callable[[str, object], None],
) -> None:
    """At least the promised share of the labelled samples is given its label.

    Fewer than 10 labelled samples, or a class without one, are a warning: they say little.

    Fails when: fewer labelled samples are right than promised, or the model gives more scores or fewer than there are
    labels; one score will do for two.
    Then: see which; look for permuted labels and other preprocessing.
    """
    (output,) = probabilities
    labelled = [sample for sample in samples if sample.label is not None]
    for line in too_few(samples, labels):
        warn(line)
    scores = local.predict_each(labelled)[output]
    expect_no(misfit(scores, labels))
    lines = wrong(labelled, scores, labels)
    seen = len({sample.label for sample in labelled})
    told = Labelled(len(labelled) - len(lines), len(labelled), len(samples), seen, len(labels))
    record_property(LABELLED, json.dumps(told.as_json()))
    way_out = permuted(labelled, scores, labels, accuracy, by_name=labels_are_named)
    expect_no(misclassified(lines, len(labelled), accuracy), way_out=way_out)


def test_outputs_vary_with_the_sample(
    several_samples: tuple[Sample, ...],
    local: LocalPredictor,
    varying_outputs: tuple[str, ...],
    constant_outputs: frozenset[str],
    unused_inputs: frozenset[str],
    model_under_test: ModelUnderTest,
    warn: Warn,
) -> None:
    """The model looks at its input: no output is the same whatever the sample, but those of which the contract says so.

    An integer, string or bool that never varies is a warning, and so are anything that generated samples do not move,
    and one of several inputs of which no other value moves anything.

    Fails when: a floating-point output is the same for all of at least 5 different samples of the user's own; or, of a
    model with a contract, for all of any, where the graph computes it from no value of any input.
    Then: look why the model ignores its input; name in `predictions.constant` what is meant to be the same.
    """
    for name in ignored_inputs(several_samples, local):
        if name not in unused_inputs:
            warn(f"no other value of the input {name} that was tried changed an output")
    excused = model_under_test.contract.predictions.constant
    expect_no(unvaried(varying_outputs, several_samples, local, warn, constant_outputs, excused))


def test_golden_outputs_hold(
    sample: Sample, golden_outputs: Tensors, deterministic: LocalPredictor, agree: Agree
) -> None:
    """The model computes what was recorded when its outputs were found to be right.

    Fails when: the model computes other outputs than were recorded.
    Then: see what changed; record anew what is meant to.
    """
    answer = Answer(deterministic.predict(sample), None)
    agree(golden_outputs, answer, Sides("computed", "recorded"), may_be_rounding=False)
