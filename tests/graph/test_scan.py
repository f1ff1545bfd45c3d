"""A graph that does more than compute is found out, and one that does not never is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fixtures.graph.graph import Graph
from fixtures.graph.proto import parse, read_meta_graph
from fixtures.graph.scan import dangers, unknown_ops
from tests.helpers.gate import ROOT, SHARED
from tests.helpers.metagraphs import Functions, graph

SHARED_MODELS = sorted(path.parent for path in SHARED.glob("tfs/models/*/*/saved_model.pb"))
CHAPTER = SHARED / "chapter/flowerclassifier.pb"


def found(graph: Graph) -> set[str]:
    """Where the scan finds something: `NODE`, in a function `FUNCTION/NODE`."""
    return {"/".join(filter(None, finding.place)) for finding in dangers(graph)}


@pytest.mark.parametrize("version", sorted(ROOT.glob("models/*/*/saved_model.pb")), ids=lambda file: file.parent.name)
def test_flower_model_only_computes(version: Path) -> None:
    assert dangers(Graph(read_meta_graph(version.parent))) == []


@pytest.mark.skipif(not SHARED_MODELS, reason="they come with CI, not with a clone")
@pytest.mark.parametrize("version", SHARED_MODELS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_recorded_models_only_compute(version: Path) -> None:
    assert dangers(Graph(read_meta_graph(version))) == []


@pytest.mark.skipif(not CHAPTER.is_file(), reason="it comes with CI, not with a clone")
def test_chapters_model_only_computes() -> None:
    assert dangers(Graph(parse("SavedModel", CHAPTER.read_bytes()).meta_graphs[0])) == []


@pytest.mark.parametrize(
    "export", ["with_assets", "with_assets_again", "by_keras", "by_export_archive", "by_tensorflow_1"]
)
def test_usual_exports_only_compute(export: str, exports: Path) -> None:
    assert dangers(Graph(read_meta_graph(exports / export))) == []


CALL = ["y StatefulPartitionedCall x f=serve"]


@pytest.mark.parametrize(
    ("nodes", "functions", "where"),
    [
        (["path Const value=log", "y WriteFile path x"], {}, "y"),
        (["init WriteFile path x"], {}, "init"),
        (CALL, {"serve": ("x", ["log WriteFile x x"])}, "serve/log"),
        (CALL, {"serve": ("x", ["y PartitionedCall x f=inner"]), "inner": ("x", ["y PyFunc x"])}, "inner/y"),
        (["y While x cond=c f=body"], {"body": ("x", ["y EagerPyFunc x"])}, "body/y"),
        (["y MapDataset x f=parse"], {"parse": ("x", ["y ReadFile x"])}, "parse/y"),
        ([], {"left_over": ("x", ["y PrintV2 x"])}, "left_over/y"),
        (["y DebugIdentity x urls=file:///tmp/dump"], {}, "y"),
        (["y FixedUnigramCandidateSampler x vocab_file=/srv/words"], {}, "y"),
        (["y DecodeProtoV2 x descriptor_source=/srv/descriptors"], {}, "y"),
        (["path Const value=/tmp/cache", "y CacheDataset x path"], {}, "y"),
        (["y SaveV2 x"], {}, "y"),
        (["y RestoreV2"], {}, "y"),
        (["y MergeV2Checkpoints x x"], {}, "y"),
    ],
)
def test_what_an_op_does_is_found_wherever_it_is(nodes: Iterable[str], functions: Functions, where: str) -> None:
    assert found(graph(["x Placeholder", *nodes], functions, output="y:0")) == {where}


@pytest.mark.parametrize(
    "node",
    [
        "y DebugIdentity x urls=",
        "y FixedUnigramCandidateSampler x",
        "y DecodeProtoV2 x descriptor_source=local://",
        "y CacheDataset x nothing",
        "y ShardedFilename x x x",
        "y Assert x x",
        "y MutableHashTableV2",
    ],
)
def test_what_an_op_does_not_do_is_not_held_against_it(node: str) -> None:
    assert found(graph(["x Placeholder", "nothing Const value=", node], output="y:0")) == set()


def test_finding_names_op_node_function_and_deed() -> None:
    within = graph(CALL, {"serve": ("x", ["log WriteFile x x"])})
    outside = graph(["log WriteFile x x"])
    assert str(dangers(within)[0]) == "WriteFile, the node `log` in the function serve, writes files"
    assert str(dangers(outside)[0]) == "WriteFile, the node `log`, writes files"


# the asset goes into a variable, and from there into the call of a function that initialises a table
ASSET = [
    "path Placeholder",
    "v VarHandleOp shared_name=words",
    "set AssignVariableOp v path",
    "got ReadVariableOp v ^set",
    "table HashTableV2",
    "init StatefulPartitionedCall got table f=initialise",
]
INITIALISE: Functions = {
    "initialise": ("file handle", ["y PartitionedCall file handle f=inner"]),
    "inner": ("file handle", ["fill InitializeTableFromTextFileV2 handle file"]),
}
IS_ASSET = {"path:0": "words.txt"}


def test_table_is_filled_from_an_asset() -> None:
    assert found(graph(ASSET, INITIALISE, assets=IS_ASSET)) == set()


@pytest.mark.parametrize(
    ("nodes", "assets"),
    [
        (ASSET, {}),
        (ASSET, {"path:0": "../../../etc/passwd"}),
        (ASSET, {"path:0": "/etc/passwd"}),
        ([*ASSET, "other Const value=/etc/passwd", "reset AssignVariableOp v other"], IS_ASSET),
        (
            [*ASSET, "w VarHandleOp shared_name=words", "o Const value=/etc/passwd", "reset AssignVariableOp w o"],
            IS_ASSET,
        ),
        ([*ASSET, "other Const value=/etc/passwd", "again PartitionedCall other table f=initialise"], IS_ASSET),
        ([*ASSET, "again MapDataset got f=initialise"], IS_ASSET),
    ],
)
def test_table_is_filled_from_somewhere_else(nodes: Iterable[str], assets: Any) -> None:
    assert found(graph(nodes, INITIALISE, assets=assets)) == {"inner/fill"}


@pytest.mark.parametrize(
    ("nodes", "harmless"),
    [
        (["y ReadFile path"], True),
        (["same Identity path", "y ReadFile same"], True),
        (["x Placeholder", "y ReadFile x"], False),
        (["up Const value=/../../secret", "both StringJoin path up", "y ReadFile both"], False),
        (["up PartitionedCall path f=elsewhere", "y ReadFile up"], False),
        (["y WriteFile path path"], False),
    ],
)
def test_asset_may_be_read(nodes: Iterable[str], harmless: bool) -> None:
    elsewhere: Functions = {"elsewhere": ("x", ["y Const value=/etc/passwd"])}
    looked_at = graph(["path Const value=", *nodes], elsewhere, output="y:0", assets=IS_ASSET)
    assert found(looked_at) == (set() if harmless else {"y"})


SAVER = [
    "name Placeholder",
    "v VarHandleOp",
    "save StatefulPartitionedCall name v f=save_all",
    "restore StatefulPartitionedCall name v f=restore_all",
]
SAVE_ALL = ["part StringJoin file", "s SaveV2 part v", "m MergeV2Checkpoints part file ^s"]
SAVER_FUNCTIONS: Functions = {
    "save_all": ("file v", SAVE_ALL),
    "restore_all": ("file v", ["r RestoreV2 file", "a AssignVariableOp v r:tensors:0"]),
}
IS_SAVER = ("name:0", "save:0", "restore")


def test_saver_saves_and_restores() -> None:
    assert found(graph(SAVER, SAVER_FUNCTIONS, saver=IS_SAVER)) == set()


@pytest.mark.parametrize(
    ("nodes", "functions", "where"),
    [
        # hangs on the restore, and so runs at every load
        ([], {"restore_all": ("file v", ["r RestoreV2 file", "w WriteFile file file"])}, {"restore_all/w"}),
        ([], {"restore_all": ("file v", ["f Const value=/srv/other", "r RestoreV2 f"])}, {"restore_all/r"}),
        ([], {"restore_all": ("file v", ["r RestoreV2 file", "s SaveV2 v"])}, {"restore_all/s"}),
        # the model is served by saving itself
        (["y Identity save"], {}, {"save_all/s", "save_all/m"}),
        (["y PartitionedCall x v f=save_all"], {}, {"save_all/s", "save_all/m"}),
        (
            ["y PartitionedCall x v f=hidden"],
            {"hidden": ("f v", ["z Call v f=save_all"])},
            {"save_all/s", "save_all/m"},
        ),
    ],
)
def test_saver_does_more_than_that(nodes: Iterable[str], functions: Functions, where: set[str]) -> None:
    looked_at = graph([*SAVER, *nodes], {**SAVER_FUNCTIONS, **functions}, saver=IS_SAVER, output="y:0")
    assert found(looked_at) == where


def test_saver_that_a_training_program_left_over_is_harmless() -> None:
    left_over = ["old Const value=model", "s SaveV2 old v", "r RestoreV2 old"]
    assert found(graph([*SAVER, *left_over], SAVER_FUNCTIONS, saver=IS_SAVER, output="v:0")) == set()


def test_functions_that_call_each_other_end() -> None:
    functions: Functions = {"a": ("x", ["y Call x f=b"]), "b": ("x", ["y PartitionedCall x f=a", "r ReadFile x"])}
    assert found(graph(["y PartitionedCall x f=a"], functions)) == {"b/r"}


@pytest.mark.parametrize("node", ["y SaveV2", "y ReadFile", "y AssignVariableOp v", "y InitializeTableFromTextFile t"])
def test_node_without_its_inputs_is_looked_at(node: str) -> None:
    looked_at = graph(["v VarHandleOp", node, "got ReadVariableOp v", "r ReadFile got"], output="y:0")
    assert "r" in found(looked_at)


def test_ops_that_are_not_known_are_named_once() -> None:
    looked_at = graph(["a Decode", "b Decode", "c Serve", "d Add"], {"Serve": ("x", ["e Encode x"])})
    lines = unknown_ops(looked_at, lambda op: op == "Add")
    assert [line.split(",")[:2] for line in lines[:2]] == [
        ["Decode", " the node `a`"],
        ["Encode", " the node `e` in the function Serve"],
    ]
    assert "conftest.py" in lines[-1]
    assert unknown_ops(looked_at, lambda op: True) == []
