"""Who is sent broken requests, and who never is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.options import UNTRIED
from fixtures.serving.identity import RESERVED
from tests.breakages.breakage import CANDIDATE
from tests.helpers.gate import Run, RunGate
from tests.helpers.middleman import Forward, Reply, Request, Tamper

CLAIMS = "conformance/test_bad_input.py"


def skipped(run: Run, claim: str) -> set[str]:
    """The reasons for which the cases of a claim were skipped."""
    reasons: dict[str, str] = run.predicate(CANDIDATE)["skipped"]
    return {reason for case, reason in reasons.items() if f"::{claim}[" in case}


def test_somebody_elses_server_is_sent_nothing(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    asked: list[str] = []

    def note(request: Request, forward: Forward) -> Reply:
        asked.append(f"{request.method} {request.path}")
        return forward(request)

    url, *_ = tamper_with(note)
    run = run_gate(CLAIMS, f"--models={colour_models}", url)

    assert set(asked) == {"GET /v1/models/colours", f"GET /v1/models/{RESERVED}"}
    (reason,) = skipped(run, "test_broken_request")
    assert reason == UNTRIED["bad-input"]
    assert {case.split("[")[0] for case in run.predicate(CANDIDATE)["passedTests"]} == {
        "test_bad_input.py::test_wrong_rank_requests"
    }


def test_somebody_elses_server_is_never_probed(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    options = tamper_with(lambda request, forward: forward(request))

    run = run_gate(CLAIMS, f"--models={colour_models}", *options, "--probe-deep-nesting", "-kdeep")

    assert skipped(run, "test_survives_deep_nesting") == {
        "the probe ends a server, and somebody else's is never ended: give --tfs=docker or a binary"
    }


def test_stand_in_is_not_probed(run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(CLAIMS, f"--models={colour_models}", "--tfs=embedded", "--probe-deep-nesting", "-kdeep")

    assert skipped(run, "test_survives_deep_nesting") == {
        "the stand-in reads JSON in another way than TensorFlow Serving: give --tfs=docker or a binary"
    }


@pytest.mark.parametrize("claim", ["test_wrong_rank_requests", "test_integers_beyond_their_dtype"])
def test_model_without_a_contract_is_tried(run_gate: RunGate, colour_models: Path, claim: str) -> None:
    (colour_models / "colours/conformance.toml").unlink()

    run = run_gate(CLAIMS, f"--models={colour_models}", "--tfs=embedded", f"-k{claim}")

    assert run.claims(CANDIDATE, "failures") == set()
    assert skipped(run, claim) <= {"the model has no int8, uint8 or int16 input"}
