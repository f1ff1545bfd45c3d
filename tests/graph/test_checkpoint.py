"""What a graph restores is read off the graph, and held against the checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.graph.checkpoint import DT_VARIANT, OBJECT_GRAPH, Restored, checkpoint_faults, restored
from fixtures.graph.graph import Graph
from fixtures.graph.proto import read_meta_graph
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers.exports import cut_short, flip_a_bit
from tests.helpers.gate import ROOT, SHARED

FLOAT, DOUBLE, STRING = 1, 2, 7
FLOWER = ROOT / "models/flowerclassifier/002"
SHARED_MODELS = sorted(path.parent for path in SHARED.glob("tfs/models/*/*/saved_model.pb"))


def of(directory: Path) -> list[Restored]:
    return restored(Graph(read_meta_graph(directory)))


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A version directory with a checkpoint of some variables."""
    tf = import_tensorflow()
    values = {"a": np.zeros((2, 3), np.float32), "b": np.ones(4), "c": np.array([b"x", b"yy"], object)}
    (tmp_path / "variables").mkdir()
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "variables/variables"),
        tensor_names=list(values),
        shape_and_slices=[""] * 3,
        tensors=[tf.constant(value) for value in values.values()],
    )
    return tmp_path


A, B, C = Restored("a", FLOAT, (2, 3)), Restored("b", DOUBLE, (4,)), Restored("c", STRING, None)


def test_variables_and_tables_are_read_off(exports: Path) -> None:
    shapes = {one.key.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE"): one.shape for one in of(exports / "with_assets")}
    assert shapes == {
        "scale": (2,),
        "counts/.ATTRIBUTES/table-keys": None,
        "counts/.ATTRIBUTES/table-values": None,
        OBJECT_GRAPH: None,
    }


def test_partitioned_variable_is_one_tensor(exports: Path) -> None:
    assert of(exports / "by_tensorflow_1") == [
        Restored("bias", FLOAT, (2,)),
        Restored("weights", FLOAT, (3, 2)),
    ]


def test_flower_model_has_all_its_shapes_and_bytes() -> None:
    wanted = of(FLOWER)
    assert len(wanted) == 263
    assert [one.key for one in wanted if one.shape is None] == [OBJECT_GRAPH]
    assert checkpoint_faults(FLOWER, wanted) == []


@pytest.mark.parametrize(
    "export", ["with_assets", "with_assets_again", "by_keras", "by_export_archive", "by_tensorflow_1"]
)
def test_usual_exports_are_whole(export: str, exports: Path) -> None:
    assert checkpoint_faults(exports / export, of(exports / export)) == []


@pytest.mark.skipif(not SHARED_MODELS, reason="they come with CI, not with a clone")
@pytest.mark.parametrize("version", SHARED_MODELS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_recorded_models_are_whole(version: Path) -> None:
    assert checkpoint_faults(version, of(version)) == []


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [A, B, C],
        [Restored("a", FLOAT, None), Restored("b", DOUBLE, (-1,))],
        [Restored("a", FLOAT, (-1, 3))],
        [Restored("a", FLOAT, (2, 3)), Restored("c", STRING, (2,))],
    ],
)
def test_what_is_there_is_whole(wanted: list[Restored], checkpoint: Path) -> None:
    assert checkpoint_faults(checkpoint, wanted) == []


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Restored("d", FLOAT, (2, 3)), "d is not in {place}: is that another version"),
        (Restored("a", DOUBLE, None), "a: the graph restores float64, {place} holds float32 (2, 3)"),
        (Restored("a", FLOAT, (3, 2)), "a: the graph restores float32 (3, 2), {place} holds float32 (2, 3)"),
        (Restored("a", FLOAT, (2, 3, 1)), "a: the graph restores float32 (2, 3, 1), {place} holds"),
        (Restored("a", FLOAT, (-1, 4)), "a: the graph restores float32 (-1, 4), {place} holds"),
    ],
)
def test_what_does_not_fit_is_named(wanted: Restored, says: str, checkpoint: Path) -> None:
    (line,) = checkpoint_faults(checkpoint, [A, wanted])
    assert line.startswith(says.replace("{place}", str(checkpoint / "variables")))


def test_a_few_of_many_are_named(checkpoint: Path) -> None:
    lines = checkpoint_faults(checkpoint, [Restored(f"missing_{number}", FLOAT, None) for number in range(100)])
    assert (len(lines), lines[-1]) == (6, "and 95 more")


def test_data_cut_short(checkpoint: Path) -> None:
    cut_short(checkpoint / "variables/variables.data-00000-of-00001")
    (line,) = checkpoint_faults(checkpoint, [A, B, C])
    assert line.startswith(f"b, c cannot be read from {checkpoint}/variables, 2 of 3: ")
    assert line.endswith("the data is shorter than its index says")


def test_flipped_bit_is_found_by_its_checksum(checkpoint: Path) -> None:
    flip_a_bit(checkpoint / "variables/variables.data-00000-of-00001")
    (line,) = checkpoint_faults(checkpoint, [A, B, C])
    assert line.startswith(f"c cannot be read from {checkpoint}/variables, 1 of 3: ")
    assert "hecksum" in line


@pytest.mark.parametrize("spoil", [cut_short, flip_a_bit, lambda file: file.write_bytes(b"")])
def test_index_that_cannot_be_read(spoil: Any, checkpoint: Path) -> None:
    spoil(checkpoint / "variables/variables.index")
    (line,) = checkpoint_faults(checkpoint, [A, B, C])
    assert "variables.index cannot be read, and the graph restores a, b, c: " in line


def test_missing_variables_matter_to_a_graph_that_restores_some(checkpoint: Path) -> None:
    shutil.rmtree(checkpoint / "variables")
    (line,) = checkpoint_faults(checkpoint, [A, Restored(OBJECT_GRAPH, STRING, None)])
    assert "variables.index is missing, and the graph restores a: " in line
    assert checkpoint_faults(checkpoint, [Restored(OBJECT_GRAPH, STRING, None)]) == []


def test_what_no_array_holds_is_not_read(checkpoint: Path) -> None:
    (line,) = checkpoint_faults(checkpoint, [Restored("a", DT_VARIANT, None)])
    assert "cannot be read" not in line
