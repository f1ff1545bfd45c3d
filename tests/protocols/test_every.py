"""What each protocol can carry, and what a contract says of it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures import protocols
from fixtures.errors import DoesNotApply
from fixtures.model.contract import PromisedSignature, Rest
from fixtures.model.signature import Signature, TensorSpec
from fixtures.predict.served import ServedPredictor
from fixtures.protocols.every import PROTOCOLS, find_protocols
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.rest_promise import possible_rest, rest_problems
from fixtures.protocols.rest_row import ROW
from fixtures.samples import GeneratedSample

pytestmark = pytest.mark.fast


def spec(dtype: Any, shape: Any = (-1,)) -> TensorSpec:
    return TensorSpec(dtype=dtype, shape=shape)


def promised(inputs: dict[str, TensorSpec], outputs: dict[str, TensorSpec], rest: Rest = "row", **more: Any) -> Any:
    return PromisedSignature(inputs=inputs, outputs=outputs, rest=rest, **more)


X, Y = {"x": spec("float32")}, {"y": spec("float32")}
SCALAR = spec("float32", ())
UNKNOWN = spec("float32", "unknown")


@pytest.mark.parametrize(
    ("inputs", "outputs", "known", "rest"),
    [
        (X, Y, {}, "row"),
        ({"x": spec("float16")}, Y, {}, "none"),
        ({"x": spec("bfloat16")}, Y, {}, "none"),
        ({"x": spec("uint16")}, Y, {}, "none"),
        ({"x": spec("complex64")}, Y, {}, "none"),
        (X, {"y": spec("float16")}, {}, "none"),
        ({}, Y, {}, "none"),
        ({"x": SCALAR}, Y, {}, "column"),
        (X, {"y": SCALAR}, {}, "column"),
        (X, {"y": spec("float32", (1, 3))}, {}, "column"),
        ({"x": spec("float32", (2, 3))}, {"y": spec("float32", (2,))}, {}, "row"),
        ({"x": UNKNOWN}, {"y": UNKNOWN}, {"y": np.zeros((1, 3))}, "row"),
        ({"x": UNKNOWN}, {"y": UNKNOWN}, {"y": np.float32(1.0)}, "column"),
        (X, {**Y, "z": UNKNOWN}, {"y": np.zeros(1), "z": np.zeros((2, 1))}, "column"),
        (X, {**Y, "z": spec("float32")}, {"y": np.zeros(1), "z": np.zeros(3)}, "column"),
        (X, {"s": spec("string")}, {"s": np.array([b"\xc3\xbc"], object)}, "row"),
        (X, {"s": spec("string")}, {"s": np.array([b"\xff"], object)}, "none"),
        (X, {"s_bytes": spec("string")}, {"s_bytes": np.array([b"\xff"], object)}, "row"),
    ],
)
def test_what_rest_carries(inputs: Any, outputs: Any, known: Any, rest: str) -> None:
    assert possible_rest(Signature(inputs=inputs, outputs=outputs), [known] if known else []) == rest


@pytest.mark.parametrize(
    ("signature", "says"),
    [
        (promised(X, Y), None),
        (promised(X, {"y": SCALAR}), 'y float32 (); write rest = "column" into [signatures.s] of conformance.toml'),
        (promised(X, {"y": SCALAR}, rest="column"), None),
        (promised(X, {"y": SCALAR}, rest="none"), None),
        (promised({"x": spec("float16")}, Y), 'REST cannot carry input x float16 (-1); write rest = "none" into'),
        (promised({"x": spec("float16")}, Y, rest="column"), 'write rest = "none" into'),
        (promised({"x": spec("float16")}, Y, rest="none"), None),
        (promised(X, Y, method="classify"), "the classify API needs one input, inputs, of strings: x float32 (-1), y"),
        (promised(X, Y, method="classify", rest="column"), None),
    ],
)
def test_promise_that_rest_keeps_or_not(signature: PromisedSignature, says: str | None) -> None:
    lines = rest_problems("s", signature, signature.rest, [])
    assert len(lines) == (says is not None)
    assert all(says is not None and says in line for line in lines)


@pytest.mark.parametrize(
    ("signature", "asked"),
    [
        (promised(X, Y), {"row", "column", "grpc"}),
        (promised(X, Y, rest="column"), {"column", "grpc"}),
        (promised(X, Y, rest="none"), {"grpc"}),
        (promised({"x": SCALAR}, Y), {"column", "grpc"}),
        (promised({"x": spec("uint16")}, Y), {"grpc"}),
        (
            promised({"inputs": spec("string")}, {"outputs": spec("float32")}, method="regress"),
            {"row", "column", "grpc", "regress"},
        ),
    ],
)
def test_what_is_asked(signature: PromisedSignature, asked: set[str]) -> None:
    assert {protocol.name for protocol in served(signature).protocols} == asked


def test_without_a_grpc_address_only_rest_is_asked() -> None:
    signature = promised({"inputs": spec("string")}, {"outputs": spec("float32")}, method="regress")
    without_grpc = served(signature, has_grpc=False)
    assert {protocol.name for protocol in without_grpc.protocols} == {"row", "column"}
    assert "--tfs-grpc" in str(without_grpc.unsupported[GRPC])


def test_signature_that_nothing_carries_does_not_apply() -> None:
    without_grpc = served(promised({"x": spec("float16")}, Y), has_grpc=False)
    with pytest.raises(
        DoesNotApply, match=r"^no protocol can be asked: REST cannot carry .*; the gRPC address .* is not"
    ):
        _ = without_grpc.protocols


def test_one_protocol_alone_is_not_compared() -> None:
    with pytest.raises(DoesNotApply, match=r"^only one protocol can be asked: REST cannot carry input x float16"):
        served(promised({"x": spec("float16")}, Y)).outputs_by_protocol(GeneratedSample(1))


def test_protocol_that_cannot_carry_the_signature_does_not_apply() -> None:
    with pytest.raises(DoesNotApply, match=r"^row format needs one 0th dimension"):
        served(promised(X, {"y": SCALAR})).predict(GeneratedSample(1), ROW)


def test_reason_is_that_of_the_contract_with_what_stands_behind_it() -> None:
    reason = ROW.unsupported("s", X_TO_SCALAR, "column", [])
    assert str(reason).startswith('the contract says rest = "column" for s: row format needs one 0th dimension')


def test_protocols_are_in_their_order_and_told_apart() -> None:
    assert [protocol.name for protocol in PROTOCOLS] == ["column", "row", "grpc", "classify", "regress"]
    assert len({protocol.words for protocol in PROTOCOLS}) == len(PROTOCOLS)


def test_a_protocol_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rest_telegram.py").write_text(
        "from fixtures.protocols.rest_column import RestColumn\n"
        "class Telegram(RestColumn):\n    name, words, place = 'telegram', 'by telegram', 9\n"
        "TELEGRAM = Telegram()\n"
    )
    monkeypatch.setattr(protocols, "__path__", [*protocols.__path__, str(tmp_path)])
    assert [protocol.name for protocol in find_protocols()] == [*(one.name for one in PROTOCOLS), "telegram"]
    del sys.modules["fixtures.protocols.rest_telegram"]


def served(signature: PromisedSignature, has_grpc: bool = True) -> ServedPredictor:
    server: Any = SimpleNamespace(model=SimpleNamespace(name="m"), has_grpc=has_grpc)
    return ServedPredictor(server, 1, "s", signature, signature.rest)


X_TO_SCALAR = Signature(inputs=X, outputs={"y": SCALAR})
