"""Models whose predictions make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np

from fixtures.model.signature import Array
from tests.breakages.breakage import Breakage, good, numpy_good, tf, without_accuracy
from tests.helpers.colours import with_golden
from tests.helpers.puppet import Puppet


def numpy_logits(image: Array) -> Array:
    logits: Array = (image.mean(axis=(1, 2), dtype=np.float64) * 8.0).astype(np.float32)
    return logits


def nan_on_dark(image: Any) -> Any:
    dark = tf().reduce_mean(image, axis=(1, 2, 3))[:, None] < 0.1
    return {"colour": tf().where(dark, np.float32("nan"), good(image))}


def numpy_nan_on_dark(version: int, image: Array) -> Array:
    return np.where(image.mean(axis=(1, 2, 3))[:, None] < 0.1, np.float32("nan"), numpy_good(image))


BREAKAGES = {
    "nan-on-dark-images": Breakage(
        {"test_outputs_are_finite"},
        function=nan_on_dark,
        puppet=lambda: Puppet(compute=numpy_nan_on_dark),
        contract=without_accuracy,
    ),
    "logits": Breakage(
        {"test_probabilities_sum_to_one"},
        function=lambda image: {"colour": tf().reduce_mean(image, axis=(1, 2)) * 8.0},
        puppet=lambda: Puppet(compute=lambda version, image: numpy_logits(image)),
    ),
    "labels-permuted": Breakage(
        {"test_labelled_samples_are_classified"},
        function=lambda image: {"colour": tf().roll(good(image), 1, axis=-1)},
        puppet=lambda: Puppet(compute=lambda version, image: np.roll(numpy_good(image), 1, axis=-1)),
    ),
    "dead-model": Breakage(
        {"test_outputs_vary_with_the_sample"},
        function=lambda image: {"colour": good(image * 0.0)},
        puppet=lambda: Puppet(compute=lambda version, image: numpy_good(image * 0.0)),
        contract=without_accuracy,
    ),
    "golden-outputs-moved": Breakage(
        {"test_golden_outputs_hold"},
        function=lambda image: {"colour": good(image * 1.001)},
        puppet=lambda: Puppet(compute=lambda version, image: numpy_good(image * np.float32(1.001))),
        contract=with_golden,
    ),
}
