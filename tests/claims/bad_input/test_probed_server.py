"""What becomes of a server and its good answers when it is sent a broken request."""

from __future__ import annotations

import time
from typing import Any

import pytest

from fixtures.claims.bad_input.every import BROKEN_REQUESTS
from fixtures.claims.bad_input.probed_server import ProbedServer, cause_in_log, status_said
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.errors import Exchange, Fault, ModelDown, NoAnswer, NotTried, VersionDown
from tests.helpers.fakes import ANSWER, FakeServed, FakeServer, outputs, reply, silence
from tests.helpers.valid_requests import VALID_REQUESTS, numbers

pytestmark = pytest.mark.fast

EMPTY = BROKEN_REQUESTS["empty_body"]
OTHER = b'{"outputs": [2.6]}'


def probed_server(served: Any, valid: ValidRequest | None = None, within_s: float = 1.0) -> ProbedServer:
    return ProbedServer(served, valid or numbers(), within_s)


def test_answer_to_a_broken_request() -> None:
    served = FakeServed()

    assert probed_server(served).ask(EMPTY) == reply(400)
    assert served.bodies == [b""]


def test_good_request_that_is_refused_from_the_start() -> None:
    with pytest.raises(NotTried, match=r"not tried: a good request is refused already .*outputs"):
        probed_server(FakeServed(good=[b"{}"]))


@pytest.mark.parametrize(
    ("afterwards", "says"),
    [
        (OTHER, r"after an empty body a good request no longer gets its old answer\ny\[0\]: now 2.6, before 2.5"),
        (b'{"outputs": [2.5, 2.5]}', r"no longer gets its old answer\ny: now shape \(2,\), before shape \(1,\)"),
        (b"{}", "after an empty body a good request is no longer answered: the reply has no 'outputs'"),
    ],
)
def test_good_request_is_answered_otherwise_afterwards(afterwards: bytes, says: str) -> None:
    with pytest.raises(VersionDown, match=says):
        probed_server(FakeServed(good=[ANSWER, ANSWER, afterwards])).ask(EMPTY)


def test_model_that_draws_numbers_need_not_repeat_them() -> None:
    answer = probed_server(FakeServed(good=[ANSWER, OTHER, ANSWER, b'{"outputs": [9]}'])).ask(EMPTY)

    assert answer.status == 400


def test_model_that_draws_numbers_must_still_answer() -> None:
    with pytest.raises(VersionDown, match="no longer answered"):
        probed_server(FakeServed(good=[ANSWER, OTHER, b"{}"])).ask(EMPTY)


def test_nan_is_its_old_answer() -> None:
    assert probed_server(FakeServed(good=[b'{"outputs": [NaN]}'])).ask(EMPTY).status == 400


@pytest.mark.parametrize("status", [-6, 134])
def test_server_that_ends(status: int) -> None:
    served = FakeServed(silence, [ANSWER, ANSWER, b""], server=FakeServer(status))

    with pytest.raises(ModelDown, match="after an empty body the server of flower exited with status 134") as down:
        probed_server(served).ask(EMPTY)

    assert down.value.exchange is not None
    assert down.value.exchange.url == "http://127.0.0.1:1/v1/models/flower/versions/7:predict"


def test_server_that_ends_behind_its_last_answer() -> None:
    with pytest.raises(ModelDown, match="exited with status 0"):
        probed_server(FakeServed(server=FakeServer(0))).ask(EMPTY)


def test_somebody_elses_server_that_is_gone() -> None:
    with pytest.raises(ModelDown, match="the server of flower is gone: POST got no answer"):
        probed_server(FakeServed(silence, [ANSWER, ANSWER, b""])).ask(EMPTY)


