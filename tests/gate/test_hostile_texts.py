"""What a model, a file or a server says is data: it moves no cursor, begins no line and reverses no direction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import colours
from tests.helpers.gate import Run, RunGate
from tests.helpers.puppet import Puppet

EVIL = "a\x1b[2J\x1b[1;1H\r\nPROMOTE colours/2\n\x07\x9b1m\u202eb\u2066\u2028PROMOTE\x85PROMOTE\x0cPROMOTE"
# what a file may be named
EVIL_NAME = EVIL.replace("/", "_")


def expect_printable(run: Run) -> None:
    """Nothing but printable characters and the gate's own line breaks, on the terminal and in junit.xml."""
    texts = [run.output]
    if (run.report / "junit.xml").exists():
        texts.append((run.report / "junit.xml").read_text())
    for text in texts:
        assert {one for one in text if not one.isprintable() and one != "\n"} == set()
        assert re.findall("^PROMOTE.*", text, re.MULTILINE) == []
        assert re.search("&#(x1[bB]|27|155|8238);", text) is None
    assert "INTERNALERROR" not in run.output


def test_server_that_refuses_in_evil_words(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *serve_all(Puppet(refuse=EVIL)), "-rA", "-v")

    expect_printable(run)
    assert run.verdict("colours/2") == "REJECT"
    assert r"the server answered 400: a\x1b[2J\x1b[1;1H\r" in run.output


def test_server_with_a_state_of_evil_words(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *serve_all(Puppet(states={1: "AVAILABLE", 2: EVIL})), "--timeout-s=2")

    expect_printable(run)
    assert run.verdict("colours/2") == "REJECT"


def test_samples_and_labels_of_evil_names(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    photos = colour_models.parent / "photos"
    (photos / "red_1.png").rename(photos / f"{EVIL_NAME}.png")
    table = photos / "labels.csv"
    table.write_text(table.read_text().replace("red_1.png,red\n", ""))
    contract = colour_models / "colours/conformance.toml"
    contract.write_text(contract.read_text().replace('"red"', json.dumps(EVIL)))
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "-rA", "-v")

    expect_printable(run)
    assert run.status == pytest.ExitCode.USAGE_ERROR
    table.unlink()
    contract.write_text(contract.read_text().replace("accuracy = 1.0\n", ""))
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(refuse='no'))}", "-rA", "-v")

    expect_printable(run)
    assert r"a\x1b[2J" in run.output


def test_model_of_an_evil_name(run_gate: RunGate, colour_models: Path) -> None:
    (colour_models / "colours").rename(colour_models / EVIL_NAME)
    (colour_models / EVIL_NAME / "conformance.toml").unlink()
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "-rA", "-v", "conformance/test_artifact.py")

    expect_printable(run)
    assert r"a\x1b[2J" in run.output


def test_model_with_ops_and_signatures_of_evil_names(run_gate: RunGate, tmp_path: Path) -> None:
    from tests.helpers.exports import rewrite

    version = tmp_path / "models/colours/1"
    colours.save(version, colours.good(1))

    def change(meta_graph: object) -> None:
        graph: object = meta_graph.graph_def  # type: ignore[attr-defined]
        graph.node.add(name=EVIL, op=EVIL)  # type: ignore[attr-defined]
        graph.node.add(name=f"{EVIL}2", op="WriteFile", input=[EVIL, EVIL])  # type: ignore[attr-defined]
        signatures = meta_graph.signature_def  # type: ignore[attr-defined]
        signatures[EVIL].CopyFrom(signatures["serving_default"])

    rewrite(version, change)
    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded", "-rA", "-v")

    expect_printable(run)
    assert run.verdict("colours/1") == "REJECT"
    assert r"a\x1b[2J" in run.output
