"""Good answers are held against what they were, whatever else is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import cast

import numpy as np
import pytest

from fixtures.claims.properties.conversation import Conversation, Request, good_requests
from fixtures.claims.properties.explore import Explorer
from fixtures.claims.properties.order import AnyOrder
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import Exchange, Fault, ModelDown, NoAnswer, Refused, Unanswered
from fixtures.model.signature import Signature, Tensors, TensorSpec
from fixtures.predict.served import Answer, ServedPredictor
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import Protocol
from fixtures.protocols.rest import RestConnection
from fixtures.protocols.rest_column import COLUMN
from fixtures.protocols.rest_row import ROW
from fixtures.samples import Sample
from fixtures.samples.generated import GeneratedSample
from fixtures.serving.model_server import ModelServer

pytestmark = pytest.mark.fast

FLOAT = TensorSpec(dtype="float32", shape=(-1,))
SIGNATURE = Signature(inputs={"x": FLOAT}, outputs={"y": FLOAT})
SAMPLES: tuple[Sample, ...] = (GeneratedSample(1), GeneratedSample(2))
STATUS = b'{"model_version_status": [{"version": "3", "state": "AVAILABLE"}]}'


class Server:
    """A server that doubles, and its one client; `shift` is what it adds, `asked` all that it was asked."""

    answering = nullcontext

    def __init__(self, react: Callable[[Server, str], None] = lambda server, what: None) -> None:
        self.model = type("Model", (), {"name": "m"})()
        self.has_grpc = True
        self.shift = 0.0
        self.status = STATUS
        self.asked: list[str] = []
        self._react = react

    def another_rest_connection(self) -> RestConnection:
        return cast(RestConnection, self)

    def close(self) -> None:
        pass

    def get_status(self) -> Exchange:
        return self._exchange("status", self.status)

    def get_metadata(self, version: int | None) -> Exchange:
        return self._exchange("metadata", b"{}")

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], within_s: float) -> Exchange:
        return self._exchange("wrong", b"{}", 400)

    def predict_over_grpc(self, inputs: Tensors, signature: str, version: int) -> Tensors:
        self._note("wrong")
        raise Refused("the server answered INVALID_ARGUMENT over gRPC: no")

    def encode(self, inputs: Tensors, protocol: Protocol) -> Tensors:
        return inputs

    def predict_encoded(
        self, request: Tensors, inputs: Tensors, protocol: Protocol, connection: RestConnection | None = None
    ) -> Answer:
        self._note("good")
        return Answer({"y": inputs["x"] * 2 + np.float32(self.shift)}, None)

    def _exchange(self, what: str, reply: bytes, status: int = 200) -> Exchange:
        self._note(what)
        return Exchange("GET", "http://server", None, status, reply)

    def _note(self, what: str) -> None:
        self.asked.append(what)
        self._react(self, what)


def conversation_with(server: Server, tolerances: Mapping[str, Tolerance] | None = None) -> Conversation:
    good = good_requests(SAMPLES, SIGNATURE, (COLUMN, GRPC))
    return Conversation(cast(ModelServer, server), 3, cast(ServedPredictor, server), good, tolerances or {})


def search(server: Server) -> list[str]:
    """Run a search, and give what it warns of."""
    warnings: list[str] = []
    explore = Explorer(1, 20, warnings.append, is_random=False)
    conversation = conversation_with(server)

    def in_any_order() -> AnyOrder:
        return AnyOrder(conversation, explore.watch)

    explore.in_any_order(in_any_order)
    return warnings


def test_server_that_keeps_its_answers_passes() -> None:
    server = Server()

    assert search(server) == []
    assert {"good", "wrong", "status", "metadata"} == set(server.asked)
    assert len(server.asked) > 200


def test_good_requests_are_samples_alone_and_together() -> None:
    names = [str(request) for request in good_requests(SAMPLES, SIGNATURE, (COLUMN, ROW))]

    assert names == [
        "generated_1 in column format",
        "generated_1 in row format",
        "generated_2 in column format",
        "generated_2 in row format",
        "generated_1 and generated_2 in column format",
        "generated_1 and generated_2 in row format",
    ]


def test_samples_of_a_fixed_batch_are_not_put_together() -> None:
    fixed = Signature(inputs={"x": TensorSpec(dtype="float32", shape=(2,))}, outputs={"y": FLOAT})

    assert [request.name for request in good_requests(SAMPLES, fixed, (GRPC,))] == ["generated_1", "generated_2"]


def changes_for_one(server: Server, what: str) -> None:
    """The good answer right after a wrong request is another."""
    server.shift = 1.0 if server.asked[-2:] == ["wrong", "good"] else 0.0


def changes_for_good(server: Server, what: str) -> None:
    """All good answers after a wrong request are others."""
    server.shift = 1.0 if "wrong" in server.asked else 0.0


def test_order_is_as_short_as_it_can_be() -> None:
    says = (
        r"^generated_1 in column format: y\[0\] is \S+, at first it was \S+\nafter this order of requests:\n"
        r"  1\. cut JSON: answered 400\n  2\. generated_1 in column format\nto see it again: .* above in_any_order$"
    )

    with pytest.raises(Fault, match=says):
        search(Server(changes_for_one))


def test_order_after_which_all_is_changed_is_told_in_full() -> None:
    server = Server(changes_for_good)

    with pytest.raises(Fault, match=r", and it stays so\nafter this order of requests:\n  1\. ") as caught:
        search(server)

    steps = str(caught.value).splitlines()[2:]
    assert any("answered 400" in step or "INVALID_ARGUMENT" in step for step in steps)
    assert server.asked.count("good") < 100


@pytest.mark.parametrize("kind", [ModelDown, NoAnswer])
def test_server_that_does_not_answer_is_told_with_the_order(kind: type[Fault]) -> None:
    def be_silent(server: Server, what: str) -> None:
        if server.asked.count("wrong") > 3 and what == "good":
            raise kind("no answer came")

    server = Server(be_silent)
    with pytest.raises(kind, match=r"^no answer came\nafter this order of requests:\n  1\. ") as caught:
        search(server)
    assert type(caught.value) is kind
    assert server.asked[-1] == "good"


def test_other_status_is_a_fault() -> None:
    server = Server()
    conversation = conversation_with(server)
    server.status = STATUS.replace(b"AVAILABLE", b"UNLOADING")

    with pytest.raises(Fault, match="the status is not what it was at first"):
        conversation.look("status")


def test_refused_good_request_is_a_fault() -> None:
    server = Server()
    conversation = conversation_with(server)

    def refuse(server: Server, what: str) -> None:
        raise Refused("the server answered 503: busy")

    server._react = refuse

    with pytest.raises(
        Fault, match="generated_1 in column format: the server answered 503: busy; at first it was answered"
    ):
        conversation.expect_same(conversation.good[:1])


def test_two_answers_to_the_same_are_known_from_the_start() -> None:
    def count_up(server: Server, what: str) -> None:
        server.shift += 1

    with pytest.raises(Fault, match="at first it was"):
        conversation_with(Server(count_up))


def test_answer_may_change_within_the_tolerance() -> None:
    server = Server()
    conversation = conversation_with(server, {"y": Tolerance(rtol=0, atol=0.1)})
    server.shift = 0.01

    conversation.expect_same(conversation.good[:4])


def test_wrong_request_without_an_answer_is_not_repeated() -> None:
    def be_silent(server: Server, what: str) -> None:
        if what == "wrong":
            raise Unanswered("no answer")

    server = Server(be_silent)
    conversation = conversation_with(server)

    said: Sequence[str] = [conversation.ask_wrongly("cut JSON"), conversation.ask_wrongly("cut JSON")]

    assert said == ["not answered", "left out, it was not answered before"]
    assert server.asked.count("wrong") == 1


def test_requests_are_told_apart() -> None:
    one = Request("a", GRPC, {})

    assert one != Request("a", GRPC, {})
