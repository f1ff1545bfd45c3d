"""Each broken request is made as it says, and expects what TensorFlow Serving was recorded to answer."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from fixtures.claims.bad_input.broken_request import BrokenRequest, is_error
from fixtures.claims.bad_input.every import BROKEN_REQUESTS
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.errors import Exchange
from tests.helpers import exchanges
from tests.helpers.recorded import RECORDED_AS
from tests.helpers.valid_requests import VALID_REQUESTS, numbers, spec, valid

RECORDED = {exchange["id"]: exchange for exchange in exchanges.recorded("rest")}
LARGE = {"garbage_of_16_mb", "cut_json_of_64_mb"}
POSSIBLE = [
    pytest.param(broken, good, id=f"{broken.name}-{name}")
    for broken in BROKEN_REQUESTS.values()
    if broken.name not in LARGE
    for name, good in VALID_REQUESTS.items()
    if broken.unsupported(good.signature) is None
]


def answer(status: int, reply: bytes) -> Exchange:
    return Exchange("POST", "http://127.0.0.1/", b"", status, reply)


def breakable(broken: BrokenRequest) -> ValidRequest:
    """A valid request that the broken one can be made of."""
    return next(valid for valid in VALID_REQUESTS.values() if broken.unsupported(valid.signature) is None)


def recorded_answer(exchange_id: str) -> Exchange:
    response = RECORDED[exchange_id]["response"]
    return answer(response["status"], response["body"]["text"].encode())


def test_each_says_where_it_was_recorded() -> None:
    assert list(RECORDED_AS) == list(BROKEN_REQUESTS)


@pytest.mark.skipif(not RECORDED, reason=exchanges.ABSENT)
@pytest.mark.parametrize(
    ("broken", "exchange_id"),
    [
        pytest.param(broken, one, id=f"{broken.name}-{one}")
        for broken in BROKEN_REQUESTS.values()
        for one in RECORDED_AS[broken.name]
    ],
)
def test_expectation_is_what_was_recorded(broken: BrokenRequest, exchange_id: str) -> None:
    recorded = recorded_answer(exchange_id)

    assert recorded.status in broken.refused or (recorded.status == 200 and broken.accepted)
    assert recorded.status == 200 or is_error(recorded) is broken.json_error
    assert broken.objections(recorded, breakable(broken)) == []


@pytest.mark.skipif(not RECORDED, reason=exchanges.ABSENT)
@pytest.mark.parametrize(
    "broken",
    [broken for broken in BROKEN_REQUESTS.values() if RECORDED_AS[broken.name]],
    ids=lambda broken: broken.name,
)
def test_every_expected_status_was_recorded(broken: BrokenRequest) -> None:
    statuses = {recorded_answer(one).status for one in RECORDED_AS[broken.name]}

    assert statuses - {200} == (broken.refused if statuses != {200} else set())


@pytest.mark.parametrize(
    "broken",
    [broken for broken in BROKEN_REQUESTS.values() if not RECORDED_AS[broken.name]],
    ids=lambda broken: broken.name,
)
def test_what_was_not_recorded_may_be_accepted(broken: BrokenRequest) -> None:
    assert broken.accepted


@pytest.mark.parametrize(("broken", "good"), POSSIBLE)
def test_request_is_another_than_the_valid_one(broken: BrokenRequest, good: ValidRequest) -> None:
    request, as_it_should_be = broken.request(good), good.post(good.body)

    assert request != as_it_should_be
    assert request.path.startswith(("/v1/models/", "/v2/models/"))


@pytest.mark.parametrize(("broken", "good"), POSSIBLE)
def test_no_array_has_another_rank(broken: BrokenRequest, good: ValidRequest) -> None:
    from fixtures.embedded.json_request import read_predict
    from fixtures.embedded.status import ServingError

    try:
        tensors = read_predict(broken.request(good).body or b"", lambda name: proto_inputs(good)).tensors
    except ServingError:
        tensors = {}

    ranks = {name: len(tensor.shape) for name, tensor in tensors.items()}
    assert ranks == {name: good.inputs[name].ndim for name in ranks}


def proto_inputs(good: ValidRequest) -> dict[str, Any]:
    from types import SimpleNamespace

    import tensorflow as tf

    specs = good.signature.inputs
    return {name: SimpleNamespace(dtype=tf.as_dtype(one.dtype).as_datatype_enum) for name, one in specs.items()}


@pytest.mark.parametrize(
    ("name", "good", "body"),
    [
        ("empty_body", numbers(), ""),
        ("cut_json", numbers(), '{"inputs":{'),
        ("trailing_comma", numbers(), '{"inputs":{"x":[0.5]},}'),
        ("unquoted_key", numbers(), '{inputs:{"x":[0.5]}}'),
        ("half_surrogate", numbers(), '{"note":"\\ud800","inputs":{"x":[0.5]}}'),
        ("number_beyond_double", numbers(), '{"note":1e400,"inputs":{"x":[0.5]}}'),
        ("trailing_text", numbers(), '{"inputs":{"x":[0.5]}} x'),
        ("second_object", numbers(), '{"inputs":{"x":[0.5]}}{"inputs": null}'),
        ("repeated_key", numbers(), '{"inputs":{"x":[0.5]},"inputs": null}'),
        ("neither_inputs_nor_instances", numbers(), '{"input":{"x":[0.5]}}'),
        ("empty_object", numbers(), "{}"),
        ("empty_object", VALID_REQUESTS["by_name"], '{"signature_name":"other"}'),
        ("both_inputs_and_instances", numbers(), '{"instances":[],"inputs":{"x":[0.5]}}'),
        ("unknown_signature", numbers(), '{"signature_name":"no_such_name","inputs":{"x":[0.5]}}'),
        ("signature_no_text", numbers(), '{"signature_name":3,"inputs":{"x":[0.5]}}'),
        ("misnamed_input", numbers(), '{"inputs":{"no_such_name":[0.5]}}'),
        ("unknown_input", numbers(), '{"inputs":{"x":[0.5],"no_such_name":[1.0]}}'),
        ("unknown_input_in_row", numbers(), '{"instances":[{"no_such_name":1.0,"x":0.5}]}'),
        ("text_for_number", numbers(), '{"inputs":{"x":["1"]}}'),
        ("bool_for_number", numbers(), '{"inputs":{"x":[true]}}'),
        ("null_for_number", numbers(), '{"inputs":{"x":[null]}}'),
        ("number_beyond_float32", numbers(), '{"inputs":{"x":[1e39]}}'),
        ("mixed_depth", numbers(), '{"inputs":{"x":[0.5,[0.5]]}}'),
        ("mixed_depth", valid(x=spec("bool")), '{"inputs":{"x":[false,[false]]}}'),
        ("number_for_text", valid(x=spec("string", -1)), '{"inputs":{"x":[1]}}'),
        ("broken_base64", valid(x=spec("string", -1)), '{"inputs":{"x":[{"b64": "***"}]}}'),
        ("dtype_beyond_rest", valid(x=spec("complex64", -1)), '{"inputs":{"x":[1.5]}}'),
    ],
)  # fmt: skip
def test_body(name: str, good: ValidRequest, body: str) -> None:
    assert BROKEN_REQUESTS[name].request(good).body == body.encode()


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("too_narrow", {"image": [1, 4, 5, 2]}),
        ("too_wide", {"image": [1, 4, 5, 4]}),
        ("too_high", {"image": [1, 5, 5, 3]}),
    ],
)
def test_shape(name: str, shapes: dict[str, list[int]]) -> None:
    body = json.loads(BROKEN_REQUESTS[name].request(VALID_REQUESTS["image"]).body or b"")

    assert {key: shape_of(value) for key, value in body["inputs"].items()} == shapes


def shape_of(value: Any) -> list[int]:
    return [len(value), *shape_of(value[0])] if isinstance(value, list) else []


def test_ragged_rows() -> None:
    body = json.loads(BROKEN_REQUESTS["ragged"].request(VALID_REQUESTS["image"]).body or b"")

    assert [shape_of(row) for row in body["inputs"]["image"]] == [[4, 5, 3], [3, 5, 3]]


def test_missing_input() -> None:
    body = json.loads(BROKEN_REQUESTS["missing_input"].request(VALID_REQUESTS["several"]).body or b"")

    assert body["inputs"].keys() == {"b", "c"}


def test_one_value_of_a_row_is_another() -> None:
    row = json.loads(BROKEN_REQUESTS["missing_input_in_row"].request(VALID_REQUESTS["several"]).body or b"")[
        "instances"
    ][0]

    assert row.keys() == {"b", "c"}


def test_gzip_is_cut() -> None:
    request = BROKEN_REQUESTS["gzip_cut"].request(numbers())

    assert request.headers["Content-Encoding"] == "gzip"
    assert gzip.compress(numbers().body, compresslevel=1, mtime=0).startswith(request.body or b"x")


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("unknown_model", "POST", "/v1/models/no-such-name:predict"),
        ("unknown_version", "POST", "/v1/models/flower/versions/9223372036854775807:predict"),
        ("version_no_number", "POST", "/v1/models/flower/versions/x:predict"),
        ("unknown_label", "POST", "/v1/models/flower/labels/no-such-name:predict"),
        ("unknown_verb", "POST", "/v1/models/flower:explain"),
        ("get_on_predict", "GET", "/v1/models/flower/versions/7:predict"),
        ("delete", "DELETE", "/v1/models/flower"),
        ("wrong_api_version", "GET", "/v2/models/flower"),
        ("classify_without_examples", "POST", "/v1/models/flower/versions/7:classify"),
    ],
)
def test_path(name: str, method: str, path: str) -> None:
    request = BROKEN_REQUESTS[name].request(numbers())

    assert (request.method, request.path) == (method, path)


@pytest.mark.parametrize(("name", "size"), [("garbage_of_16_mb", 16), ("cut_json_of_64_mb", 64)])
def test_size(name: str, size: int) -> None:
    assert len(BROKEN_REQUESTS[name].request(numbers()).body or b"") == size * 2**20


@pytest.mark.parametrize(
    ("name", "good", "says"),
    [
        ("missing_input", "numbers", "nothing that could be broken in this way"),
        ("number_for_text", "numbers", "nothing that could be broken in this way"),
        ("ragged", "text", "nothing that could be broken in this way"),
        ("too_wide", "any_rank", "nothing that could be broken in this way"),
        ("too_narrow", "text", "nothing that could be broken in this way"),
        ("inputs_null", "no_input", "nothing that could be broken in this way"),
        ("trailing_text", "half", "REST cannot carry input x float16 (-1, 2)"),
        ("unknown_input_in_row", "scalar", "row format needs one 0th dimension"),
        ("dtype_beyond_rest", "numbers", "nothing that could be broken in this way"),
    ],
)
def test_request_that_makes_no_sense(name: str, good: str, says: str) -> None:
    assert says in (BROKEN_REQUESTS[name].unsupported(VALID_REQUESTS[good].signature) or "")


ERROR = b'{"error": "no"}'


@pytest.mark.parametrize(
    ("name", "given", "objection"),
    [
        ("empty_body", answer(400, ERROR), None),
        ("empty_body", answer(422, ERROR), None),
        ("empty_body", answer(422, b"no"), "refused with 422, but without a JSON error: no"),
        ("cut_json_of_64_mb", answer(413, b"<html>"), None),
        ("empty_body", answer(400, b"no"), "refused with 400, but without a JSON error: no"),
        ("empty_body", answer(400, b'{"error": 1}'), "without a JSON error"),
        ("empty_body", answer(400, b""), "without a JSON error: (nothing)"),
        ("empty_body", answer(500, ERROR), "the server answered 500: "),
        ("empty_body", answer(501, ERROR), "the server answered 501: "),
        ("empty_body", answer(302, b""), "the server answered 302: (nothing)"),
        ("empty_body", answer(200, b'{"outputs": 1}'), "answered 200: an answer that means nothing"),
        ("options", answer(400, b""), None),
        ("options", answer(200, b""), "the server answered 200"),
        ("unknown_version", answer(404, ERROR), None),
        ("dtype_beyond_rest", answer(501, ERROR), None),
        ("dtype_beyond_rest", answer(500, ERROR), "the server answered 500: "),
        ("trailing_text", answer(200, b"whatever"), None),
        ("trailing_text", answer(400, ERROR), None),
        ("trailing_text", answer(503, ERROR), "the server answered 503"),
    ],
)
def test_objections(name: str, given: Exchange, objection: str | None) -> None:
    found = "\n".join(BROKEN_REQUESTS[name].objections(given, numbers()))

    assert (objection or "") in found
    assert bool(found) is (objection is not None)


def test_message_names_the_input() -> None:
    found = BROKEN_REQUESTS["text_for_number"].objections(answer(500, ERROR), VALID_REQUESTS["several"])

    assert found == [
        'a text where a number belongs (a): the server answered 500: {"error": "no"}',
        "TensorFlow Serving refuses it with 400 and a JSON error",
    ]


def test_warning_says_what_is_not_as_promised() -> None:
    assert BROKEN_REQUESTS["too_wide"].warning(VALID_REQUESTS["image"]) == (
        "the server takes an input that is one too long (image of shape (1, 4, 5, 4), promised is float32 "
        "(-1, 4, 5, 3)): it computes an answer"
    )
