"""SavedModels that reach a file which is none of theirs, on paths that a look at the graph may miss.

Each is asked without inputs, by its signature `serving_default`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.exports import rewrite

SECRET = "none of the model's business"


@dataclass(frozen=True)
class World:
    """What is around a hostile model: it reads the one file, writes the other, and deletes the checkpoint."""

    directory: Path

    @property
    def secret(self) -> str:
        """A file that is to be read."""
        return str(self.directory / "secret.txt")

    @property
    def written(self) -> str:
        """A checkpoint that is to be written."""
        return str(self.directory / "written")

    @property
    def checkpoint(self) -> str:
        """A checkpoint of somebody else, that is to be deleted."""
        return str(self.directory / "somebody_elses")

    def prepare(self) -> None:
        """Make what is to be read and deleted."""
        self.directory.mkdir(parents=True)
        Path(self.secret).write_text(SECRET)
        _save(self.checkpoint, "theirs")


Build = Callable[[World, Any], None]
"""Adds nodes to the default graph, and says in the MetaGraphDef what they are for."""


def _ops() -> Any:
    return import_tensorflow().raw_ops


def _serve(meta_graph: Any, tensor: Any) -> None:
    signature = meta_graph.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    info = signature.outputs["y"]
    info.name, info.dtype = tensor.name, tensor.dtype.as_datatype_enum
    info.tensor_shape.unknown_rank = True


def _initialise(meta_graph: Any, operation: Any) -> None:
    meta_graph.collection_def["saved_model_main_op"].node_list.value.append(operation.name)


def _asset(meta_graph: Any, text: str = "") -> Any:
    path = import_tensorflow().constant(text, name="asset_path")
    meta_graph.asset_file_def.add(filename="words.txt").tensor_info.name = path.name
    return path


def _variable(name: str = "kept") -> Any:
    return _ops().VarHandleOp(dtype=import_tensorflow().string, shape=[], shared_name=name)


def _read_at_load(meta_graph: Any, path: Any) -> None:
    """Reads the file when the model is loaded, and gives what it held when the model is asked."""
    tf = import_tensorflow()
    variable = _variable()
    _initialise(meta_graph, _ops().AssignVariableOp(resource=variable, value=tf.io.read_file(path)))
    _serve(meta_graph, _ops().ReadVariableOp(resource=variable, dtype=tf.string))


def in_tensor_content(world: World, meta_graph: Any) -> None:
    """The path is text, in the other of the two fields that a string may be in."""
    tf = import_tensorflow()
    value = tf.compat.v1.AttrValue()
    value.tensor.dtype = tf.string.as_datatype_enum
    value.tensor.tensor_shape.SetInParent()
    value.tensor.tensor_content = bytes([len(world.secret)]) + world.secret.encode()
    dtype = tf.compat.v1.AttrValue(type=tf.string.as_datatype_enum)
    path = tf.compat.v1.get_default_graph().create_op(
        "Const", [], [tf.string], attrs={"value": value, "dtype": dtype}, compute_device=False
    )
    _serve(meta_graph, tf.io.read_file(path.outputs[0]))


def from_numbers(world: World, meta_graph: Any) -> None:
    """The path is made of code points."""
    tf = import_tensorflow()
    _serve(meta_graph, tf.io.read_file(tf.strings.unicode_encode(list(map(ord, world.secret)), "UTF-8")))


def from_a_template(world: World, meta_graph: Any) -> None:
    """The path is the template of a message that nothing is put into."""
    tf = import_tensorflow()
    path = _ops().StringFormat(inputs=[], template=world.secret, placeholder="{}")
    _serve(meta_graph, tf.io.read_file(path))


def from_a_pattern(world: World, meta_graph: Any) -> None:
    """The path of an asset, all of it replaced."""
    path = _ops().StaticRegexReplace(input=_asset(meta_graph), pattern="^.*$", rewrite=world.secret)
    _read_at_load(meta_graph, path)


def from_an_assets_name(world: World, meta_graph: Any) -> None:
    """The path of an asset, its own name replaced by a way out."""
    up = "../" * 30 + world.secret
    _read_at_load(meta_graph, _ops().StaticRegexReplace(input=_asset(meta_graph), pattern=r"words\.txt", rewrite=up))


def from_a_served_asset(world: World, meta_graph: Any) -> None:
    """An asset that is fed when the model is loaded, and text when it is asked."""
    tf = import_tensorflow()
    path = _asset(meta_graph, world.secret)
    _initialise(meta_graph, tf.io.read_file(path).op)
    _serve(meta_graph, tf.io.read_file(path))


def from_the_checkpoint(world: World, meta_graph: Any) -> None:
    """A variable that is restored, and not assigned to by anything else."""
    tf = import_tensorflow()
    variable = _variable()
    _restore(meta_graph, lambda restored: _ops().AssignVariableOp(resource=variable, value=restored))
    _serve(meta_graph, tf.io.read_file(_ops().ReadVariableOp(resource=variable, dtype=tf.string)))


def from_a_second_handle(world: World, meta_graph: Any) -> None:
    """A variable that holds an asset's path, and by another handle is given another."""
    tf = import_tensorflow()
    asset = _ops().AssignVariableOp(resource=_variable(), value=_asset(meta_graph))
    with tf.control_dependencies([asset]):
        _initialise(meta_graph, _ops().AssignVariableOp(resource=_variable(), value=tf.constant(world.secret)))
    _serve(meta_graph, tf.io.read_file(_ops().ReadVariableOp(resource=_variable(), dtype=tf.string)))


