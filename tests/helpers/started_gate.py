"""The gate as a process of its own, which may be sent signals, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fixtures.serving.wait import wait_until
from tests.helpers.gate import LOW_EFFORT, ROOT, Run, heed_what_ends_it
from tests.helpers.warm_python import warm_python

WITHIN_S = 60.0
WHOLE_GATE_WITHIN_S = 600.0
"""What the whole gate on the flower model may take at most, with all its claims."""


class Gate:
    """A run in a process of its own, with a temporary directory of its own."""

    report: Path
    """Its report directory."""

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        as_users_do: bool = False,
        environment: Mapping[str, str] | None = None,
        ignored: Sequence[signal.Signals] = (),
    ) -> None:
        self._temporary = directory / "tmp"
        self._temporary.mkdir()
        self.report = directory / "report"
        self._process = subprocess.Popen(
            [
                *((sys.executable,) if as_users_do else (warm_python(),)),
                *("-m", "pytest", "-pno:cacheprovider", f"--report={self.report}", *arguments),
                *(() if as_users_do else LOW_EFFORT),
            ],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self._temporary), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: _heed_all_but(ignored),
        )

    def wait_for_server(self) -> None:
        """Wait until the server process is there."""
        assert wait_until(lambda: self.servers() or None, WITHIN_S)

    @property
    def pid(self) -> int:
        """The process, or the one that stands before it."""
        return self._process.pid

    def kill(self, number: signal.Signals) -> None:
        """Send the run a signal."""
        self._process.send_signal(number)

    def finish(self) -> Run:
        """Wait for the run to end."""
        output, _ = self._process.communicate(timeout=WHOLE_GATE_WITHIN_S)
        return Run(self._process.returncode, output, self.report)

    def servers(self) -> list[str]:
        """The command lines of the servers that run on this run's behalf."""
        listed = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if f"--model_config_file={self._temporary}" in line]

    def leftovers(self) -> list[Path]:
        """Files that the run left in its temporary directory."""
        return list(self._temporary.iterdir())


def _heed_all_but(ignored: Sequence[signal.Signals]) -> None:
    heed_what_ends_it()
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
