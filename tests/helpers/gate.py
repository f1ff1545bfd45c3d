"""A run of the gate, and what it left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree

import pytest

from fixtures.options import Effort
from tests.helpers.low_effort import LOW

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
SHARED = ROOT.parent / "shared"
LOW_EFFORT = ("-ptests.helpers.low_effort",)


def use_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the stand-ins that the gate starts compute with oneDNN: that is read when TensorFlow is imported."""
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    monkeypatch.setattr(sys, "executable", PYTHON)


def heed_what_ends_it() -> None:
    """For a run that is interrupted: where CI runs in the background, or by nohup, they are ignored and stay so."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@dataclass(frozen=True)
class Run:
    """A run of the gate that has ended."""

    status: int
    output: str
    report: Path

    def predicate(self, version: str) -> dict[str, Any]:
        """The predicate of a model version's verdict."""
        statement: dict[str, Any] = json.loads((self.report / version / "verdict.json").read_text())
        return dict(statement["predicate"])

    def verdict(self, version: str) -> str:
        """The verdict of a model version in a word."""
        return str(self.predicate(version)["verdict"])

    def first_failures(self, version: str) -> dict[str, str]:
        """For each claim that failed the text of its first failure, with what differs from run to run left out."""
        found: dict[str, str] = {}
        for case in ElementTree.parse(self.report / "junit.xml").iter("testcase"):
            name = str(case.get("name"))
            failure = case.find("failure")
            if failure is not None and f"[{version}" in name:
                found.setdefault(name.split("[")[0], self.lasting(failure.text or ""))
        return found

    def lasting(self, text: str) -> str:
        """The text, with what differs from run to run left out."""
        shown = [os.path.relpath(self.report), str(self.report)]
        for directory in (*shown, os.path.relpath(self.report.parent), str(self.report.parent)):
            text = text.replace(directory, "REPORT" if directory in shown else "TMP")
        text = re.sub(r"(?:PYTHONPATH=\S+ )?\S+ -m (fixtures\.)", r"PYTHON -m \1", text)
        text = re.sub(r"(__inference_\w+?)_\d+\b", r"\1_N", text)
        # what is random or counts depends on all that was asked before
        text = re.sub(r"\b(time \d) [-.\de]+", r"\1 N", text)
        text = re.sub(r"(drawn were) [-.\de]+ to [-.\de]+", r"\1 N to N", text)
        # how long it takes and how much comes meanwhile is the machine's
        text = re.sub(r"(?<!promised )\b[\d.]+ (ms|times)\b(?! the allowance)", r"N \1", text)
        text = re.sub(r"\b\d+ (of \d+ )?(answers|requests)\b", r"N \2", text)
        text = re.sub(r"(127\.0\.0\.1:|0\.0\.0\.0:|localhost:|_port=)\d+", r"\1PORT", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "TIME", text)
        text = re.sub(r"(within|took|at most) [\d.]+ s\b", r"\1 SOME s", text)
        text = re.sub(r"@reproduce_failure\(.*\)", "@reproduce_failure(...)", text)
        # the last digits are the processor's
        return re.sub(r"\b\d+\.\d{4,}(e[-+]\d+)?\b", lambda number: f"{float(number[0]):.3g}", text)

    def claims(self, version: str, kind: str) -> set[str]:
        """The names of the claims with a case under `kind`: failures, errors, skipped or notTried."""
        return {case.split("::")[1].split("[")[0] for case in self.predicate(version)[kind]}


class RunGate(Protocol):
    """Runs the gate in this process and gives what came of it."""

    def __call__(self, *arguments: str, effort: Effort = LOW) -> Run:
        """Run it with these command-line arguments."""
