"""Models whose interface is not the promised one."""

from __future__ import annotations

from typing import Any

import numpy as np

from fixtures.model.signature import TensorSpec
from tests.breakages.breakage import (
    COLOUR,
    IMAGE,
    Breakage,
    good,
    numpy_good,
    published,
    tf,
    with_inputs,
    with_outputs,
    without_accuracy,
)
from tests.helpers.puppet import SIGNATURE, Puppet


def _is_red(image: Any) -> Any:
    """Whether the first image of a batch is, which no blue one is: of the samples those come first."""
    return tf().reduce_mean(image[0, ..., 0]) > tf().reduce_mean(image[0, ..., 2])


def said_to_be(shape: tuple[int | None, ...], tensor: Any) -> Any:
    """The tensor with another shape than it has: nothing in the graph tells."""
    hidden = tf().compat.v1.placeholder_with_default(tensor, [None] * len(shape))
    hidden.set_shape(shape)
    return hidden


BREAKAGES = {
    "signature-renamed": Breakage(
        {"test_signature_names"},
        saved={"signature": "predict"},
        puppet=published(predict=SIGNATURE),
    ),
    "signature-unpromised": Breakage(
        {"test_signature_names"},
        saved={"also": "debug"},
        puppet=published(serving_default=SIGNATURE, debug=SIGNATURE),
    ),
    "input-renamed": Breakage(
        {"test_input_spec"},
        saved={"input_name": "picture"},
        puppet=published(serving_default=with_inputs({"picture": IMAGE})),
    ),
    "input-shape": Breakage(
        {"test_input_spec"},
        saved={"shape": (None, 9, 9, 3)},
        puppet=published(serving_default=with_inputs({"image": TensorSpec(dtype="float32", shape=(-1, 9, 9, 3))})),
    ),
    "input-dtype": Breakage(
        {"test_input_spec"},
        function=lambda image: {"colour": tf().cast(good(image), "float32")},
        saved={"dtype": "float64"},
        puppet=published(serving_default=with_inputs({"image": TensorSpec(dtype="float64", shape=(-1, 8, 8, 3))})),
    ),
    "output-renamed": Breakage(
        {"test_output_spec"},
        function=lambda image: {"class": good(image)},
        puppet=published(serving_default=with_outputs({"class": COLOUR})),
    ),
    "output-shape": Breakage(
        {"test_output_spec"},
        function=lambda image: {"colour": good(image)[:, :2]},
        puppet=published(serving_default=with_outputs({"colour": TensorSpec(dtype="float32", shape=(-1, 2))})),
    ),
    "output-dtype": Breakage(
        {"test_output_spec"},
        function=lambda image: {"colour": tf().cast(good(image), "float64")},
        puppet=published(serving_default=with_outputs({"colour": TensorSpec(dtype="float64", shape=(-1, 3))})),
    ),
    "output-that-no-row-has": Breakage(
        {"test_rest_carries_the_signature"},
        function=lambda image: {"colour": good(image), "mean": tf().reduce_mean(image)},
        served=True,
        contract=lambda contract: contract.replace(
            "outputs.colour", 'outputs.mean = { dtype = "float32", shape = [] }\noutputs.colour'
        ),
    ),
    "input-that-rest-refuses": Breakage(
        {"test_rest_carries_the_signature"},
        function=lambda image: {"colour": tf().cast(good(tf().cast(image, "float32")), "float32")},
        saved={"dtype": "float16"},
        served=True,
        contract=lambda contract: contract.replace("float32", "float16", 1),
    ),
    "made-for-another-api": Breakage(
        {"test_signature_names"},
        contract=lambda contract: contract.replace("inputs.image", 'method = "regress"\ninputs.image', 1),
    ),
    "two-rows-for-one-image": Breakage(
        {"test_answers_fit_the_signature"},
        function=lambda image: {"colour": tf().repeat(good(image), 2, axis=0)},
        puppet=lambda: Puppet(compute=lambda version, image: np.repeat(numpy_good(image), 2, axis=0)),
        contract=without_accuracy,
    ),
    "two-rows-for-images-that-are-not-blue": Breakage(
        {"test_answers_fit_the_signature", "test_served_equals_local_for_any_input"},
        function=lambda image: {"colour": tf().repeat(good(image), 1 + tf().cast(_is_red(image), "int32"), axis=0)},
        served=True,
        contract=without_accuracy,
    ),
    "wider-than-declared": Breakage(
        {"test_answers_fit_the_signature"},
        function=lambda image: {"colour": said_to_be((None, 3), tf().pad(good(image), [[0, 0], [0, 1]]))},
        served=True,
        contract=without_accuracy,
    ),
}
