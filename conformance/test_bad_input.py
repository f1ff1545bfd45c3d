"""No request, however broken, harms the server or gets an answer that means nothing."""

from __future__ import annotations

import pytest

from fixtures.claims.agreement import Warn
from fixtures.claims.bad_input.broken_request import BrokenRequest
from fixtures.claims.bad_input.nesting import expect_may_be_sent, expect_survival
from fixtures.claims.bad_input.overflow import accepted_beyond_dtype
from fixtures.claims.bad_input.probed_server import ProbedServer
from fixtures.claims.bad_input.severity import judge
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.claims.bad_input.wrong_rank import expect_known_rank, wrong_ranks_not_refused
from fixtures.claims.gate import Gate
from fixtures.claims.under_test import ModelUnderTest
from fixtures.errors import expect_no
from fixtures.serving.dedicated import StartServer
from fixtures.serving.model_server import ModelServer

pytestmark = pytest.mark.place(9)


@pytest.mark.usefixtures("may_be_sent_bad_input")
def test_broken_request(broken: BrokenRequest, probed_server: ProbedServer, warn: Warn, warn_usual: Warn) -> None:
    """A broken request is answered as TensorFlow Serving answers it, in time, and a good one then as before.

    Fails when: a kind of broken request is not refused as TensorFlow Serving refuses it, or not within a second (10
    above 1 MB); or a good one then no longer gets its old answer.
    Then: replay it; look at what stands before TensorFlow Serving, or at the op in the log.
    """
    answer = probed_server.ask(broken)
    expect_no(broken.objections(answer, probed_server.valid), answer)
    if answer.status == 200:
        probed_server.expect_outputs(broken, answer)
        (warn_usual if broken.of_every_model else warn)(broken.warning(probed_server.valid))


@pytest.mark.usefixtures("may_be_sent_bad_input")
def test_integers_beyond_their_dtype(
    valid_request: ValidRequest, served_model: ModelServer, model_under_test: ModelUnderTest, warn: Warn
) -> None:
    """An integer that its input's dtype does not hold is refused, not served as another number.

    Fails when: an integer input takes a number that its dtype does not hold, and computes with another.
    Then: declare it int32 and check its range in the graph.
    """
    severity = model_under_test.contract.robustness.integer_overflow
    judge(accepted_beyond_dtype(served_model, valid_request), severity, warn)


def test_wrong_rank_requests(
    valid_request: ValidRequest,
    dedicated_server: StartServer,
    model_under_test: ModelUnderTest,
    warn: Warn,
    warn_fatal: Warn,
) -> None:
    """A request of the wrong rank is refused, and does not take the server down.

    Fails when: a request of the wrong rank ends the server, or is answered.
    Then: begin the serving function with the `tf.ensure_shape` line given.
    """
    expect_known_rank(valid_request)
    with dedicated_server() as served:
        severity = model_under_test.contract.robustness.wrong_rank
        found = wrong_ranks_not_refused(served, valid_request)
        judge(found, severity, warn if served.server.exit_status() is None else warn_fatal)


def test_survives_deep_nesting(valid_request: ValidRequest, dedicated_server: StartServer, gate: Gate) -> None:
    """A body of lists nested 50,000 deep does not take the server down.

    Fails when: a body nested 50,000 lists deep ends the server.
    Then: let a proxy refuse it, or take another TensorFlow Serving.
    """
    expect_may_be_sent(gate)
    with dedicated_server() as served:
        expect_survival(served, valid_request)
