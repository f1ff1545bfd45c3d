"""A body that was read before is not read again, unless for another signature, and no other body gets its tensors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2

from fixtures.embedded import json_fast, json_known
from fixtures.embedded.json_known import KnownBodies
from fixtures.embedded.status import ServingError, invalid

FLOAT = {"x": SimpleNamespace(dtype=types_pb2.DT_FLOAT)}
INTEGER = {"x": SimpleNamespace(dtype=types_pb2.DT_INT32)}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that are read."""
    seen: list[bytes] = []

    def read(body: bytes, inputs_of: Any) -> Any:
        seen.append(body)
        return json_fast.read_predict(body, inputs_of)

    monkeypatch.setattr(json_known, "read_predict", read)
    return seen


def values(known: KnownBodies, body: bytes, inputs: Any = FLOAT) -> Any:
    read = known.read_predict(body, lambda name: inputs)
    assert read is not None
    return read.tensors["x"].values


def test_same_body_is_read_once(reads: list[bytes]) -> None:
    known = KnownBodies()
    first, again = (values(known, b'{"inputs": [1.5, 2.5]}') for _ in range(2))
    assert again is first
    assert first.tolist() == [1.5, 2.5]
    assert len(reads) == 1
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 3.0


def test_another_body_is_another(reads: list[bytes]) -> None:
    known = KnownBodies()
    assert values(known, b'{"inputs": [1.5]}').tolist() == [1.5]
    assert values(known, b'{"inputs": [2.5]}').tolist() == [2.5]
    assert len(reads) == 2


def test_same_body_for_another_dtype_is_read_anew(reads: list[bytes]) -> None:
    known = KnownBodies()
    body = b'{"inputs": [1, 2]}'
    assert [values(known, body, inputs).dtype for inputs in (FLOAT, INTEGER, FLOAT)] == [
        np.float32,
        np.int32,
        np.float32,
    ]
    assert len(reads) == 3


def test_signature_that_is_gone_is_told() -> None:
    known = KnownBodies()
    values(known, b'{"inputs": [1.5]}')

    def gone(name: str) -> Any:
        raise invalid("gone")

    with pytest.raises(ServingError, match="gone"):
        known.read_predict(b'{"inputs": [1.5]}', gone)


def test_what_cannot_be_read_quickly_is_not_kept(reads: list[bytes]) -> None:
    known = KnownBodies()
    for _ in range(2):
        assert known.read_predict(b'{"inputs": [true]}', lambda name: FLOAT) is None
    assert len(reads) == 2


def test_what_came_first_is_forgotten_first(reads: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_known, "_MOST_BYTES", 8)
    known = KnownBodies()
    bodies = [b'{"inputs": [%d.5]}' % number for number in range(3)]
    for body in (*bodies, bodies[2], bodies[1], bodies[0]):
        values(known, body)
    assert reads == [*bodies, bodies[0]]


@pytest.mark.parametrize("size", [3, 100])
def test_larger_than_what_is_kept_is_read_all_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_known, "_MOST_BYTES", 8)
    known = KnownBodies()
    body = b'{"inputs": [%s]}' % b",".join([b"1.5"] * size)
    assert [len(values(known, body)) for _ in range(2)] == [size, size]
