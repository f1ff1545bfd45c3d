"""No request, however broken, harms the server or gets an answer that means nothing."""

from __future__ import annotations

import pytest

from fixtures.claims.agreement import Warn
from fixtures.claims.bad_input.broken_request import BrokenRequest
from fixtures.claims.bad_input.nesting import expect_survival
from fixtures.claims.bad_input.overflow import accepted_beyond_dtype
from fixtures.claims.bad_input.probed_server import ProbedServer
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.claims.bad_input.wrong_rank import try_out
from fixtures.errors import expect_no
from fixtures.model.contract import Robustness
from fixtures.plugin.bad_input import Insist
from fixtures.serving.model_server import ModelServer

pytestmark = pytest.mark.place(8)


@pytest.mark.usefixtures("may_disturb")
def test_broken_request(broken: BrokenRequest, probed_server: ProbedServer, warn: Warn) -> None:
    """A broken request is answered as TensorFlow Serving answers it, in time, and a good one then as before.

    Fails when: a kind of broken request is not refused as TensorFlow Serving refuses it, or not within a second (10
    above 1 MB); or a good one then no longer gets its old answer.
    Then: replay it; look at what stands before TensorFlow Serving, or at the op in the log.
    """
    answer = probed_server.ask(broken)
    expect_no(broken.objections(answer, probed_server.valid), answer)
    if answer.status == 200:
        probed_server.expect_accepted_rightly(broken, answer)
        warn(broken.warning(probed_server.valid))


@pytest.mark.usefixtures("may_disturb")
def test_integers_beyond_their_dtype(
    integer_request: ValidRequest, served_model: ModelServer, timeout_s: float, robustness: Robustness, insist: Insist
) -> None:
    """An integer that its input's dtype does not hold is refused, not served as another number.

    Fails when: an integer input takes a number that its dtype does not hold, and computes with another.
    Then: declare it int32 and check its range in the graph.
    """
    insist(robustness.integer_overflow, accepted_beyond_dtype(served_model, integer_request, timeout_s))


def test_wrong_rank_requests(
    rank_request: ValidRequest, dedicated_server: ModelServer, timeout_s: float, robustness: Robustness, insist: Insist
) -> None:
    """A request of the wrong rank is refused, and does not take the server down.

    Fails when: a request of the wrong rank ends the server, or is answered.
    Then: begin the serving function with the `tf.ensure_shape` line given.
    """
    insist(robustness.wrong_rank, try_out(dedicated_server, rank_request, timeout_s).faults)


def test_survives_deep_nesting(deep_request: ValidRequest, dedicated_server: ModelServer, timeout_s: float) -> None:
    """A body of lists nested 50,000 deep does not take the server down.

    Fails when: a body nested 50,000 lists deep ends the server.
    Then: let a proxy refuse it, or take another TensorFlow Serving.
    """
    expect_survival(dedicated_server, deep_request, timeout_s)
