"""What people have beside models and versions keeps none of them from being gated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fixtures.draft.command import main
from tests.helpers.exports import save_several_graphs
from tests.helpers.gate import RunGate


@pytest.fixture
def lived_in(colour_models: Path) -> Path:
    """The good colour model, of which version 2 is stored elsewhere, with many things beside it."""
    stored = colour_models.parent / "store" / "abc"
    shutil.move(colour_models / "colours/2", stored)
    (colour_models / "colours/2").symlink_to("../../store/abc")
    (colour_models / "colours/latest").symlink_to("2")
    (colour_models / "colours/assets").symlink_to(colour_models.parent / "photos")
    save_several_graphs(colour_models / "several/1")
    for file in ("README.md", ".DS_Store", ".git/HEAD", "__pycache__/a.pyc", "lost+found/x", "colours/.DS_Store"):
        (colour_models / file).parent.mkdir(exist_ok=True)
        (colour_models / file).touch()
    shutil.copytree(colour_models.parent / "photos", colour_models / "photos")
    (colour_models.parent / "link").symlink_to("models")
    return colour_models.parent / "link"


def test_models_pass_whatever_lies_beside_them(lived_in: Path, run_gate: RunGate) -> None:
    run = run_gate(f"--models={lived_in}", "--tfs=embedded")

    for version in ("colours/2", "several/1"):
        predicate = run.predicate(version)
        assert (predicate["verdict"], predicate["failures"], predicate["errors"]) == ("PROVISIONAL", {}, {})
    assert sorted(path.name for path in run.report.iterdir() if path.is_dir()) == ["colours", "several"]
    (line,) = (line for line in run.output.splitlines() if line.startswith("passed over: "))
    passed_over = ", ".join(str(lived_in / name) for name in ("__pycache__", "lost+found", "photos"))
    assert line == f"passed over: {passed_over}, for no version is there"


def test_nothing_that_is_a_model_is_no_pass(tmp_path: Path, run_gate: RunGate) -> None:
    (tmp_path / "models/assets").mkdir(parents=True)

    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded")

    assert f"no model in {tmp_path / 'models'} (assets: no version)" in run.output
    assert run.status == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("name", ["several", "several/1", "several/latest"])
def test_contract_is_drafted_of_the_graph_that_is_served(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_several_graphs(tmp_path / "several/1")
    (tmp_path / "several/latest").symlink_to("1")

    assert main([str(tmp_path / name)]) == 0

    said = capsys.readouterr().out
    assert said.startswith("# What several promises its clients")
    assert "[signatures.serving_default]" in said
    assert "[signatures.train]" not in said
