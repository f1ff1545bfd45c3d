"""Models of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import export, save, seeded_keras, spec, tf


def rescaling_and_batch_norm(version: Path, seed: int) -> None:
    """A convolutional network that takes pixels of 0..255."""
    keras = seeded_keras(seed)
    layers = keras.layers
    blocks = [
        layer
        for filters in (8, 16)
        for layer in (
            layers.Conv2D(filters, 3, strides=2, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        )
    ]
    model = keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Rescaling(1 / 255),
            *blocks,
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, "softmax"),
        ]
    )
    export(model, version)


def encoded_jpeg(version: Path, seed: int) -> None:
    """The commonest image export: the file's bytes in, probabilities and a label out."""
    keras = seeded_keras(seed)
    layers = keras.layers
    network = keras.Sequential(
        [
            layers.Input((48, 48, 3)),
            layers.Conv2D(8, 5, strides=3, activation="relu"),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    module = tf().Module()
    module.network, module.labels = network, tf().constant(["cat", "dog", "bird"])

    def decode(encoded: Any) -> Any:
        image = tf().io.decode_jpeg(encoded, channels=3)
        return tf().image.resize(tf().image.convert_image_dtype(image, tf().float32), (48, 48))

    def serve(image_bytes: Any) -> Any:
        images = tf().map_fn(decode, image_bytes, fn_output_signature=spec("float32", 48, 48, 3))
        probabilities = network(images)
        return {"probabilities": probabilities, "label": tf().gather(module.labels, tf().argmax(probabilities, -1))}

    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serving_default", serve, [spec("string", None, name="image_bytes")])
    archive.write_out(str(version), verbose=False)


def any_encoded_image(version: Path, seed: int) -> None:
    """PNG, JPEG, GIF or BMP bytes in, the mean colour and a descriptor out."""
    weights = np.random.default_rng(seed).normal(size=(16 * 16 * 3, 32)).astype(np.float32)

    def decode(encoded: Any) -> Any:
        image = tf().io.decode_image(encoded, channels=3, expand_animations=False)
        image.set_shape([None, None, 3])
        return tf().image.resize(image, (16, 16), method="area") / 255.0

    def serve(bytes: Any) -> Any:
        images = tf().map_fn(decode, bytes, fn_output_signature=tf().float32)
        flat = tf().reshape(images, [-1, 16 * 16 * 3])
        return {"colour": tf().reduce_mean(images, axis=[1, 2]), "descriptor": tf().nn.l2_normalize(flat @ weights, 1)}

    save(version, {"serving_default": (serve, {"bytes": spec("string", None)})})


def uint8_pixels(version: Path, seed: int) -> None:
    """Pixels as they are."""
    keras = seeded_keras(seed)
    layers = keras.layers
    pixels = keras.Input((24, 24, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
    x = layers.DepthwiseConv2D(3, activation="relu")(layers.Conv2D(6, 3, padding="same")(x))
    export(keras.Model(pixels, layers.Dense(4, "softmax")(layers.Flatten()(x))), version)


def hard_class(version: Path, seed: int) -> None:
    """Nothing but the number of the class."""
    weights = np.random.default_rng(seed).normal(size=(8 * 8 * 3, 6)).astype(np.float32)

    def serve(image: Any) -> Any:
        return {"class": tf().argmax(tf().reshape(image - 0.5, [-1, 8 * 8 * 3]) @ weights, axis=-1)}

    save(version, {"serving_default": (serve, {"image": spec("float32", None, 8, 8, 3)})})


def segmentation(version: Path, seed: int) -> None:
    """A class for each pixel, by a network that narrows and widens."""
    keras = seeded_keras(seed)
    layers = keras.layers
    image = keras.Input((32, 32, 3), name="image")
    narrow = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image)
    wide = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(narrow)
    both = layers.Concatenate()([wide, image])
    mask = layers.Conv2D(4, 1, activation="softmax", name="mask")(both)
    export(keras.Model(image, {"mask": mask}), version)


def images_of_any_size(version: Path, seed: int) -> None:
    """A convolutional network that takes whatever height and width."""
    keras = seeded_keras(seed)
    layers = keras.layers
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(12, 3, padding="same", activation="relu")(image)
    x = layers.GroupNormalization(groups=3)(x)
    export(keras.Model(image, layers.Dense(7)(layers.GlobalAveragePooling2D()(x))), version)


def mobilenet_head(version: Path, seed: int) -> None:
    """MobileNetV2 with a head 128 wide, for a search by likeness."""
    keras = seeded_keras(seed)
    layers = keras.layers
    backbone = keras.applications.MobileNetV2((64, 64, 3), alpha=0.35, include_top=False, weights=None, pooling="avg")
    descriptor = layers.UnitNormalization()(layers.Dense(128)(backbone.output))
    export(keras.Model(backbone.input, descriptor), version)


def detection(version: Path, seed: int) -> None:
    """Boxes, scores, classes, how many there are, and the anchors, which are the same for all."""
    draw = np.random.default_rng(seed)
    weights = draw.normal(size=(16 * 16 * 3, 10 * 7)).astype(np.float32) / 30
    anchors = draw.random(size=(10, 4)).astype(np.float32)

    def serve(image: Any) -> Any:
        rows = tf().shape(image)[0]
        raw = tf().reshape(tf().reshape(image, [-1, 16 * 16 * 3]) @ weights, [rows, 10, 7])
        scores = tf().reduce_max(tf().nn.softmax(raw[..., 4:]), axis=-1)
        return {
            "boxes": anchors + 0.1 * tf().tanh(raw[..., :4]),
            "scores": scores,
            "classes": tf().argmax(raw[..., 4:], axis=-1, output_type=tf().int32),
            "count": tf().reduce_sum(tf().cast(scores > 0.5, tf().int32), axis=-1),
            "anchors": tf().tile(anchors[None], [rows, 1, 1]),
        }

    save(version, {"serving_default": (serve, {"image": spec("float32", None, 16, 16, 3)})})


def best_five_of_a_thousand(version: Path, seed: int) -> None:
    """A thousand classes, of which the best five are named."""
    weights = np.random.default_rng(seed).normal(size=(12 * 12 * 3, 1000)).astype(np.float32) / 10
    module = tf().Module()
    module.names = tf().constant([f"class {number}" for number in range(1000)])

    def serve(image: Any) -> Any:
        logits = tf().reshape(image, [-1, 12 * 12 * 3]) @ weights
        best = tf().math.top_k(tf().nn.softmax(logits), 5)
        return {"scores": best.values, "names": tf().gather(module.names, best.indices), "logits": logits}

    save(version, {"serving_default": (serve, {"image": spec("float32", None, 12, 12, 3)})}, module)


def autoencoder(version: Path, seed: int) -> None:
    """An image in, nearly the same image out."""
    keras = seeded_keras(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((16, 16, 1)),
            layers.Flatten(),
            layers.Dense(24, "elu"),
            layers.Dense(256, "sigmoid"),
            layers.Reshape((16, 16, 1)),
        ]
    )
    export(model, version)
