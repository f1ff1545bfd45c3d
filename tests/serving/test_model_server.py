"""What an unanswered request says of the server: it is gone, it hangs, or it has dropped a connection and lives on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.errors import Exchange, ModelDown, NoAnswer
from fixtures.model.catalog import Model, ModelVersion
from fixtures.protocols.protocol import Transport
from fixtures.serving import model_server
from fixtures.serving.endpoint import STARTED_HERE, Endpoint, Server, Traits
from fixtures.serving.model_server import ModelServer
from tests.helpers.puppet import HangUp, Puppet, PuppetServer

BODY = b'{"inputs": [[[[0.0, 0.0, 0.0]]]]}'
IMAGE = {"image": np.zeros((1, 8, 8, 3), np.float32)}


@dataclass
class Dropping(Puppet):
    """Answers no request from the given time on, counted in seconds from the first it drops, until another time."""

    drops: int = 1
    """Predictions whose connection is closed without an answer."""
    away_s: float = 0.0
    """Seconds after the first of them in which nothing at all is answered."""
    back: float = 0.0
    """When it is answering again."""
    states_after: dict[int, str] | None = None
    """What it says of the versions from then on."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """What a puppet answers, unless this connection is dropped."""
        if path.endswith(":predict") and self.drops:
            self.drops -= 1
            self.back = time.monotonic() + self.away_s
            self.states = self.states_after or self.states
            raise HangUp
        if time.monotonic() < self.back:
            raise HangUp
        return super().answer(method, path, body)

    def predict_over_grpc(self, request: Any, context: Any) -> Any:
        """What a puppet answers, unless this call is dropped."""
        import grpc

        if self.drops:
            self.drops -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "dropped")
        return super().predict_over_grpc(request, context)


@dataclass
class Started(Server):
    """A server that was started here."""

    puppet_server: PuppetServer
    status: int | None = None
    traits: Traits = STARTED_HERE

    def start(self) -> Endpoint:
        return Endpoint(
            rest=self.puppet_server.url,
            grpc=self.puppet_server.grpc,
            complete=True,
            traits=self.traits,
        )

    def exit_status(self) -> int | None:
        return self.status

    def stop(self) -> None:
        pass


Serve = Callable[..., ModelServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Has a puppet serve the colour model."""
    monkeypatch.setattr(model_server, "STILL_THERE_WITHIN_S", 1.0)
    with ExitStack() as running:

        def start(puppet: Puppet, timeout_s: float = 10, traits: Traits = STARTED_HERE) -> ModelServer:
            versions = tuple(ModelVersion("colours", number, Path(str(number))) for number in puppet.states)
            server = Started(running.enter_context(PuppetServer(puppet)), traits=traits)
            served = ModelServer(Model("colours", Path(), versions, ()), server, timeout_s)
            running.callback(served.stop)
            _ = served.states
            return served

        yield start


def ask(served: ModelServer) -> Exchange:
    return served.predict(BODY, 2)


def test_dropped_connection_is_told_and_the_next_request_is_answered(serve: Serve) -> None:
    served = serve(Dropping())
    with pytest.raises(NoAnswer) as caught:
        ask(served)
    assert type(caught.value) is NoAnswer
    assert str(caught.value).startswith(
        "the server of colours left a request unanswered, though it still tells its stat"
    )
    assert caught.value.exchange is not None
    assert caught.value.exchange.body == BODY
    assert ask(served).status == 200


def test_dropped_call_over_grpc(serve: Serve) -> None:
    served = serve(Dropping())
    with pytest.raises(NoAnswer, match=r"though it still tells its status: gRPC to .*: UNAVAILABLE dropped"):
        served.predict_over_grpc(IMAGE, "serving_default", 2)
    assert served.predict_over_grpc(IMAGE, "serving_default", 2)["colour"].shape == (1, 3)


def test_server_that_is_back_in_time_was_not_away(serve: Serve) -> None:
    served = serve(Dropping(away_s=0.4))
    with pytest.raises(NoAnswer) as caught:
        ask(served)
    assert type(caught.value) is NoAnswer
    assert ask(served).status == 200


@pytest.mark.parametrize(
    "puppet",
    [Dropping(away_s=60), Dropping(states_after={1: "AVAILABLE"}), Dropping(states_after={2: "LOADING"})],
    ids=["gone", "without the version", "loading"],
)
def test_server_without_what_it_had_is_down(serve: Serve, puppet: Dropping) -> None:
    with pytest.raises(ModelDown, match=r"^the server of colours went away: POST .* got no answer"):
        ask(serve(puppet))


def test_server_that_has_exited_is_down_at_once(serve: Serve) -> None:
    served = serve(Dropping())
    served.server.status = 134  # type: ignore[attr-defined]
    with pytest.raises(ModelDown, match=r"went away: .*; it exited with status 134"):
        ask(served)


def test_server_that_hangs_is_down_whatever_it_says(serve: Serve) -> None:
    served = serve(Puppet(hang_s=2.0), 0.3)
    with pytest.raises(ModelDown, match=r"went away: POST .* got no answer within"):
        ask(served)


def test_server_that_keeps_one_of_several_clients_waiting_is_not(serve: Serve) -> None:
    served = serve(Puppet(hang_s=2.0), 0.3)
    with pytest.raises(NoAnswer) as caught, served.answering(clients=8):
        served.connection("REST").predict(BODY, 2)  # type: ignore[union-attr]
    assert type(caught.value) is NoAnswer
    assert str(caught.value).startswith("with 8 clients at once the server of colours left a request unanswered")


@pytest.mark.parametrize("transport", ["REST", "gRPC"])
@pytest.mark.parametrize("several", [True, False])
def test_each_request_may_meet_another_of_several_servers(serve: Serve, several: bool, transport: Transport) -> None:
    served = serve(Puppet(), traits=replace(STARTED_HERE, may_be_several=several))
    connections = []
    for _ in range(3):
        with served.sampling_connection(transport) as connection:
            connection.open()
            connections.append(connection)

    assert len(set(map(id, connections))) == (3 if several else 1)
