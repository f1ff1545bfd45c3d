"""The model that ships, with another order of classes, another preprocessing, other weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.good_models.export import tf
from tests.mutants.bases import FLOWERS
from tests.mutants.change import Change, before, behind, with_variables
from tests.mutants.fault import ASKED, IN_PROCESS, Fault

CLASSIFIED = "test_labelled_samples_are_classified"
GOLDEN = "test_golden_outputs_hold"


def flower(claim: str, change: Change) -> Fault:
    return Fault(FLOWERS, claim, change, options=IN_PROCESS)


def asked(claim: str, change: Change) -> Fault:
    return Fault(FLOWERS, claim, change, options=ASKED)


def without_golden(claim: str, change: Change) -> Fault:
    return Fault(
        FLOWERS,
        claim,
        change,
        contract=lambda contract: "\n".join(line for line in contract.splitlines() if not line.startswith("golden")),
        options=IN_PROCESS,
    )


def to_four_bits(name: str, value: Any) -> Any:
    """Sixteen steps from the least to the greatest weight."""
    if value.ndim < 2:
        return value
    step = (value.max() - value.min()) / 15
    return (np.round((value - value.min()) / step) * step + value.min()).astype(value.dtype)


def of_the_last(change: Any) -> Change:
    """Changes the variables of the last layer, which have a dimension of five."""
    return with_variables(lambda name, value: change(value) if value.shape[-1:] == (5,) else value)


def tempered(scores: Any) -> Any:
    return tf().nn.softmax(tf().math.log(scores + 1e-30) / 2.0)


FAULTS = {
    "flower-classes-permuted": without_golden(CLASSIFIED, behind(lambda scores: tf().roll(scores, 1, axis=-1))),
    "flower-two-classes-swapped": without_golden(
        CLASSIFIED, behind(lambda scores: tf().gather(scores, [0, 1, 2, 4, 3], axis=-1))
    ),
    "flower-class-never-named": without_golden(
        CLASSIFIED,
        behind(lambda scores: tf().concat([scores[:, :4] + scores[:, 4:] / 4, scores[:, 4:] * 0.0], axis=-1)),
    ),
    "flower-channels-swapped": flower(GOLDEN, before(lambda image: tf().reverse(image, [-1]))),
    "flower-pixels-scaled-twice": flower(CLASSIFIED, before(lambda image: image / 255.0)),
    "flower-pixels-centred": flower(GOLDEN, before(lambda image: image * 2.0 - 1.0)),
    "flower-pixels-offset": flower(GOLDEN, before(lambda image: image + 0.02)),
    "flower-pixels-rounded-to-bytes": flower(GOLDEN, before(lambda image: tf().round(image * 64.0) / 64.0)),
    "flower-upside-down": flower(GOLDEN, before(lambda image: tf().reverse(image, [1]))),
    "flower-transposed": flower(GOLDEN, before(lambda image: tf().transpose(image, [0, 2, 1, 3]))),
    "flower-smaller-inside": flower(
        GOLDEN,
        before(lambda image: tf().image.resize(tf().image.resize(image, (112, 112)), (224, 224))),
    ),
    "flower-logits": flower("test_probabilities_sum_to_one", behind(lambda scores: tf().math.log(scores + 1e-30))),
    "flower-sigmoids": flower("test_probabilities_sum_to_one", behind(lambda scores: tf().sigmoid(scores * 8.0 - 4.0))),
    "flower-probabilities-in-percent": flower("test_probabilities_sum_to_one", behind(lambda scores: scores * 100.0)),
    "flower-temperature": flower(GOLDEN, behind(tempered)),
    "flower-scores-rounded": flower(GOLDEN, behind(lambda scores: tf().round(scores * 1e3) / 1e3)),
    "flower-class-alone": flower(GOLDEN, behind(lambda scores: tf().one_hot(tf().argmax(scores, axis=-1), 5))),
    "flower-weights-in-float16": flower(
        GOLDEN, with_variables(lambda name, value: value.astype(np.float16).astype(value.dtype))
    ),
    "flower-weights-of-four-bits": flower(GOLDEN, with_variables(to_four_bits)),
    "flower-last-layer-untrained": flower(
        CLASSIFIED, of_the_last(lambda value: np.random.default_rng(1).normal(size=value.shape).astype(value.dtype))
    ),
    "flower-last-layer-of-zeros": flower("test_outputs_vary_with_the_sample", of_the_last(np.zeros_like)),
    "flower-bias-lost": flower(GOLDEN, of_the_last(lambda value: np.zeros_like(value) if value.ndim == 1 else value)),
    "flower-weight-of-nan": flower(
        "test_outputs_are_finite", of_the_last(lambda value: np.full_like(value, np.nan) if value.ndim == 1 else value)
    ),
    "flower-moving-averages-lost": flower(
        GOLDEN,
        with_variables(
            lambda name, value: (
                np.ones_like(value) if "variance" in name else np.zeros_like(value) if "moving_mean" in name else value
            )
        ),
    ),
    "flower-batch-norm-in-training-mode": asked(
        "test_batches_agree_with_single_requests",
        before(lambda image: image - 0.05 * tf().reduce_mean(image, axis=0, keepdims=True)),
    ),
    "flower-dropout-on": asked("test_same_input_same_bits", before(lambda image: tf().nn.dropout(image, 0.1))),
    "flower-augmentation-on": asked(
        "test_same_input_same_bits", before(lambda image: tf().image.random_flip_left_right(image))
    ),
}
