"""What a graph tells of its inputs is read without running it, and a graph that is not understood tells nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.graph.graph import Graph
from fixtures.graph.input_hints import MOST_TOKENS, input_hints
from fixtures.model.hints import Hint
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import generated_samples
from tests.helpers import odd_models, telling_models
from tests.helpers.exports import rewrite
from tests.helpers.gate import SHARED
from tests.helpers.metagraphs import metagraph

RECORDED = SHARED / "tfs/models"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SavedModel]:
    directory = tmp_path_factory.mktemp("telling")
    return {name: SavedModel(telling_models.save(directory, name)) for name in telling_models.MODELS}


@pytest.mark.parametrize("name", telling_models.MODELS)
def test_graph_tells_what_it_takes(name: str, models: dict[str, SavedModel]) -> None:
    assert models[name].hints == {"serving_default": telling_models.HINTS[name]}


@pytest.mark.parametrize("name", telling_models.MODELS)
def test_generated_samples_are_taken_and_not_all_answered_alike(name: str, models: dict[str, SavedModel]) -> None:
    local = LocalPredictor(models[name], "serving_default")
    outputs = [local.predict(sample) for sample in generated_samples()]
    told = {str([array.tolist() for array in one.values()]) for one in outputs}
    assert len(told) > 1


def keras_export(path: Path, model: Any, dtype: str, shape: tuple[int | None, ...]) -> SavedModel:
    tf = import_tensorflow()
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [tf.TensorSpec(shape, dtype, name="x")])
    archive.write_out(str(path), verbose=False)
    return SavedModel(path)


def test_keras_layers_tell_their_vocabularies_and_sizes(tmp_path: Path) -> None:
    keras = import_tensorflow().keras
    layers = keras.layers
    words = layers.TextVectorization(output_sequence_length=4, vocabulary=["cat", "dog"])
    colours = layers.StringLookup(vocabulary=["red", "green"], output_mode="one_hot")
    codes = layers.IntegerLookup(vocabulary=[100, 200], output_mode="one_hot")
    ids = layers.Embedding(9, 2)
    kinds = layers.CategoryEncoding(num_tokens=4, output_mode="one_hot")

    def hint(layer: Any, dtype: str, *shape: int) -> Hint:
        given = keras.Input(shape, dtype=dtype)
        exported = keras_export(tmp_path / layer.name, keras.Model(given, layer(given)), dtype, (None, *shape))
        return exported.hints["serving_default"]["x"]

    assert hint(words, "string") == Hint(tokens=(b"cat", b"dog"), separator=b" ")
    assert hint(colours, "string", 1) == Hint(tokens=(b"red", b"green"))
    assert hint(codes, "int64", 1) == Hint(tokens=(100, 200))
    assert hint(ids, "int32", 5) == Hint(low=0, high=8, is_whole=True)
    assert hint(kinds, "int32", 1) == Hint(low=0, high=3, is_whole=True)


@pytest.mark.parametrize("in_loop", [False, True], ids=["plain", "in a loop of TensorFlow 1"])
def test_graph_of_tensorflow_1(tmp_path: Path, in_loop: bool) -> None:
    tf = import_tensorflow()
    v1 = tf.compat.v1
    file = tmp_path / "vocabulary.txt"
    file.write_text("anna\nbert\n")
    with tf.Graph().as_default(), v1.Session() as session:
        v1.disable_control_flow_v2()
        names = v1.placeholder(tf.string, [None], "names")
        filled = tf.lookup.TextFileInitializer(
            str(file), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
        )
        v1.add_to_collection(v1.GraphKeys.ASSET_FILEPATHS, tf.constant(str(file)))
        table = tf.lookup.StaticVocabularyTable(filled, 1)
        found = tf.map_fn(table.lookup, names, fn_output_signature=tf.int64) if in_loop else table.lookup(names)
        session.run(v1.tables_initializer())
        v1.saved_model.simple_save(
            session, str(tmp_path / "1"), {"names": names}, {"found": found}, legacy_init_op=v1.tables_initializer()
        )
        v1.enable_control_flow_v2()
    assert SavedModel(tmp_path / "1").hints["serving_default"] == {"names": Hint(tokens=(b"anna", b"bert"))}


def test_branches_are_followed(tmp_path: Path) -> None:
    tf = import_tensorflow()
    rows = tf.constant(telling_models.ROWS)

    def serve(x: Any) -> Any:
        picked = tf.cond(tf.size(x) > 2, lambda: tf.reverse(x, [0]), lambda: tf.identity(x))
        return {"y": tf.gather(rows, picked)}

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec([None], tf.int32, name="x"))
    tf.saved_model.save(tf.Module(), str(tmp_path), signatures={"serving_default": concrete})
    assert SavedModel(tmp_path).hints["serving_default"] == {"x": Hint(low=0, high=3, is_whole=True)}


def test_a_large_vocabulary_is_told_in_part(tmp_path: Path) -> None:
    tf = import_tensorflow()
    module = tf.Module()
    keys = [f"word {number}" for number in range(20_000)]
    filled = tf.lookup.KeyValueTensorInitializer(keys, tf.range(len(keys)))
    module.table = tf.lookup.StaticHashTable(filled, -1)
    serve = tf.function(lambda x: {"y": module.table.lookup(x)})
    concrete = serve.get_concrete_function(tf.TensorSpec([None], tf.string, name="x"))
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": concrete})
    assert len(SavedModel(tmp_path).hints["serving_default"]["x"].tokens) == MOST_TOKENS


def test_numbers_that_are_computed_with_are_not_indices(tmp_path: Path) -> None:
    tf = import_tensorflow()
    rows = tf.constant(telling_models.ROWS)
    serve = tf.function(lambda x: {"y": tf.gather(rows, x % 4), "z": tf.gather(rows, tf.size(x) % 4)})
    concrete = serve.get_concrete_function(tf.TensorSpec([None], tf.int32, name="x"))
    tf.saved_model.save(tf.Module(), str(tmp_path), signatures={"serving_default": concrete})
    assert SavedModel(tmp_path).hints["serving_default"] == {}


# nothing is told, and nothing fails


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.iterdir()) if RECORDED.is_dir() else [])
def test_models_that_take_anything_tell_nothing(name: str) -> None:
    version = next(path for path in sorted((RECORDED / name).iterdir()) if path.name.isdigit())
    told = {key: hints for key, hints in SavedModel(version).hints.items() if hints}
    assert told == ({"serving_default": {"x": Hint(low=0.0)}} if name == "rejects_negative" else {})


def test_odd_models_tell_nothing(tmp_path: Path) -> None:
    odd_models.save_all(tmp_path)
    told = {name: SavedModel(tmp_path / name / "1").hints for name in odd_models.MODELS}
    assert {name for name, hints in told.items() if any(hints.values())} == set()


ODD_GRAPHS = {
    "a table that is not there": ["x Placeholder", "found LookupTableFindV2 table x"],
    "a lookup without inputs": ["x Placeholder", "found LookupTableFindV2 x x"],
    "a node without the inputs it needs": ["x Placeholder", "picked GatherV2 x", "hot OneHot x", "less Less x"],
    "a circle": ["x Placeholder", "a Merge x b", "b Identity a", "picked Gather b b"],
    "a call of nothing": ["x Placeholder", "called PartitionedCall x f=nothing"],
    "a call with too many arguments": ["x Placeholder", "called PartitionedCall x x x f=one"],
    "examples among examples": [
        "x Placeholder",
        "a ParseExampleV2 b x x x x",
        "b ConcatV2 a x a a",
        "c ParseExampleV2 b x x x x",
        "d ConcatV2 c x",
    ],
    "a function that calls itself": ["x Placeholder", "called PartitionedCall x f=itself"],
    "an output of no number": ["x Placeholder", "a Identity x:y:z:0", "b Identity x:first"],
}


@pytest.mark.parametrize("nodes", ODD_GRAPHS.values(), ids=ODD_GRAPHS.keys())
def test_odd_graph_tells_nothing(nodes: list[str], tmp_path: Path) -> None:
    functions = {
        "one": ("a", ["b Identity a"]),
        "itself": ("a", ["again PartitionedCall a f=itself"]),
    }
    assert input_hints(Graph(metagraph(nodes, functions)), tmp_path, {"x": "x:0", "y": "not_there:0"}) == {}


def test_a_vocabulary_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    version = telling_models.save(tmp_path, "vocabulary_in_a_file")
    loaded = SavedModel(version)
    (version / "assets/cities.txt").unlink()
    with_graph = Graph(_meta_graph(version))
    assert loaded.hints["serving_default"] != {}
    assert input_hints(with_graph, version, {"city": "serving_default_city:0"}) == {}


@pytest.mark.parametrize("seed", range(20))
def test_a_graph_with_inputs_mixed_up_tells_what_it_may_and_fails_nowhere(seed: int, tmp_path: Path) -> None:
    version = telling_models.save(tmp_path, sorted(telling_models.MODELS)[seed % len(telling_models.MODELS)])
    draw = np.random.default_rng(seed)

    def mix_up(meta_graph: Any) -> None:
        bodies = [meta_graph.graph_def.node, *(one.node_def for one in meta_graph.graph_def.library.function)]
        for nodes in bodies:
            names = [name for node in nodes for name in node.input] or ["x"]
            for node in nodes:
                for place in range(len(node.input)):
                    if draw.random() < 0.3:
                        node.input[place] = names[draw.integers(len(names))]
                if draw.random() < 0.1 and node.input:
                    del node.input[-1]

    rewrite(version, mix_up)
    meta_graph = _meta_graph(version)
    inputs = {key: info.name for key, info in meta_graph.signature_def["serving_default"].inputs.items()}
    assert input_hints(Graph(meta_graph), version, inputs).keys() <= inputs.keys()


def _meta_graph(version: Path) -> Any:
    import_tensorflow()
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    return parse_saved_model(str(version)).meta_graphs[0]
