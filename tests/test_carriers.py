"""What REST, its row format and gRPC can carry, and what a contract says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fixtures.model.contract import NOTHING_PROMISED, PromisedSignature, Rest
from fixtures.model.signature import Signature, TensorSpec
from fixtures.protocols.carriers import possible_rest, rest_problems, unsupported_reasons


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
    found = unsupported_reasons("s", signature, signature, [], has_grpc=True)
    assert {protocol for protocol, reason in found.items() if reason is None} == asked


def test_without_a_grpc_address_only_rest_is_asked() -> None:
    signature = promised({"inputs": spec("string")}, {"outputs": spec("float32")}, method="regress")
    found = unsupported_reasons("s", signature, NOTHING_PROMISED, [], has_grpc=False)
    assert {protocol for protocol, reason in found.items() if reason is None} == {"row", "column"}
    assert "--tfs-grpc" in str(found["grpc"])


def test_reason_is_that_of_the_contract_with_what_stands_behind_it() -> None:
    found = unsupported_reasons("s", X_TO_SCALAR, promised(X, {"y": SCALAR}, rest="column"), [], has_grpc=True)
    assert str(found["row"]).startswith('the contract says rest = "column" for s: row format needs one 0th dimension')


X_TO_SCALAR = Signature(inputs=X, outputs={"y": SCALAR})
