"""Models of TensorFlow 1 and Keras 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.good_models.export import tf


@contextmanager
def _session(seed: int) -> Iterator[tuple[Any, Any]]:
    """TensorFlow 1's API and a session on a graph of its own."""
    v1 = tf().compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(seed)
        yield v1, session


def _write(v1: Any, session: Any, version: Path, signatures: dict[str, Any]) -> None:
    builder = v1.saved_model.Builder(str(version))
    builder.add_meta_graph_and_variables(
        session,
        [v1.saved_model.tag_constants.SERVING],
        signature_def_map=signatures,
        main_op=v1.tables_initializer(),
        strip_default_attrs=True,
    )
    builder.save()


def frozen(version: Path, seed: int) -> None:
    """A frozen graph: no variables, only constants."""
    with _session(seed) as (v1, session):
        x = v1.placeholder(v1.float32, [None, 9], name="x")
        weights = np.random.default_rng(seed).normal(size=(9, 3)).astype(np.float32)
        y = v1.nn.softmax(v1.matmul(x, v1.constant(weights)), name="y")
        signature = v1.saved_model.predict_signature_def({"x": x}, {"scores": y})
        _write(v1, session, version, {"serving_default": signature})


def estimator(version: Path, seed: int) -> None:
    """As an Estimator exported: classify, regress and predict of tf.Examples."""
    with _session(seed) as (v1, session):
        examples = v1.placeholder(v1.string, [None], name="input_example_tensor")
        features = {
            "age": v1.io.FixedLenFeature([1], v1.float32),
            "pixels": v1.io.FixedLenFeature([4], v1.float32, [0.0] * 4),
            "city": v1.io.FixedLenFeature([1], v1.string, "nowhere"),
        }
        parsed = v1.io.parse_example(examples, features)
        hashed = v1.one_hot(v1.strings.to_hash_bucket_fast(parsed["city"][:, 0], 7), 7)
        x = v1.concat([parsed["age"], parsed["pixels"], hashed], axis=1)
        weights = v1.get_variable("weights", [12, 3], initializer=v1.random_normal_initializer(seed=seed))
        logits = v1.matmul(x, weights)
        scores = v1.nn.softmax(logits)
        names = v1.tile(v1.constant([["low", "middle", "high"]]), [v1.shape(scores)[0], 1])
        value = v1.reduce_sum(logits, axis=1)
        table = v1.saved_model
        session.run(v1.global_variables_initializer())
        signatures = {
            "serving_default": table.classification_signature_def(examples, names, scores),
            "regression": table.regression_signature_def(examples, value),
            "predict": table.predict_signature_def({"examples": examples}, {"scores": scores, "classes": names}),
        }
        _write(v1, session, version, signatures)


def tf1_vocabulary(version: Path, seed: int) -> None:
    """A table of TensorFlow 1 from a constant vocabulary, initialised by a main op."""
    with _session(seed) as (v1, session):
        word = v1.placeholder(v1.string, [None], name="word")
        colours = ["red", "green", "blue"]
        lookup = tf().lookup
        numbers = lookup.KeyValueTensorInitializer(colours, list(range(len(colours))), value_dtype=tf().int64)
        table = lookup.StaticVocabularyTable(numbers, 2)
        weights = v1.get_variable("weights", [5, 4], initializer=v1.random_normal_initializer(seed=seed))
        vector = v1.gather(weights, table.lookup(word))
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        signature = v1.saved_model.predict_signature_def({"word": word}, {"vector": vector})
        _write(v1, session, version, {"serving_default": signature})


def keras2(version: Path, seed: int) -> None:
    """A network of Keras 2, saved by tf-keras as most that are served were."""
    import tf_keras

    tf_keras.utils.set_random_seed(seed)
    layers = tf_keras.layers
    model = tf_keras.Sequential(
        [
            layers.Input((20, 20, 3), name="input_1"),
            layers.Conv2D(6, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(5, activation="softmax", name="probabilities"),
        ]
    )
    model.save(str(version), save_format="tf")
