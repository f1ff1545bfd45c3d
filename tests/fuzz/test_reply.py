"""Whatever a server replies, it is read, or is a fault."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.errors import Exchange, Fault
from fixtures.model.signature import DType, Signature, TensorSpec
from fixtures.protocols.every import PROTOCOLS
from fixtures.protocols.metadata import publication_differences
from fixtures.protocols.protocol import Protocol, ServedSignature
from fixtures.protocols.rest import expect_accepted
from fixtures.protocols.status import states_in
from tests.helpers.fuzz import mutated, no_error_but, tried

WORDS = ["predictions", "outputs", "results", "error", "y", "z", "b64", "model_version_status", "version", "state"]
WORDS += ["metadata", "signature_def", "model_spec", "inputs", "dtype", "tensor_shape", "dim", "size", "unknown_rank"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
)
DEEP = st.builds(
    lambda depth, opening, inner: opening * depth + inner + {"[": "]", '{"y":': "}"}[opening] * depth,
    st.sampled_from([40, 70, 900, 1020, 5000]),
    st.sampled_from(["[", '{"y":']),
    st.sampled_from(["", "1", "NaN", '"x"']),
)
REPLIES = (
    VALUES.map(json.dumps)
    | st.builds(lambda key, value: f'{{"{key}": {value}}}', st.sampled_from(WORDS), VALUES.map(json.dumps) | DEEP)
    | DEEP
)
STATUS = json.dumps({"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": {"error_message": ""}}]})
INFO = {
    "dtype": "DT_FLOAT",
    "tensor_shape": {"unknown_rank": False, "dim": [{"size": "-1", "name": ""}]},
    "name": "x:0",
}
SIGNATURE = {"inputs": {"x": INFO}, "outputs": {"y": INFO}, "method_name": "tensorflow/serving/predict"}
METADATA = json.dumps(
    {"model_spec": {"version": "1"}, "metadata": {"signature_def": {"signature_def": {"serving_default": SIGNATURE}}}}
)
REAL = [
    b'{"predictions": [1.5, 2.5]}',
    b'{"outputs": {"y": [[1]], "z": [{"b64": "eA=="}]}}',
    b'{"results": [[["a", 0.5]]]}',
]
REAL += [STATUS.encode(), METADATA.encode()]
BYTES = st.binary(max_size=60) | REPLIES.map(str.encode) | st.sampled_from(REAL).flatmap(mutated)
DTYPES: list[DType] = ["float32", "int64", "uint8", "bool", "string", "bfloat16", "complex64"]
SPECS = st.builds(
    lambda dtype, shape: TensorSpec(dtype=dtype, shape=shape),
    st.sampled_from(DTYPES),
    st.sampled_from([(-1,), (-1, 2), (), (3,), "unknown"]),
)
EXAMPLES = Signature(
    inputs={"inputs": TensorSpec(dtype="string", shape=(-1,))},
    outputs={
        "classes": TensorSpec(dtype="string", shape=(-1, 2)),
        "scores": TensorSpec(dtype="float32", shape=(-1, 2)),
    },
    method="classify",
)
VALUE = Signature(
    inputs=EXAMPLES.inputs, outputs={"outputs": TensorSpec(dtype="float32", shape=(-1, 1))}, method="regress"
)
SIGNATURES = (
    st.just(EXAMPLES)
    | st.just(VALUE)
    | st.builds(
        lambda outputs: Signature(inputs={"x": TensorSpec(dtype="float32", shape=(-1,))}, outputs=outputs),
        st.dictionaries(st.sampled_from(["y", "z"]), SPECS, min_size=1),
    )
)


def fits(protocol: Protocol, signature: Signature) -> bool:
    return protocol.method in ("", signature.method)


@tried(3000)
@given(body=BYTES, signature=SIGNATURES, status=st.sampled_from([200, 400]))
def test_reply_over_rest(body: bytes, signature: Signature, status: int) -> None:
    exchange = Exchange("POST", "http://127.0.0.1/", b"", status, body)
    asked = ServedSignature("m", 1, "serving_default", signature)
    for protocol in PROTOCOLS:
        if protocol.transport == "REST" and fits(protocol, signature):
            with no_error_but(Fault):
                protocol.decode(asked, expect_accepted(exchange))


@tried(1500)
@given(body=BYTES)
def test_status_and_metadata_over_rest(body: bytes) -> None:
    exchange = Exchange("GET", "http://127.0.0.1/", b"", 200, body)
    with no_error_but(Fault):
        states_in(exchange)
    assert all(len(line) < 10_000 for line in publication_differences(exchange, {"serving_default": VALUE}, 1))


NUMBERS = st.sampled_from([0, 1, 2, 3, 7, 9, 10, 14, 19, 21, 22, 101, 9999, -1])
TENSORS = st.fixed_dictionaries(
    {},
    optional={
        "dtype": NUMBERS,
        "tensorShape": st.fixed_dictionaries(
            {}, optional={"dim": st.lists(st.builds(dict, size=NUMBERS | st.integers(-(2**62), 2**62)), max_size=5)}
        ),
        "tensorContent": st.binary(max_size=16).map(lambda raw: base64.b64encode(raw).decode()),
        "floatVal": st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=3),
        "stringVal": st.lists(st.just("eA=="), max_size=3),
        "intVal": st.lists(st.integers(-9, 2**31 - 1), max_size=3),
        "halfVal": st.lists(st.integers(0, 2**31 - 1), max_size=3),
        "boolVal": st.lists(st.booleans(), max_size=2),
        "dcomplexVal": st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    },
)


@pytest.mark.parametrize("protocol", [one for one in PROTOCOLS if one.transport == "gRPC"], ids=repr)
@tried(700)
@given(tensors=st.dictionaries(st.sampled_from(["y", "z"]), TENSORS, max_size=2), raw=st.binary(max_size=40))
def test_reply_over_grpc(protocol: Protocol, tensors: dict[str, Any], raw: bytes) -> None:
    from google.protobuf import json_format
    from google.protobuf.message import DecodeError
    from tensorflow_serving.apis import classification_pb2, predict_pb2, regression_pb2

    kinds = {"": predict_pb2.PredictResponse, "classify": classification_pb2.ClassificationResponse}
    reply = kinds.get(protocol.method, regression_pb2.RegressionResponse)()
    try:
        if protocol.method:
            reply.ParseFromString(raw)
        else:
            json_format.ParseDict({"outputs": tensors}, reply)
    except (DecodeError, json_format.ParseError):
        # gRPC itself refuses it
        return
    signature = {"classify": EXAMPLES, "regress": VALUE}.get(protocol.method, VALUE)
    with no_error_but(Fault):
        protocol.decode(ServedSignature("m", 1, "serving_default", signature), reply)
