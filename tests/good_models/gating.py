"""The gate on good models, and what it did not let pass."""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Collection
from pathlib import Path

from fixtures.draft.command import main as draft
from tests.good_models import GOOD_MODELS
from tests.helpers.gate import ROOT, Run
from tests.helpers.warm_python import warm_python

PASSES = ("PROMOTE", "PROVISIONAL")


def build(models: Path, names: Collection[str], seed: int, *, contracts: bool) -> None:
    """Write the models of these names as version 1, with a contract drafted for each where asked for."""
    for name in names:
        GOOD_MODELS[name](models / name / "1", seed)
        if contracts:
            # it says where the contract is
            with contextlib.redirect_stdout(io.StringIO()):
                assert draft([str(models / name), "--write"]) == 0


def gate(models: Path, report: Path, *arguments: str) -> Run:
    """Run the gate on a directory of models, in a process of its own; nothing in it imports TensorFlow anew."""
    done = subprocess.run(
        [
            *(warm_python(), "-m", "pytest", "-q", "-pno:cacheprovider"),
            *(f"--models={models}", f"--report={report}", *arguments),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr, report)


def rejected(run: Run, names: Collection[str]) -> dict[str, str]:
    """What is said of each model that does not pass."""
    found = {}
    for version in (f"{name}/1" for name in names):
        if not (run.report / version / "verdict.json").is_file():
            found[version] = f"there is no verdict: {run.output[-2000:]}"
        elif run.verdict(version) not in PASSES:
            failures = run.first_failures(version).values()
            found[version] = "\n".join([run.verdict(version), *failures, *run.predicate(version)["errors"]])
    return found
