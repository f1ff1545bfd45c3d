"""What a proxy before a good server does to the answers to predictions, whatever protocol carries them."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from fixtures.model.signature import Array
from fixtures.model.tensorflow import import_tensorflow
from fixtures.protocols import tensor_json
from tests.helpers import grpc_middleman, middleman
from tests.helpers.grpc_middleman import Call, GrpcForward, GrpcMiddleman, GrpcTamper
from tests.helpers.middleman import Forward, Middleman, Reply, Request, Tamper

Arrays = Mapping[str, Array]
"""By name; over REST a single one is named ''."""
PREDICT = re.compile(r"/v1/models/[^/]+(?:/versions/(\d+))?:predict$")


@dataclass(frozen=True)
class Asked:
    """A prediction that was asked for."""

    how: Literal["row", "column", "grpc"]
    version: int | None
    signature: str
    inputs: Arrays
    """None of them where they could not be read."""
    connection: object
    """The same for what is asked on one connection."""
    at_once: int
    """How many predictions are being answered, this one among them."""
    turn: int
    """How many predictions were asked before."""

    @property
    def rows(self) -> int:
        """How many rows were sent."""
        return max((len(array) for array in self.inputs.values() if array.ndim), default=0)


Distort = Callable[[Asked, Arrays], Arrays]
"""Gives other outputs, or the very same."""


def truth(asked: Asked, outputs: Arrays) -> Arrays:
    """The outputs as they are."""
    return outputs


@dataclass(frozen=True)
class Lie:
    """What stands between the gate and a good server: nothing of it means a proxy that passes everything on."""

    outputs: Distort = truth
    """What becomes of the outputs of a prediction that was answered."""
    rest: Tamper = middleman.faithful
    """What becomes of any exchange over REST."""
    grpc: GrpcTamper = grpc_middleman.faithful
    """What becomes of any call over gRPC."""


@contextmanager
def told(lie: Lie, rest: str, grpc: str) -> Iterator[tuple[str, str]]:
    """A proxy before the server at these addresses, as long as it is entered: its URL and its gRPC address."""
    liar = _Liar(lie)
    with ExitStack() as stack:
        before_rest = stack.enter_context(Middleman(rest, liar.over_rest))
        before_grpc = stack.enter_context(GrpcMiddleman(grpc, liar.over_grpc))
        yield before_rest.url, before_grpc.address


class _Liar:
    def __init__(self, lie: Lie) -> None:
        self._lie = lie
        self._turns = itertools.count()
        self._lock = threading.Lock()
        self._there = 0

    def over_rest(self, request: Request, forward: Forward) -> Reply:
        predict = PREDICT.match(request.path)
        if predict is None or self._lie.outputs is truth:
            return self._lie.rest(request, forward)
        with self._present() as at_once:
            reply = self._lie.rest(request, forward)
            if reply.status != 200:
                return reply
            try:
                body, answer = tensor_json.parse(request.body), tensor_json.parse(reply.body)
                how: Literal["row", "column"] = "row" if "instances" in body else "column"
                inputs = _inputs(body)
            except (ValueError, TypeError, KeyError, AttributeError):
                # a broken request that is answered all the same
                return reply
            version = int(predict[1]) if predict[1] else None
            signature = str(body.get("signature_name", ""))
            asked = Asked(how, version, signature, inputs, request.connection, at_once, next(self._turns))
            outputs = _outputs(answer)
            distorted = self._lie.outputs(asked, outputs)
            return reply if distorted is outputs else replace(reply, body=_encoded(how, distorted))

    def over_grpc(self, call: Call, forward: GrpcForward) -> bytes:
        if call.method != "Predict" or self._lie.outputs is truth:
            return self._lie.grpc(call, forward)
        tf = import_tensorflow()
        from tensorflow_serving.apis import predict_pb2

        with self._present() as at_once:
            answer = self._lie.grpc(call, forward)
            request = predict_pb2.PredictRequest.FromString(call.request)
            reply = predict_pb2.PredictResponse.FromString(answer)
            inputs = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
            version = request.model_spec.version.value or None
            signature = request.model_spec.signature_name
            asked = Asked("grpc", version, signature, inputs, call.connection, at_once, next(self._turns))
            outputs = {name: tf.make_ndarray(proto) for name, proto in reply.outputs.items()}
            distorted = self._lie.outputs(asked, outputs)
            if distorted is outputs:
                return answer
            reply.outputs.clear()
            for name, array in distorted.items():
                reply.outputs[name].CopyFrom(tf.make_tensor_proto(array))
            serialized: bytes = reply.SerializeToString()
            return serialized

    @contextmanager
    def _present(self) -> Iterator[int]:
        with self._lock:
            self._there += 1
            there = self._there
        try:
            yield there
        finally:
            with self._lock:
                self._there -= 1


def _inputs(body: Mapping[str, Any]) -> dict[str, Array]:
    if "instances" in body:
        return _by_name(body["instances"])
    inputs = body["inputs"]
    return {name: np.array(value) for name, value in (inputs if isinstance(inputs, dict) else {"": inputs}).items()}


def _outputs(answer: Mapping[str, Any]) -> dict[str, Array]:
    if "predictions" in answer:
        return _by_name(answer["predictions"])
    return _inputs({"inputs": answer["outputs"]})


def _by_name(rows: list[Any]) -> dict[str, Array]:
    if rows and isinstance(rows[0], dict) and rows[0].keys() != {"b64"}:
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {"": np.array(rows)}


def _encoded(how: str, outputs: Arrays) -> bytes:
    if how == "column":
        columns = {name: tensor_json.encode(array) for name, array in outputs.items()}
        content = columns[""] if columns.keys() == {""} else _object(columns)
        return b'{"outputs":%s}' % content
    rows = {name: [tensor_json.encode(row) for row in array] for name, array in outputs.items()}
    if rows.keys() == {""}:
        listed = rows[""]
    else:
        listed = [_object(dict(zip(rows, row, strict=True))) for row in zip(*rows.values(), strict=True)]
    return b'{"predictions":[%s]}' % b",".join(listed)


def _object(members: Mapping[str, bytes]) -> bytes:
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members.items())
