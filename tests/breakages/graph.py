"""Graphs whose outputs hang on more than their inputs, or on less, and those in which something grows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.breakages.breakage import Breakage, good, tf


def after_2030(image: Any) -> Any:
    is_late = tf().timestamp() > 1_893_456_000.0
    return {"colour": tf().where(is_late, tf().zeros_like(good(image)), good(image))}


def once_in_a_million(image: Any) -> Any:
    drawn = tf().random.uniform((tf().shape(image)[0], 1)) < 1e-6
    return {"colour": tf().where(drawn, tf().zeros_like(good(image)), good(image))}


def with_an_accumulator(image: Any) -> Any:
    raw = tf().raw_ops
    asked = raw.ResourceConditionalAccumulator(dtype=tf().float32, shape=[], shared_name="asked")
    added = raw.ResourceAccumulatorApplyGradient(handle=asked, local_step=0, gradient=tf().reduce_sum(image))
    with tf().control_dependencies([added]):
        return {"colour": good(tf().identity(image))}


def with_a_queue(image: Any) -> Any:
    queue = tf().raw_ops.FIFOQueueV2(component_types=[tf().float32], shapes=[[]], shared_name="asked")
    asked = tf().raw_ops.QueueEnqueueV2(handle=queue, components=[tf().reduce_sum(image)])
    with tf().control_dependencies([asked]):
        return {"colour": good(tf().identity(image))}


def with_a_mask(base: Path) -> None:
    """Has version 2 take a mask that it does nothing with."""
    shutil.rmtree(base / "2")
    specs = {
        "image": tf().TensorSpec((None, 8, 8, 3), "float32", name="image"),
        "mask": tf().TensorSpec((None, 8, 8), "float32", name="mask"),
    }
    serve = tf().function(lambda image, mask: {"colour": good(image)}).get_concrete_function(**specs)
    tf().saved_model.save(tf().Module(), str(base / "2"), signatures={"serving_default": serve})


def promising_a_mask(contract: str) -> str:
    return """
[signatures.serving_default]
inputs.image = { dtype = "float32", shape = [-1, 8, 8, 3] }
inputs.mask = { dtype = "float32", shape = [-1, 8, 8] }
outputs.colour = { dtype = "float32", shape = [-1, 3] }
"""


BREAKAGES = {
    "zeros-by-the-clock": Breakage({"test_outputs_depend_on_inputs_alone"}, function=after_2030),
    "zeros-once-in-a-million": Breakage({"test_outputs_depend_on_inputs_alone"}, function=once_in_a_million),
    "accumulator-that-grows": Breakage({"test_nothing_grows_with_each_request"}, function=with_an_accumulator),
    "queue-that-fills": Breakage({"test_graph_only_computes"}, function=with_a_queue),
    "input-ignored": Breakage({"test_every_input_is_used"}, spoil=with_a_mask, contract=promising_a_mask, served=True),
}
