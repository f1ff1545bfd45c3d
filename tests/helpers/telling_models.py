"""SavedModels whose graph tells what they take, and that refuse most other values or answer them all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.model.hints import Hint
from fixtures.model.tensorflow import import_tensorflow

CITIES = (b"berlin", b"paris", b"rome")
ROWS = np.array([[1.0, 4.0], [2.0, 3.0], [3.5, 1.0], [5.0, 9.0]], np.float32)

Model = Callable[[Any, Path], tuple[Callable[..., Any], Mapping[str, tuple[str, Any]]]]
"""Gives the serving function and the dtype and shape of each input; the module keeps what is to be saved with it."""


def _rows(module: Any) -> Any:
    module.rows = import_tensorflow().Variable(ROWS)
    return module.rows


def _table(module: Any, keys: Any) -> Any:
    tf = import_tensorflow()
    filled = tf.lookup.KeyValueTensorInitializer(keys, tf.range(len(keys), dtype=tf.int64))
    module.table = tf.lookup.StaticHashTable(filled, 3)
    return module.table


def embedding(module: Any, directory: Path) -> Any:
    rows = _rows(module)
    return lambda ids: {"y": import_tensorflow().gather(rows, ids)}, {"ids": ("int32", [None, 3])}


def embedding_by_floats(module: Any, directory: Path) -> Any:
    tf, rows = import_tensorflow(), _rows(module)

    def serve(ids: Any) -> Any:
        return {"y": tf.reduce_mean(tf.nn.embedding_lookup(rows, tf.cast(ids, tf.int32)), axis=1)}

    return serve, {"ids": ("float32", [None, 3])}


def one_hot(module: Any, directory: Path) -> Any:
    return lambda kind: {"y": import_tensorflow().one_hot(kind, 4)}, {"kind": ("int64", [None])}


def vocabulary(module: Any, directory: Path) -> Any:
    rows, table = _rows(module), _table(module, list(CITIES))
    return lambda city: {"y": import_tensorflow().gather(rows, table.lookup(city))}, {"city": ("string", [None])}


def vocabulary_of_numbers(module: Any, directory: Path) -> Any:
    rows, table = _rows(module), _table(module, import_tensorflow().constant([700, 800, 900], "int64"))
    return lambda code: {"y": import_tensorflow().gather(rows, table.lookup(code))}, {"code": ("int64", [None])}


def vocabulary_in_a_file(module: Any, directory: Path) -> Any:
    tf, rows = import_tensorflow(), _rows(module)
    file = directory / "cities.txt"
    file.write_bytes(b"\n".join(CITIES) + b"\n")
    line, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
    filled = tf.lookup.TextFileInitializer(str(file), tf.string, line, tf.int64, number)
    module.table = tf.lookup.StaticVocabularyTable(filled, 1)
    return lambda city: {"y": tf.gather(rows, module.table.lookup(city))}, {"city": ("string", [None])}


def names_in_a_file(module: Any, directory: Path) -> Any:
    tf = import_tensorflow()
    file = directory / "names.txt"
    file.write_bytes(b"\n".join(CITIES) + b"\n")
    line, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
    filled = tf.lookup.TextFileInitializer(str(file), tf.int64, number, tf.string, line)
    module.table = tf.lookup.StaticHashTable(filled, "unknown")
    return lambda number: {"name": module.table.lookup(number)}, {"number": ("int64", [None])}


def text(module: Any, directory: Path) -> Any:
    tf, rows, table = import_tensorflow(), _rows(module), _table(module, list(CITIES))

    def serve(text: Any) -> Any:
        words = tf.strings.split(tf.strings.regex_replace(tf.strings.lower(text), "[.,]", ""))
        numbers = tf.ragged.map_flat_values(table.lookup, words)
        return {"y": tf.reduce_mean(tf.gather(rows, numbers.to_tensor(3, shape=[None, 8])), axis=1)}

    return serve, {"text": ("string", [None])}


def numbers_in_text(module: Any, directory: Path) -> Any:
    tf = import_tensorflow()

    def serve(numbers: Any) -> Any:
        return {"sum": tf.reduce_sum(tf.strings.to_number(tf.strings.split(numbers, ",")), axis=1)}

    return serve, {"numbers": ("string", [None])}


def letters(module: Any, directory: Path) -> Any:
    tf, table = import_tensorflow(), _table(module, ["a", "b", "c"])

    def serve(word: Any) -> Any:
        found = tf.ragged.map_flat_values(table.lookup, tf.strings.unicode_split(word, "UTF-8"))
        return {"sum": tf.reduce_sum(found, axis=1)}

    return serve, {"word": ("string", [None])}


def _decoded(content: Any) -> Any:
    tf = import_tensorflow()
    image = tf.image.resize(tf.io.decode_jpeg(content, channels=3), [4, 4]) / 255.0
    return tf.ensure_shape(image, [4, 4, 3])


def jpeg(module: Any, directory: Path) -> Any:
    tf = import_tensorflow()

    def serve(image_bytes: Any) -> Any:
        images = tf.map_fn(_decoded, image_bytes, fn_output_signature=tf.float32)
        return {"colour": tf.nn.softmax(tf.reduce_mean(images, axis=(1, 2)))}

    return serve, {"image_bytes": ("string", [None])}


def png_in_base64(module: Any, directory: Path) -> Any:
    tf = import_tensorflow()

    def serve(image: Any) -> Any:
        decoded = tf.io.decode_png(tf.io.decode_base64(image), channels=1)
        return {"light": tf.reduce_mean(tf.cast(decoded, tf.float32))}

    return serve, {"image": ("string", [])}


def features(module: Any, directory: Path) -> Any:
    tf, rows, table = import_tensorflow(), _rows(module), _table(module, list(CITIES))
    wanted = {
        "id": tf.io.FixedLenFeature([], tf.int64),
        "tag": tf.io.FixedLenFeature([], tf.string),
        "weights": tf.io.VarLenFeature(tf.float32),
        "more": tf.io.VarLenFeature(tf.int64),
    }

    def serve(examples: Any) -> Any:
        parsed = tf.io.parse_example(examples, wanted)
        weight = tf.sparse.reduce_sum(parsed["weights"], axis=1)[:, None]
        more = tf.nn.embedding_lookup_sparse(rows, parsed["more"], None, combiner="sum")
        return {"y": tf.gather(rows, parsed["id"]) + tf.gather(rows, table.lookup(parsed["tag"])) + weight + more}

    return serve, {"examples": ("string", [None])}


def asserted(module: Any, directory: Path) -> Any:
    tf = import_tensorflow()

    def serve(month: Any, share: Any) -> Any:
        checks = [
            tf.debugging.assert_less(month, 13),
            tf.debugging.assert_greater_equal(tf.reduce_min(month), 1),
            tf.debugging.assert_less_equal(0.25, share),
            tf.debugging.assert_less_equal(share, 0.75),
        ]
        with tf.control_dependencies(checks):
            return {"y": tf.cast(month, tf.float32) * share}

    return serve, {"month": ("int32", [None]), "share": ("float32", [None])}


MODELS: dict[str, Model] = {
    "embedding": embedding,
    "embedding_by_floats": embedding_by_floats,
    "one_hot": one_hot,
    "vocabulary": vocabulary,
    "vocabulary_of_numbers": vocabulary_of_numbers,
    "vocabulary_in_a_file": vocabulary_in_a_file,
    "names_in_a_file": names_in_a_file,
    "text": text,
    "numbers_in_text": numbers_in_text,
    "letters": letters,
    "jpeg": jpeg,
    "png_in_base64": png_in_base64,
    "features": features,
    "asserted": asserted,
}
_IDS = Hint(low=0, high=3, is_whole=True)
HINTS: dict[str, dict[str, Hint]] = {
    "embedding": {"ids": _IDS},
    "embedding_by_floats": {"ids": _IDS},
    "one_hot": {"kind": _IDS},
    "vocabulary": {"city": Hint(tokens=CITIES)},
    "vocabulary_of_numbers": {"code": Hint(tokens=(700, 800, 900))},
    "vocabulary_in_a_file": {"city": Hint(tokens=CITIES)},
    "names_in_a_file": {"number": Hint(low=0, high=2, is_whole=True)},
    "text": {"text": Hint(tokens=CITIES, separator=b" ")},
    "numbers_in_text": {"numbers": Hint(tokens=tuple(b"%d" % number for number in range(10)), separator=b",")},
    "letters": {"word": Hint(tokens=(b"a", b"b", b"c"), separator=b"")},
    "jpeg": {"image_bytes": Hint(image="JPEG")},
    "png_in_base64": {"image": Hint(image="PNG", is_base64=True)},
    "features": {"examples": Hint(features={"id": _IDS, "tag": Hint(tokens=CITIES), "more": _IDS})},
    "asserted": {"month": Hint(low=1, high=12), "share": Hint(low=0.25, high=0.75)},
}
"""What each graph tells of its inputs."""


def save(directory: Path, name: str) -> Path:
    """Write version 1 of a model; gives its version directory."""
    tf = import_tensorflow()
    module = tf.Module()
    directory.mkdir(parents=True, exist_ok=True)
    function, inputs = MODELS[name](module, directory)
    concrete = tf.function(function, autograph=False).get_concrete_function(
        *(tf.TensorSpec(shape, dtype, name=one) for one, (dtype, shape) in inputs.items())
    )
    version = directory / name / "1"
    tf.saved_model.save(module, str(version), signatures={"serving_default": concrete})
    return version
