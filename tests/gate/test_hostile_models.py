"""A model that hangs, aborts or takes all memory gets a verdict, and nothing is left of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fixtures.predict import worker_process
from fixtures.predict.worker_process import WorkerProcess
from tests.helpers import hostile_models
from tests.helpers.gate import PYTHON, RunGate, use_onednn


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that every process that was started for a version is gone."""
    started: list[subprocess.Popen[bytes]] = []
    start = WorkerProcess._start

    def noted(self: WorkerProcess) -> None:
        start(self)
        started.append(self._process)

    monkeypatch.setattr(WorkerProcess, "_start", noted)
    yield
    assert started
    assert [process.poll() is not None for process in started] == [True] * len(started)


def promise(base: Path, value: float) -> None:
    """Write a contract with two samples that are all this value."""
    np.savez(base / "samples.npz", x=np.full((2, 2), value, np.float32))
    (base / "conformance.toml").write_text(
        '[signatures.serving_default]\ninputs.x = { dtype = "float32", shape = [-1, 2] }\n'
        'outputs.y = { dtype = "float32", shape = [-1, 2] }\n[samples]\narrays = "samples.npz"\n'
    )


def test_a_model_that_never_answers(run_gate: RunGate, tmp_path: Path) -> None:
    hostile_models.save_endless(tmp_path / "models/m/1")
    promise(tmp_path / "models/m", 2000)
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded", "--timeout-s=4")
    assert run.verdict("m/1") == "INCOMPLETE"
    (told,) = run.predicate("m/1")["errors"].values()
    assert "is not computed in process: it took longer than --timeout-s=4; give more" in told


def test_a_model_that_never_loads(run_gate: RunGate, tmp_path: Path) -> None:
    hostile_models.save_never_loading(tmp_path / "models/m/1")
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded", "--timeout-s=4")
    assert run.verdict("m/1") in ("INCOMPLETE", "REJECT")
    assert "is not loaded in process: it took longer than --timeout-s=4; give more" in run.output


def test_a_model_that_takes_all_memory(run_gate: RunGate, tmp_path: Path) -> None:
    hostile_models.save_greedy(tmp_path / "models/m/1")
    promise(tmp_path / "models/m", 3)
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded", "--in-process-memory=512m")
    assert run.verdict("m/1") == "INCOMPLETE"
    assert "it takes more memory than --in-process-memory=512m gives; give more" in run.output


def test_a_model_of_absurd_size(run_gate: RunGate, tmp_path: Path) -> None:
    hostile_models.save_vast(tmp_path / "models/m/1")
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded")
    assert run.verdict("m/1") == "INCOMPLETE"
    (told,) = run.predicate("m/1")["errors"].values()
    assert "the generated samples do not fit serving_default" in told
    assert "of more than 134217728 elements no sample is generated" in told


def test_a_harmless_model_that_aborts_for_generated_samples(
    run_gate: RunGate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_onednn(monkeypatch)
    monkeypatch.setattr(worker_process, "interpreter", lambda: PYTHON)
    hostile_models.save_aborting(tmp_path / "models/m/1")
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded")
    assert run.verdict("m/1") == "INCOMPLETE"
    assert "the generated samples do not fit serving_default, which takes none of" in run.output
    assert "SIGABRT" in run.output
