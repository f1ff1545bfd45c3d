"""Models of tables of numbers and categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import Inputs, export, save, seeded_keras, spec, tf


def sequential(version: Path, seed: int) -> None:
    """A perceptron with a softmax."""
    keras = seeded_keras(seed)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((12,)), layers.Dense(32, "relu"), layers.Dropout(0.3), layers.Dense(4, "softmax")]
    )
    export(model, version)


def two_inputs_two_outputs(version: Path, seed: int) -> None:
    """Numbers and a category in, a probability and a price out."""
    keras = seeded_keras(seed)
    layers = keras.layers
    numbers, category = keras.Input((8,), name="numbers"), keras.Input((), dtype="int32", name="category")
    both = layers.Concatenate()([numbers, layers.Embedding(20, 4)(category)])
    hidden = layers.Dense(16, "gelu")(both)
    outputs = {
        "bought": layers.Dense(1, "sigmoid", name="bought")(hidden),
        "price": layers.Dense(1, name="price")(hidden),
    }
    export(keras.Model([numbers, category], outputs), version)


def subclassed(version: Path, seed: int) -> None:
    """A Keras model that is a class of its own, exported with an ExportArchive."""
    keras = seeded_keras(seed)
    layers = keras.layers

    base: Any = keras.Model

    class Residual(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.widen, self.norm, self.narrow = layers.Dense(32, "swish"), layers.LayerNormalization(), layers.Dense(6)

        def call(self, inputs: Any) -> Any:
            return self.narrow(self.norm(self.widen(inputs))) + inputs

    model = Residual()
    model(np.zeros((1, 6), np.float32))
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [spec("float32", None, 6, name="features")])
    archive.write_out(str(version), verbose=False)


def regression_near_zero(version: Path, seed: int) -> None:
    """One number a sample, without a dimension of its own, which sums cancel to nearly nothing."""
    weights = np.random.default_rng(seed).normal(size=(64,)).astype(np.float32)
    weights -= weights.mean()

    def serve(x: Any) -> Any:
        return {"residual": tf().linalg.matvec(x, weights)}

    save(version, {"serving_default": (serve, {"x": spec("float32", None, 64)})})


def double_precision(version: Path, seed: int) -> None:
    """A physicist's regression, float64 all through."""
    draw = np.random.default_rng(seed)
    first, second = draw.normal(size=(7, 24)), draw.normal(size=(24, 3))

    def serve(x: Any) -> Any:
        return {"y": tf().tanh(x @ first) @ second}

    save(version, {"serving_default": (serve, {"x": spec("float64", None, 7)})})


def wide_and_deep(version: Path, seed: int) -> None:
    """Crossed, hashed and bucketed features beside a perceptron."""
    draw = np.random.default_rng(seed)
    wide = draw.normal(size=(50,)).astype(np.float32)
    deep = draw.normal(size=(12, 8)).astype(np.float32) / 3
    last = draw.normal(size=(8, 1)).astype(np.float32)

    def serve(age: Any, city: Any, income: Any) -> Any:
        bucket = tf().searchsorted([18.0, 30.0, 45.0, 65.0], age)
        crossed = tf().strings.join([city, tf().strings.as_string(bucket)], "_")
        linear = tf().gather(wide, tf().strings.to_hash_bucket_fast(crossed, 50))
        one_hot = tf().one_hot(bucket, 10)
        features = tf().concat([one_hot, tf().stack([age / 50.0, tf().math.log1p(tf().abs(income))], axis=1)], axis=1)
        score = linear[:, None] + tf().nn.relu(features @ deep) @ last
        return {"probability": tf().sigmoid(score), "score": score}

    inputs: Inputs = {
        "age": spec("float32", None),
        "city": spec("string", None),
        "income": spec("float32", None),
    }
    save(version, {"serving_default": (serve, inputs)})


def two_towers(version: Path, seed: int) -> None:
    """A recommender: a user and some items in, a score for each item and the best five out."""
    draw = np.random.default_rng(seed)
    users, items = (draw.normal(size=(size, 16)).astype(np.float32) for size in (40, 100))

    def serve(user: Any, candidates: Any) -> Any:
        of_user, of_items = tf().gather(module.users, user), tf().gather(module.items, candidates)
        scores = tf().einsum("bd,bid->bi", of_user, of_items)
        best = tf().math.top_k(tf().linalg.matmul(of_user, module.items, transpose_b=True), 5)
        return {"scores": scores, "best": best.indices, "best_scores": best.values}

    module = tf().Module()
    module.users, module.items = tf().Variable(users), tf().Variable(items)
    inputs: Inputs = {"user": spec("int64", None), "candidates": spec("int64", None, None)}
    save(version, {"serving_default": (serve, inputs)}, module)


def boosted_trees(version: Path, seed: int) -> None:
    """Decision stumps, summed: what is a jump elsewhere is one here."""
    draw = np.random.default_rng(seed)
    features = draw.integers(0, 5, size=60)
    thresholds, left, right = (draw.normal(size=60).astype(np.float32) for _ in range(3))

    def serve(x: Any) -> Any:
        chosen = tf().gather(x, features, axis=1)
        margin = tf().reduce_sum(tf().where(chosen < thresholds, left, right), axis=1)
        return {"probability": tf().sigmoid(margin), "above": margin > 0}

    save(version, {"serving_default": (serve, {"x": spec("float32", None, 5)})})
