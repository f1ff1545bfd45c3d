"""Of what a process says the last lines are kept, and no more, whatever it says."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path

import pytest

from fixtures.model.catalog import Model
from fixtures.serving.last_lines import KEPT, LONGEST, LastLines
from fixtures.serving.process import ProcessServer

pytestmark = pytest.mark.fast


def said(command: str) -> LastLines:
    """What a shell says until it ends."""
    log = LastLines()
    subprocess.run(["sh", "-c", command], stdout=log.writer, check=True)
    log.close_writer()
    return log


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("true", []),
        ("echo one; echo two; echo three", ["two", "three"]),
        ("printf 'no\\nend'", ["no", "end"]),
        ("seq 1 200000", ["199999", "200000"]),
        ("head -c 10000000 /dev/zero | tr '\\0' x", ["x" * LONGEST + "..."]),
    ],
)
def test_last_lines(command: str, lines: list[str]) -> None:
    log = said(command)
    time.sleep(0.05)
    assert log.lines(2) == lines


def test_server_that_prints_without_end_fills_neither_memory_nor_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    server = ProcessServer(("sh", "-c", "exec yes a line of the log"), Model("m", tmp_path, (), ()))
    server.start()
    try:
        time.sleep(1)
        assert server.last_log_lines()[1:] == ["a line of the log"] * 11
    finally:
        server.stop()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < KEPT
