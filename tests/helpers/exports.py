"""SavedModels that do more than compute, and ways to spoil a good one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import colours


def rewrite(directory: Path, change: Callable[[Any], None]) -> None:
    """Change the MetaGraphDef in the saved_model.pb of a version directory."""
    import_tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    file = directory / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    change(saved_model.meta_graphs[0])
    file.write_bytes(saved_model.SerializeToString())


def cut_short(file: Path) -> None:
    """Leave half of a file."""
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def flip_a_bit(file: Path) -> None:
    """Change the last byte of a file."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def swap_variables(directory: Path, variables: Mapping[str, Any]) -> None:
    """Put a checkpoint of other variables, given by attribute name, into a version directory."""
    tf = import_tensorflow()
    module = tf.Module()
    for name, value in variables.items():
        setattr(module, name, tf.Variable(value))
    tf.saved_model.save(module, str(directory / "other"))
    shutil.rmtree(directory / "variables")
    shutil.move(directory / "other/variables", directory / "variables")
    shutil.rmtree(directory / "other")


def with_effect(effect: Callable[[Any], Any]) -> colours.Function:
    """The good serving function of version 2, which first does something that it should not."""

    def serve(image: Any) -> Mapping[str, Any]:
        with import_tensorflow().control_dependencies([effect(image)]):
            return colours.good(2)(image)

    return serve


def write_file(path: Path) -> Callable[[Any], Any]:
    """Writes a file."""
    return lambda image: import_tensorflow().io.write_file(str(path), "here I was")


def within(effect: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Does it in a function of its own, called by the serving function."""
    tf = import_tensorflow()

    def inner(image: Any) -> Any:
        with tf.control_dependencies([effect(image)]):
            return tf.constant(0)

    return lambda image: tf.function(inner)(image)


def save_with_initializer(directory: Path, effect: Callable[[], Any]) -> None:
    """Write the good colour model, version 2, so that loading it does something that it should not."""
    tf = import_tensorflow()
    trackable_resource: Any = tf.saved_model.experimental.TrackableResource

    class Resource(trackable_resource):  # type: ignore[misc]
        def _create_resource(self) -> Any:
            return tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> None:
            effect()

    module = tf.Module()
    module.resource = Resource()
    module.variable = tf.Variable(1.0)
    serve = tf.function(lambda image: colours.good(2)(image * module.variable))
    concrete = serve.get_concrete_function(tf.TensorSpec((None, 8, 8, 3), tf.float32, name="image"))
    tf.saved_model.save(module, str(directory), signatures={"serving_default": concrete})
