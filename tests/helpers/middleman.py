"""A server between the gate and the stand-in, which passes everything on and may tamper with what comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler

import requests

from tests.helpers.puppet import HangUp, QuietServer

PASSED_ON = frozenset({"content-type", "content-encoding", "accept-encoding"})


@dataclass(frozen=True)
class Request:
    """What the gate asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int = 0
    """The port that it came from: the same for what is asked on one connection."""


@dataclass(frozen=True)
class Reply:
    """What the gate is answered."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a proxy adds; of the stand-in's own headers none but the content type is passed on."""

    def saying(self, old: bytes, new: bytes) -> Reply:
        """The same with another text in its body."""
        return replace(self, body=self.body.replace(old, new))


Forward = Callable[[Request], Reply]
"""Has the stand-in answer a request."""

Tamper = Callable[[Request, Forward], Reply]
"""Answers a request, with the stand-in's help or without; `HangUp` closes the connection instead."""


def faithful(request: Request, forward: Forward) -> Reply:
    """What the stand-in answers."""
    return forward(request)


class Middleman:
    """Answers on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, upstream: str, tamper: Tamper) -> None:
        def forward(request: Request) -> Reply:
            # no Session: tests ask from several threads
            answer = requests.request(
                request.method,
                upstream + request.path,
                data=request.body,
                headers=dict(request.headers),
                timeout=30,
                allow_redirects=False,
            )
            return Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # or each reply waits 40 ms: the body for the acknowledgement of the headers, and that for more to come
            disable_nagle_algorithm = True
            # TensorFlow Serving sends no Server header
            version_string = lambda self: ""  # noqa: E731

            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
                request = Request(self.command, self.path, headers, body, self.client_address[1])
                try:
                    reply = tamper(request, forward)
                except HangUp:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer  # noqa: N815

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Middleman:
        """Start to answer."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