def from_a_saver_of_pythons(world: World, meta_graph: Any) -> None:
    """A variable that an asset's path is assigned to by nobody, and that Python restores, for want of a saver."""
    tf = import_tensorflow()
    from tensorflow.core.framework import variable_pb2

    # it is looked for in the checkpoint by the name of its node
    variable = _ops().VarHandleOp(dtype=tf.string, shape=[], shared_name="path", name="path")
    _ops().AssignVariableOp(resource=variable, value=_asset(meta_graph))
    path = _ops().ReadVariableOp(resource=variable, dtype=tf.string)
    listed = variable_pb2.VariableDef(is_resource=True, variable_name=variable.name, snapshot_name=path.name)
    listed.initializer_name = tf.no_op().name
    meta_graph.collection_def["variables"].bytes_list.value.append(listed.SerializeToString())
    _serve(meta_graph, tf.io.read_file(path))


def saved_by_the_restore(world: World, meta_graph: Any) -> None:
    """A checkpoint is written when the model is loaded."""
    tf = import_tensorflow()
    name = _restore(meta_graph, lambda restored: _save(world.written, restored))
    _serve(meta_graph, tf.identity(name))


def saved_by_a_table(world: World, meta_graph: Any) -> None:
    """A checkpoint is written by what is listed to fill tables: Python runs it where there is no init op."""
    tf = import_tensorflow()
    filled = _save(world.written, tf.constant("text"))
    meta_graph.collection_def["table_initializer"].node_list.value.append(filled.name)
    _serve(meta_graph, tf.constant("served"))


def saved_by_a_local_variable(world: World, meta_graph: Any) -> None:
    """The same by what is listed to initialise a local variable."""
    tf = import_tensorflow()
    from tensorflow.core.framework import variable_pb2

    variable = _variable()
    filled = _save(world.written, tf.constant("text"))
    listed = variable_pb2.VariableDef(is_resource=True, variable_name=variable.name, initializer_name=filled.name)
    listed.snapshot_name = _ops().ReadVariableOp(resource=variable, dtype=tf.string).name
    meta_graph.collection_def["local_variables"].bytes_list.value.append(listed.SerializeToString())
    _serve(meta_graph, tf.constant("served"))


def merged_by_the_restore(world: World, meta_graph: Any) -> None:
    """Somebody else's checkpoint is moved away when the model is loaded."""

    def merge(restored: Any) -> Any:
        return _ops().MergeV2Checkpoints(
            checkpoint_prefixes=[world.checkpoint], destination_prefix=world.written, delete_old_dirs=True
        )

    _serve(meta_graph, import_tensorflow().identity(_restore(meta_graph, merge)))


def _restore(meta_graph: Any, then: Callable[[Any], Any]) -> Any:
    tf = import_tensorflow()
    name = tf.compat.v1.placeholder_with_default("model", [], name="checkpoint")
    restored = _ops().RestoreV2(prefix=name, tensor_names=["path"], shape_and_slices=[""], dtypes=[tf.string])
    saver = meta_graph.saver_def
    saver.filename_tensor_name, saver.save_tensor_name, saver.version = name.name, name.name, saver.V2
    saver.restore_op_name = then(restored[0]).name
    return tf.constant("restored")


def _save(prefix: str, value: Any) -> Any:
    return _ops().SaveV2(prefix=prefix, tensor_names=["path"], shape_and_slices=[""], tensors=[value])


READ: dict[str, Build] = {
    build.__name__: build
    for build in (
        in_tensor_content,
        from_numbers,
        from_a_template,
        from_a_pattern,
        from_an_assets_name,
        from_a_served_asset,
        from_the_checkpoint,
        from_a_second_handle,
        from_a_saver_of_pythons,
    )
}
"""What reads the secret and answers with it."""
WRITE: dict[str, Build] = {
    build.__name__: build
    for build in (saved_by_the_restore, saved_by_a_table, saved_by_a_local_variable, merged_by_the_restore)
}
"""What writes a checkpoint, or moves one away."""


def save(directory: Path, build: Build, world: World) -> None:
    """Write a hostile model."""
    tf = import_tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    saved_model = saved_model_pb2.SavedModel(saved_model_schema_version=1)
    meta_graph = saved_model.meta_graphs.add()
    meta_graph.meta_info_def.tags.append("serve")
    with tf.Graph().as_default() as graph:
        build(world, meta_graph)
    meta_graph.graph_def.CopyFrom(graph.as_graph_def())
    (directory / "assets").mkdir(parents=True)
    (directory / "assets/words.txt").write_text("red")
    (directory / "variables").mkdir()
    _save(str(directory / "variables/variables"), world.secret)
    (directory / "saved_model.pb").write_bytes(saved_model.SerializeToString())


def save_bound_elsewhere(directory: Path, world: World) -> None:
    """Write a model whose graph reads an asset, and whose saved objects bind another path to it for Python's loader."""
    tf = import_tensorflow()
    module = tf.Module()
    words = world.directory / "words.txt"
    words.write_text("red")
    module.asset = tf.saved_model.Asset(str(words))
    serve = tf.function(lambda: {"y": tf.io.read_file(module.asset.asset_path)}).get_concrete_function()
    tf.saved_model.save(module, str(directory), signatures={"serving_default": serve})

    def bind(meta_graph: Any) -> None:
        (asset,) = (node.asset for node in meta_graph.object_graph_def.nodes if node.HasField("asset"))
        asset.asset_file_def_index = len(meta_graph.asset_file_def)
        meta_graph.asset_file_def.add(filename="../" * 30 + world.secret).tensor_info.name = "nowhere:0"

    rewrite(directory, bind)
