"""The same as `middleman` for gRPC: every call is passed on as it is, and what comes back may be tampered with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from fixtures.model.tensorflow import import_tensorflow

CLIENTS = 16
"""Calls that are answered at once."""
LARGEST = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclass(frozen=True)
class Call:
    """What the gate asked."""

    method: str
    """Its name, such as `Predict`."""
    request: bytes
    connection: str
    """The address that it came from: the same for what is asked on one channel."""


GrpcForward = Callable[[Call], bytes]
"""Has the stand-in answer a call."""
GrpcTamper = Callable[[Call, GrpcForward], bytes]
"""Answers a call, with the stand-in's help or without."""


def faithful(call: Call, forward: GrpcForward) -> bytes:
    """What the stand-in answers."""
    return forward(call)


class GrpcMiddleman:
    """Answers on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, upstream: str, tamper: GrpcTamper) -> None:
        import_tensorflow()
        import grpc

        self._channel = grpc.insecure_channel(upstream, LARGEST)
        channel = self._channel

        class Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
            def service(self, details: Any) -> Any:
                path = details.method

                def forward(call: Call) -> bytes:
                    answer: bytes = channel.unary_unary(path)(call.request, timeout=60)
                    return answer

                def answer(request: bytes, context: Any) -> bytes:
                    try:
                        return tamper(Call(path.rpartition("/")[2], request, context.peer()), forward)
                    except grpc.RpcError as error:
                        context.abort(error.code(), error.details())
                        raise

                return grpc.unary_unary_rpc_method_handler(answer)

        self._server = grpc.server(ThreadPoolExecutor(max_workers=CLIENTS), [Handler()], options=LARGEST)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> GrpcMiddleman:
        """Start to answer."""
        self._server.start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop answering."""
        self._server.stop(None)
        self._channel.close()
