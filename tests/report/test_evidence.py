"""A skip or an expected failure that is not the gate's own excuses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from fixtures.errors import BECAUSE, NOT_TRIED
from fixtures.report.evidence import WAIVED, Outcome, Result, result_of

pytestmark = pytest.mark.fast


@dataclass
class Skipped:
    """What pytest reports of a test that is skipped."""

    longrepr: Any
    user_properties: list[tuple[str, object]] = field(default_factory=list)
    when: Any = "setup"
    outcome: Literal["passed", "failed", "skipped"] = "skipped"


@dataclass
class ExpectedFailure(Skipped):
    """What pytest reports of a test that may fail and does."""

    wasxfail: str = ""


@pytest.mark.parametrize(
    ("reason", "properties", "outcome"),
    [
        ("no latency is promised", [(BECAUSE, "contract")], "skipped"),
        ("one sample cannot vary", [(BECAUSE, "other")], "skipped"),
        (f"{NOT_TRIED}the server went away", [(BECAUSE, "other")], "not tried"),
        ("a plugin says so", [], "not tried"),
    ],
)
def test_what_the_gate_does_not_skip_itself_is_not_tried(
    reason: str, properties: list[tuple[str, object]], outcome: Outcome
) -> None:
    result = result_of(Skipped(("test_agreement.py", 1, f"Skipped: {reason}"), properties), None)

    assert result == Result(outcome, reason, because=str(dict(properties).get(BECAUSE, "")))


@pytest.mark.parametrize(
    ("reason", "outcome"), [(f"{WAIVED}2027-01-01, ML-1234: off", "waived"), ("a plugin says so", "failed")]
)
def test_failure_that_something_else_expects_is_a_failure(reason: str, outcome: Outcome) -> None:
    result = result_of(ExpectedFailure("", when="call", wasxfail=reason), None)

    assert result is not None
    assert (result.outcome, result.reason) == (outcome, reason)
