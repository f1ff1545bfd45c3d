"""A served model that answers as it is told, without a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from fixtures.errors import Exchange, ModelDown, Unanswered
from fixtures.model.signature import Array, Tensors
from fixtures.serving.endpoint import Endpoint
from fixtures.serving.remote import RemoteProvider

SOMEBODY_ELSES = RemoteProvider("http://127.0.0.1:1", None, 1.0, may_be_sent_load=True).endpoint
ANSWER = b'{"outputs": [2.5]}'


def reply(status: int, body: bytes = b'{"error": "no"}') -> Exchange:
    return Exchange("POST", "http://127.0.0.1/", b"", status, body)


@dataclass
class FakeServer:
    """A process that has or has not ended."""

    status: int | None = None
    log: list[str] = field(default_factory=list)

    def exit_status(self) -> int | None:
        return self.status

    def last_log_lines(self) -> list[str]:
        return self.log


@dataclass
class FakeServed:
    """Answers `send` with `answer`, and valid requests with each of `good` in turn, the last again and again."""

    answer: Callable[[bytes], Exchange] = lambda body: reply(400)
    good: list[bytes] = field(default_factory=lambda: [ANSWER])
    over_grpc: list[Tensors] = field(default_factory=list)
    server: FakeServer = field(default_factory=FakeServer)
    endpoint: Endpoint = SOMEBODY_ELSES
    has_grpc: bool = True
    timeout_s: float = 60
    bodies: list[bytes] = field(default_factory=list)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], within_s: float) -> Exchange:
        self.bodies.append(body or b"")
        return self.answer(body or b"")

    def predict(self, body: bytes, version: int | None) -> Exchange:
        given = self.good[0] if len(self.good) == 1 else self.good.pop(0)
        if not given:
            raise ModelDown("the server went away") from Unanswered("POST got no answer")
        return reply(200, given)

    def predict_over_grpc(self, inputs: Tensors, signature: str, version: int | None) -> dict[str, Array]:
        return dict(self.over_grpc[0] if len(self.over_grpc) == 1 else self.over_grpc.pop(0))

    def metadata(self, version: int | None) -> Exchange:
        return reply(200, b"{}")


def silence(body: bytes) -> Exchange:
    raise Unanswered("POST http://127.0.0.1:1 got no answer")


def outputs(*values: float) -> dict[str, Array]:
    return {"y": np.array(values, np.float32)}
