"""The commands that messages print run as printed, from where pytest was called: the root of a clone, or elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.model.contract import CONTRACT_FILE
from fixtures.model.tensorflow import import_tensorflow
from fixtures.serving.wait import wait_until
from tests.helpers.gate import PYTHON, ROOT, Run, RunGate

WITHIN_S = 60.0
REFUSED = "Could not find variable"


@pytest.fixture(params=["at the root", "elsewhere"])
def _called_from(request: pytest.FixtureRequest, run_gate: RunGate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pytest is called: pytester has made a directory of its own the working directory."""
    if request.param == "at the root":
        monkeypatch.chdir(ROOT)
    else:
        # a warm Python has the modules of this repository loaded wherever it runs
        monkeypatch.setattr(sys, "executable", PYTHON)


@pytest.fixture(scope="module")
def refusing_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Keras model saved so that the server refuses each request."""
    tf = import_tensorflow()
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    path = tmp_path_factory.mktemp("refusing") / "1"
    tf.saved_model.save(model, str(path))
    return path


@pytest.fixture
def refusing_models(tmp_path: Path, refusing_version: Path) -> Path:
    """A models directory with two such versions, its name and the model's such as a shell must be given in quotes."""
    models = tmp_path / "my models"
    for number in ("1", "2"):
        shutil.copytree(refusing_version, models / "dense & co" / number)
    return models


def after(label: str, run: Run) -> str:
    """What a line of the output says after a label."""
    return next(line.partition(label)[2] for line in run.output.splitlines() if label in line)


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False)


@contextmanager
def running(command: str) -> Iterator[None]:
    """A server that a shell runs until the end of the context."""
    server = subprocess.Popen(
        command, shell=True, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(WITHIN_S)


def answer_to(command: str) -> str:
    """What curl prints once somebody answers."""
    reply = wait_until(lambda: shell(command).stdout or None, WITHIN_S, every_s=0.2)
    assert reply is not None, shell(command).stderr
    return reply


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
