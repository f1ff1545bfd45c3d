"""The commands that messages print run as printed, from where pytest was called: the root of a clone, or elsewhere."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from fixtures.model.contract import CONTRACT_FILE
from tests.helpers.gate import PYTHON, ROOT, RunGate
from tests.helpers.printed import REFUSED, after, answer_to, running, save_refusing, shell


@pytest.fixture(params=["at the root", "elsewhere"])
def _called_from(request: pytest.FixtureRequest, run_gate: RunGate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pytest is called: pytester has made a directory of its own the working directory."""
    if request.param == "at the root":
        monkeypatch.chdir(ROOT)
    else:
        # a warm Python has the modules of this repository loaded wherever it runs
        monkeypatch.setattr(sys, "executable", PYTHON)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made before pytester takes note of the modules that it then forgets: TensorFlow is imported once."""
    return save_refusing(tmp_path_factory.mktemp("saved"), "dense & co")


@pytest.fixture
def refusing_models(tmp_path: Path, saved: Path) -> Path:
    """A models directory, its name and the model's such as a shell must be given in quotes."""
    return Path(shutil.copytree(saved, tmp_path / "my models"))


@pytest.mark.usefixtures("_called_from")
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("server", ["--tfs=embedded", "a binary"])
def test_a_failed_request_is_sent_again_to_the_server_that_failed(
    server: str, run_gate: RunGate, refusing_models: Path, brittle_server: list[str]
) -> None:
    binary, _ = brittle_server
    is_binary = server == "a binary"
    # by default a server has the highest version only
    options = [f"--models={refusing_models}", "--versions=1", "-k=test_rest_row"]

    run = run_gate(binary if is_binary else server, *options)

    curl, serve = after("replay: ", run), after("having served it again with: ", run)
    assert "/versions/1:predict" in curl
    assert serve.startswith(f"{binary.removeprefix('--tfs=')} --port=0 ") == is_binary
    assert ("-m fixtures.embedded --port=0 " in serve) != is_binary
    with running(serve):
        assert REFUSED in answer_to(curl)


def test_the_next_run_deletes_what_the_servers_had(run_gate: RunGate, refusing_models: Path) -> None:
    run = run_gate("--tfs=embedded", f"--models={refusing_models}", "-k=test_rest_row")
    left = run.report / "dense & co/2/replay/models.config"
    assert left.exists()

    run_gate("--tfs=embedded", f"--models={refusing_models}", "--no-such-option")

    assert not left.exists()


@pytest.mark.usefixtures("_called_from")
def test_golden_outputs_are_written_by_the_command_that_wants_them(run_gate: RunGate, colour_models: Path) -> None:
    golden = colour_models / "colours/golden.npz"
    golden.unlink()
    with (colour_models / "colours" / CONTRACT_FILE).open("a") as contract:
        contract.write('golden = "golden.npz"\n')

    run = run_gate(f"--models={colour_models}", "--tfs=embedded")

    ended = shell(after("which is not there; write it: ", run))
    assert ended.stdout == f"wrote {golden}\n", ended.stderr
    assert golden.exists()


@pytest.mark.usefixtures("_called_from")
def test_a_contract_is_drafted_by_the_command_that_wants_one(run_gate: RunGate, colour_models: Path) -> None:
    contract = colour_models / "colours" / CONTRACT_FILE
    contract.unlink()

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "--release")

    ended = shell(after("have a contract drafted: ", run))
    assert ended.stdout == f"{contract}\n", ended.stderr
    assert contract.exists()
