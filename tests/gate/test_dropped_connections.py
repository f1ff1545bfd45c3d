"""A connection that is dropped fails the claim that met it, and nothing else, while its server lives on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.gate import RunGate
from tests.helpers.middleman import Forward, Reply, Request, Tamper
from tests.helpers.puppet import HangUp


@dataclass
class Drops:
    """Closes the connection instead of answering, on the first request of a kind that comes after some others."""

    path: str
    body: bytes
    after: int = 0
    dropped: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if request.path.endswith(self.path) and request.body.startswith(self.body):
            self.after -= 1
            if self.after < 0 and not self.dropped:
                self.dropped.append(request)
                raise HangUp
        return forward(request)


@pytest.mark.parametrize(
    "drops",
    [
        Drops("/versions/2/metadata", b""),
        Drops("/versions/2:predict", b'{"instances"'),
        *(Drops("/versions/2:predict", b'{"inputs"', after) for after in (30, 120)),
    ],
    ids=["metadata", "row", "30", "120"],
)
def test_only_the_claim_that_met_it_fails(
    drops: Drops, run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *tamper_with(drops))

    assert len(drops.dropped) == 1
    predicate = run.predicate("colours/2")
    assert (len(predicate["failures"]), predicate["errors"], predicate["notTried"]) == (1, {}, {})
    assert "the server of colours left a request unanswered, though it still tells its status" in run.output
    assert (run.verdict("colours/2"), run.status) == ("REJECT", pytest.ExitCode.TESTS_FAILED)
