"""The report directory: one run at a time, found unwritable before the first test, and never half a verdict."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.report.files import LOCK_FILE, PREDICATE_TYPE
from fixtures.report.verdict import Verdict
from tests.helpers.full_disk import Disk
from tests.helpers.gate import Run, RunGate

VERSION = "colours/2"
USAGE_ERROR = pytest.ExitCode.USAGE_ERROR
QUICK = "-ktest_saved_model_parses"
"""Of all claims one, which needs no server."""


def one_error(run: Run) -> str:
    """What the run says, which ended before the first test with a single line."""
    assert run.status == USAGE_ERROR, run.output
    assert "Traceback" not in run.output
    (line,) = (line for line in run.output.splitlines() if line.startswith("ERROR: "))
    return line


def old_verdict(report: Path, version: str) -> Path:
    file = report / version / "verdict.json"
    file.parent.mkdir(parents=True)
    file.write_text(f'{{"predicateType": "{PREDICATE_TYPE}", "predicate": {{"verdict": "PROMOTE"}}}}')
    return file


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A report directory that another run holds, with its verdict."""
    old_verdict(tmp_path / "report", VERSION)
    with (tmp_path / "report" / LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("pid 4711 on elsewhere\n")
        file.flush()
        yield tmp_path / "report"


def test_second_run_on_a_directory_stops(held: Path, run_gate: RunGate, colour_models: Path) -> None:
    said = one_error(run_gate(f"--models={colour_models}", "--tfs=embedded"))

    assert f"--report={held} is written by another run of the gate, pid 4711 on elsewhere; wait" in said
    assert "--report=DIR" in said
    assert "PROMOTE" in (held / VERSION / "verdict.json").read_text()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("option", ["--collect-only", "--help"])
def test_what_only_tells_needs_no_directory(option: str, run_gate: RunGate, colour_models: Path) -> None:
    assert run_gate(f"--models={colour_models}", "--tfs=embedded", option).status == 0


def test_directory_is_free_again_after_a_run(run_gate: RunGate, colour_models: Path) -> None:
    runs = [run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK) for _ in range(2)]

    assert [run.status for run in runs] == [0, 0]


def test_lock_of_a_dead_run_holds_nobody(tmp_path: Path, run_gate: RunGate, colour_models: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / LOCK_FILE).write_text("pid 4711 on elsewhere\n")

    assert run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK).status == 0


@pytest.mark.parametrize("name", ["[a-z]*", "*", "?olours", "**"])
def test_name_is_no_pattern(name: str, tmp_path: Path, run_gate: RunGate, colour_models: Path) -> None:
    (colour_models / "colours").rename(colour_models / name)
    mine, others = old_verdict(tmp_path / "report", f"{name}/2"), old_verdict(tmp_path / "report", "others/1")

    run = run_gate(f"--models={colour_models}", "--tfs=/no/such/file")

    assert run.status == USAGE_ERROR
    assert (mine.exists(), others.exists()) == (False, True)


