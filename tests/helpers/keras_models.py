"""Small Keras 3 models that name the colour of an image, saved as their users save them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fixtures.model.tensorflow import import_tensorflow

SHARPNESS = 8.0


def colour_model() -> Any:
    """A model of one layer, float32 (batch, 8, 8, 3) to (batch, 3), whose weights are known."""
    import_tensorflow()
    import keras

    image = keras.Input((8, 8, 3), name="image")
    dense = keras.layers.Dense(3, activation="softmax", name="colour")
    model = keras.Model(image, dense(keras.layers.GlobalAveragePooling2D()(image)))
    dense.set_weights([np.eye(3, dtype=np.float32) * SHARPNESS, np.zeros(3, np.float32)])
    return model


def save_untracked(directory: Path) -> None:
    """Save the model as an attribute of a tf.Module, which does not track the variables of Keras 3."""
    tf = import_tensorflow()
    holder = tf.Module()
    holder.model = colour_model()
    spec = tf.TensorSpec([None, 8, 8, 3], tf.float32, name="image")
    serve = tf.function(lambda image: {"colour": holder.model(image)}).get_concrete_function(spec)
    tf.saved_model.save(holder, str(directory), signatures={"serving_default": serve})