def test_good_request_left_unanswered_by_a_server_that_lives_on() -> None:
    class Dropping(FakeServed):
        def predict(self, body: bytes, version: int | None) -> Exchange:
            if len(self.bodies) == 1:
                raise NoAnswer("the server of flower left a request unanswered")
            return super().predict(body, version)

    probed = probed_server(Dropping())
    with pytest.raises(Fault, match="after an empty body the server of flower left a request unanswered") as fault:
        probed.ask(EMPTY)

    assert not isinstance(fault.value, (ModelDown, VersionDown))
    assert fault.value.exchange is not None
    assert probed.ask(EMPTY).status == 400


def test_no_answer_to_the_broken_request_alone() -> None:
    with pytest.raises(Fault, match=r"an empty body: POST http://127\.0\.0\.1:1 got no answer") as fault:
        probed_server(FakeServed(silence)).ask(EMPTY)

    assert not isinstance(fault.value, (ModelDown, VersionDown))
    assert fault.value.exchange is not None


def after(seconds: float) -> Any:
    def answer(body: bytes) -> Exchange:
        time.sleep(seconds)
        return reply(400)

    return answer


def test_answer_that_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProbedServer, "_limit_s", lambda self, request: 0.01)

    with pytest.raises(Fault, match=r"the answer took 0.2 s, at most 0.01 s are allowed"):
        probed_server(FakeServed(after(0.2))).ask(EMPTY)


def test_busy_machine_is_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    served = FakeServed(after(1.2))
    good = served.predict

    def slow(body: bytes, version: int | None) -> Exchange:
        time.sleep(0.1)
        return good(body, version)

    monkeypatch.setattr(served, "predict", slow)

    assert probed_server(served, within_s=0.1).ask(EMPTY).status == 400


def test_large_body_is_given_time() -> None:
    probed = probed_server(FakeServed(after(0.1)), within_s=0.0)

    assert probed.ask(BROKEN_REQUESTS["garbage_of_16_mb"]).status == 400


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("trailing_text", ANSWER, None),
        ("trailing_text", OTHER, "accepted, but not answered as the good request in it is\ny[0]: now 2.6, before 2.5"),
        ("trailing_text", b'{"outputs": "ok"}', "accepted, but not answered as a request is: y: served as 'ok'"),
        ("trailing_text", b"ok", "accepted, but not answered as a request is"),
        ("number_beyond_float32", OTHER, None),
        ("number_beyond_float32", b'{"outputs": [true]}', "not answered as a request is"),
    ],
)
def test_request_that_is_accepted(name: str, given: bytes, says: str | None) -> None:
    said = None
    try:
        probed_server(FakeServed()).expect_outputs(BROKEN_REQUESTS[name], reply(200, given))
    except Fault as fault:
        said = str(fault)

    assert (says or "None") in str(said)


def test_good_request_goes_over_grpc_where_rest_cannot_carry_it() -> None:
    served = FakeServed(over_grpc=[outputs(1.0), outputs(1.0), outputs(2.0)])

    with pytest.raises(VersionDown, match=r"y\[0\]: now 2.0, before 1.0"):
        probed_server(served, VALID_REQUESTS["complex"]).ask(EMPTY)


def test_without_any_prediction_the_metadata_must_do() -> None:
    served = FakeServed(has_grpc=False)

    assert probed_server(served, VALID_REQUESTS["complex"]).ask(EMPTY).status == 400


@pytest.mark.parametrize(("status", "said"), [(-6, "status 134"), (134, "status 134"), (0, "status 0")])
def test_exit_status(status: int, said: str) -> None:
    assert status_said(status) == said


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([], ""),
        (["Exporting HTTP/REST API"], ""),
        (
            ["Exporting", "2026-11-23 00:29:14.158579: F ./tensor_format.h:428] Check failed: index >= 0", "Aborted"],
            "; its log says: F ./tensor_format.h:428] Check failed: index >= 0",
        ),
    ],
)
def test_cause_in_log(log: list[str], said: str) -> None:
    served: Any = FakeServed(server=FakeServer(log=log))

    assert cause_in_log(served) == said
