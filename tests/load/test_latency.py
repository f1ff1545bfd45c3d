"""Series are bounded, leave out what would take too long, and keep what is wrong apart from what is slow."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.claims.latency import meter as latency
from fixtures.claims.latency.meter import Load, Meter
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import Fault, ModelDown
from fixtures.model.signature import Signature, Tensors, TensorSpec
from fixtures.samples import GeneratedSample

SIGNATURE = Signature(
    inputs={"x": TensorSpec(dtype="float32", shape=(-1,))}, outputs={"y": TensorSpec(dtype="float32", shape=(-1,))}
)
SAMPLES = tuple(GeneratedSample(number) for number in range(1, 4))


class Line:
    """A connection to nothing, on which every request is its own answer."""

    def __init__(self, answer: Callable[[Tensors], Tensors]) -> None:
        self._answer = answer

    def open(self) -> None:
        pass

    def send(self, request: Tensors) -> Tensors:
        return self._answer(request)

    def content(self, reply: Tensors) -> bytes:
        return reply["x"].tobytes()

    def outputs(self, reply: Tensors) -> Tensors:
        return {"y": reply["x"]}

    def close(self) -> None:
        pass


def served(answer: Callable[[Tensors], Tensors]) -> Any:
    return SimpleNamespace(
        connect=lambda way: Line(answer),
        request=lambda samples, way: {"x": np.concatenate([sample.inputs(SIGNATURE)["x"] for sample in samples])},
        served_model=SimpleNamespace(ask=lambda request: request(), still_answers=lambda: True),
    )


def measure(
    answer: Callable[[Tensors], Tensors], batch: Any = SAMPLES, promised_ms: float | None = None, **tolerance: float
) -> Load:
    local: Any = SimpleNamespace(signature=SIGNATURE, compute=lambda inputs: inputs)
    tolerances = {"y": Tolerance(tolerance.get("rtol", 0.0), 0.0)}
    return Meter(local, served(answer), tolerances, promised_ms).measure(("column", "row", "grpc"), SAMPLES, batch)


def truly(request: Tensors) -> Tensors:
    return request


def test_every_kind_of_request_is_a_series() -> None:
    load = measure(truly)
    assert [one.name for one in load.series] == [
        "REST, 1 sample, 1 client",
        "REST, 1 sample, 8 clients",
        "REST, 3 samples, 1 client",
        "REST, 3 samples, 8 clients",
        "gRPC, 1 sample, 1 client",
        "gRPC, 1 sample, 8 clients",
        "gRPC, 3 samples, 1 client",
        "gRPC, 3 samples, 8 clients",
    ]
    assert {one.requests for one in load.series} == {latency.REQUESTS}
    assert (load.wrong, load.exchange) == ((), None)
    assert load.typical is load.series[0]


def test_what_cannot_be_batched_is_left_out_with_its_reason() -> None:
    load = measure(truly, batch="the batch is fixed")
    assert [one.left_out for one in load.series] == ["", "", "the batch is fixed"] * 2


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

    load = measure(slowly)
    assert [bool(one.left_out) for one in load.series[:4]] == [False, True, True, True]
    assert load.series[1].left_out.startswith("the answers would take")


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
    load = measure(Shifted(10, 1.5), batch="no", rtol=1e-3)
    assert load.wrong[0].startswith("REST, 1 sample, 1 client: 94 of 100 answers are none that came before; y[0]: ")


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
    load = measure(refuse_after(10, Fault("the server answered 503: no")), batch="no")
    assert load.wrong[0] == "REST, 1 sample, 1 client: the server answered 503: no"
    assert load.typical.left_out == "a request failed"


def test_refusal_without_load_is_left_to_other_claims() -> None:
    load = measure(refuse_after(0, Fault("the server answered 400: no")))
    assert {one.left_out for one in load.series} == {"the server answered 400: no"}
    assert load.wrong == ()


@pytest.mark.parametrize("count", [0, 10])
def test_server_that_goes_away_ends_the_measurement(count: int) -> None:
    with pytest.raises(ModelDown):
        measure(refuse_after(count, ModelDown("gone")))
