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


def save_several_graphs(directory: Path) -> None:
    """Write a SavedModel as estimators do, with graphs for training, for TPUs and to serve: y = 3x, 4x and 2x."""
    tf = import_tensorflow()
    v1 = tf.compat.v1
    builder = v1.saved_model.Builder(str(directory))
    for number, (tags, factor) in enumerate({("train",): 3.0, ("serve", "tpu"): 4.0, ("serve",): 2.0}.items()):
        with tf.Graph().as_default(), v1.Session() as session:
            x = v1.placeholder(tf.float32, [None, 3], name="x")
            y = x * v1.get_variable("ones", initializer=tf.ones([3])) * factor
            session.run(v1.global_variables_initializer())
            signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
            signatures = {"train" if tags == ("train",) else "serving_default": signature}
            if number == 0:
                builder.add_meta_graph_and_variables(session, tags, signatures)
            else:
                builder.add_meta_graph(tags, signatures)
    builder.save()


def add_graph(directory: Path, *tags: str) -> None:
    """Have a SavedModel hold its graph once more, before the one that is there and under other tags."""
    import_tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    file = directory / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    added = saved_model_pb2.SavedModel(saved_model_schema_version=saved_model.saved_model_schema_version)
    added.meta_graphs.append(saved_model.meta_graphs[0])
    added.meta_graphs[0].meta_info_def.tags[:] = tags
    added.meta_graphs.extend(saved_model.meta_graphs)
    file.write_bytes(added.SerializeToString())
