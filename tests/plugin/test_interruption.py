"""A run that is interrupted ends, whoever swallows the interruption."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.predict.worker_process import WorkerProcess
from tests.helpers.gate import RunGate


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Python's own way with SIGINT, which is ignored where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_that_is_lost_ends_the_run_all_the_same(
    number: signal.Signals, run_gate: RunGate, colour_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = WorkerProcess.load

    def lose_it(process: WorkerProcess, path: Path) -> Any:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(number)
        return load(process, path)

    monkeypatch.setattr(WorkerProcess, "load", lose_it)
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt):
        run_gate(f"--models={colour_models}", "--tfs=embedded")

    predicate = json.loads((tmp_path / "report/colours/2/verdict.json").read_text())["predicate"]
    assert predicate["verdict"] == "INCOMPLETE"
    assert predicate["counts"]["passed"] <= 15
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers
