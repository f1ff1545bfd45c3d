"""Models of sequences: series, sound, tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import export, save, seeded_keras, spec, tf


def lstm_of_any_length(version: Path, seed: int) -> None:
    """A sequence in, a sequence as long out."""
    keras = seeded_keras(seed)
    layers = keras.layers
    steps = keras.Input((None, 8), name="steps")
    export(keras.Model(steps, layers.Dense(3)(layers.LSTM(16, return_sequences=True)(steps))), version)


def gru_of_any_length(version: Path, seed: int) -> None:
    """A sequence in, its class out, read in both directions."""
    keras = seeded_keras(seed)
    layers = keras.layers
    steps = keras.Input((None, 5), name="steps")
    x = layers.Bidirectional(layers.GRU(12))(steps)
    export(keras.Model(steps, layers.Dense(4, "softmax")(x)), version)


def normalization_conv_gru(version: Path, seed: int) -> None:
    """A time series, normalised, convolved and remembered: sums that cancel."""
    keras = seeded_keras(seed)
    layers = keras.layers
    draw = np.random.default_rng(seed)
    normalization = layers.Normalization()
    normalization.adapt(draw.normal(50, 20, size=(200, 24, 3)))
    model = keras.Sequential(
        [
            layers.Input((24, 3), name="series"),
            normalization,
            layers.Conv1D(16, 3, activation="relu"),
            layers.GRU(24, return_sequences=True),
            layers.GRU(16),
            layers.Dense(12),
        ]
    )
    export(model, version)


def transformer_with_mask(version: Path, seed: int) -> None:
    """Token ids padded with zeros, attended to by a block of a transformer."""
    keras = seeded_keras(seed)
    layers = keras.layers
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(50, 16, mask_zero=True)(tokens)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
    x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, "gelu")(x)))
    export(keras.Model(tokens, layers.Dense(3)(layers.GlobalAveragePooling1D()(x))), version)


def next_token(version: Path, seed: int) -> None:
    """A language model's logits at every place, and the likeliest token."""
    keras = seeded_keras(seed)
    layers = keras.layers
    tokens = keras.Input((10,), dtype="int64", name="tokens")
    x = layers.Embedding(80, 16)(tokens)
    x = x + layers.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True)
    logits = layers.Dense(80, name="logits")(x)
    chosen = layers.Lambda(lambda one: tf().argmax(one[:, -1], axis=-1), output_shape=(), dtype="int64")(logits)
    export(keras.Model(tokens, {"logits": logits, "next": chosen}), version)


def spectrogram(version: Path, seed: int) -> None:
    """Sound in, a word out, by way of its spectrum."""
    weights = np.random.default_rng(seed).normal(size=(65, 8)).astype(np.float32) / 8

    def serve(waveform: Any) -> Any:
        spectrum = tf().abs(tf().signal.stft(waveform, 128, 64))
        loudness = tf().math.log(tf().reduce_mean(spectrum, axis=1) + 1e-6)
        return {"word": tf().nn.softmax(loudness @ weights)}

    save(version, {"serving_default": (serve, {"waveform": spec("float32", None, 1024)})})


def forecast(version: Path, seed: int) -> None:
    """A series in, three quantiles of the next steps out, by differences and means that move."""
    draw = np.random.default_rng(seed)
    weights = draw.normal(size=(30, 6 * 3)).astype(np.float32) / 6

    def serve(history: Any) -> Any:
        mean = tf().reduce_mean(history, axis=1, keepdims=True)
        spread = tf().math.reduce_std(history, axis=1, keepdims=True) + 1e-3
        steps = tf().reshape(((history - mean) / spread) @ weights, [-1, 6, 3])
        return {"quantiles": tf().sort(steps, axis=-1) * spread[..., None] + mean[..., None]}

    save(version, {"serving_default": (serve, {"history": spec("float32", None, 30)})})
