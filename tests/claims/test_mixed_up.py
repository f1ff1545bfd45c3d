"""Clients that a server has no thread left for leave; what the others are answered is judged all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.claims.agreement import mixed_up
from fixtures.errors import NoThread, NotTried
from fixtures.model.signature import Array, Signature, Tensors, TensorSpec
from fixtures.predict.served import ServedPredictor
from fixtures.protocols.grpc_predict import GrpcPredict
from fixtures.protocols.protocol import ServedSignature
from fixtures.protocols.threads import CLIENTS
from fixtures.samples import GeneratedSample

pytestmark = pytest.mark.fast

SIGNATURE = Signature(
    inputs={"x": TensorSpec(dtype="float32", shape=(-1,))}, outputs={"y": TensorSpec(dtype="float32", shape=(-1,))}
)
SAMPLES = tuple(GeneratedSample(number) for number in range(1, 4))
ROUNDS = 2

Answer = Callable[[int, Tensors], Tensors]
"""What a client, counted from 1, is answered; 0 is asked with alone."""


class OverGrpc(GrpcPredict):
    """Asks nobody: a connection is what answers, and every request is its inputs."""

    def encode(self, asked: ServedSignature, inputs: Tensors) -> Any:
        return inputs

    def send(self, connection: Any, request: Any) -> Any:
        return connection(request)

    def decode(self, asked: ServedSignature, reply: Any) -> dict[str, Array]:
        return {"y": reply["x"]}


class Connection:
    """One client's."""

    def __init__(self, number: int, answer: Answer) -> None:
        self._number = number
        self._answer = answer

    def __call__(self, request: Tensors) -> Tensors:
        return self._answer(self._number, request)

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass


class OneProtocol(ServedPredictor):
    """Is asked over gRPC only."""

    one_for_each_transport = (OverGrpc(),)
    unsupported = {one_for_each_transport[0]: None}  # noqa: RUF012


def found(answer: Answer) -> list[str]:
    numbers = iter(range(1, CLIENTS + 1))
    server: Any = SimpleNamespace(
        model=SimpleNamespace(name="m"),
        answering=nullcontext,
        sampling_connection=lambda transport: nullcontext(Connection(0, answer)),
        another_connection=lambda transport, waits: Connection(next(numbers), answer),
        still_answers=lambda: True,
        endpoint=SimpleNamespace(traits=SimpleNamespace(answers_each_alone=True)),
    )
    return mixed_up(OneProtocol(server, 1, "serving_default", SIGNATURE), SAMPLES, {}, ROUNDS)


def only(clients: int, answer: Answer) -> Answer:
    """The same for so many of the clients, and no thread for the others."""

    def answer_some(client: int, request: Tensors) -> Tensors:
        if client > clients:
            raise NoThread("none left")
        return answer(client, request)

    return answer_some


def together(clients: int, answer: Answer) -> Answer:
    """The same for so many of the clients, the first answers to whom come at the same time."""
    met = threading.Barrier(clients)
    waited: set[int] = {0}

    def answer_together(client: int, request: Tensors) -> Tensors:
        if client not in waited:
            waited.add(client)
            met.wait(10)
        return answer(client, request)

    return only(clients, answer_together)


def truly(client: int, request: Tensors) -> Tensors:
    return request


def wrongly(client: int, request: Tensors) -> Tensors:
    return request if client != 1 else {"x": request["x"] + np.float32(1)}


@pytest.mark.parametrize("clients", [2, 3, CLIENTS])
def test_right_answers_to_those_that_are_answered_are_enough(clients: int) -> None:
    assert found(together(clients, truly)) == []


def test_right_answers_to_one_client_say_nothing_of_several() -> None:
    with pytest.raises(NotTried, match="of 16 clients at once, over gRPC, no two were answered together"):
        found(only(1, truly))


@pytest.mark.parametrize("clients", [1, 3, CLIENTS])
def test_wrong_answers_are_told_however_many_are_answered(clients: int) -> None:
    lines = found(only(clients, wrongly))
    assert lines[0].startswith(f"{clients} clients at once, over gRPC: {ROUNDS * len(SAMPLES)} of ")


def test_answers_before_a_client_left_count() -> None:
    answered: set[int] = set()

    def answer_once(client: int, request: Tensors) -> Tensors:
        if client in answered:
            raise NoThread("none left")
        answered.update({client} - {0})
        return wrongly(client, request)

    assert "16 clients at once, over gRPC: 1 of 16 answers" in found(answer_once)[0]


def test_nothing_is_said_where_no_client_is_answered() -> None:
    with pytest.raises(NotTried, match="no two were answered together: the server had no thread left"):
        found(only(0, truly))
