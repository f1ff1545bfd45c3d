"""A run of the gate in a process of its own, in which neither it nor its stand-ins import TensorFlow anew."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.helpers.gate import ROOT, Run
from tests.helpers.warm_python import warm_python


def run_apart(report: Path, *arguments: str) -> Run:
    """Run the gate to its end, with these command-line arguments."""
    ended = subprocess.run(
        [warm_python(), "-m", "pytest", "-q", "-pno:cacheprovider", f"--report={report}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(ended.returncode, ended.stdout + ended.stderr, report)
