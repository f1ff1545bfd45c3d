"""The README is short, and the verdict that it shows is worded as the gate words one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.docs.markdown import README, fences, not_in
from tests.helpers import colours
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.low_effort import LOW

SHOWN = next(fence.text for fence in fences(README) if fence.text.startswith("gate: "))


def test_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) < 150


def test_every_dependency_has_its_reason() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    rows = [line.split("|") for line in README.read_text().splitlines() if line.startswith("| ")]
    named = {name.strip() for _, names, *_ in rows for name in names.split(",")}

    assert {re.split(r"[~=<>]", dependency)[0] for dependency in declared} <= named


@pytest.mark.parametrize("word", ["gate: ", "model: ", "server: ", "PROVISIONAL", "  skipped: ", "  latency "])
def test_verdict_shows_the_lines_that_matter(word: str) -> None:
    assert any(line.startswith(word) for line in SHOWN.splitlines())


@pytest.mark.parametrize("line", [line for line in SHOWN.splitlines() if line.strip("= .")])
def test_other_wording_would_be_found(line: str) -> None:
    other = re.sub(r"[A-Za-z]{3,}", "another", line, count=1)

    assert not_in(SHOWN, SHOWN.splitlines()) == []
    assert not_in(SHOWN.replace(line, other), SHOWN.splitlines()) == [line]


def test_verdict_is_worded_as_the_gate_words_it(
    run_gate: RunGate, colour_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the same run on a smaller model: of that name, below the working directory, and with nothing but the stand-in
    model = (colour_models / "colours").rename(colour_models / "flowerclassifier")
    (model / "conformance.toml").write_text(colours.with_everything(colours.CONTRACT))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    run = run_gate("--models=models", "--tfs=auto", effort=replace(LOW, timed_requests=20, broken_requests_step=1))

    said = re.sub(r"\S+(?=conformance/test_)|, tried less than the gate does$", "", run.output, flags=re.MULTILINE)
    assert not_in(said, SHOWN.splitlines()) == [], run.output
    assert run.status == 0
