"""Models whose last layer or precision is out of the ordinary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import export, save, seeded_keras, spec, tf


def embedding_on_the_sphere(version: Path, seed: int) -> None:
    """A perceptron of 256, 512 and 1,024 with an L2 norm."""
    keras = seeded_keras(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((256,)),
            layers.Dense(512, "relu"),
            layers.Dense(1024),
            layers.UnitNormalization(),
        ]
    )
    export(model, version)


def thousand_logits(version: Path, seed: int) -> None:
    """Logits of a thousand classes."""
    keras = seeded_keras(seed)
    layers = keras.layers
    model = keras.Sequential([layers.Input((128,)), layers.Dense(256, "relu"), layers.Dense(1000)])
    export(model, version)


def mixed_precision(version: Path, seed: int) -> None:
    """Computed in float16, answered in float32."""
    keras = seeded_keras(seed)
    layers = keras.layers
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                layers.Input((256,)),
                layers.Dense(512, "relu"),
                layers.Dense(256, "relu"),
                layers.Dense(10, dtype="float32"),
            ]
        )
        export(model, version)
    finally:
        keras.mixed_precision.set_global_policy("float32")


def half_precision(version: Path, seed: int) -> None:
    """bfloat16 inside, float32 outside."""
    weights = np.random.default_rng(seed).normal(size=(512, 64)).astype(np.float32) / 20

    def serve(x: Any) -> Any:
        product = tf().cast(x, tf().bfloat16) @ tf().cast(weights, tf().bfloat16)
        return {"y": tf().cast(tf().nn.relu(product), tf().float32)}

    save(version, {"serving_default": (serve, {"x": spec("float32", None, 512)})})


def quantized(version: Path, seed: int) -> None:
    """Fake-quantized, as trained for phones: a step where a last bit decides."""
    weights = np.random.default_rng(seed).normal(size=(20, 10)).astype(np.float32) / 5

    def serve(x: Any) -> Any:
        fake = tf().quantization.fake_quant_with_min_max_args
        return {"y": fake(fake(x, -1.0, 1.0) @ fake(tf().constant(weights), -1.0, 1.0), -3.0, 3.0)}

    save(version, {"serving_default": (serve, {"x": spec("float32", None, 20)})})


def asserting(version: Path, seed: int) -> None:
    """Takes months from 1 to 12 and refuses others."""
    weights = np.random.default_rng(seed).normal(size=(13, 4)).astype(np.float32)

    def serve(month: Any) -> Any:
        tf().debugging.assert_greater_equal(month, 1, "a month is at least 1")
        tf().debugging.assert_less_equal(month, 12, "a month is at most 12")
        return {"season": tf().nn.softmax(tf().gather(weights, month))}

    save(version, {"serving_default": (serve, {"month": spec("int32", None)})})
