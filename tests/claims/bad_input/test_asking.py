"""Broken requests are sent as they are, told so that they can be replayed, and judged as the contract says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fixtures.errors import ContractError, Exchange, Fault, Unanswered
from fixtures.model.contract import Robustness, read_contract
from fixtures.protocols.rest import RestConnection
from fixtures.report.evidence import Case
from fixtures.report.failure import describe

pytestmark = pytest.mark.fast

SIGNATURES = '[signatures.serving_default]\ninputs = {}\noutputs.y = { dtype = "float32", shape = [-1] }\n'


class Recorder(BaseHTTPRequestHandler):
    """Answers with what it was sent, or hangs."""

    protocol_version = "HTTP/1.1"
    connections: set[object]

    def answer(self) -> None:
        self.connections.add(self.client_address)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if body == b"hang":
            time.sleep(5)
        told = f"{self.command} {self.path} {self.headers.get('Content-Type')} {body.decode('latin-1')}".encode()
        self.send_response(418)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    do_POST = do_DELETE = do_GET = do_OPTIONS = answer  # noqa: N815


@pytest.fixture
def recorder() -> Iterator[ThreadingHTTPServer]:
    """A server that answers with what it was sent."""
    Recorder.connections = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(recorder: ThreadingHTTPServer) -> RestConnection:
    """A client of that server."""
    return RestConnection(f"http://127.0.0.1:{recorder.server_port}", "flower", 60, trust_env=False)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "told"),
    [
        ("POST", "/v1/models/x:foo", b"\xff{", {"Content-Type": "a/b"}, b"POST /v1/models/x:foo a/b \xc3\xbf{"),
        ("POST", "/v1/models/:predict", b"", {}, b"POST /v1/models/:predict None "),
        ("DELETE", "/v2/versions/-1", None, {}, b"DELETE /v2/versions/-1 None "),
        ("OPTIONS", "/v1/models/x", None, {}, b"OPTIONS /v1/models/x None "),
    ],
)
def test_request_is_sent_as_it_is(
    client: RestConnection, method: str, path: str, body: bytes | None, headers: dict[str, str], told: bytes
) -> None:
    answer = client.send(method, path, body, headers, 60)

    assert (answer.status, answer.reply) == (418, told)
    assert (answer.method, answer.body, answer.headers) == (method, body, headers)


def test_each_has_a_connection_of_its_own(client: RestConnection) -> None:
    client.send("GET", "/", None, {}, 60)
    client.send("GET", "/", None, {}, 60)

    assert len(Recorder.connections) == 2


def test_answer_is_given_up_in_time(client: RestConnection) -> None:
    with pytest.raises(Unanswered, match=r"POST http://127\.0\.0\.1:\d+/v1 got no answer within 0\.2 s"):
        client.send("POST", "/v1", b"hang", {}, 0.2)


@pytest.mark.parametrize(
    ("exchange", "line"),
    [
        (("GET", None, {}), "curl -sS http://h/"),
        (("DELETE", None, {}), "curl -sS -X DELETE http://h/"),
        (("POST", b"{", {}), "curl -sS -H 'Content-Type: application/json' --data-binary @FILE http://h/"),
        (
            ("POST", b"{", {"Content-Type": "text/plain", "Content-Encoding": "gzip"}),
            "curl -sS -H 'Content-Type: text/plain' -H 'Content-Encoding: gzip' --data-binary @FILE http://h/",
        ),
        (
            ("DELETE", b"{", {"Content-Type": "a/b"}),
            "curl -sS -X DELETE -H 'Content-Type: a/b' --data-binary @FILE http://h/",
        ),
    ],
)
def test_replay(
    exchange: tuple[str, bytes | None, dict[str, str]], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    method, body, headers = exchange
    fault = Fault("no", Exchange(method, "http://h/", body, 400, b"", headers))

    text = str(describe(fault, Case("test_x.py::test_x", "m/1"), "", tmp_path / "FILE", None, []))

    assert text.splitlines()[-1] == f"  replay: {line}"


@pytest.fixture
def robustness(tmp_path: Path) -> Callable[[str], Robustness]:
    """Reads the table of a contract."""

    def read(table: str) -> Robustness:
        (tmp_path / "conformance.toml").write_text(f"{SIGNATURES}\n{table}")
        contract = read_contract(tmp_path)
        assert contract.is_pinned
        return contract.robustness

    return read


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("", ("warn", "warn")),
        ("[robustness]", ("warn", "warn")),
        ('[robustness]\nwrong_rank = "fail"', ("fail", "warn")),
        ('[robustness]\nwrong_rank = "warn"\ninteger_overflow = "fail"', ("warn", "fail")),
    ],
)
def test_contract(robustness: Callable[[str], Robustness], table: str, read: tuple[str, str]) -> None:
    found = robustness(table)

    assert (found.wrong_rank, found.integer_overflow) == read


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('wrong_ranks = "fail"', "robustness: unknown key 'wrong_ranks'; did you mean 'wrong_rank'?"),
        ("wrong_rank = true", "robustness.wrong_rank: Input should be 'warn' or 'fail'"),
        ('integer_overflow = "error"', "robustness.integer_overflow: Input should be 'warn' or 'fail'"),
    ],
)
def test_contract_that_makes_no_sense(robustness: Callable[[str], Robustness], table: str, says: str) -> None:
    with pytest.raises(ContractError) as refused:
        robustness(f"[robustness]\n{table}")

    assert says in str(refused.value)
