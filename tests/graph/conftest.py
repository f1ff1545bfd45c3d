"""SavedModels as people export them, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.model.tensorflow import import_tensorflow


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a SavedModel for each usual way of exporting one."""
    directory = tmp_path_factory.mktemp("exports")
    words = directory / "words.txt"
    words.write_text("red\ngreen\nblue\n")
    _with_assets(directory / "with_assets", str(words))
    tf = import_tensorflow()
    again = tf.saved_model.load(str(directory / "with_assets"))
    tf.saved_model.save(again, str(directory / "with_assets_again"), signatures=again.signatures)
    _by_keras(directory, str(words))
    _by_tensorflow_1(directory / "by_tensorflow_1", str(words))
    return directory


def _with_assets(directory: Path, words: str) -> None:
    """A table that is filled from an asset, an asset that is read, a table that is saved with the variables."""
    tf = import_tensorflow()
    module = tf.Module()
    module.table = _table(words)
    module.asset = tf.saved_model.Asset(words)
    module.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    module.scale = tf.Variable([1.0, 2.0])

    def serve(word: Any) -> Any:
        return {
            "number": module.table.lookup(word) + module.counts.lookup(word),
            "text": tf.io.read_file(module.asset.asset_path),
            "scale": module.scale.read_value(),
        }

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec([None], tf.string, name="word"))
    tf.saved_model.save(module, str(directory), signatures={"serving_default": concrete})


def _by_keras(directory: Path, words: str) -> None:
    tf = import_tensorflow()
    text = tf.keras.Input((), dtype="string")
    numbers = tf.keras.layers.TextVectorization(vocabulary=["red", "green"], output_sequence_length=4)(text)
    rows = tf.keras.layers.GlobalAveragePooling1D()(tf.keras.layers.Embedding(10, 3)(numbers))
    dropped = tf.keras.layers.Dropout(0.5)(tf.keras.layers.BatchNormalization()(rows))
    model = tf.keras.Model(text, tf.keras.layers.Dense(2)(dropped))
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", model.call, [tf.TensorSpec((None,), tf.string)])
    archive.write_out(str(directory / "by_export_archive"), verbose=False)
    word = tf.keras.Input((), dtype="string")
    number = tf.keras.layers.StringLookup(vocabulary=words)(word)
    model = tf.keras.Model(word, tf.keras.layers.Embedding(10, 3)(number))
    model.export(str(directory / "by_keras"), verbose=False)


def _by_tensorflow_1(directory: Path, words: str) -> None:
    """A partitioned variable, a table from an asset, and the saver of the training beside that of the export."""
    tf = import_tensorflow()
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 3])
        parts = v1.fixed_size_partitioner(3)
        weights = v1.get_variable("weights", [3, 2], use_resource=False, partitioner=parts)
        bias = v1.get_variable("bias", [2], use_resource=True)
        y = tf.matmul(x, tf.convert_to_tensor(weights)) + bias
        number = _table(words).lookup(tf.constant(["red"]))
        v1.train.Saver()
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        v1.saved_model.simple_save(
            session, str(directory), {"x": x}, {"y": y, "number": number}, legacy_init_op=v1.tables_initializer()
        )


def _table(words: str) -> Any:
    tf = import_tensorflow()
    index = tf.lookup.TextFileIndex
    lines = tf.lookup.TextFileInitializer(words, tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER)
    return tf.lookup.StaticHashTable(lines, -1)
