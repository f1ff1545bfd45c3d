"""Servers and models whose answers depend on how they are asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from fixtures.agreement import Array
from tests.breakages.breakage import Breakage, good, numpy_good, tf, without_accuracy
from tests.puppet import Puppet


def centred_over_batch(image: Any) -> Any:
    return {"colour": good(image - tf().reduce_mean(image, axis=0, keepdims=True) / 2)}


def numpy_centred_over_batch(version: int, image: Array) -> Array:
    return numpy_good(image - image.mean(axis=0, keepdims=True) / 2)


def in_reverse(outputs: Array) -> Array:
    """Rows of a batch in the wrong order."""
    return outputs[::-1]


def one_per_mille_off(outputs: Array) -> Array:
    return outputs * np.float32(1.001)


def other_class(outputs: Array) -> Array:
    """The two largest of each row change places."""
    order = np.argsort(outputs, axis=-1)
    swapped = outputs.copy()
    rows = np.arange(len(outputs))
    swapped[rows, order[:, -1]] = outputs[rows, order[:, -2]]
    swapped[rows, order[:, -2]] = outputs[rows, order[:, -1]]
    return swapped


BREAKAGES = {
    "row-differs": Breakage(
        {"test_rest_row", "test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_row=one_per_mille_off),
    ),
    "column-differs": Breakage(
        {"test_version_answers_its_own_numbers", "test_rest_column", "test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_column=one_per_mille_off),
    ),
    "column-names-another-class": Breakage(
        {"test_version_answers_its_own_numbers", "test_rest_column", "test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_column=other_class),
        contract=lambda contract: contract + "[tolerance.colour]\nrtol = 1e6\n",
    ),
    "grpc-differs": Breakage(
        {"test_grpc", "test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_grpc=one_per_mille_off),
    ),
    "grpc-differs-in-the-last-bit": Breakage(
        {"test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_grpc=lambda outputs: np.nextafter(outputs, np.float32(0))),
    ),
    "batches-out-of-order": Breakage(
        {"test_batches_agree_with_single_requests"},
        puppet=lambda: Puppet(distort_column=in_reverse),
    ),
    "batch-norm-in-training-mode": Breakage(
        {"test_batches_agree_with_single_requests"},
        function=centred_over_batch,
        puppet=lambda: Puppet(compute=numpy_centred_over_batch),
        contract=without_accuracy,
    ),
}
