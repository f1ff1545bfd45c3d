"""Whatever is in saved_model.pb, a look at it ends, in a finding or in nothing, and never in an error of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.graph.dangerous_ops import DANGEROUS_OPS
from fixtures.graph.inspection import inspect
from fixtures.graph.proto import BINARY_FILE, TEXT_FILE
from fixtures.model.catalog import ModelVersion
from tests.helpers.gate import ROOT
from tests.helpers.metagraphs import metagraph

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
"""How many are tried of each kind; CI asks for more."""
REAL = (ROOT / "models/flowerclassifier/002" / BINARY_FILE).read_bytes()

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# now and then two things have one name, as they must not
UNIQUE = st.sampled_from([True] * 19 + [False])
NAMES = st.sampled_from(
    [*"abcdefg", "y", "z", "", "b:0", "c:1", "a:out:0", "^a", "^", ":", "a:b:c:d", "f", "F", "Identity"]
)
OPS = st.sampled_from(
    [
        *sorted(DANGEROUS_OPS),
        *["Identity", "Const", "Placeholder", "VarHandleOp", "ReadVariableOp", "AssignVariableOp"] * 10,
        *["PartitionedCall", "If", "Case", "While", "StaticRegexReplace", "MapDataset", "SymbolicGradient", "F", "G"]
        * 10,
    ]
)
TEXTS = st.one_of(
    st.binary(max_size=8), st.sampled_from([b"F", b"G", b"done", b"local://", b"", b"ML\xefRcustom_call"])
)


KEYS = ["f", "value", "shared_name", "dtype", "pattern", "module"]
KINDS = ["asset", "variable", "function", "bare_concrete_function"]


@st.composite
def nodes(draw: st.DrawFn, to: Any) -> None:
    """Add a few nodes that take what may be there."""
    for name in draw(st.lists(NAMES, max_size=8, unique=draw(UNIQUE))):
        node = to.add(name=name, op=draw(OPS), input=draw(st.lists(NAMES, max_size=4)))
        for key in draw(st.lists(st.sampled_from(KEYS), max_size=3)):
            attribute = node.attr[key]
            match draw(st.integers(0, 5)):
                case 0:
                    attribute.func.name = draw(NAMES)
                case 1:
                    attribute.s = draw(TEXTS)
                case 2:
                    attribute.type = 7
                case 3:
                    attribute.tensor.string_val.append(draw(TEXTS))
                case 4:
                    attribute.placeholder = draw(NAMES)
                case _:
                    attribute.list.func.add(name=draw(NAMES))


@st.composite
def meta_graphs(draw: st.DrawFn) -> Any:
    """A graph with functions that call each other, signatures, a saver, assets and saved objects, all in disorder."""
    found = metagraph([], output=draw(NAMES), saver=(draw(NAMES), draw(NAMES), draw(NAMES)))
    draw(nodes(found.graph_def.node))
    for name in draw(st.lists(st.sampled_from(["F", "G", "H", "Identity"]), max_size=4, unique=draw(UNIQUE))):
        function = found.graph_def.library.function.add()
        function.signature.name = name
        for argument in draw(st.lists(st.sampled_from(["x", "y", "z"]), max_size=3, unique=draw(UNIQUE))):
            function.signature.input_arg.add(name=argument)
        for output in draw(st.lists(NAMES, max_size=2)):
            function.signature.output_arg.add(name=output)
            function.ret[output] = draw(NAMES)
        function.attr["api_implements"].s = draw(st.sampled_from([b"", b"lstm"]))
        draw(nodes(function.node_def))
    found.graph_def.library.gradient.add(function_name=draw(NAMES), gradient_func=draw(NAMES))
    for file in draw(st.lists(st.sampled_from(["words", "../up", "", "\0", "done", "/etc"]), max_size=3)):
        found.asset_file_def.add(filename=file).tensor_info.name = draw(NAMES)
    found.collection_def["saved_model_assets"].any_list.value.add().value = draw(TEXTS)
    found.collection_def["saved_model_main_op"].node_list.value.append(draw(NAMES))
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=3)):
        node = found.object_graph_def.nodes.add()
        getattr(node, kind).SetInParent()
        node.asset.asset_file_def_index = draw(st.integers(-1, 4))
        node.children.add(node_id=draw(st.integers(-2, 4)), local_name="_initialize")
    found.object_graph_def.concrete_functions["F"].bound_inputs.extend(draw(st.lists(st.integers(-2, 5), max_size=4)))
    return found


@pytest.fixture(scope="module")
def version() -> Any:
    """A version directory that is written anew for each example, in memory where there is such a place."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as directory:
        yield ModelVersion("m", 1, Path(directory))


def looked_at(version: ModelVersion, content: bytes, file: str = BINARY_FILE) -> None:
    (version.path / file).write_bytes(content)
    inspection = inspect(version)
    assert all(line.isprintable() for line in (*inspection.unreadable, *inspection.dangers))
    (version.path / file).unlink()


@fuzz
@given(content=st.binary(max_size=200))
def test_any_bytes(version: ModelVersion, content: bytes) -> None:
    looked_at(version, content)


@fuzz
@given(content=st.binary(max_size=200))
def test_any_text(version: ModelVersion, content: bytes) -> None:
    looked_at(version, content, TEXT_FILE)


@fuzz
@given(data=st.data())
def test_real_graph_with_bytes_changed(version: ModelVersion, data: st.DataObject) -> None:
    content = bytearray(REAL)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                content[place] = data.draw(st.integers(0, 255))
            case 1:
                del content[place : place + data.draw(st.integers(1, 64))]
            case _:
                content[place:place] = data.draw(st.binary(max_size=16))
        content = content or bytearray(REAL)
    looked_at(version, bytes(content))


@fuzz
@given(meta_graph=meta_graphs())
def test_any_graph(version: ModelVersion, meta_graph: Any) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    looked_at(version, saved_model_pb2.SavedModel(meta_graphs=[meta_graph]).SerializeToString())
