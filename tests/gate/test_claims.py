"""Each claim of the gate fails on a model or a server that breaks it, alone, and passes on a good one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from fixtures.claims.listed import claim_names
from fixtures.options import Effort
from tests.breakages import BREAKAGES, Breakage
from tests.breakages.breakage import CANDIDATE
from tests.helpers import colours
from tests.helpers.gate import RunGate, use_onednn
from tests.helpers.middleman import Tamper, faithful
from tests.helpers.puppet import Puppet

DO_NOT_APPLY = set().union(*(breakage.claims for breakage in BREAKAGES.values() if breakage.skipped_by_good))


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_breakage_fails_its_claim_alone(
    breakage: Breakage,
    run_gate: RunGate,
    colour_models: Path,
    serve_all: Callable[[Puppet], list[str]],
    tamper_with: Callable[[Tamper], list[str]],
    brittle_server: list[str],
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    if breakage.onednn:
        use_onednn(monkeypatch)
    effort, base = breakage.effort, colour_models / "colours"
    if breakage.function or breakage.saved:
        shutil.rmtree(base / "2")
        colours.save(base / "2", breakage.function or colours.good(2), **breakage.saved)
    breakage.spoil(base)
    contract = base / "conformance.toml"
    contract.write_text(breakage.contract(contract.read_text()))
    if breakage.served:
        server = ["--tfs=embedded"]
    elif breakage.brittle:
        server = brittle_server
    else:
        server = tamper_with(breakage.tamper) if breakage.tamper else serve_all(breakage.puppet())

    if "test_broken_request" in breakage.claims:
        effort = replace(effort, broken_requests_step=1)
    run = run_gate(f"--models={colour_models}", *server, effort=effort)

    assert run.claims(breakage.candidate, "failures") == breakage.claims
    assert run.claims(breakage.candidate, "errors") == set()
    assert run.first_failures(breakage.candidate) == snapshot
    assert (run.verdict(breakage.candidate), run.status) == ("REJECT", pytest.ExitCode.TESTS_FAILED)


def test_good_model_passes_every_claim(
    run_gate: RunGate,
    colour_models: Path,
    tamper_with: Callable[[Tamper], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # all but the stand-in's own word says that it is real
    monkeypatch.setattr("fixtures.serving.remote.is_tensorflow_serving", lambda *asked: True)
    colours.write_tenth_photo(colour_models)
    contract = colour_models / "colours/conformance.toml"
    contract.write_text(colours.with_everything(contract.read_text()))

    run = run_gate(
        f"--models={colour_models}",
        *tamper_with(faithful),
        "--release",
        effort=Effort(),
    )

    predicate = run.predicate(CANDIDATE)
    assert run.claims(CANDIDATE, "skipped") == DO_NOT_APPLY
    assert run.claims(CANDIDATE, "passedTests") | run.claims(CANDIDATE, "skipped") == set(claim_names())
    assert (predicate["failures"], predicate["errors"]) == ({}, {})
    assert (run.verdict(CANDIDATE), run.status) == ("PROMOTE", pytest.ExitCode.OK)


def test_every_claim_has_a_breakage() -> None:
    assert set.union(*(breakage.claims for breakage in BREAKAGES.values())) == set(claim_names())
