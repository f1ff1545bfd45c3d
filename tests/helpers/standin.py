"""A stand-in as a process of its own, for tests that talk to it."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from fixtures.serving.ports import free_ports
from tests.helpers.warm_python import warm_python

REPOSITORY = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60.0


def command(*flags: str, python: str | None = None) -> list[str]:
    """Give the command line of a stand-in."""
    return [python or warm_python(), "-m", "fixtures.embedded", *flags]


class StandIn:
    """A running stand-in: its ports, its log so far, and requests to it."""

    def __init__(self, process: subprocess.Popen[str], rest_port: int, grpc_port: int) -> None:
        self.process = process
        self.rest_port = rest_port
        self.grpc_port = grpc_port
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def log(self) -> str:
        """Give what it has written to stderr."""
        return "\n".join(self.lines)

    def wait_for_line(self, text: str, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until a log line holds the text; the process ending or the time passing is a failure."""
        wait_until(lambda: text in self.log() or self.process.poll() is not None, timeout_s, f"the line {text!r}")
        assert text in self.log(), f"ended with {self.process.poll()} before it said {text!r}:\n{self.log()}"

    def call(self, method: str, path: str, body: bytes = b"", timeout_s: float = 30.0) -> tuple[int, Any]:
        """Send a request on a connection of its own: status, and the reply as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest_port, timeout=timeout_s)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())

    def predict(self, model: str, value: float = 1.0) -> tuple[int, Any]:
        """Ask for the prediction of one number."""
        return self.call("POST", f"/v1/models/{model}:predict", json.dumps({"instances": [value]}).encode())

    def states(self, model: str) -> list[tuple[str, str, str]]:
        """Give each version's number, state and error code, in the order told."""
        _, reply = self.call("GET", f"/v1/models/{model.partition('/')[0]}")
        entries = reply["model_version_status"]
        return [(entry["version"], entry["state"], entry["status"]["error_code"]) for entry in entries]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it and wait up to 5 seconds: its exit status."""
        self.process.send_signal(number)
        status = self.process.wait(5)
        self._reader.join(5)
        return status

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))


@contextlib.contextmanager
def running(
    *flags: str, env: dict[str, str] | None = None, pass_fds: Collection[int] = (), python: str | None = None
) -> Iterator[StandIn]:
    """Start a stand-in on free ports, wait until it serves, and end it whatever happens."""
    with started(*flags, env=env, pass_fds=pass_fds, python=python) as standin:
        standin.wait_for_line("Exporting HTTP/REST API")
        yield standin


@contextlib.contextmanager
def started(
    *flags: str, env: dict[str, str] | None = None, pass_fds: Collection[int] = (), python: str | None = None
) -> Iterator[StandIn]:
    """Start a stand-in on free ports, not waiting, and end it whatever happens."""
    rest_port, grpc_port = free_ports(2)
    process = subprocess.Popen(
        command(f"--rest_api_port={rest_port}", f"--port={grpc_port}", *flags, python=python),
        cwd=REPOSITORY,
        env={**os.environ, **(env or {})},
        pass_fds=pass_fds,
        stderr=subprocess.PIPE,
        text=True,
    )
    standin = StandIn(process, rest_port, grpc_port)
    try:
        yield standin
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Poll until the condition holds; the time passing is a failure."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within {timeout_s} s"
        time.sleep(0.05)
