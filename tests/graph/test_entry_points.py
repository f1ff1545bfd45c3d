"""Whatever loads a model, or has it served, looks at its graph first, and says of it what the gate says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from fixtures.draft import command as draft
from fixtures.errors import EngineProblem
from fixtures.graph.inspection import inspect
from fixtures.model.catalog import ModelVersion
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict import golden
from fixtures.serving import bake
from tests.helpers.exports import cut_short, save_with_initializer

WAIVER = f"""
[[waivers]]
check = "test_graph_only_computes"
reason = "it is ours"
until = {date.today() + timedelta(days=1)}
"""
BAKE_TAG = "--tag=nobody:never"


def run(main: Callable[[list[str]], int], arguments: list[str]) -> int | str | None:
    """The exit status."""
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code


COMMANDS = [
    pytest.param(draft.main, [], 1, id="contract"),
    pytest.param(golden.main, [], 2, id="golden"),
    pytest.param(bake.main, [BAKE_TAG], 2, id="bake"),
]
"""What is run, its options, and its exit status for a model that is none."""


@pytest.fixture(autouse=True)
def _nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_engine() -> None:
        raise EngineProblem("asked for Docker")

    monkeypatch.setattr("fixtures.serving.bake.find_engine", no_engine)
    monkeypatch.setattr("fixtures.draft.command.refuses_wrong_ranks", lambda *arguments: None)


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """A file that is there once the model has been loaded."""
    return tmp_path / "witness"


@pytest.fixture
def version(colour_models: Path, witness: Path) -> Path:
    """A version that writes a file when it is loaded."""
    directory = colour_models / "colours/2"
    shutil.rmtree(directory)
    save_with_initializer(directory, lambda: import_tensorflow().io.write_file(str(witness), "here I was"))
    witness.unlink(missing_ok=True)
    (colour_models / "colours/golden.npz").unlink()
    return directory


@pytest.mark.parametrize(("main", "options", "status"), COMMANDS)
def test_graph_that_does_more_than_compute_is_not_loaded(
    main: Callable[[list[str]], int],
    options: list[str],
    status: int,
    version: Path,
    witness: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(main, [str(version), *options]) == status
    assert not witness.exists()
    said = capsys.readouterr().err
    found = inspect(ModelVersion("colours", 2, version)).dangers
    assert found
    assert all(line in said for line in found)
    assert "asked for Docker" not in said


@pytest.mark.parametrize(("main", "options", "status"), COMMANDS)
def test_graph_that_does_not_parse_is_not_loaded(
    main: Callable[[list[str]], int],
    options: list[str],
    status: int,
    version: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cut_short(version / "saved_model.pb")
    assert run(main, [str(version), *options]) == status
    assert "holds no SavedModel that can be read" in capsys.readouterr().err


@pytest.mark.parametrize(("main", "options"), [(draft.main, []), (golden.main, [])])
def test_graph_that_is_trusted_is_loaded(
    main: Callable[[list[str]], int], options: list[str], version: Path, witness: Path
) -> None:
    with (version.parent / "conformance.toml").open("a") as contract:
        contract.write(WAIVER)
    assert run(main, [str(version), *options]) == 0
    assert witness.exists()


def test_graph_that_is_trusted_is_baked(version: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (version.parent / "conformance.toml").open("a") as contract:
        contract.write(WAIVER)
    assert run(bake.main, [str(version), BAKE_TAG]) == 1
    assert capsys.readouterr().err == "fixtures.bake: asked for Docker\n"
