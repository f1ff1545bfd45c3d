"""Whatever listens at the other end, a call ends within its deadline: with an exchange, or with Unanswered."""

from __future__ import annotations

import gzip
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from fixtures.errors import BadReply, Exchange, Unanswered
from fixtures.protocols.rest import JSON, RestConnection
from fixtures.protocols.tensor_json import reply_json

pytestmark = pytest.mark.fast

TIMEOUT_S = 0.4
GRACE_S = 1.0

Answer = Callable[[socket.socket], object]
"""What is done with a connection when a request has come in."""


class RawServer:
    """Accepts connections one after the other, reads a request from each and hands it to the answer."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer = answer
        self._ended = False
        self._connection: socket.socket | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more, and hang up."""
        self._ended = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(1)

    def _serve(self) -> None:
        with suppress(OSError):
            while not self._ended:
                connection, _ = self._listening.accept()
                self.connections += 1
                self._connection = connection
                with connection, suppress(OSError):
                    connection.settimeout(3)
                    while request := _request(connection):
                        self.requests.append(request)
                        if self._answer(connection) is None:
                            break


def _request(connection: socket.socket) -> bytes:
    """One request with its body, empty when the other side hung up."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"content-length" in line.lower()), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def sends(*pieces: bytes, every_s: float = 0.0, again: bool = False) -> Answer:
    """Sends the pieces, and hangs up unless it waits for another request."""

    def answer(connection: socket.socket) -> object:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(every_s)
        return again or None

    return answer


def hangs(*pieces: bytes) -> Answer:
    """Sends the pieces and nothing more, but keeps the connection until the client gives up."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"".join(pieces))
        connection.recv(1)

    return answer


def trickles(first: bytes) -> Answer:
    """After the first bytes one more each time, for as long as anyone listens."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    return answer


def ok(body: bytes, *headers: bytes) -> bytes:
    """A whole response."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"HTTP/1.1 200 OK", length, *headers, b"", body])


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], RawServer]]:
    """Starts a server, which is stopped when the test ends."""
    servers: list[RawServer] = []

    def serve(answer: Answer) -> RawServer:
        servers.append(RawServer(answer))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., RestConnection]]:
    """Makes a client, which is closed when the test ends."""
    clients: list[RestConnection] = []

    def connect(
        address: str, *, ours: bool = True, model: str = "flower", timeout_s: float = TIMEOUT_S
    ) -> RestConnection:
        clients.append(RestConnection(f"http://{address}", model, timeout_s, trust_env=not ours))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def ask(serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection]) -> Callable[[Answer], Exchange]:
    """Sends one request to a server that answers so; the call must end soon after the deadline."""

    def ask(answer: Answer) -> Exchange:
        client = connect(serve(answer).address)
        started = time.monotonic()
        try:
            return client.predict(b'{"instances":[1]}', 2)
        finally:
            assert time.monotonic() - started < TIMEOUT_S + GRACE_S

    return ask


# answered


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda client: client.get_status(), "GET", "/v1/models/flower", None),
        (lambda client: client.get_metadata(None), "GET", "/v1/models/flower/metadata", None),
        (lambda client: client.get_metadata(7), "GET", "/v1/models/flower/versions/7/metadata", None),
        (lambda client: client.predict(b"{}", None), "POST", "/v1/models/flower:predict", b"{}"),
        (lambda client: client.predict(b"{}", 7), "POST", "/v1/models/flower/versions/7:predict", b"{}"),
        (lambda client: client.predict(b"{}", 0), "POST", "/v1/models/flower/versions/0:predict", b"{}"),
    ],
)
def test_request(
    serve: Callable[[Answer], RawServer],
    connect: Callable[..., RestConnection],
    call: Callable[[RestConnection], Exchange],
    method: str,
    path: str,
    body: bytes | None,
) -> None:
    server = serve(sends(ok(b'{"a": NaN}')))
    exchange = call(connect(server.address))
    assert exchange == Exchange(
        method, f"http://{server.address}{path}", body, 200, b'{"a": NaN}', JSON if body else {}
    )
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(f"{method} {path} HTTP/1.1\r\n".encode())
    assert sent == (body or b"")
    assert (b"Content-Type: application/json" in head) is (body is not None)


