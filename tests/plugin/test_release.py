"""What a server is spared is a gap unless it is accepted, and with --release nothing may be left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.options import Effort
from tests.helpers import colours
from tests.helpers.gate import RunGate
from tests.helpers.middleman import Tamper, faithful
from tests.helpers.puppet import Puppet

CANDIDATE = "colours/2"
GRPC = "the gRPC address of the server is not known; give --tfs-grpc=HOST:PORT, or --accept-untried=grpc"
FEW = "-ktest_version_is_available"


@pytest.mark.parametrize(
    ("accepted", "missing"),
    [
        ("--accept-untried=", {"grpc", "load", "bad-input"}),
        ("--accept-untried=grpc", {"load", "bad-input"}),
        ("--accept-untried=grpc,load,bad-input", set()),
        ("-oaccept_untried=load, bad-input", {"grpc"}),
    ],
)
def test_what_a_server_is_spared_is_a_gap_unless_it_is_accepted(
    accepted: str, missing: set[str], run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", accepted, FEW)

    predicate = run.predicate(CANDIDATE)
    named = {gap.rpartition("--accept-untried=")[2] for gap in predicate["gaps"] if "--accept-untried=" in gap}
    assert named == missing
    assert set(predicate["acceptedUntried"]) == {"grpc", "load", "bad-input"} - missing


def test_what_was_not_tried_stands_beside_the_word(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    models, url = f"--models={colour_models}", f"--tfs={serve(Puppet())}"

    run = run_gate(models, url, "--accept-untried=grpc,load,bad-input")

    assert f"PROMOTE {CANDIDATE}, not tried: bad-input, grpc, load, tried less than the gate does" in run.output
    assert run.predicate(CANDIDATE)["verdict"] == "PROMOTE"
    assert run.predicate(CANDIDATE)["triesLess"] is True


def test_gap_is_told_where_no_claim_is_skipped_for_it(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    url, _, destructive = tamper_with(faithful)

    run = run_gate(f"--models={colour_models}", url, destructive, "--accept-untried=", FEW)

    assert run.claims(CANDIDATE, "skipped") == set()
    assert GRPC in run.predicate(CANDIDATE)["gaps"]


def test_unknown_word_is_refused_with_those_that_there_are(run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "--accept-untried=grpc,latency")

    assert "--accept-untried=latency: give grpc, load, bad-input, or several of them with commas" in run.output
    assert run.status == pytest.ExitCode.USAGE_ERROR


def test_release_lists_all_that_is_missing_before_anything_runs(run_gate: RunGate, colour_models: Path) -> None:
    (colour_models / "colours/conformance.toml").unlink()

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "--release")

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "--release wants more than this run can give:" in run.output
    assert "the stand-in is not TensorFlow Serving; give --tfs=docker" in run.output
    assert "colours: the interface is not pinned; have a contract drafted: " in run.output
    assert "a plugin has this run try less than the gate does" in run.output
    assert "collected" not in run.output
    assert not (run.report / CANDIDATE / "verdict.json").exists()


def test_release_accepts_nothing_untried(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    spared = "--accept-untried=grpc,load,bad-input"

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "--release", spared, effort=Effort())

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "  the gRPC address of the server is not known; give --tfs-grpc=HOST:PORT\n" in run.output
    assert "  the server at a URL is not sent load; give --allow-destructive if it may be\n" in run.output


def test_release_wants_samples_of_the_models_own(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    contract = colour_models / "colours/conformance.toml"
    signature, _, _ = contract.read_text().partition("[samples]")
    contract.write_text(signature)

    run = run_gate(
        f"--models={colour_models}", *serve_all(Puppet()), "--release", "--allow-destructive", effort=Effort()
    )

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "colours: the samples of serving_default are generated; name samples of its own in [samples]" in run.output


def test_release_takes_no_link_out_of_the_version(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    variables = colour_models / "colours/2/variables"
    variables.rename(colour_models.parent / "stored")
    variables.symlink_to(colour_models.parent / "stored")

    run = run_gate(
        f"--models={colour_models}", *serve_all(Puppet()), "--release", "--allow-destructive", effort=Effort()
    )

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert f"colours: {variables} is a link that leads out of " in run.output


def test_release_wants_labels_that_mean_something(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    labels = colour_models.parent / "photos/labels.csv"
    labels.write_text("".join(line for line in labels.read_text().splitlines(keepends=True) if "blue" not in line))

    run = run_gate(
        f"--models={colour_models}", *serve_all(Puppet()), "--release", "--allow-destructive", effort=Effort()
    )

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "colours: 6 of 9 samples are labelled, and an accuracy on fewer than 10 says little" in run.output
    assert "colours: no labelled sample is blue: an accuracy says nothing of these" in run.output


def test_release_that_is_not_tried_whole_fails(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    colours.write_tenth_photo(colour_models)
    whole = ("--release", "--allow-destructive")

    run = run_gate(f"--models={colour_models}", *serve_all(Puppet()), *whole, FEW, effort=Effort())

    assert (run.verdict(CANDIDATE), run.status) == ("INCOMPLETE", pytest.ExitCode.TESTS_FAILED)
