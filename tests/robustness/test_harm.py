"""Requests of the wrong rank, integers beyond their dtype, and lists nested too deep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.claims.bad_input import nesting, overflow, wrong_rank
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.claims.bad_input.wrong_rank import attempts, refuses_wrong_ranks, try_out
from fixtures.errors import Exchange, Fault
from fixtures.model.catalog import ModelVersion
from fixtures.samples import GeneratedSample
from tests import colours
from tests.breakages.bad_input import convolved
from tests.breakages.breakage import good, tf
from tests.puppet import SIGNATURE
from tests.robustness.fakes import FakeServed, FakeServer, outputs, reply, silence
from tests.robustness.targets import TARGETS, numbers, of_any_rank, spec, valid

TIMEOUT_S = 60.0


def shapes(of: ValidRequest) -> list[tuple[int, ...]]:
    return [attempt.shape for attempt in attempts(of)]


@pytest.mark.parametrize(
    ("of", "tried"),
    [
        (
            valid(x=spec("float32", -1, 8, 8, 3)),
            [(), (0,), (1,), (1, 1), (1, 1, 1), (1, 1, 1, 1, 1), (1, 1, 1, 0)],
        ),
        (valid(x=spec("float32", -1, 3)), [(), (0,), (1,), (1, 1, 1), (1, 0)]),
        (valid(x=spec("float32", -1)), [(), (1, 1), (1, 1, 1)]),
        (valid(x=spec("float32", 3)), [(), (1, 1), (1, 1, 1), (0,)]),
        (valid(x=spec("float32")), [(0,), (1,), (1, 1), (1, 1, 1)]),
        (valid(x=of_any_rank("float32")), []),
        (valid(x=spec("string", -1), y=of_any_rank("float32")), [(), (1, 1), (1, 1, 1)]),
    ],
)
def test_shapes_that_are_tried(of: ValidRequest, tried: list[tuple[int, ...]]) -> None:
    assert shapes(of) == tried


@pytest.mark.parametrize(
    ("dtype", "bodies"),
    [
        ("float32", [{"x": 1.0}, {"x": [[1.0]]}, {"x": [[[1.0]]]}]),
        ("uint8", [{"x": 1}, {"x": [[1]]}, {"x": [[[1]]]}]),
        ("bool", [{"x": True}, {"x": [[True]]}, {"x": [[[True]]]}]),
        ("string", [{"x": {"b64": "YQ=="}}, {"x": [[{"b64": "YQ=="}]]}, {"x": [[[{"b64": "YQ=="}]]]}]),
    ],
)
def test_bodies(dtype: str, bodies: list[object]) -> None:
    tried = attempts(valid(x=spec(dtype, -1)))

    assert [json.loads(attempt.body)["inputs"] for attempt in tried] == bodies


def test_right_rank_is_refused_where_it_is_wrong() -> None:
    served: Any = FakeServed()

    assert try_out(served, numbers(), TIMEOUT_S).faults == []
    assert len(served.bodies) == 3


def test_wrong_ranks_that_are_taken() -> None:
    served: Any = FakeServed(lambda body: reply(200 if b"[[1.0]]" in body else 400))

    assert try_out(served, numbers(), TIMEOUT_S).faults == [
        'the server takes requests of the wrong rank: x of shape (1, 1), {"inputs":{"x":[[1.0]]}}; '
        'x of shape (1, 1, 1), {"inputs":{"x":[[[1.0]]]}}',
        "the first line of the serving function mends it: x = tf.ensure_shape(x, [None])",
    ]


def test_no_element_may_be_taken() -> None:
    served: Any = FakeServed(lambda body: reply(200 if b"[[]]" in body else 400))

    assert try_out(served, valid(x=spec("float32", -1, 3)), TIMEOUT_S).faults == []


def test_wrong_rank_that_is_neither_refused_nor_taken() -> None:
    served: Any = FakeServed(lambda body: reply(500))

    assert try_out(served, numbers(), TIMEOUT_S).faults[0] == 'x of shape (), {"inputs":{"x":1.0}}: answered 500'


def test_wrong_rank_that_is_never_answered_ends_the_trial() -> None:
    served: Any = FakeServed(silence)

    (fault,) = try_out(served, numbers(), TIMEOUT_S).faults

    assert fault == 'x of shape (), {"inputs":{"x":1.0}}: POST http://127.0.0.1:1 got no answer'
    assert len(served.bodies) == 1


def test_server_that_ends_later() -> None:
    served: Any = FakeServed(server=FakeServer(139))

    assert try_out(served, numbers(), TIMEOUT_S).faults == ["the server ended with status 139 after it was sent them"]


def test_wrong_ranks_go_over_grpc_where_rest_cannot_carry_the_input() -> None:
    served: Any = FakeServed(over_grpc=[outputs(1.0)])

    (accepted, mended) = try_out(served, TARGETS["complex"], TIMEOUT_S).faults

    assert accepted.startswith("the server takes requests of the wrong rank: x of shape () over gRPC; ")
    assert mended == "the first line of the serving function mends it: x = tf.ensure_shape(x, [None])"


def test_rank_that_is_not_promised() -> None:
    assert wrong_rank.unsupported(TARGETS["any_rank"].signature) == "no input has a rank that is promised"
    assert wrong_rank.unsupported(TARGETS["image"].signature) is None


def held(image: Any) -> Any:
    return convolved(tf().ensure_shape(image, [None, 8, 8, 3]))


def averaged(image: Any) -> Any:
    return {"colour": good(tf().reduce_mean(image, axis=(-3, -2), keepdims=True))}


@pytest.mark.parametrize(("function", "refuses"), [(held, True), (convolved, False), (averaged, False)])
def test_model_is_tried_for_its_contract(function: Any, refuses: bool, tmp_path: Path) -> None:
    colours.save(tmp_path / "colours/1", function)
    version = ModelVersion("colours", 1, tmp_path / "colours/1")
    to_it, unknown = (
        ValidRequest("colours", 1, "serving_default", SIGNATURE, GeneratedSample(1).inputs(SIGNATURE), {}),
        TARGETS["any_rank"],
    )

    assert refuses_wrong_ranks(tmp_path / "colours", version, [unknown, to_it], TIMEOUT_S) is refuses


def test_model_whose_rank_is_not_promised_is_not_tried(tmp_path: Path) -> None:
    version = ModelVersion("none", 1, tmp_path)

    assert refuses_wrong_ranks(tmp_path, version, [TARGETS["any_rank"]], TIMEOUT_S) is None


def wrapping(dtype: type[np.generic]) -> Any:
    """Answers an integer with what becomes of it in the dtype."""

    def answer(body: bytes) -> Exchange:
        value = np.array(json.loads(body)["inputs"]["x"], np.int32).astype(dtype)
        return reply(200, json.dumps({"outputs": value.tolist()}).encode())

    return answer


@pytest.mark.parametrize(
    ("dtype", "beyond", "became"),
    [("int8", 128, -128), ("uint8", 256, 0), ("int16", 32768, -32768)],
)
def test_integer_that_is_wrapped(dtype: str, beyond: int, became: int) -> None:
    served: Any = FakeServed(wrapping(np.dtype(dtype).type))

    (line,) = overflow.accepted_beyond_dtype(served, valid(x=spec(dtype, -1)), TIMEOUT_S)

    assert line.startswith(f"x {dtype} takes {beyond}, and computes with {became}: declare it int32")


def test_integer_that_is_taken_for_something_else() -> None:
    served: Any = FakeServed(lambda body: reply(200, body))

    (line,) = overflow.accepted_beyond_dtype(served, valid(x=spec("int8", -1)), TIMEOUT_S)

    assert line.startswith("x int8 takes 128: declare it int32")


def test_integer_that_is_refused() -> None:
    served: Any = FakeServed()

    assert overflow.accepted_beyond_dtype(served, valid(x=spec("int8", -1)), TIMEOUT_S) == []


def test_integer_that_breaks_the_server() -> None:
    served: Any = FakeServed(lambda body: reply(500))

    with pytest.raises(Fault, match="x int8: 128 is answered with 500"):
        overflow.accepted_beyond_dtype(served, valid(x=spec("int8", -1)), TIMEOUT_S)


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (TARGETS["numbers"], "the model has no int8, uint8 or int16 input"),
        (valid(x=spec("int32", -1)), "the model has no int8, uint8 or int16 input"),
        (valid(x=spec("uint8", -1)), None),
        (valid(x=spec("uint8", -1), y=spec("float16", -1)), "REST cannot carry input y float16 (-1)"),
    ],
)
def test_integers_that_cannot_be_sent(of: ValidRequest, reason: str | None) -> None:
    assert overflow.unsupported(of) == reason


def test_deep_nesting_is_survived() -> None:
    served: Any = FakeServed()

    nesting.expect_survival(served, numbers(), TIMEOUT_S)

    assert served.bodies[0].count(b"[") == 50_000


def test_deep_nesting_without_an_answer() -> None:
    served: Any = FakeServed(silence)

    with pytest.raises(Fault, match="50,000 lists in each other gets no answer"):
        nesting.expect_survival(served, numbers(), TIMEOUT_S)
