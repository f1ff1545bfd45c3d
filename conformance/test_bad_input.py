"""No request, however broken, harms the server or gets an answer that means nothing."""

from __future__ import annotations

import pytest

from fixtures.claims import Warn
from fixtures.contract import Robustness
from fixtures.outcomes import expect_no
from fixtures.robustness.claims import Insist
from fixtures.robustness.kind import Kind
from fixtures.robustness.nesting import expect_survival
from fixtures.robustness.overflow import taken_beyond_dtype
from fixtures.robustness.target import Target
from fixtures.robustness.victim import Victim
from fixtures.robustness.wrong_rank import try_out
from fixtures.serving.served import ServedModel


@pytest.mark.usefixtures("may_disturb")
def test_broken_request(broken: Kind, victim: Victim, warn: Warn) -> None:
    """A broken request is answered as TensorFlow Serving answers it, in time, and a good one then as before."""
    answer = victim.ask(broken)
    expect_no(broken.objections(answer, victim.target), answer)
    if answer.status == 200:
        victim.expect_taken_rightly(broken, answer)
        warn(broken.warning(victim.target))


@pytest.mark.usefixtures("may_disturb")
def test_integers_beyond_their_dtype(
    integer_target: Target, served_model: ServedModel, timeout_s: float, robustness: Robustness, insist: Insist
) -> None:
    """An integer that its input's dtype does not hold is refused, not served as another number."""
    insist(robustness.integer_overflow, taken_beyond_dtype(served_model, integer_target, timeout_s))


def test_wrong_rank_requests(
    rank_target: Target, lone_server: ServedModel, timeout_s: float, robustness: Robustness, insist: Insist
) -> None:
    """A request of the wrong rank is refused, and does not take the server down."""
    insist(robustness.wrong_rank, try_out(lone_server, rank_target, timeout_s).faults)


def test_survives_deep_nesting(deep_target: Target, lone_server: ServedModel, timeout_s: float) -> None:
    """A body of lists nested 50,000 deep does not take the server down."""
    expect_survival(lone_server, deep_target, timeout_s)
