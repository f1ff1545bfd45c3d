"""The image that ships: baked from a version, gated as it is, and rejected where it carries something else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.model.digest import dir_hash_1
from fixtures.serving import bake
from fixtures.serving.docker_engine import Image
from tests.serving.docker.conftest import DockerGate

BASE = Image("tensorflow/serving:2.20.0", "sha256:1", "tensorflow/serving@sha256:2", {})


@pytest.fixture
def baked(stand_in_image: str, tag: str, colour_models: Path) -> str:
    """An image that carries version 2 of the colour model."""
    assert bake.main([str(colour_models / "colours" / "2"), f"--tag={tag}", f"--base={stand_in_image}"]) == 0
    return tag


def test_a_baked_image_is_gated_with_nothing_mounted(
    docker_gate: Callable[..., DockerGate], baked: str, colour_models: Path
) -> None:
    gate = docker_gate(f"--tfs-image={baked}", "--baked")
    container = gate.wait_for("container")
    asked = ["docker", "inspect", "--format={{json .Mounts}}", container]
    mounts = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (0, "PROVISIONAL"), run.output
    assert mounts == []


def test_an_image_that_carries_other_weights_is_rejected(
    docker_gate: Callable[..., DockerGate], baked: str, colour_models: Path
) -> None:
    version = colour_models / "colours" / "2"
    in_image = dir_hash_1(version)
    for directory in ("variables", "."):
        for file in (colour_models / "colours" / "1" / directory).glob("*.*"):
            (version / directory / file.name).write_bytes(file.read_bytes())
    run = docker_gate(f"--tfs-image={baked}", "--baked").finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert f"the image {baked} carries other files of colours/2 than" in run.output
    assert f"dirHash1 {in_image} in the image, {dir_hash_1(version)} in the directory" in run.output


def test_the_labels_say_what_the_image_was_made_of(baked: str, colour_models: Path, stand_in_image: str) -> None:
    asked = ["docker", "image", "inspect", "--format={{json .Config.Labels}}", baked]
    labels = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert labels["savedmodel-conformance.model"] == "colours/2"
    assert labels["savedmodel-conformance.dirHash1"] == dir_hash_1(colour_models / "colours" / "2")
    assert labels["savedmodel-conformance.base"].startswith(stand_in_image)


def test_the_base_is_named_by_its_digest(tmp_path: Path) -> None:
    version = tmp_path / "flowers" / "001"
    version.mkdir(parents=True)
    lines = bake.dockerfile(version, BASE).splitlines()
    assert lines[:3] == ["FROM tensorflow/serving@sha256:2", "COPY models /models", 'ENV MODEL_NAME="flowers"']


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("roses", '"roses"'), ("two words", '"two words"'), ('$a"b\\', '"\\$a\\"b\\\\"')],
)
def test_a_name_stays_itself_in_the_dockerfile(tmp_path: Path, name: str, quoted: str) -> None:
    version = tmp_path / name / "1"
    version.mkdir(parents=True)
    assert f"ENV MODEL_NAME={quoted}" in bake.dockerfile(version, BASE).splitlines()


@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ("nothing/1", "is no version directory"),
        ("model", "is no version directory"),
        ("model/1", "holds no saved_model.pb"),
    ],
)
def test_what_is_no_version_is_not_baked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], directory: str, message: str
) -> None:
    (tmp_path / "model" / "1").mkdir(parents=True)
    with pytest.raises(SystemExit) as raised:
        bake.main([str(tmp_path / directory), "--tag=x:1"])
    assert raised.value.code == 2
    assert message in capsys.readouterr().err
