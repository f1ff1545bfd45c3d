"""tf.Examples as bytes, as JSON, in the Classify and Regress APIs, and as a graph reads them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.errors import Fault
from fixtures.graph.example_features import features_of
from fixtures.graph.graph import Graph
from fixtures.model.signature import Signature, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict.saved_model import SavedModel
from fixtures.protocols import classify_regress, examples
from fixtures.samples import GeneratedSample


def spec(dtype: Any, *shape: int) -> TensorSpec:
    return TensorSpec(dtype=dtype, shape=shape)


def test_example_survives_the_way_to_json_and_back() -> None:
    features = {
        "f": np.array([0.1, 2.0, math.inf], np.float32),
        "i": np.array([[1], [-(2**63)]]),
        "s": np.array(b"\xff", object),
        "none": np.zeros(0, np.float32),
    }
    serialized = examples.serialize(features)
    found = examples.to_json(serialized)
    assert found == {
        "f": [np.float32(0.1), 2.0, math.inf],
        "i": [1, -(2**63)],
        "s": [{"b64": "/w=="}],
        "none": [],
    }
    assert examples.problem(json.loads(json.dumps(found))) is None
    assert examples.to_json(examples.from_json(json.loads(json.dumps(found)))) == found


def test_generated_examples_have_the_features() -> None:
    signature = Signature(
        inputs={"n": spec("int64", -1), "examples": spec("string", -1)},
        outputs={},
        features={"x": spec("float32", 2, 2), "tag": spec("string"), "ids": spec("int64", -1)},
    )
    rows = [GeneratedSample(number).inputs(signature)["examples"] for number in (1, 1, 2)]
    assert {row.shape for row in rows} == {(1,)}
    found = [examples.to_json(row[0]) for row in rows]
    assert {name: len(values) for name, values in found[0].items()} == {"x": 4, "tag": 1, "ids": 4}
    assert found[0] == found[1] != found[2]


# what a graph reads


def parse(serialized: Any) -> Any:
    tf = import_tensorflow()
    kinds = tf.io
    features = {
        "x": kinds.FixedLenFeature([2], tf.float32),
        "ids": kinds.VarLenFeature(tf.int64),
        "tag": kinds.FixedLenFeature([], tf.string, default_value=""),
        "steps": kinds.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
    }
    return kinds.parse_example(serialized, features)


def parse_each(serialized: Any) -> Any:
    tf = import_tensorflow()
    one = {"x": tf.io.FixedLenFeature([2], tf.float32)}
    return tf.map_fn(lambda row: tf.io.parse_single_example(row, one)["x"], serialized, fn_output_signature=tf.float32)


def save(directory: Path, function: Callable[[Any], Any]) -> SavedModel:
    tf = import_tensorflow()
    module = tf.Module()
    module.inner = tf.function(function)
    concrete = tf.function(lambda examples: {"y": module.inner(tf.identity(examples))}).get_concrete_function(
        tf.TensorSpec([None], tf.string, name="examples")
    )
    tf.saved_model.save(module, str(directory), signatures={"serving_default": concrete})
    return SavedModel(directory)


def test_features_are_read_through_functions(tmp_path: Path) -> None:
    found = save(tmp_path, lambda serialized: parse(serialized)["x"]).signatures["serving_default"]
    assert found.features == {
        "x": spec("float32", 2),
        "ids": spec("int64", -1),
        "tag": spec("string"),
        "steps": spec("float32", -1),
    }
    assert found.example_input == "examples"


def test_strings_that_are_no_examples_have_no_features(tmp_path: Path) -> None:
    found = save(tmp_path, lambda words: import_tensorflow().strings.length(words)).signatures["serving_default"]
    assert (found.features, found.example_input) == ({}, None)


def test_features_of_the_older_op() -> None:
    tf = import_tensorflow()
    with tf.Graph().as_default() as graph:
        placeholder = tf.compat.v1.placeholder(tf.string, [None], name="examples")
        tf.raw_ops.ParseExample(
            serialized=placeholder,
            names=[],
            sparse_keys=["ids"],
            dense_keys=["x"],
            dense_defaults=[tf.constant([], tf.float32)],
            sparse_types=[tf.int64],
            dense_shapes=[[3]],
        )
    from tensorflow.core.protobuf import meta_graph_pb2

    found = features_of(Graph(meta_graph_pb2.MetaGraphDef(graph_def=graph.as_graph_def())), "examples:0")
    assert found == {"ids": (tf.int64, tf.TensorShape([None])), "x": (tf.float32, tf.TensorShape([3]))}


# the APIs

CLASSIFY = Signature(
    inputs={"inputs": spec("string", -1)},
    outputs={"classes": spec("string", -1, 2), "scores": spec("float32", -1, 2)},
    method="classify",
)
REGRESS = Signature(inputs=CLASSIFY.inputs, outputs={"outputs": spec("float32", -1, 1)}, method="regress")


def with_outputs(signature: Signature, **outputs: TensorSpec) -> Signature:
    return signature.model_copy(update={"outputs": outputs})


@pytest.mark.parametrize(
    "signature",
    [
        CLASSIFY,
        with_outputs(CLASSIFY, scores=spec("float32", -1, 2)),
        with_outputs(CLASSIFY, classes=spec("string", -1, -1)),
        REGRESS,
        with_outputs(REGRESS, outputs=spec("float32", -1)),
    ],
)
def test_signature_that_its_api_carries(signature: Signature) -> None:
    assert classify_regress.unsupported(signature) is None


@pytest.mark.parametrize(
    ("signature", "says"),
    [
        (CLASSIFY.model_copy(update={"inputs": {"examples": spec("string", -1)}}), "the classify API needs one input"),
        (CLASSIFY.model_copy(update={"inputs": {"inputs": spec("float32", -1)}}), "the classify API needs one input"),
        (with_outputs(CLASSIFY), "the classify API needs classes, strings, and scores"),
        (with_outputs(CLASSIFY, classes=spec("int64", -1, 2)), "the classify API needs classes"),
        (with_outputs(CLASSIFY, scores=spec("float32", -1)), "the classify API needs classes"),
        (with_outputs(CLASSIFY, scores=spec("float32", -1, 2), more=spec("float32", -1, 2)), "the classify API needs"),
        (with_outputs(REGRESS, values=spec("float32", -1)), "the regress API needs one output, outputs"),
        (with_outputs(REGRESS, outputs=spec("float64", -1)), "the regress API needs one output, outputs"),
        (with_outputs(REGRESS, outputs=spec("float32", -1, 2)), "the regress API needs one output, outputs"),
    ],
)
def test_signature_that_its_api_does_not_carry(signature: Signature, says: str) -> None:
    assert str(classify_regress.unsupported(signature)).startswith(says)


def test_body() -> None:
    inputs = {"inputs": np.array([examples.serialize({"x": np.array([1.0], np.float32)})], object)}
    assert classify_regress.body(inputs, "serving_default") == b'{"examples":[{"x":[1.0]}]}'
    assert classify_regress.body(inputs, "a") == b'{"signature_name":"a","examples":[{"x":[1.0]}]}'


def test_classes_of_a_reply() -> None:
    found = classify_regress.decode({"results": [[["a", 0.25], ["b", 0.75]]]}, CLASSIFY)
    assert (found["classes"].tolist(), found["scores"].tolist()) == ([[b"a", b"b"]], [[0.25, 0.75]])


@pytest.mark.parametrize(("shape", "expected"), [((-1,), [1.5, 2.0]), ((-1, 1), [[1.5], [2.0]])])
def test_values_of_a_reply(shape: tuple[int, ...], expected: list[Any]) -> None:
    signature = with_outputs(REGRESS, outputs=spec("float32", *shape))
    assert classify_regress.decode({"results": [1.5, 2.0]}, signature)["outputs"].tolist() == expected


@pytest.mark.parametrize(
    ("signature", "reply", "says"),
    [
        (CLASSIFY, {"predictions": []}, "the reply has no list of 'results'"),
        (CLASSIFY, None, "the reply has no list of 'results'"),
        (CLASSIFY, {"results": [1.0]}, "'results' holds no pairs"),
        (CLASSIFY, {"results": [[["a"]]]}, "'results' holds no pairs"),
        (CLASSIFY, {"results": [[[1, 0.5]]]}, "classes: served as"),
        (REGRESS, {"results": ["a"]}, "outputs: served as"),
    ],
)
def test_reply_that_is_none(signature: Signature, reply: Any, says: str) -> None:
    with pytest.raises(Fault) as caught:
        classify_regress.decode(reply, signature)
    assert says in str(caught.value)
