"""The predictions themselves make sense."""

from __future__ import annotations

import pytest

from fixtures.outcomes import expect_no
from fixtures.predictions import LocalVersion
from fixtures.quality import misclassified, non_finite, not_probabilities, only, same_for_all
from fixtures.samples import Sample

pytestmark = pytest.mark.quick


def test_outputs_are_finite(sample: Sample, local: LocalVersion, finite_outputs: tuple[str, ...]) -> None:
    """No output holds NaN or an infinity, but those of which the contract says so."""
    expect_no(non_finite(only(finite_outputs, local.predict(sample))))


def test_probabilities_sum_to_one(sample: Sample, local: LocalVersion, probabilities: tuple[str, ...]) -> None:
    """What is promised to be probabilities lies in 0..1 and sums to one."""
    expect_no(not_probabilities(local.predict(sample), probabilities))


def test_labelled_samples_are_classified(
    labelled_samples: tuple[Sample, ...],
    accuracy: float,
    labels: tuple[str, ...],
    probabilities: tuple[str, ...],
    local: LocalVersion,
) -> None:
    """At least the promised share of the labelled samples is given its label."""
    (output,) = probabilities
    expect_no(misclassified(labelled_samples, local.predict_each(labelled_samples)[output], accuracy, labels))


def test_outputs_vary_with_the_sample(
    distinct_samples: tuple[Sample, ...], local: LocalVersion, finite_outputs: tuple[str, ...]
) -> None:
    """The model looks at its input: not every sample gets the same outputs."""
    expect_no(same_for_all([only(finite_outputs, local.predict(sample)) for sample in distinct_samples]))
