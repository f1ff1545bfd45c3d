"""Requests of the wrong rank are refused, accepted, or end the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.claims.bad_input.wrong_rank import (
    attempts,
    expect_known_rank,
    refuses_wrong_ranks,
    wrong_ranks_not_refused,
)
from fixtures.errors import DoesNotApply
from fixtures.model.catalog import ModelVersion
from fixtures.samples import GeneratedSample
from tests.breakages.bad_input import convolved
from tests.breakages.breakage import good, tf
from tests.helpers import colours
from tests.helpers.fakes import FakeServed, FakeServer, outputs, reply, silence
from tests.helpers.gate import use_onednn
from tests.helpers.puppet import SIGNATURE
from tests.helpers.valid_requests import VALID_REQUESTS, numbers, of_any_rank, spec, valid

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

    assert wrong_ranks_not_refused(served, numbers()) == []
    assert len(served.bodies) == 3


def test_wrong_ranks_that_are_accepted() -> None:
    served: Any = FakeServed(lambda body: reply(200 if b"[[1.0]]" in body else 400))

    assert wrong_ranks_not_refused(served, numbers()) == [
        'the server takes requests of the wrong rank: x of shape (1, 1), {"inputs":{"x":[[1.0]]}}; '
        'x of shape (1, 1, 1), {"inputs":{"x":[[[1.0]]]}}',
        "the first line of the serving function mends it: x = tf.ensure_shape(x, [None])",
    ]


def test_no_element_may_be_accepted() -> None:
    served: Any = FakeServed(lambda body: reply(200 if b"[[]]" in body else 400))

    assert wrong_ranks_not_refused(served, valid(x=spec("float32", -1, 3))) == []


def test_wrong_rank_that_is_neither_refused_nor_accepted() -> None:
    served: Any = FakeServed(lambda body: reply(500))

    assert wrong_ranks_not_refused(served, numbers())[0] == 'x of shape (), {"inputs":{"x":1.0}}: answered 500'


def test_wrong_rank_that_is_never_answered_ends_the_trial() -> None:
    served: Any = FakeServed(silence)

    (fault,) = wrong_ranks_not_refused(served, numbers())

    assert fault == 'x of shape (), {"inputs":{"x":1.0}}: POST http://127.0.0.1:1 got no answer'
    assert len(served.bodies) == 1


def test_server_that_ends_later() -> None:
    served: Any = FakeServed(server=FakeServer(139))

    assert wrong_ranks_not_refused(served, numbers()) == ["the server ended with status 139 after it was sent them"]


def test_wrong_ranks_go_over_grpc_where_rest_cannot_carry_the_input() -> None:
    served: Any = FakeServed(over_grpc=[outputs(1.0)])

    (accepted, mended) = wrong_ranks_not_refused(served, VALID_REQUESTS["complex"])

    assert accepted.startswith("the server takes requests of the wrong rank: x of shape () over gRPC; ")
    assert mended == "the first line of the serving function mends it: x = tf.ensure_shape(x, [None])"


def test_rank_that_is_not_promised() -> None:
    with pytest.raises(DoesNotApply, match="no input has a rank that is promised"):
        expect_known_rank(VALID_REQUESTS["any_rank"])
    expect_known_rank(VALID_REQUESTS["image"])


def held(image: Any) -> Any:
    return convolved(tf().ensure_shape(image, [None, 8, 8, 3]))


def averaged(image: Any) -> Any:
    return {"colour": good(tf().reduce_mean(image, axis=(-3, -2), keepdims=True))}


@pytest.mark.parametrize(("function", "refuses"), [(held, True), (convolved, False), (averaged, False)])
def test_model_is_tried_for_its_contract(
    function: Any, refuses: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_onednn(monkeypatch)
    colours.save(tmp_path / "colours/1", function)
    version = ModelVersion("colours", 1, tmp_path / "colours/1")
    to_it, unknown = (
        ValidRequest("colours", 1, "serving_default", SIGNATURE, GeneratedSample(1).inputs(SIGNATURE), {}),
        VALID_REQUESTS["any_rank"],
    )

    assert refuses_wrong_ranks(tmp_path / "colours", version, [unknown, to_it], TIMEOUT_S) is refuses


def test_model_whose_rank_is_not_promised_is_not_tried(tmp_path: Path) -> None:
    version = ModelVersion("none", 1, tmp_path)

    assert refuses_wrong_ranks(tmp_path, version, [VALID_REQUESTS["any_rank"]], TIMEOUT_S) is None
