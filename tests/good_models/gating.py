"""Good models on disk, and what the gate did not let pass of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection
from pathlib import Path

from fixtures.draft.command import main as draft
from tests.good_models import GOOD_MODELS
from tests.helpers.gate import Run

PASSES = ("PROMOTE", "PROVISIONAL")


def build(models: Path, names: Collection[str], seed: int, *, contracts: bool) -> None:
    """Write the models of these names as version 1, with a contract drafted for each where asked for."""
    for name in names:
        GOOD_MODELS[name](models / name / "1", seed)
        if contracts:
            # it says where the contract is
            with contextlib.redirect_stdout(io.StringIO()):
                assert draft([str(models / name), "--write"]) == 0


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
