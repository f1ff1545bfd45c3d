"""A signature of which every request is refused is told once, with the way out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.claims.serving import LOOK, TRACK_IT, expect_some_answered
from fixtures.errors import DoesNotApply, Exchange, Fault, ModelDown, NoAnswer, Refused, SignatureDown

pytestmark = pytest.mark.fast

SAMPLES: Any = ["one", "two"]
EXCHANGE = Exchange("POST", "http://h/", b"{}", 400, b"")
LOST = "the server answered 400: Could not find variable dense/kernel. This could mean that"


class Served:
    """Answers or raises as it is told, request by request."""

    general_protocols = ("REST", "gRPC")

    def __init__(self, *answers: Exception | None) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def predict(self, sample: str, protocol: str) -> object:
        self.asked.append((sample, protocol))
        if (answer := self._answers.pop(0)) is not None:
            raise answer
        return object()


def expect(served: Any) -> None:
    expect_some_answered(served, SAMPLES)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([None], 1),
        ([Refused("no"), None], 2),
        ([Refused("no"), NoAnswer("no"), Refused("no"), None], 4),
        ([Fault("an answer that is none")], 1),
    ],
)
def test_one_answer_is_enough_whatever_it_holds(answers: list[Exception | None], asked: int) -> None:
    served = Served(*answers)
    expect(served)
    assert len(served.asked) == asked


@pytest.mark.parametrize(
    ("first", "way_out"), [(Refused(LOST, EXCHANGE), TRACK_IT), (NoAnswer("nothing came", EXCHANGE), LOOK)]
)
def test_no_answer_at_all_ends_the_signature(first: Fault, way_out: str) -> None:
    with pytest.raises(SignatureDown) as raised:
        expect(Served(first, Refused("a"), Refused("b"), NoAnswer("c")))
    assert str(raised.value) == f"each of 4 requests is refused, and the model computes them in process: {first}"
    assert (raised.value.exchange, raised.value.way_out) == (EXCHANGE, way_out)


def test_a_server_that_goes_away_is_told_as_that() -> None:
    with pytest.raises(ModelDown, match="gone"):
        expect(Served(Refused("no"), ModelDown("gone")))


def test_where_nothing_can_be_asked_the_claims_say_so() -> None:
    class Unasked:
        @property
        def general_protocols(self) -> tuple[str, ...]:
            raise DoesNotApply("no protocol can be asked")

    expect(Unasked())
    no_sample = SimpleNamespace(general_protocols=("REST",))
    expect_some_answered(no_sample, [])  # type: ignore[arg-type]
    assert not hasattr(no_sample, "asked")
