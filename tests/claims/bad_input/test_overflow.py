"""Integers beyond their dtype are refused, or served as others."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from fixtures.claims.bad_input.overflow import accepted_beyond_dtype
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.errors import DoesNotApply, Exchange, Fault
from tests.helpers.fakes import FakeServed, reply
from tests.helpers.valid_requests import VALID_REQUESTS, spec, valid

pytestmark = pytest.mark.fast


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

    (line,) = accepted_beyond_dtype(served, valid(x=spec(dtype, -1)))

    assert line.startswith(f"x {dtype} takes {beyond}, and computes with {became}: declare it int32")


def test_integer_that_is_accepted_as_something_else() -> None:
    served: Any = FakeServed(lambda body: reply(200, body))

    (line,) = accepted_beyond_dtype(served, valid(x=spec("int8", -1)))

    assert line.startswith("x int8 takes 128: declare it int32")


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_integer_that_is_refused(dtype: str) -> None:
    served: Any = FakeServed()

    assert accepted_beyond_dtype(served, valid(x=spec(dtype, -1))) == []


def test_integer_that_breaks_the_server() -> None:
    served: Any = FakeServed(lambda body: reply(500))

    with pytest.raises(Fault, match="x int8: 128 is answered with 500"):
        accepted_beyond_dtype(served, valid(x=spec("int8", -1)))


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (VALID_REQUESTS["numbers"], "the model has no int8, uint8 or int16 input"),
        (valid(x=spec("int32", -1)), "the model has no int8, uint8 or int16 input"),
        (valid(x=spec("uint8", -1), y=spec("float16", -1)), "REST cannot carry input y float16 (-1)"),
    ],
)
def test_integers_that_cannot_be_sent(of: ValidRequest, reason: str) -> None:
    served: Any = FakeServed()

    with pytest.raises(DoesNotApply, match=re.escape(reason)):
        accepted_beyond_dtype(served, of)
