"""What of the REST API was not recorded: headers, compression, paths at their edges, large and wrong bodies."""

import contextlib
import gzip
import http.client
import json

import pytest

from tests.helpers.standin import StandIn


@pytest.mark.parametrize("path", ["/v1/models/adder", "/nothing", "/v1/nothing"])
def test_every_reply_tells_a_stand_in(adder: StandIn, path: str) -> None:
    headers, _ = get(adder, path)
    assert headers["Server"] == "savedmodel-conformance stand-in"


@pytest.mark.parametrize(
    ("path", "compressed"), [("/v1/models/adder/metadata", True), ("/v1/models/adder", False)], ids=["large", "small"]
)
def test_a_reply_worth_it_is_compressed_for_who_accepts_it(adder: StandIn, path: str, compressed: bool) -> None:
    headers, body = get(adder, path, {"Accept-Encoding": "gzip"})
    assert (headers["Content-Encoding"] == "gzip") == compressed
    plain_headers, plain = get(adder, path)
    assert plain_headers["Content-Encoding"] is None
    assert json.loads(gzip.decompress(body) if compressed else body) == json.loads(plain)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/models/adder", 200),
        ("/V1/Models/adder/versions/01", 200),
        ("/v1/models/%61dder", 200),
        ("/v1/models", 400),
        ("/v1/models/", 400),
        ("/v1/models/adder?x=1", 404),
        ("/v1/models/adder%0a", 404),
        ("/v1/models/Adder", 404),
    ],
)
def test_a_path_is_matched_as_it_is_sent(adder: StandIn, path: str, status: int) -> None:
    assert adder.call("GET", path)[0] == status


@pytest.mark.parametrize("path", ["/", "//v1/models/adder", "/v2/models/adder"])
def test_other_paths_get_a_page_of_html(adder: StandIn, path: str) -> None:
    headers, body = get(adder, path)
    assert headers["Content-Type"] == "text/html"
    assert b"<TITLE>404 Not Found</TITLE>" in body


@pytest.mark.parametrize(
    "path", ["/v1/models/adder%0", "/v1/models/%zz", "/v2/models/{adder}", "/v1/models/adder?x=%2"]
)
def test_what_is_no_uri_gets_a_page_of_html(adder: StandIn, path: str) -> None:
    headers, body = get(adder, path)
    assert headers["Content-Type"] == "text/html"
    assert b"<TITLE>400 Bad Request</TITLE>" in body


@pytest.mark.parametrize("verb", ["Predict", "PREDICT", "predict?x=1", "predict/"])
def test_only_the_verb_itself_is_one(adder: StandIn, verb: str) -> None:
    path = f"/v1/models/adder:{verb}"
    reply = adder.call("POST", path, b'{"instances": [1.0]}')
    assert reply == (400, {"error": f"Malformed request: POST {path}"})


def test_an_error_quotes_bytes_that_are_no_utf8_as_they_came(recorded_models: StandIn) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", recorded_models.rest_port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", "/v1/models/classify:predict", b'{"instances": ["\xff"]}')
        reply = connection.getresponse()
        assert reply.status == 400
        assert b"Could not parse example input, value: '\xff'" in reply.read()


def test_a_large_body_is_answered(adder: StandIn) -> None:
    status, reply = adder.call("POST", "/v1/models/adder:predict", b'{"inputs": [' + b"0.5, " * 10**6 + b"1]}")
    assert status == 200
    assert len(reply["outputs"]) == 10**6 + 1
    assert (reply["outputs"][0], reply["outputs"][-1]) == (1.5, 2.0)


def test_a_value_that_is_wrong_among_many_is_named(adder: StandIn) -> None:
    body = b'{"instances": [' + b"0.5, " * 1000 + b'"x"]}'
    status, reply = adder.call("POST", "/v1/models/adder:predict", body)
    assert status == 400
    assert reply["error"] == (
        "Failed to process element: 1000 of 'instances' list. Error: INVALID_ARGUMENT: "
        'JSON Value: "x" Type: String is not of expected type: float'
    )


def get(standin: StandIn, path: str, headers: dict[str, str] | None = None) -> tuple[http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", standin.rest_port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest("GET", path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        return reply.msg, reply.read()
