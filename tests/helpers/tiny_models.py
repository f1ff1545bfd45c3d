"""Tiny SavedModels for the stand-in's tests, each answering so that one sees which it is."""

import os
from pathlib import Path
from typing import Any


def tensorflow() -> Any:
    """Import TensorFlow, silently."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    return tf


def save_adder(path: Path, shift: float) -> None:
    """Save `y = x + shift`, the shift being a variable."""
    tf = tensorflow()
    module = tf.Module()
    module.shift = tf.Variable(shift, dtype=tf.float32)
    function = tf.function(lambda x: {"y": x + module.shift})
    signature = function.get_concrete_function(tf.TensorSpec([None], tf.float32, name="x"))
    tf.saved_model.save(module, str(path), signatures={"serving_default": signature})


def save_waiter(path: Path, shift: float, awaited: Path) -> None:
    """Save `y = x + shift`, which answers no sooner than there is a file AWAITED0."""
    tf = tensorflow()
    module = tf.Module()
    module.shift = tf.Variable(shift, dtype=tf.float32)

    def function(x: Any) -> Any:
        # The name depends on the turn, or TensorFlow would look once only, before the loop.
        turns = tf.while_loop(
            lambda turn: tf.size(tf.io.matching_files(str(awaited) + tf.strings.as_string(tf.minimum(turn, 0)))) == 0,
            lambda turn: (turn + 1,),
            [tf.constant(0)],
            parallel_iterations=1,
        )
        return {"y": x + module.shift + 0.0 * tf.cast(turns[0], tf.float32)}

    signature = tf.function(function).get_concrete_function(tf.TensorSpec([None], tf.float32, name="x"))
    tf.saved_model.save(module, str(path), signatures={"serving_default": signature})


def save_keras(path: Path) -> None:
    """Save a Keras 3 model as one should not: TensorFlow Serving loads it and fails every request."""
    tf = tensorflow()
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    function = tf.function(lambda x: {"y": model(x)})
    signature = function.get_concrete_function(tf.TensorSpec([None, 1], tf.float32, name="x"))
    tf.saved_model.save(model, str(path), signatures={"serving_default": signature})