@pytest.mark.parametrize(
    ("model", "quoted"),
    [
        ("flower-2.0_x~", "flower-2.0_x~"),
        ("a b", "a%20b"),
        ("a%20b", "a%2520b"),
        ("a?b#c", "a%3Fb%23c"),
        ("a:b+c&d", "a%3Ab%2Bc%26d"),
        ("blume-\u00fc", "blume-%C3%BC"),
        ("a\\b", "a%5Cb"),
    ],
)
def test_names_of_models_are_quoted(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection], model: str, quoted: str
) -> None:
    server = serve(sends(ok(b"{}")))
    connect(server.address, model=model).get_status()
    assert server.requests[0].startswith(f"GET /v1/models/{quoted} HTTP".encode())


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (ok(b"whole"), b"whole"),
        (ok(b""), b""),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwho\n\r\n2\r\nle\r\n0\r\n\r\n", b"who\nle"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + ok(b"later"), b"later"),
    ],
    ids=["length", "empty", "close", "chunked", "continue"],
)
def test_reply(ask: Callable[[Answer], Exchange], answer: bytes, reply: bytes) -> None:
    assert ask(sends(answer)).reply == reply


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"BR", b"gzip, gzip"])
def test_reply_that_is_encoded_is_not_decoded(ask: Callable[[Answer], Exchange], encoding: bytes) -> None:
    with pytest.raises(BadReply, match=f"was answered in {encoding.decode().lower()}, which was not asked for"):
        ask(sends(ok(gzip.compress(bytes(10_000_000)), b"Content-Encoding: " + encoding)))


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SIXTEEN_MIB = b"1000000\r\n" + bytes(2**24) + b"\r\n"


@pytest.mark.parametrize(
    ("answer", "most", "says"),
    [
        (sends(CHUNKED, *[SIXTEEN_MIB] * 10**6), 10**6, "976.6 KiB"),
        (sends(b"HTTP/1.1 200 OK\r\n\r\n", *[SIXTEEN_MIB] * 10**6), 10**6, "976.6 KiB"),
        (sends(CHUNKED, *[SIXTEEN_MIB] * 10**6), 10**8, "95.37 MiB"),
        (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"), 10**8, "95.37 MiB"),
        (sends(b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n", *[SIXTEEN_MIB] * 10**6), 10**8, "1 MiB"),
    ],
    ids=["endless-chunks", "endless", "large", "declared", "error"],
)
def test_reply_without_end_is_a_fault_and_takes_no_memory(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection], answer: Answer, most: int, says: str
) -> None:
    client = connect(serve(answer).address, timeout_s=10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadReply, match=f"is larger than {says}, .* give --largest-reply=SIZE"):
        client.ask("POST", "/v1/models/m:predict", b"{}", most=most)
    # in KiB; a buffer that grows is there twice
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3 * most // 1024 + 100_000


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nX: x\r\n\r\n",
        b"H",
    ],
)
@pytest.mark.parametrize("in_this_thread", [False, True])
def test_head_without_end_is_given_up(
    serve: Callable[[Answer], RawServer], endless: bytes, in_this_thread: bool
) -> None:
    def answer(connection: socket.socket) -> None:
        while True:
            connection.sendall(endless)
            time.sleep(0.001)

    url = f"http://{serve(answer).address}"
    started, before = time.monotonic(), threading.active_count()
    client = RestConnection(url, "m", TIMEOUT_S, trust_env=False, in_this_thread=in_this_thread)
    with pytest.raises(Unanswered):
        client.predict(b"{}", None)
    client.close()
    assert time.monotonic() - started < TIMEOUT_S + GRACE_S
    time.sleep(0.1)
    # nor does a thread read on
    assert threading.active_count() <= before


def test_status_is_small_unless_the_option_says_otherwise(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection]
) -> None:
    address = serve(sends(ok(b"x" * 2_000_000))).address
    with pytest.raises(BadReply, match="1 MiB"):
        connect(address, timeout_s=10).get_status()
    told = RestConnection(f"http://{address}", "m", 10, trust_env=False, largest_reply=3_000_000)
    assert len(told.get_status().reply) == 2_000_000
    told.close()


def test_large_reply(ask: Callable[[Answer], Exchange]) -> None:
    assert len(ask(sends(ok(b"x" * 5_000_000))).reply) == 5_000_000


def test_slow_reply_within_the_deadline(ask: Callable[[Answer], Exchange]) -> None:
    assert ask(sends(ok(b"slow")[:9], ok(b"slow")[9:-2], b"ow", every_s=0.02)).reply == b"slow"


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_refusal_is_an_exchange(ask: Callable[[Answer], Exchange], status: int) -> None:
    exchange = ask(sends(b'HTTP/1.1 %d No\r\nContent-Length: 14\r\n\r\n{"error": "no"' % status))
    assert (exchange.status, exchange.reply, reply_json(exchange)) == (status, b'{"error": "no"', None)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirect_is_not_followed(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection], status: int
) -> None:
    elsewhere = serve(sends(ok(b"{}")))
    location = f"Location: http://{elsewhere.address}/".encode()
    server = serve(sends(b"HTTP/1.1 %d Moved\r\n%s\r\nContent-Length: 0\r\n\r\n" % (status, location)))
    assert connect(server.address).get_status().status == status
    assert elsewhere.requests == []


