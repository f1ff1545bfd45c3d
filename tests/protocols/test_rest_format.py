"""What a request over REST says, in whatever words, and what a reply says that it is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fixtures.errors import Exchange, Fault
from fixtures.model.signature import Signature, TensorSpec
from fixtures.protocols.protocol import ServedSignature
from fixtures.protocols.rest import RestProtocol
from fixtures.protocols.rest_column import COLUMN
from fixtures.protocols.rest_row import ROW

pytestmark = pytest.mark.fast

FLOATS = TensorSpec(dtype="float32", shape=(-1,))
ASKED = ServedSignature("m", 1, "serving_default", Signature(inputs={"x": FLOATS}, outputs={"y": FLOATS}))


@pytest.mark.parametrize("content_type", ["", "application/json", "application/json; charset=utf-8"])
def test_json_that_is_said_to_be_json_is_read(content_type: str) -> None:
    reply = Exchange("POST", "http://localhost", b"", 200, b'{"outputs": [1.0]}', content_type=content_type)
    assert COLUMN.decode(ASKED, reply)["y"] == [1.0]


def test_json_that_is_said_to_be_a_page_is_at_fault() -> None:
    reply = Exchange("POST", "http://localhost", b"", 200, b'{"outputs": [1.0]}', content_type="text/html")
    with pytest.raises(Fault, match="the reply says that it is text/html, not application/json"):
        COLUMN.decode(ASKED, reply)


@pytest.mark.parametrize("name", ["serving_default", "other"])
@pytest.mark.parametrize("protocol", [ROW, COLUMN])
def test_other_words_say_the_same(protocol: RestProtocol, name: str) -> None:
    asked = replace(ASKED, name=name)
    inputs = {"x": np.array([0.1, np.nan, 1e-7], np.float32)}
    path, body = protocol.encode(asked, inputs)
    ((other_path, other),) = protocol.in_other_words(asked, inputs).values()

    assert other_path == path
    assert other != body
    assert repr(json.loads(other)) == repr({**json.loads(body), "signature_name": name})
