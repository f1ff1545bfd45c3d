"""Models that do to the process that loads them, or asks them, what no model should."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fixtures.model.tensorflow import import_tensorflow


def _save(path: Path, call: Callable[[Any], Any], shape: list[int | None] | None) -> None:
    tf = import_tensorflow()
    module = tf.Module()
    module.call = tf.function(call, input_signature=[tf.TensorSpec(shape, tf.float32, name="x")])
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.call})


def save_endless(path: Path) -> None:
    """Never done with what is above 1000."""
    tf = import_tensorflow()

    def call(x: Any) -> Any:
        (y,) = tf.while_loop(lambda y: tf.reduce_max(y) > 1000.0, lambda y: (y + 0.0,), (x,))
        return {"y": y}

    _save(path, call, [None, 2])


def save_greedy(path: Path) -> None:
    """Takes a gigabyte for each unit of what it is given."""
    tf = import_tensorflow()

    def call(x: Any) -> Any:
        filled = tf.fill([tf.cast(tf.reduce_max(x), tf.int32), 2**28], tf.reduce_min(x))
        return {"y": x + filled[:1, :2]}

    _save(path, call, [None, 2])


def save_talkative(path: Path) -> None:
    """Answers with a mebibyte for each unit of what it is given."""
    tf = import_tensorflow()
    _save(path, lambda x: {"y": tf.fill([1, tf.cast(tf.reduce_max(x), tf.int32), 2**18], 0.0)}, [None, 2])


def save_vast(path: Path) -> None:
    """Takes more than any machine has."""
    tf = import_tensorflow()
    _save(path, lambda x: {"y": tf.reduce_sum(x, [1, 2])}, [None, 10**6, 10**6])


def save_aborting(path: Path) -> None:
    """A convolution of an input of unknown rank: with oneDNN it aborts where that has too few dimensions."""
    tf = import_tensorflow()
    _save(path, lambda x: {"y": tf.nn.conv2d(x, tf.ones([1, 1, 3, 1]), 1, "SAME")}, None)


def save_never_loading(path: Path) -> None:
    """An initialiser that is never done."""
    tf = import_tensorflow()

    class Endless(tf.saved_model.experimental.TrackableResource):  # type: ignore[misc, name-defined]
        def _create_resource(self) -> Any:
            return tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> None:
            # what is drawn keeps the loop from being left out
            tf.while_loop(lambda y: y < 2.0, lambda y: (tf.random.uniform([]),), (tf.constant(0.0),))

    module = tf.Module()
    module.resource = Endless()
    module.call = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.call})
