"""Graphs written down node by node, to look at and never to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fixtures.graph.graph import Graph
from fixtures.graph.proto import parse
from fixtures.model.tensorflow import import_tensorflow

Functions = Mapping[str, tuple[str, Iterable[str]]]
"""For each function its arguments and its nodes."""


def metagraph(
    nodes: Iterable[str],
    functions: Functions | None = None,
    *,
    output: str = "",
    saver: tuple[str, str, str] = ("", "", ""),
    assets: Mapping[str, str] | None = None,
) -> Any:
    """A MetaGraphDef.

    Args:
        nodes: each `NAME OP INPUT...`, with attributes as `KEY=VALUE`; a `value` makes a string Const of it, an
            attribute `f` names a function, `bound` an attribute that whoever calls the function gives.
        functions: the function library.
        output: the tensor that the one signature gives.
        saver: what is fed with the name of the checkpoint, what saves, what restores.
        assets: the file for each tensor that is fed with its path.
    """
    import_tensorflow()
    from tensorflow.core.protobuf import meta_graph_pb2

    meta_graph = meta_graph_pb2.MetaGraphDef()
    meta_graph.meta_info_def.tags.append("serve")
    _add(meta_graph.graph_def.node, nodes)
    for name, (arguments, body) in (functions or {}).items():
        function = meta_graph.graph_def.library.function.add()
        function.signature.name = name
        for argument in arguments.split():
            function.signature.input_arg.add(name=argument)
        _add(function.node_def, body)
    meta_graph.signature_def["serving_default"].outputs["y"].name = output
    meta_graph.saver_def.filename_tensor_name, meta_graph.saver_def.save_tensor_name, restore = saver
    meta_graph.saver_def.restore_op_name = restore
    for tensor, file in (assets or {}).items():
        meta_graph.asset_file_def.add(filename=file).tensor_info.name = tensor
    return meta_graph


def graph(*arguments: Any, **keywords: Any) -> Graph:
    """The same as the gate reads it."""
    return as_read(metagraph(*arguments, **keywords))


def as_read(meta_graph: Any) -> Graph:
    """A MetaGraphDef as the gate reads it."""
    return Graph(parse("MetaGraphDef", meta_graph.SerializeToString()))


def _add(to: Any, nodes: Iterable[str]) -> None:
    tensorflow = import_tensorflow()
    for line in nodes:
        name, op, *rest = line.split()
        node = to.add(name=name, op=op)
        for word in rest:
            key, is_attribute, value = word.partition("=")
            if not is_attribute:
                node.input.append(word)
            elif key == "f":
                node.attr["f"].func.name = value
            elif key == "value":
                node.attr["value"].tensor.CopyFrom(tensorflow.make_tensor_proto(value))
                node.attr["dtype"].type = tensorflow.string.as_datatype_enum
            elif key == "bound":
                node.attr[value].placeholder = "bound"
            elif key == "urls":
                node.attr["debug_urls"].list.s.extend(url.encode() for url in value.split(",") if url)
            else:
                node.attr[key].s = value.encode("latin-1")
