"""Whenever a signal comes, the run ends within seconds, INCOMPLETE, and leaves nothing."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.report.files import LOCK_FILE, PREDICATE_TYPE
from fixtures.serving.wait import wait_until
from tests.helpers.gate import Run
from tests.helpers.started_gate import WITHIN_S, Gate

INTERRUPTED = pytest.ExitCode.INTERRUPTED
VERSION = "colours/2"
ENDS_WITHIN_S = 10.0
"""From the signal on, on a machine that has other tests to run."""
MOMENTS = {
    "configure": "SIGHUP",
    "sessionstart": "SIGINT",
    "collection": "SIGTERM",
    "setup": "SIGHUP",
    "call": "SIGINT",
    "teardown": "SIGTERM",
    "server": "SIGHUP",
    "gc": "SIGINT",
    "caught": "SIGTERM",
    "thread": "SIGHUP",
}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report directory with a verdict of an earlier run."""
    file = tmp_path / "report" / VERSION / "verdict.json"
    file.parent.mkdir(parents=True)
    file.write_text(f'{{"predicateType": "{PREDICATE_TYPE}", "predicate": {{"verdict": "PROMOTE"}}}}')
    return tmp_path / "report"


def gate_that_signals_itself(
    directory: Path,
    models: Path,
    moment: str,
    name: str,
    *options: str,
    ignored: Sequence[signal.Signals] = (),
    as_users_do: bool = False,
    **environment: str,
) -> Gate:
    return Gate(
        directory,
        "--tfs=embedded",
        f"--models={models}",
        "-ptests.helpers.signals_itself",
        *options,
        ignored=ignored,
        as_users_do=as_users_do,
        environment={"MOMENT": moment, "SIGNAL": name, **environment},
    )


def expect_ended(gate: Gate, run: Run) -> None:
    assert (run.verdict(VERSION), run.status) == ("INCOMPLETE", INTERRUPTED), run.output
    assert run.predicate(VERSION)["failures"] == {}
    assert (gate.servers(), gate.leftovers(), list(run.report.rglob(".part"))) == ([], [], [])


@pytest.mark.parametrize(("moment", "name"), MOMENTS.items(), ids=MOMENTS)
def test_interrupted_run_is_incomplete(moment: str, name: str, tmp_path: Path, colour_models: Path) -> None:
    gate = gate_that_signals_itself(tmp_path, colour_models, moment, name)
    run = gate.finish()

    expect_ended(gate, run)
    # what Python dropped it tells of itself
    assert "Traceback" not in run.output or moment == "gc"


def test_status_is_pytests_whatever_the_interruption_came_through(tmp_path: Path, colour_models: Path) -> None:
    # a warm Python ends in another way
    gate = gate_that_signals_itself(tmp_path, colour_models, "string", "SIGINT", as_users_do=True)
    expect_ended(gate, gate.finish())


@pytest.mark.parametrize("moment", ["call", "caught", "sessionfinish", "verdict", "summary", "unconfigure"])
def test_more_signals_do_not_disturb_the_end(moment: str, tmp_path: Path, colour_models: Path) -> None:
    late = () if moment in ("call", "caught") else ("-ktest_saved_model_parses",)
    gate = gate_that_signals_itself(tmp_path, colour_models, moment, "SIGTERM", *late, SIGNALS="2")
    run = gate.finish()

    expect_ended(gate, run)
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("moment", "signals", "within_s"), [("deaf", "1", "1"), ("stubborn", "1", "1"), ("deaf", "3", "60")]
)
def test_run_that_does_not_end_in_order_is_ended(
    moment: str, signals: str, within_s: str, tmp_path: Path, colour_models: Path
) -> None:
    gate = gate_that_signals_itself(tmp_path, colour_models, moment, "SIGINT", SIGNALS=signals, END_WITHIN_S=within_s)
    run = gate.finish()

    expect_ended(gate, run)
    assert "it is ended now, and is INCOMPLETE" in run.output


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_ignored_signal_stays_ignored(number: signal.Signals, tmp_path: Path, colour_models: Path) -> None:
    gate = gate_that_signals_itself(
        tmp_path, colour_models, "collection", number.name, "-ktest_artifact", ignored=(number,)
    )
    run = gate.finish()

    assert run.status == 0, run.output


@pytest.mark.slow
@pytest.mark.parametrize("share", [random.random() for _ in range(20)], ids=range(20))
def test_any_moment_will_do(share: float, report: Path, tmp_path: Path, colour_models: Path) -> None:
    number = random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    gate = Gate(tmp_path, "--tfs=embedded", f"--models={colour_models}", as_users_do=True)
    assert wait_until(lambda: (report / LOCK_FILE).exists() or None, WITHIN_S, every_s=0.001)
    time.sleep(8 * share)
    gate.kill(number)
    sent = time.monotonic()
    run = gate.finish()

    assert time.monotonic() - sent < ENDS_WITHIN_S
    expect_ended(gate, run)
