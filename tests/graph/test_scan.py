"""A graph that does more than compute is found out, and one that does not never is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from fixtures.graph.graph import DT_STRING, Graph
from fixtures.graph.proto import parse, read_meta_graph
from fixtures.graph.scan import dangers, unknown_ops
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.gate import ROOT, SHARED
from tests.helpers.metagraphs import Functions, as_read, graph, metagraph

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


def test_asset_may_be_read_in_a_branch_and_by_a_function_of_its_own(exports: Path, tmp_path: Path) -> None:
    tf = import_tensorflow()
    module = tf.Module()
    module.asset = tf.saved_model.Asset(str(exports / "words.txt"))
    module.text = tf.Variable("text")
    module.set = tf.function(lambda text: module.text.assign(text), input_signature=[tf.TensorSpec([], tf.string)])
    module.read = tf.function(lambda: tf.io.read_file(module.asset.asset_path))
    read = tf.function(tf.io.read_file)

    def serve(x: Any) -> Any:
        chosen = tf.cond(x > 0, lambda: read(module.asset.asset_path), lambda: tf.constant(""))
        return {"y": chosen + module.read() + module.text.read_value()}

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec([], tf.float32, name="x"))
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"serving_default": concrete})
    again = tf.saved_model.load(str(tmp_path / "1"))
    tf.saved_model.save(again, str(tmp_path / "2"), signatures=again.signatures)
    assert [dangers(Graph(read_meta_graph(tmp_path / version))) for version in "12"] == [[], []]


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


DIRECTORY = "dir StaticRegexReplace path pattern={} rewrite="


@pytest.mark.parametrize(
    ("file", "pattern", "harmless"),
    [
        # as TensorFlow Decision Forests tell where a forest is
        ("done", "done", True),
        ("0123abcddone", "0123abcddone", True),
        ("forest/done", "done", True),
        ("data.done", r"data\.done$", True),
        ("done", "don", False),
        ("done", "done|/assets/done", False),
        ("done", "/done", False),
        ("done", ".*", False),
        ("....", "....", False),
        ("data.done", "data.done", False),
        # is in the path in front as well
        ("s", "s", False),
        ("assets", "assets", False),
        ("done/done", "done", False),
    ],
)
def test_directory_of_an_asset_may_be_read(file: str, pattern: str, harmless: bool) -> None:
    nodes = ["path Placeholder", DIRECTORY.format(pattern), "read MatchingFiles dir"]
    assert found(graph(nodes, assets={"path:0": file})) == (set() if harmless else {"read"})


@pytest.mark.parametrize(
    "derived",
    [
        "p StaticRegexReplace path pattern=done rewrite=other",
        "p StaticRegexReplace path pattern=done bound=rewrite",
        "p StaticRegexReplace dir pattern=done rewrite=",
        "p StringJoin dir dir",
        "p RegexReplace path path path",
        "p Substr path path path",
        "p Reshape path path",
        "p Cast path",
        "p PlaceholderWithDefault path",
        "p Placeholder",
    ],
)
def test_what_is_made_of_an_assets_path_may_not(derived: str) -> None:
    nodes = ["path Placeholder", DIRECTORY.format("done"), derived, "read ReadFile p"]
    assert found(graph(nodes, assets={"path:0": "done"})) == {"read"}


def test_forest_as_tensorflow_decision_forests_export_it_only_computes(tmp_path: Path) -> None:
    tf = import_tensorflow()
    (tmp_path / "done").touch()
    trackable_resource: Any = tf.saved_model.experimental.TrackableResource

    class Forest(trackable_resource):  # type: ignore[misc]
        def __init__(self, done: Any) -> None:
            super().__init__()
            self.done = done

        def _create_resource(self) -> Any:
            return tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.int64)

        def _initialize(self) -> None:
            directory = tf.strings.regex_replace(self.done.asset_path, "done", "")
            self.files = tf.raw_ops.MatchingFiles(pattern=directory).shape

    module = tf.Module()
    module.done = tf.saved_model.Asset(str(tmp_path / "done"))
    module.forest = Forest(module.done)
    serve = tf.function(lambda x: {"y": x + tf.raw_ops.LookupTableSizeV2(table_handle=module.forest.resource_handle)})
    concrete = serve.get_concrete_function(tf.TensorSpec([None], tf.int64, name="x"))
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"serving_default": concrete})

    looked_at = Graph(read_meta_graph(tmp_path / "1"))
    assert {node.op for body in looked_at.bodies for node in body.nodes.values()} >= {"MatchingFiles"}
    assert dangers(looked_at) == []


def test_finding_names_op_node_function_and_deed() -> None:
    within = graph(CALL, {"serve": ("x", ["log WriteFile x x"])})
    outside = graph(["log WriteFile x x"])
    assert str(dangers(within)[0]) == "WriteFile, the node `log` in the function serve, writes files"
    assert str(dangers(outside)[0]) == "WriteFile, the node `log`, writes files"


def test_names_are_told_in_one_line() -> None:
    meta_graph = metagraph(["log WriteFile x x"])
    meta_graph.graph_def.node[0].name = "a\nPROMOTE\x1b[2J"
    assert str(dangers(as_read(meta_graph))[0]) == "WriteFile, the node `a\\nPROMOTE\\x1b[2J`, writes files"


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


@pytest.mark.parametrize(
    "nodes",
    [
        # what the restore op hangs on is run with every load
        ["f Const value=/srv/other", "s SaveV2 f", "all NoOp ^restore ^s"],
        ["s SaveV2 name", "all NoOp ^restore ^s"],
        ["s MergeV2Checkpoints name name", "all NoOp ^restore ^s"],
        ["f StringJoin name", "s RestoreV2 f", "all NoOp ^restore ^s"],
        ["f Const value=/srv/other", "s RestoreV2 f", "all NoOp ^restore ^s"],
        ["k AssignVariableOp v name", "f ReadVariableOp v ^k", "s RestoreV2 f", "all NoOp ^restore ^s"],
        # fed for the restore alone
        ["s RestoreV2 name", "y Identity s", "all NoOp ^restore"],
    ],
)
def test_restore_does_more_than_that(nodes: Iterable[str]) -> None:
    looked_at = graph([*SAVER, *nodes], SAVER_FUNCTIONS, saver=("name:0", "save:0", "all"), output="y:0")
    assert found(looked_at) == {"s"}


def test_saver_that_a_training_program_left_over_is_harmless() -> None:
    left_over = ["old Const value=model", "s SaveV2 old v", "r RestoreV2 old"]
    assert found(graph([*SAVER, *left_over], SAVER_FUNCTIONS, saver=IS_SAVER, output="v:0")) == set()


def test_functions_that_call_each_other_end() -> None:
    functions: Functions = {"a": ("x", ["y Call x f=b"]), "b": ("x", ["y PartitionedCall x f=a", "r ReadFile x"])}
    assert found(graph(["y PartitionedCall x f=a"], functions)) == {"b/r"}


@pytest.mark.parametrize(
    ("nodes", "functions"),
    [
        # a served asset is its own text; a second output of it is never fed
        (["path Const value=/etc/passwd", "y ReadFile path"], {}),
        (["path Placeholder", "y ReadFile path:1"], {}),
        # with other attributes by whoever calls it
        (["y F x"], {"F": ("x", ["y FixedUnigramCandidateSampler x bound=vocab_file"])}),
        # writes beside the asset
        (["path Placeholder", "y CacheDataset x path"], {}),
        # a function in place of an op
        (["path Placeholder", "same Identity path", "y ReadFile same"], {"Identity": ("x", [])}),
        (["path Placeholder", "y ReadFile nowhere"], {}),
        (["path Placeholder", "y ReadFile ^path"], {}),
        (["y ReadFile y"], {}),
        (["path Placeholder", "v VarHandleOp", "p ReadVariableOp v", "y ReadFile p"], {}),
        (["path Placeholder", "y MapDataset path f=inner"], {"inner": ("x", ["y ReadFile x"])}),
        (["path Placeholder", "y While path f=inner"], {"inner": ("x", ["y ReadFile x"])}),
    ],
)
def test_what_is_no_asset_may_not_be_read(nodes: Iterable[str], functions: Functions) -> None:
    looked_at = graph(["x Placeholder", *nodes], functions, output="y:0", assets=IS_ASSET)
    assert len(dangers(looked_at)) == 1


@pytest.mark.parametrize(
    "write",
    [
        "set ResourceScatterUpdate v x x",
        "set ResourceStridedSliceAssign v x x x x",
        "set AssignVariableOp unknown x",
        "set PartitionedCall v x f=assign",
        "set While v f=assign",
        "set AssignVariableOp other x",
    ],
)
def test_variable_of_an_asset_is_written_to_by_another(write: str) -> None:
    assign: Functions = {"assign": ("handle value", ["set AssignVariableOp handle value"])}
    nodes = ["x Placeholder", "unknown Const", "other VarHandleOp shared_name=words", write]
    meta_graph = metagraph([*ASSET[:4], *nodes, "y ReadFile got"], assign, output="y:0", assets=IS_ASSET)
    for node in meta_graph.graph_def.node:
        if node.op.startswith("Resource"):
            node.attr["dtype"].type = DT_STRING
    assert found(as_read(meta_graph)) == {"y"}


def test_asset_that_only_the_collection_names_is_none_where_there_is_a_list() -> None:
    meta_graph = metagraph(["path Const value=/etc/passwd", "read ReadFile path"], assets={"other:0": "words.txt"})
    asset = type(meta_graph.asset_file_def[0])(filename="words.txt")
    asset.tensor_info.name = "path:0"
    meta_graph.collection_def["saved_model_assets"].any_list.value.add().Pack(asset)
    assert found(as_read(meta_graph)) == {"read"}
    del meta_graph.asset_file_def[:]
    assert found(as_read(meta_graph)) == set()


@pytest.mark.parametrize("file", ["../words", "a/../../b", "/etc/passwd", "..\0", "", "."])
def test_file_that_leaves_the_assets_is_none(file: str) -> None:
    assert found(graph(["path Placeholder", "read ReadFile path"], assets={"path:0": file})) == {"read"}


def test_what_a_request_gives_is_no_asset_although_the_graph_has_one_there() -> None:
    meta_graph = metagraph([*ASSET[:3], "got ReadVariableOp v", "y ReadFile got"], output="y:0", assets=IS_ASSET)
    assert found(as_read(meta_graph)) == set()
    meta_graph.signature_def["other"].inputs["x"].name = "got:0"
    assert found(as_read(meta_graph)) == {"y"}


def test_asset_that_is_named_twice_is_none_where_one_of_them_leads_out() -> None:
    meta_graph = metagraph(["path Placeholder", "read ReadFile path"], assets=IS_ASSET)
    meta_graph.asset_file_def.add(filename="../../secret").tensor_info.name = "path:0"
    assert found(as_read(meta_graph)) == {"read"}


@pytest.mark.parametrize(
    ("kind", "bound", "harmless"),
    [("asset", 0, True), ("asset", 1, False), ("asset", 7, False), ("constant", 0, False), ("variable", 0, False)],
)
def test_python_binds_what_the_saved_objects_say(kind: str, bound: int, harmless: bool) -> None:
    meta_graph = metagraph(ASSET, INITIALISE, assets=IS_ASSET)
    meta_graph.asset_file_def.add(filename="../secret").tensor_info.name = "nowhere:0"
    nodes, functions = meta_graph.object_graph_def.nodes, meta_graph.object_graph_def.concrete_functions
    getattr(nodes.add(), kind).SetInParent()
    if kind == "asset":
        nodes[0].asset.asset_file_def_index = bound
    nodes.add().resource.SetInParent()
    functions["initialise"].bound_inputs.extend([0, 1])
    assert found(as_read(meta_graph)) == (set() if harmless else {"inner/fill"})


def test_variable_that_python_makes_holds_what_the_checkpoint_says() -> None:
    functions: Functions = {
        "assign": ("handle path", ["set AssignVariableOp handle path"]),
        "read": ("handle", ["path ReadVariableOp handle", "y ReadFile path"]),
    }
    meta_graph = metagraph(["path Placeholder"], functions, assets=IS_ASSET)
    variable, asset = (meta_graph.object_graph_def.nodes.add() for _ in range(2))
    variable.variable.SetInParent()
    asset.asset.SetInParent()
    meta_graph.object_graph_def.concrete_functions["assign"].bound_inputs.extend([0, 1])
    meta_graph.object_graph_def.concrete_functions["read"].bound_inputs.append(0)
    assert found(as_read(meta_graph)) == {"read/y"}


def test_more_is_bound_than_a_function_takes() -> None:
    meta_graph = metagraph(ASSET, INITIALISE, assets=IS_ASSET)
    for _ in range(3):
        meta_graph.object_graph_def.nodes.add().asset.SetInParent()
    meta_graph.object_graph_def.concrete_functions["initialise"].bound_inputs.extend([0, 1, 2])
    assert found(as_read(meta_graph)) == {"inner/fill"}


def test_argument_that_a_program_gives_is_no_asset() -> None:
    meta_graph = metagraph(ASSET, INITIALISE, assets=IS_ASSET)
    meta_graph.object_graph_def.concrete_functions["initialise"].SetInParent()
    assert found(as_read(meta_graph)) == {"inner/fill"}


def test_function_that_takes_the_place_of_another_is_given_the_same() -> None:
    functions: Functions = {"gpu": ("a", ["r ReadFile a"]), "cpu": ("a", ["r Identity a"])}
    nodes = ["path Placeholder", "x Placeholder", "one PartitionedCall path f=gpu", "two PartitionedCall x f=cpu"]
    meta_graph = metagraph(nodes, functions, assets=IS_ASSET)
    assert found(as_read(meta_graph)) == set()
    for function in meta_graph.graph_def.library.function:
        function.attr["api_implements"].s = b"lstm"
    assert found(as_read(meta_graph)) == {"gpu/r"}


QUEUE = ["q FIFOQueueV2", "w QueueDequeueV2 q"]


@pytest.mark.parametrize(
    ("nodes", "functions", "where"),
    [
        ([*QUEUE, "y Identity w"], {}, {"w"}),
        ([*QUEUE, "y NoOp ^w"], {}, {"w"}),
        (QUEUE, {}, set()),
        (["w Unstage", "y Identity x"], {}, set()),
        (["y PartitionedCall x f=a"], {"a": ("x", ["c Call x f=b"]), "b": ("x", ["w MutexLock x"])}, {"b/w"}),
        (["y MapDataset x f=b"], {"b": ("x", ["w SleepOp x"])}, {"b/w"}),
        ([], {"b": ("x", ["w CollectiveReduceV2 x"])}, set()),
        (["r WholeFileReaderV2", "w ReaderReadV2 r x"], {}, set()),
        (["r WholeFileReaderV2", "y ReaderReadV2 r x"], {}, {"r", "y"}),
        (["y XlaCallModule x module=stablehlo.add"], {}, set()),
        (["y XlaCallModule x module=custom_call@Sharding(%0)"], {}, set()),
        (["y XlaCallModule x module=custom_call@launch(%0)"], {}, {"y"}),
        (["y XlaCallModule x module=ML\xefR_custom_call_v1_main"], {}, {"y"}),
        (["w XlaCallModule x module=custom_call@launch(%0)"], {}, set()),
    ],
)
def test_what_waits_counts_where_it_is_run(nodes: Iterable[str], functions: Functions, where: set[str]) -> None:
    assert found(graph(["x Placeholder", *nodes], functions, output="y:0")) == where


@pytest.mark.parametrize("part", ["sparse", "composite"])
def test_what_an_output_of_several_tensors_stands_on_is_run(part: str) -> None:
    meta_graph = metagraph(QUEUE)
    output = meta_graph.signature_def["serving_default"].outputs["y"]
    if part == "sparse":
        output.coo_sparse.values_tensor_name = "w:0"
    else:
        output.composite_tensor.components.add().name = "w:0"
    assert found(as_read(meta_graph)) == {"w"}


@pytest.mark.parametrize("child", ["_create_resource", "_initialize", "signatures", "restore"])
def test_what_python_calls_of_the_saved_objects_is_run(child: str) -> None:
    meta_graph = metagraph([], {"waits": ("", QUEUE)})
    assert found(as_read(meta_graph)) == set()
    node, called, signatures = (meta_graph.object_graph_def.nodes.add() for _ in range(3))
    called.bare_concrete_function.concrete_function_name = "waits"
    if child == "restore":
        node.saveable_objects["table"].restore_function = 1
    elif child == "signatures":
        node.children.add(node_id=2, local_name=child)
        signatures.children.add(node_id=1, local_name="serving_default")
    else:
        node.children.add(node_id=1, local_name=child)
    assert found(as_read(meta_graph)) == {"waits/w"}


def test_export_that_keeps_the_queues_of_its_training_only_computes(tmp_path: Path) -> None:
    tf = import_tensorflow()
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        files = v1.train.string_input_producer(["/data/a", "/data/b"])
        _, record = v1.TFRecordReader().read(files)
        v1.train.batch([record], 2)
        v1.train.shuffle_batch([record], 2, 10, 5)
        x = v1.placeholder(tf.float32, [None, 3])
        y = x * v1.get_variable("w", [])
        session.run(v1.global_variables_initializer())
        v1.train.Saver(sharded=True)
        v1.saved_model.simple_save(session, str(tmp_path / "1"), {"x": x}, {"y": y})
    assert dangers(Graph(read_meta_graph(tmp_path / "1"))) == []


def line(size: int) -> Any:
    """A path of as many nodes, and as many reads of its end."""
    links = [f"n{number + 1} Identity n{number}" for number in range(size)]
    return graph(["n0 Placeholder", *links, *(f"r{number} ReadFile n{size}" for number in range(size))])


def calls(size: int) -> Any:
    """As many functions, each of which reads what it is given and calls the next one, the last the first."""
    functions = {
        f"f{number}": ("x", ["r ReadFile x", f"c PartitionedCall x f=f{(number + 1) % size}"]) for number in range(size)
    }
    return graph(["x Placeholder", "y PartitionedCall x f=f0"], functions, output="y:0")


def callers(size: int) -> Any:
    """As many calls of one function, each with an asset of its own."""
    nodes = [
        line
        for number in range(size)
        for line in (f"x{number} Placeholder", f"c{number} PartitionedCall x{number} f=f")
    ]
    assets = {f"x{number}:0": f"words{number}" for number in range(size)}
    return graph(nodes, {"f": ("x", ["r ReadFile x"])}, assets=assets)


def variables(size: int) -> Any:
    """As many assignments to one variable as there are reads of it."""
    nodes = [
        line
        for number in range(size)
        for line in (f"a{number} AssignVariableOp v x", f"g{number} ReadVariableOp v", f"r{number} ReadFile g{number}")
    ]
    return graph(["x Placeholder", "v VarHandleOp", *nodes], assets={"x:0": "words"})


def steps(work: Callable[[], object]) -> int:
    """The lines of Python that are run: unlike seconds the same on every machine, whatever else it does."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(("make", "found"), [(line, 1), (calls, 1), (callers, 0), (variables, 0)])
def test_work_grows_with_the_graph_and_no_faster(make: Callable[[int], Graph], found: int) -> None:
    small, large = make(200), make(2_000)
    assert (len(dangers(make(200))), len(dangers(make(2_000)))) == (found * 200, found * 2_000)
    # the square would be a hundred times; benchmarks/scan.py has the seconds
    assert steps(lambda: dangers(large)) < 11 * steps(lambda: dangers(small))


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
