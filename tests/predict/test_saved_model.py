"""The model in process is the graph that TensorFlow Serving serves, whatever other graphs lie beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fixtures.errors import Refused, VersionDown
from fixtures.predict.saved_model import SavedModel
from tests.good_models.heads import asserting
from tests.helpers import colours
from tests.helpers.exports import add_graph, rewrite, save_several_graphs


@pytest.fixture
def colour_version(tmp_path: Path, colour_versions: Path) -> Path:
    return shutil.copytree(colour_versions / "2", tmp_path / "colours/2")


def test_of_several_graphs_the_one_that_is_served_counts(tmp_path: Path) -> None:
    save_several_graphs(tmp_path / "1")
    saved_model = SavedModel(tmp_path / "1")
    assert list(saved_model.signatures) == saved_model.loaded_signature_names == ["serving_default"]
    (y,) = saved_model.predict("serving_default", {"x": np.ones((1, 3), np.float32)}).values()
    assert y.tolist() == [[2.0, 2.0, 2.0]]


@pytest.mark.parametrize("tags", [("train",), ("serve", "tpu"), ()])
def test_another_graph_beside_one_of_tensorflow_2(colour_version: Path, tags: tuple[str, ...]) -> None:
    add_graph(colour_version, *tags)
    saved_model = SavedModel(colour_version)
    image = np.random.default_rng(1).random((2, 8, 8, 3), np.float32)
    outputs = saved_model.predict("serving_default", {"image": image})
    assert outputs["colour"] == pytest.approx(colours.softmax(image, colours.SHARPNESS[2]), rel=1e-5)
    assert saved_model.structured.keys() == saved_model.signatures.keys()


@pytest.mark.parametrize("tags", [["train"], ["serve", "tpu"], []])
def test_no_graph_that_is_served(colour_version: Path, tags: list[str]) -> None:
    def tag(meta_graph: object) -> None:
        meta_graph.meta_info_def.tags[:] = tags  # type: ignore[attr-defined]

    rewrite(colour_version, tag)
    with pytest.raises(VersionDown, match="holds no graph with the tag 'serve' alone"):
        SavedModel(colour_version)


def test_what_an_assertion_says_is_told(tmp_path: Path) -> None:
    asserting(tmp_path / "1", 1)
    with pytest.raises(Refused, match=r"in process: assertion failed: \[a month is at least 1\]"):
        SavedModel(tmp_path / "1").predict("serving_default", {"month": np.array([0], np.int32)})