def test_one_connection_for_several_requests(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection]
) -> None:
    server = serve(sends(ok(b"{}"), again=True))
    client = connect(server.address)
    assert [client.get_status().status, client.predict(b"{}", 1).status] == [200, 200]
    assert (len(server.requests), server.connections) == (2, 1)


def test_connection_that_was_closed_in_between_is_made_anew(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection]
) -> None:
    server = serve(sends(ok(b"{}")))
    client = connect(server.address)
    client.get_status()
    time.sleep(0.05)
    assert client.get_status().status == 200
    assert server.connections == 2


def test_client_goes_on_after_a_deadline(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection]
) -> None:
    answers = iter([hangs(), sends(ok(b"at last"))])
    client = connect(serve(lambda connection: next(answers)(connection)).address, timeout_s=0.2)
    with pytest.raises(Unanswered):
        client.get_status()
    assert client.get_status().reply == b"at last"


# not answered


@pytest.mark.parametrize(
    "answer",
    [
        hangs(),
        hangs(b"HTTP/1.1 200"),
        hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"),
        hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1234"),
        hangs(b"HTTP/1.1 200 OK\r\n\r\nno end"),
        trickles(b""),
        trickles(b"HTTP/1.1 200 OK\r\nX-Long: "),
        trickles(b"HTTP/1.1 200 OK\r\n\r\n"),
        trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        sends(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, every_s=0.02),
    ],
    ids=[
        "silence",
        "status",
        "headers",
        "no-body",
        "half-a-body",
        "no-length",
        "trickling-status",
        "trickling-headers",
        "trickling-body",
        "trickling-to-a-length",
        "always-continue",
    ],
)
def test_deadline(ask: Callable[[Answer], Exchange], answer: Answer) -> None:
    with pytest.raises(
        Unanswered, match=r"^POST http://127\.0\.0\.1:\d+/v1/models/flower/versions/2:predict got no ans"
    ):
        ask(answer)


def test_deadline_is_for_the_whole_call(ask: Callable[[Answer], Exchange]) -> None:
    pieces = (b"", b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n", b"A: a\r\n", b"B: b\r\n", b"\r\n", b"{}")
    with pytest.raises(Unanswered, match=r"within 0\.4 s$"):
        ask(sends(*pieces, every_s=TIMEOUT_S * 0.8))


def test_server_that_reads_no_request(connect: Callable[..., RestConnection]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        client = connect(f"127.0.0.1:{deaf.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(Unanswered):
            client.predict(b"x" * 50_000_000, 1)
        assert time.monotonic() - started < TIMEOUT_S + GRACE_S


@pytest.mark.parametrize(
    "answer",
    [
        sends(),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1234"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwho\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwh"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"),
        sends(b"220 mail.example.org ESMTP\r\n"),
        sends(b"\x15\x03\x01\x00\x02\x02\x50"),
        sends(b"HTTP/1.1 2000 OK\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n"),
    ],
    ids=[
        "nothing",
        "half",
        "no-last-chunk",
        "half-a-chunk",
        "no-chunk",
        "smtp",
        "tls",
        "status",
        "many-headers",
    ],
)
def test_broken_answer(ask: Callable[[Answer], Exchange], answer: Answer) -> None:
    with pytest.raises(Unanswered, match=r"^POST http://127\.0\.0\.1:\d+/\S+ got no answer: \S"):
        ask(answer)


def test_nobody_listens(connect: Callable[..., RestConnection]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unanswered, match="refused"):
        connect(address).get_status()


@pytest.mark.parametrize("address", ["", "127.0.0.1:99999", "no.such.host.invalid", "[::", "a" * 70 + ".invalid"])
def test_address_that_is_none(connect: Callable[..., RestConnection], address: str) -> None:
    with pytest.raises(Unanswered, match="got no answer"):
        connect(address, timeout_s=2).get_status()


# proxies


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_our_own_server_is_asked_past_any_proxy(
    serve: Callable[[Answer], RawServer],
    connect: Callable[..., RestConnection],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    proxy, server = serve(sends(ok(b"proxy"))), serve(sends(ok(b"server")))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv(variable, f"http://{proxy.address}")
    assert connect(server.address).get_status().reply == b"server"
    assert proxy.requests == []


def test_somebody_elses_server_is_asked_through_the_proxy(
    serve: Callable[[Answer], RawServer], connect: Callable[..., RestConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(sends(ok(b"proxy")))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
    assert connect("models.example.org", ours=False).get_status().reply == b"proxy"


@pytest.mark.parametrize(
    ("reply", "parsed"),
    [(b'{"a": [NaN]}', "{'a': [nan]}"), (b"<html>", "None"), (b"", "None"), (b"\xff", "None"), (b"[" * 9999, "None")],
)
def test_reply_in_json(reply: bytes, parsed: str) -> None:
    assert repr(reply_json(Exchange("GET", "http://localhost", None, 200, reply))) == parsed
