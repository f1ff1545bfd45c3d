"""The gate on one fault, and a table of what it said to all of them."""

from __future__ import annotations

import shutil
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixtures.model.contract import CONTRACT_FILE
from tests.helpers import standin
from tests.helpers.gate import LOW_EFFORT, Run
from tests.helpers.warm_gate import run_apart
from tests.mutants.bases import Base
from tests.mutants.fault import Fault
from tests.mutants.lie import told


@dataclass(frozen=True)
class Outcome:
    """What the gate said to a fault."""

    name: str
    fault: Fault
    word: str
    """The verdict, or `none` where the run ended before."""
    failed: frozenset[str]
    """The claims that failed."""
    said: str
    seconds: float

    @property
    def is_expected(self) -> bool:
        """Whether it was told as it should be."""
        if self.fault.says:
            return self.word == "none" and self.fault.says in self.said
        return self.word == self.fault.word and (not self.fault.claim or self.fault.claim in self.failed)

    def line(self) -> str:
        """The fault, and the claims that failed, the expected one marked."""
        wanted = self.fault.claim or self.fault.word if not self.fault.says else f"{self.fault.says!r} to be said"
        found = [f"*{self.fault.claim}"] if self.fault.claim in self.failed else []
        found += sorted(self.failed - {self.fault.claim})
        told = ", ".join(one.replace("test_", "", 1) for one in found)
        state = "ok  " if self.is_expected else "PASSED" if self.word in ("PROMOTE", "PROVISIONAL") else "MISSED"
        missing = "" if self.is_expected else f"  (expected: {wanted})"
        return f"{state:7}{self.name:48} {self.word:12} {told}{missing}"


class Prover:
    """Breaks good models in a directory of its own and gates them, several at once if need be."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # TensorFlow's and Keras' global state is no two models' at once
        self._building = threading.Lock()

    def outcome(self, name: str, fault: Fault) -> Outcome:
        """Gate it, or say why it could not be made."""
        began = time.monotonic()
        try:
            return self._gate(name, fault, began)
        except Exception:
            return Outcome(name, fault, "none", frozenset(), traceback.format_exc(), time.monotonic() - began)

    def _gate(self, name: str, fault: Fault, began: float) -> Outcome:
        place = self._directory / name
        with self._building:
            shutil.copytree(self._good(fault.base), place)
            base = place / "models" / fault.base.name
            version = base / str(fault.base.candidate)
            contract = base / CONTRACT_FILE
            text = fault.contract(contract.read_text())
            contract.write_text(text) if text else contract.unlink()
            fault.change(version)
        effort = () if fault.full else LOW_EFFORT
        with _server(fault, place) as options:
            run = run_apart(place / "report", f"--models={place / 'models'}", *options, *effort, *fault.options)
        outcome = _read(name, fault, run, time.monotonic() - began)
        shutil.rmtree(place)
        return outcome

    def _good(self, base: Base) -> Path:
        written = self._directory / "good" / base.name
        if not written.exists():
            written.mkdir(parents=True)
            base.write(written)
        return written


@contextmanager
def _server(fault: Fault, place: Path) -> Iterator[list[str]]:
    """The options that name the server: the gate's own, or a liar before one of the proof's."""
    if fault.lie is None:
        yield ["--tfs=embedded"]
        return
    base = place / "models" / fault.base.name
    config = place / "models.config"
    config.write_text(
        f'model_config_list {{ config {{ name: "{fault.base.name}" base_path: "{base}" model_platform: "tensorflow" '
        "model_version_policy { all {} } } }"
    )
    with (
        standin.running(f"--model_config_file={config}") as server,
        told(fault.lie(), f"http://127.0.0.1:{server.rest_port}", f"127.0.0.1:{server.grpc_port}") as (rest, grpc),
    ):
        yield [f"--tfs={rest}", f"--tfs-grpc={grpc}", *([] if fault.spared else ["--allow-destructive"])]


def _read(name: str, fault: Fault, run: Run, seconds: float) -> Outcome:
    version = fault.base.version
    if not (run.report / version / "verdict.json").is_file():
        return Outcome(name, fault, "none", frozenset(), run.output, seconds)
    failed = run.claims(version, "failures")
    said = "\n".join(run.first_failures(version).values())
    return Outcome(name, fault, run.verdict(version), frozenset(failed), said, seconds)


def summary(outcomes: Iterable[Outcome]) -> str:
    """How many faults each claim caught, and how many were told as they should be."""
    outcomes = list(outcomes)
    caught = Counter(claim for outcome in outcomes for claim in outcome.failed)
    expected = Counter(outcome.fault.claim for outcome in outcomes if outcome.fault.claim in outcome.failed)
    lines = [
        f"{claim.replace('test_', '', 1):48} {number:5} {expected[claim]:5}" for claim, number in caught.most_common()
    ]
    missed = [outcome.name for outcome in outcomes if not outcome.is_expected]
    right = f"{len(outcomes) - len(missed)} of {len(outcomes)} told as they should be"
    return "\n".join(
        [
            f"{'claim':48} fails expected",
            *lines,
            right + (f"; not: {', '.join(missed)}" if missed else ""),
        ]
    )
