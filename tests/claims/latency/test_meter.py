"""Series are bounded, leave out what would take too long, and keep what is wrong apart from what is slow."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.claims.latency import meter as latency
from fixtures.claims.latency.meter import CLIENTS, Measurements, Meter
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import Fault, ModelDown, NoAnswer, NoThread
from fixtures.model.signature import Array, Signature, Tensors, TensorSpec
from fixtures.options import Effort
from fixtures.predict.served import ServedPredictor
from fixtures.protocols.grpc_predict import GrpcPredict
from fixtures.protocols.protocol import ServedSignature
from fixtures.protocols.rest_column import RestColumn
from fixtures.protocols.threads import NONE_LEFT
from fixtures.samples import GeneratedSample

pytestmark = pytest.mark.fast

SIGNATURE = Signature(
    inputs={"x": TensorSpec(dtype="float32", shape=(-1,))}, outputs={"y": TensorSpec(dtype="float32", shape=(-1,))}
)
SAMPLES = tuple(GeneratedSample(number) for number in range(1, 4))


class Direct:
    """Asks nobody: a connection is what answers, and every request is its inputs."""

    def encode(self, asked: ServedSignature, inputs: Tensors) -> Any:
        return inputs

    def send(self, connection: Any, request: Any) -> Any:
        return connection.answer(request)

    def content(self, reply: Any) -> bytes:
        return bytes(reply["x"].tobytes())

    def decode(self, asked: ServedSignature, reply: Any) -> dict[str, Array]:
        return {"y": reply["x"]}


class OverRest(Direct, RestColumn):
    """In the place of column format."""


class OverGrpc(Direct, GrpcPredict):
    """In the place of gRPC."""


def served(answer: Callable[[Tensors], Tensors]) -> ServedPredictor:
    def connect(transport: str, *, waits: bool) -> Any:
        return SimpleNamespace(answer=answer, open=lambda: None, close=lambda: None)

    server: Any = SimpleNamespace(
        model=SimpleNamespace(name="m"), answering=lambda clients: nullcontext(), another_connection=connect
    )
    return ServedPredictor(server, 1, "serving_default", SIGNATURE)


def measure(
    answer: Callable[[Tensors], Tensors], batch: Any = SAMPLES, promised_ms: float | None = None, **tolerance: float
) -> Measurements:
    local: Any = SimpleNamespace(signature=SIGNATURE, compute=lambda inputs: inputs)
    tolerances = {"y": Tolerance(tolerance.get("rtol", 0.0), 0.0)}
    return Meter(local, served(answer), tolerances, Effort(), promised_ms).measure(
        (OverRest(), OverGrpc()), SAMPLES, batch
    )


def truly(request: Tensors) -> Tensors:
    return request


def test_every_kind_of_request_is_a_series() -> None:
    measured = measure(truly)
    assert [one.name for one in measured.series] == [
        "REST, 1 sample, 1 client",
        "REST, 1 sample, 8 clients",
        "REST, 3 samples, 1 client",
        "REST, 3 samples, 8 clients",
        "gRPC, 1 sample, 1 client",
        "gRPC, 1 sample, 8 clients",
        "gRPC, 3 samples, 1 client",
        "gRPC, 3 samples, 8 clients",
    ]
    assert {one.requests for one in measured.series} == {Effort().timed_requests}
    assert (measured.wrong, measured.exchange) == ((), None)
    assert measured.typical is measured.series[0]


def test_what_cannot_be_batched_is_left_out_with_its_reason() -> None:
    measured = measure(truly, batch="the batch is fixed")
    assert [one.left_out for one in measured.series] == ["", "", "the batch is fixed"] * 2


def test_series_end_in_time_and_throughput_counts_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "SECONDS", 0.1)
    monkeypatch.setattr(latency, "LEAST", 2)

    def slowly(request: Tensors) -> Tensors:
        time.sleep(0.02)
        return request

    one, _, several, _ = measure(slowly).series[:4]
    assert 2 <= one.requests <= 7
    assert one.p50_ms is not None
    assert one.p50_ms >= 20
    assert one.p99_ms is None
    assert several.requests_per_s is not None
    assert several.samples_per_s == 3 * several.requests_per_s


def test_what_would_take_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "LONGEST_S", 0.025)

    def slowly(request: Tensors) -> Tensors:
        time.sleep(0.01)
        return request

    measured = measure(slowly)
    assert [bool(one.left_out) for one in measured.series[:4]] == [False, True, True, True]
    assert measured.series[1].left_out.startswith("the answers would take")


def test_a_budget_has_time_for_enough_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "LONGEST_S", 0.02)
    monkeypatch.setattr(latency, "SECONDS", 0.01)

    def slowly(request: Tensors) -> Tensors:
        time.sleep(0.002)
        return request

    assert measure(slowly).typical.p95_ms is None
    assert measure(slowly, promised_ms=100).typical.p95_ms is not None


class Shifted:
    """Adds a little from some request on."""

    def __init__(self, after: int, by: float) -> None:
        self._asked = 0
        self._after = after
        self._by = np.float32(by)

    def __call__(self, request: Tensors) -> Tensors:
        self._asked += 1
        return request if self._asked <= self._after else {"x": request["x"] * self._by}


def test_answer_that_did_not_come_before_is_told() -> None:
    measured = measure(Shifted(10, 1.5), batch="no", rtol=1e-3)
    assert measured.wrong[0].startswith("REST, 1 sample, 1 client: 94 of 100 answers are none that came before; y[0]: ")


def test_answer_within_the_tolerance_is_right() -> None:
    assert measure(Shifted(10, 1.0001), batch="no", rtol=1e-3).wrong == ()


def refuse_after(count: int, fault: Fault) -> Callable[[Tensors], Tensors]:
    asked = []

    def answer(request: Tensors) -> Tensors:
        asked.append(request)
        if len(asked) > count:
            raise fault
        return request

    return answer


def test_refusal_under_load_is_told() -> None:
    measured = measure(refuse_after(10, Fault("the server answered 503: no")), batch="no")
    assert measured.wrong[0] == "REST, 1 sample, 1 client: the server answered 503: no"
    assert measured.typical.left_out == "a request failed"


class LetsIn:
    """Has threads for so many requests at once, and none for more."""

    def __init__(self, most: int, answer: Callable[[Tensors], Tensors]) -> None:
        self._threads = threading.Semaphore(most)
        self._answer = answer

    def __call__(self, request: Tensors) -> Tensors:
        if not self._threads.acquire(blocking=False):
            raise NoThread("none left")
        # while the others ask
        time.sleep(0.02)
        try:
            return self._answer(request)
        finally:
            self._threads.release()


def test_clients_that_there_is_no_thread_for_leave() -> None:
    measured = measure(LetsIn(3, truly), batch="no")
    assert [one.clients for one in measured.series[:2]] == [1, 3]
    assert all(one.requests >= latency.LEAST for one in measured.series[:2])
    assert measured.wrong == ()


def test_wrong_answer_is_told_though_clients_have_left() -> None:
    measured = measure(LetsIn(3, Shifted(60, 1.5)), batch="no", rtol=1e-3)
    assert any(line.startswith("REST, 1 sample, 3 clients: ") for line in measured.wrong)


def test_series_that_no_client_is_answered_in_is_left_out() -> None:
    numbers, warm_up = itertools.count(), len(SAMPLES) + 1

    def answer(request: Tensors) -> Tensors:
        if warm_up <= next(numbers) < warm_up + 1 + CLIENTS:
            raise NoThread("none left")
        return request

    measured = measure(answer, batch="no")
    reasons = [one.left_out for one in measured.series if one.samples == 1]
    assert reasons == [NONE_LEFT, NONE_LEFT, "", ""]
    assert measured.wrong == ()


def test_refusal_without_load_is_left_to_other_claims() -> None:
    measured = measure(refuse_after(0, Fault("the server answered 400: no")))
    assert {one.left_out for one in measured.series} == {"the server answered 400: no"}
    assert measured.wrong == ()


@pytest.mark.parametrize("count", [0, 10])
def test_request_left_unanswered_is_told(count: int) -> None:
    measured = measure(refuse_after(count, NoAnswer("left unanswered")), batch="no")
    assert measured.wrong[0] == "REST, 1 sample, 1 client: left unanswered"
    assert measured.typical.left_out == "a request failed"


@pytest.mark.parametrize("count", [0, 10])
def test_server_that_goes_away_ends_the_measurement(count: int) -> None:
    with pytest.raises(ModelDown):
        measure(refuse_after(count, ModelDown("gone")))