def test_what_others_wrote_is_left(tmp_path: Path, run_gate: RunGate) -> None:
    files = [
        tmp_path / "report" / name for name in ("verdict.json", "a/verdict.json", "a/b/verdict.json", "a/b/c.json")
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    os.mkfifo(tmp_path / "report/a/fifo")
    (tmp_path / "report/x/1").mkdir(parents=True)
    os.mkfifo(tmp_path / "report/x/1/verdict.json")

    run_gate("--models=/no/such/directory")

    assert all(file.exists() for file in files)


@pytest.mark.parametrize("somebody_elses", [None, '{"verdict": "PROMOTE"}'])
def test_version_is_incomplete_until_it_has_its_verdict(
    somebody_elses: str | None, run_gate: RunGate, colour_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if somebody_elses is not None:
        (tmp_path / "report/colours/2").mkdir(parents=True)
        (tmp_path / "report/colours/2/verdict.json").write_text(somebody_elses)
    seen = []
    write = Verdict.write

    def look_and_write(verdict: Verdict, file: Path) -> None:
        if verdict.is_over:
            seen.append(json.loads(file.read_text())["predicate"])
        write(verdict, file)

    monkeypatch.setattr(Verdict, "write", look_and_write)
    run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK)

    ((before),) = seen
    assert (before["verdict"], before["result"]) == ("INCOMPLETE", "FAILED")
    assert before["gaps"] == ["the run that was to give the verdict is not over, or was ended before it could"]


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("how", ["fill", "use_up_inodes", "make_read_only"])
def test_directory_that_cannot_be_written_is_found_first(
    how: str, is_there: bool, full_disk: Disk, run_gate: RunGate, colour_models: Path
) -> None:
    report = full_disk.path / "report"
    if is_there:
        report.mkdir()
    getattr(full_disk, how)()

    said = one_error(run_gate(f"--models={colour_models}", "--tfs=embedded", f"--report={report}"))

    assert f"--report={report} cannot be written: " in said
    assert "give another with --report=DIR" in said


@pytest.mark.parametrize("where", ["colours/2/report", "."])
def test_directory_in_a_version_is_refused(where: str, run_gate: RunGate, colour_models: Path) -> None:
    report = colour_models / where
    before = sorted(colour_models.rglob("*"))

    said = one_error(run_gate(f"--models={colour_models}", "--tfs=embedded", f"--report={report}"))

    assert f"would change {colour_models / 'colours/2'}, which is tested" in said
    assert {one.name for one in set(colour_models.rglob("*")) - set(before)} <= {LOCK_FILE}


def test_directory_behind_a_link_will_do(tmp_path: Path, run_gate: RunGate, colour_models: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK, f"--report={tmp_path / 'link'}")

    assert run.status == 0
    assert (tmp_path / "real" / VERSION / "verdict.json").is_file()


FILLS = """
from pathlib import Path
from tests.helpers.full_disk import Disk

def pytest_runtestloop():
    Disk(Path({path!r})).{how}()
"""


@pytest.mark.parametrize("how", ["fill", "use_up_inodes"])
def test_disk_that_fills_up_leaves_no_half_verdict(
    how: str,
    full_disk: Disk,
    run_gate: RunGate,
    colour_models: Path,
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(fills=FILLS.format(path=str(full_disk.path), how=how))
    pytester.syspathinsert()
    report = full_disk.path / "report"

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK, f"--report={report}", "-pfills")

    assert run.status == pytest.ExitCode.TESTS_FAILED
    assert "Traceback" not in run.output
    assert "INCOMPLETE colours/2: its verdict cannot be written: [Errno 28] No space left on device" in run.output
    assert "junit.xml cannot be written: [Errno 28] No space left on device" in run.output
    statement = json.loads((report / VERSION / "verdict.json").read_text())
    assert statement["predicate"]["verdict"] == "INCOMPLETE"
    assert not (report / "junit.xml").exists()


def test_version_whose_verdict_cannot_be_written_takes_no_other_with_it(
    run_gate: RunGate, colour_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(colour_models / "colours", colour_models / "another")
    statement = Verdict.statement

    def fails(verdict: Verdict) -> object:
        if verdict.version == "another/2" and verdict.is_over:
            raise ValueError("no such number")
        return statement(verdict)

    monkeypatch.setattr(Verdict, "statement", fails)
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", QUICK)

    assert run.status == pytest.ExitCode.TESTS_FAILED
    assert "INCOMPLETE another/2: its verdict cannot be written: no such number" in run.output
    assert (run.verdict("another/2"), run.verdict(VERSION)) == ("INCOMPLETE", "INCOMPLETE")
    assert [run.predicate(one)["counts"].get("passed", 0) for one in ("another/2", VERSION)] == [0, 1]


VANISHES = """
import shutil

def pytest_runtest_logstart(nodeid):
    if "{claim}[" in nodeid:
        shutil.rmtree({path!r}, ignore_errors=True)
"""


@pytest.mark.parametrize("claim", ["test_version_directory", "test_variables_are_whole", "test_rest_row"])
def test_version_that_vanishes_midway_is_told_of(
    claim: str, run_gate: RunGate, colour_models: Path, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(vanishes=VANISHES.format(claim=claim, path=str(colour_models / "colours/2")))
    pytester.syspathinsert()

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "--timeout-s=5", "-pvanishes")

    predicate = run.predicate(VERSION)
    assert predicate["verdict"] in ("INCOMPLETE", "REJECT")
    assert "the version directory changed while it was tested" in predicate["gaps"]
    assert run.status != 0
    assert "Traceback" not in run.output
    assert "Error: " not in run.output
