"""The network and its export."""

from pathlib import Path
from typing import Any

from training.flowers import LABELS
from training.photos import SIDE

INPUT, OUTPUT = "input_4", "custom_class"
"""Names in the signature; clients of the model rely on them."""


def build() -> Any:
    """Build an untrained Keras model: float32 (n, 224, 224, 3) in 0..1 to softmax (n, 5).

    A MobileNetV2 of width 0.35 that looks at the photo at half its size, a quarter of the work.
    """
    import keras

    backbone = keras.applications.MobileNetV2(
        input_shape=(SIDE // 2, SIDE // 2, 3), alpha=0.35, include_top=False, weights=None, pooling="avg"
    )
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # at the default, 0.999, the averages would outlast a training this short
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.AveragePooling2D(2),
            keras.layers.Rescaling(2.0, offset=-1.0),
            backbone,
            keras.layers.Dropout(0.2),
            keras.layers.Dense(len(LABELS), activation="softmax"),
        ]
    )


def export(model: Any, directory: Path) -> None:
    """Write the model to `directory` as a SavedModel with one signature, serving_default, and no optimizer.

    `tf.saved_model.save` of a Keras 3 model loads, but TensorFlow Serving finds none of its variables.
    """
    import keras
    import tensorflow as tf

    def classify(photos: Any) -> dict[str, Any]:
        # Without it, a request of the wrong rank aborts the server's process in the first convolution.
        photos = tf.ensure_shape(photos, [None, SIDE, SIDE, 3])
        return {OUTPUT: model(photos, training=False)}

    archive = keras.export.ExportArchive()
    # Not tracked besides: add_endpoint finds the variables, and tracking the model would store them twice.
    archive.add_endpoint(
        "serving_default",
        classify,
        input_signature=[tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, name=INPUT)],
    )
    archive.write_out(str(directory), verbose=False)
