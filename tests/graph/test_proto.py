"""saved_model.pb is read without TensorFlow as TensorFlow reads it, and what is wrong with it is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.errors import UnreadableError
from fixtures.graph.graph import Graph
from fixtures.graph.proto import parse, read_meta_graph
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.exports import cut_short
from tests.helpers.gate import ROOT
from tests.helpers.metagraphs import Functions, metagraph

FLOWER = ROOT / "models/flowerclassifier/002"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a version directory with graphs of the given tags, and gives it."""

    def write(*tags: list[str], file: str = "saved_model.pb") -> Path:
        import_tensorflow()
        from google.protobuf import text_format
        from tensorflow.core.protobuf import saved_model_pb2

        saved_model = saved_model_pb2.SavedModel()
        for number, of_graph in enumerate(tags):
            meta_graph = metagraph([f"node_{number} Placeholder"])
            meta_graph.meta_info_def.tags[:] = of_graph
            saved_model.meta_graphs.append(meta_graph)
        binary = file.endswith(".pb")
        content = saved_model.SerializeToString() if binary else text_format.MessageToString(saved_model).encode()
        (tmp_path / file).write_bytes(content)
        return tmp_path

    return write


def fails(directory: Path, *says: str) -> None:
    """Assert that reading ends in one line that says all of this."""
    with pytest.raises(UnreadableError) as caught:
        read_meta_graph(directory)
    assert [words for words in says if words not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_every_node_is_the_one_that_tensorflow_reads() -> None:
    import_tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    whole = saved_model_pb2.SavedModel.FromString((FLOWER / "saved_model.pb").read_bytes()).meta_graphs[0]
    ours, theirs = Graph(read_meta_graph(FLOWER)), Graph(whole)

    def nodes(graph: Graph) -> list[object]:
        return [
            (body.name, body.arguments, node.name, node.op, list(node.input), sorted(node.attr))
            for body in graph.bodies
            for node in body.nodes.values()
        ]

    assert nodes(ours) == nodes(theirs)
    assert (ours.restore, ours.checkpoint_name) == (theirs.restore, theirs.checkpoint_name)


def test_reading_imports_no_tensorflow() -> None:
    program = f"""
import sys
from pathlib import Path
from fixtures.graph.inspection import inspect
from fixtures.model.catalog import ModelVersion
assert inspect(ModelVersion("flower", 2, Path({str(FLOWER)!r}))).exporter
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("file", ["saved_model.pb", "saved_model.pbtxt"])
def test_graph_that_is_served_is_read_from_either_form(file: str, write: Callable[..., Path]) -> None:
    directory = write(["train"], ["serve", "gpu"], ["serve"], file=file)
    assert list(Graph(read_meta_graph(directory)).main.nodes) == ["node_2"]


def test_binary_form_goes_before_text(write: Callable[..., Path]) -> None:
    write(["serve"], file="saved_model.pb")
    directory = write(["train"], ["serve"], file="saved_model.pbtxt")
    assert list(Graph(read_meta_graph(directory)).main.nodes) == ["node_0"]


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ([], "it holds no graph"),
        ([["train"]], "the tags are {train}"),
        ([["serve", "gpu"], []], "the tags are {gpu, serve}, {}"),
    ],
)
def test_no_graph_to_serve(tags: list[list[str]], says: str, write: Callable[..., Path]) -> None:
    directory = write(*tags)
    fails(directory, str(directory), "no graph with the tag 'serve' alone", says)


def test_no_saved_model(tmp_path: Path) -> None:
    fails(tmp_path, f"{tmp_path} holds no SavedModel that can be read: saved_model.pb: No such file")


def test_directory_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").mkdir()
    fails(tmp_path, "saved_model.pb: Is a directory")


@pytest.mark.parametrize("file", ["saved_model.pb", "saved_model.pbtxt"])
def test_file_cut_short(file: str, write: Callable[..., Path]) -> None:
    directory = write(["serve"], file=file)
    cut_short(directory / file)
    fails(directory, str(directory), file, "does not parse")


@pytest.mark.parametrize("content", [b"", b"no graph", b"\xff" * 1000, b"\n\x03\n\x01x"])
def test_file_of_something_else(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)
    fails(tmp_path, str(tmp_path))


def test_graph_in_chunks_is_refused_for_nobody_has_looked_at_it(write: Callable[..., Path]) -> None:
    directory = write(["serve"])
    (directory / "saved_model.cpb").touch()
    fails(directory, "saved_model.cpb", "chunks")


def test_asset_that_does_not_parse_is_unreadable() -> None:
    meta_graph = metagraph([])
    packed = meta_graph.collection_def["saved_model_assets"].any_list.value.add()
    packed.value = b"\xff\xff"
    with pytest.raises(UnreadableError, match="AssetFileDef"):
        Graph(parse("MetaGraphDef", meta_graph.SerializeToString()))


@pytest.mark.parametrize(
    ("nodes", "functions", "says"),
    [
        (["a Add", "a WriteFile"], {}, "the graph holds two nodes named a"),
        ([], {"f": ("x x", [])}, "the function f holds two nodes or arguments named x"),
        ([], {"f": ("x", ["x WriteFile"])}, "the function f holds two nodes or arguments named x"),
        ([], {"f": ("x", ["a Add", "a WriteFile"])}, "the function f holds two nodes or arguments named a"),
    ],
)
def test_of_two_things_with_one_name_the_other_might_be_run(
    nodes: list[str], functions: Functions, says: str, tmp_path: Path
) -> None:
    save(tmp_path, metagraph(nodes, functions))
    fails(tmp_path, says)


def test_of_two_functions_with_one_name_the_other_might_be_called(tmp_path: Path) -> None:
    meta_graph = metagraph([], {"f": ("x", ["a Add"]), "g": ("x", ["a WriteFile"])})
    meta_graph.graph_def.library.function[1].signature.name = "f"
    save(tmp_path, meta_graph)
    fails(tmp_path, "it holds two functions named f")


def save(directory: Path, meta_graph: Any) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    (directory / "saved_model.pb").write_bytes(saved_model_pb2.SavedModel(meta_graphs=[meta_graph]).SerializeToString())


def test_names_in_a_message_do_not_end_its_line(write: Callable[..., Path]) -> None:
    fails(write(["a\nPROMOTE"]), r"the tags are {a\nPROMOTE}")


def test_directory_in_place_of_the_file_goes_before_text(write: Callable[..., Path]) -> None:
    directory = write(["serve"], file="saved_model.pbtxt")
    (directory / "saved_model.pb").mkdir()
    fails(directory, "saved_model.pb: Is a directory")


@pytest.mark.parametrize("first", ["s", "type", "func", "tensor", "placeholder", "list", "b"])
@pytest.mark.parametrize("last", ["s", "type", "func", "tensor", "placeholder", "list", "b"])
def test_of_several_values_of_an_attribute_the_last_counts(first: str, last: str) -> None:
    import_tensorflow()
    from tensorflow.core.framework import attr_value_pb2

    values = {name: attr_value_pb2.AttrValue() for name in (first, last)}
    for name, value in values.items():
        if name in ("func", "tensor", "list"):
            getattr(value, name).SetInParent()
        else:
            setattr(value, name, {"s": b"x", "type": 7, "placeholder": "x", "b": True}[name])
    content = b"".join(values[name].SerializeToString() for name in (first, last))
    theirs = attr_value_pb2.AttrValue.FromString(content)
    assert parse("AttrValue", content).WhichOneof("one_of_them") == theirs.WhichOneof("value") == last
