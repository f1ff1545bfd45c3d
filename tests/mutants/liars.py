"""Servers that have the good model and answer something else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fixtures.model.signature import Array
from fixtures.model.tensorflow import import_tensorflow
from fixtures.protocols import tensor_json
from tests.helpers.grpc_middleman import Call, GrpcForward
from tests.helpers.middleman import Forward, Reply, Request
from tests.helpers.puppet import HangUp
from tests.mutants import claims
from tests.mutants.bases import COLOURS, DETECTION, EXAMPLES, STUMPS, TEXT, TWO_INPUTS, Base
from tests.mutants.fault import Fault
from tests.mutants.lie import Arrays, Asked, Distort, Lie

ANY_INPUT = "test_served_equals_local_for_any_input"
BATCHES = "test_batches_agree_with_single_requests"
BROKEN = "test_broken_request"
SAME = "test_protocols_give_the_same_numbers"


def each(change: Callable[[Array], Array]) -> Distort:
    """Every floating-point output changed."""
    return lambda asked, outputs: {
        name: change(array) if array.dtype.kind == "f" else array for name, array in outputs.items()
    }


def only(condition: Callable[[Asked], bool], distort: Distort) -> Distort:
    """Nothing else is lied about."""
    return lambda asked, outputs: distort(asked, outputs) if condition(asked) else outputs


def wrong(array: Array) -> Array:
    """Plainly wrong."""
    return array[..., ::-1] * 0.5 + 0.01


WRONG = each(wrong)


def lying(claim: str, distort: Distort, base: Base = COLOURS, **more: Any) -> Fault:
    """Stateless: one for all runs."""
    return Fault(base, claim, lie=lambda: Lie(distort), **more)


def remembering(claim: str, start: Callable[[], Distort], base: Base = COLOURS, **more: Any) -> Fault:
    """One that keeps something: made anew for each run."""
    return Fault(base, claim, lie=lambda: Lie(start()), **more)


def in_bfloat16(array: Array) -> Array:
    bits = array.astype(np.float32).view(np.uint32) + 0x8000 & 0xFFFF0000
    return bits.view(np.float32).astype(array.dtype)


def six_digits(array: Array) -> Array:
    return np.array([float(f"{number:.6g}") for number in array.flat]).reshape(array.shape).astype(array.dtype)


@dataclass
class Previous:
    """Whoever is asked gets what the one before got."""

    last: Arrays = field(default_factory=dict)
    connection: object = None

    def __call__(self, asked: Asked, outputs: Arrays) -> Arrays:
        last, connection = self.last, self.connection
        self.last, self.connection = outputs, asked.connection
        alike = {name: array.shape for name, array in last.items()} == {
            name: array.shape for name, array in outputs.items()
        }
        if alike and asked.connection != connection:
            return last
        return outputs


@dataclass
class Cached:
    """Answers from a cache whose key leaves something out."""

    key: Callable[[Asked], object]
    kept: dict[object, Arrays] = field(default_factory=dict)

    def __call__(self, asked: Asked, outputs: Arrays) -> Arrays:
        shapes = tuple(sorted((name, array.shape) for name, array in outputs.items()))
        return self.kept.setdefault((asked.how, asked.version, shapes, self.key(asked)), outputs)


def start_of(asked: Asked) -> object:
    return tuple(
        (name, array.shape, array.astype(np.float64).round(3).tobytes()[:64]) for name, array in asked.inputs.items()
    )


def numbers_alone(asked: Asked) -> object:
    return asked.inputs["numbers"].tobytes() if "numbers" in asked.inputs else object()


class Replicas:
    """Every other connection leads to one that is bad, or to one that has an older version."""

    def __init__(self, distort: Distort, share: int = 2) -> None:
        self._seen: dict[object, int] = {}
        self._distort, self._share = distort, share

    def __call__(self, asked: Asked, outputs: Arrays) -> Arrays:
        number = self._seen.setdefault(asked.connection, len(self._seen))
        return self._distort(asked, outputs) if number % self._share == self._share - 1 else outputs


def asks(request: Request, end: str = ":predict") -> bool:
    return request.path.endswith(end)


def saying(old: bytes, new: bytes, end: str) -> Callable[[Request, Forward], Reply]:
    return lambda request, forward: forward(request).saying(old, new) if asks(request, end) else forward(request)


def ok_to_bad_input(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    if asks(request) and reply.status == 400:
        return Reply(200, reply.content_type, b'{"outputs": [[0.2, 0.3, 0.5]]}')
    return reply


def cut_short(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    return replace(reply, body=reply.body[: len(reply.body) * 3 // 4]) if asks(request) else reply


class Seldom:
    """Does it every so many predictions over REST."""

    def __init__(self, every: int, instead: Callable[[Request, Forward], Reply]) -> None:
        self._every, self._instead, self._turn, self._lock = every, instead, 0, threading.Lock()

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if asks(request):
            with self._lock:
                self._turn += 1
                turn = self._turn
            if turn % self._every == 0:
                return self._instead(request, forward)
        return forward(request)


def unavailable(request: Request, forward: Forward) -> Reply:
    return Reply(500, "application/json", b'{"error": "try again"}')


def hanging(request: Request, forward: Forward) -> Reply:
    if asks(request):
        time.sleep(8)
        raise HangUp
    return forward(request)


def hung_up(request: Request, forward: Forward) -> Reply:
    raise HangUp


def slow(request: Request, forward: Forward) -> Reply:
    if asks(request):
        time.sleep(0.1)
    return forward(request)


def older_version(request: Request, forward: Forward) -> Reply:
    return forward(replace(request, path=request.path.replace("/versions/2", "/versions/1")))


def unversioned_is_older(request: Request, forward: Forward) -> Reply:
    return forward(replace(request, path=request.path.replace("colours:predict", "colours/versions/1:predict")))


def null_for_nan(request: Request, forward: Forward) -> Reply:
    return saying(b"NaN", b"null", ":predict")(request, forward)


def wrong_status_over_grpc(call: Call, forward: GrpcForward) -> bytes:
    from tensorflow_serving.apis import get_model_status_pb2

    answer = forward(call)
    if call.method != "GetModelStatus":
        return answer
    reply = get_model_status_pb2.GetModelStatusResponse.FromString(answer)
    del reply.model_version_status[0]
    serialized: bytes = reply.SerializeToString()
    return serialized


def older_over_grpc(call: Call, forward: GrpcForward) -> bytes:
    from tensorflow_serving.apis import predict_pb2

    if call.method != "Predict":
        return forward(call)
    request = predict_pb2.PredictRequest.FromString(call.request)
    if request.model_spec.version.value == 2:
        request.model_spec.version.value = 1
    return forward(replace(call, request=request.SerializeToString()))


def names_another_version(call: Call, forward: GrpcForward) -> bytes:
    """The answer says that version 1 has computed it."""
    from tensorflow_serving.apis import predict_pb2

    answer = forward(call)
    if call.method != "Predict":
        return answer
    reply = predict_pb2.PredictResponse.FromString(answer)
    reply.model_spec.version.value = 1
    serialized: bytes = reply.SerializeToString()
    return serialized


def every_value(asked: Asked) -> Array:
    found = [array.astype(np.float64).ravel() for array in asked.inputs.values() if array.dtype.kind in "fiu"]
    return np.concatenate(found) if found else np.zeros(0)


def holds_nan(asked: Asked) -> bool:
    return bool(np.isnan(every_value(asked)).any())


def rows_beside_nan(asked: Asked, outputs: Arrays) -> Arrays:
    """Wrong is what is answered to the rows that hold no NaN, where another holds one."""
    odd = np.zeros(asked.rows, bool)
    if any(array.shape != (asked.rows, 3) for array in outputs.values()):
        return outputs
    for array in asked.inputs.values():
        if array.dtype.kind == "f" and array.size and len(array) == asked.rows:
            odd |= np.isnan(array.reshape(len(array), -1)).any(axis=1)
    if not odd.any() or odd.all():
        return outputs
    return {name: np.where(odd[:, None], array, wrong(array)) for name, array in outputs.items()}


class Cold:
    """The first prediction on each connection is wrong, but on the very first."""

    def __init__(self) -> None:
        self._seen: set[object] = set()

    def __call__(self, asked: Asked, outputs: Arrays) -> Arrays:
        is_new = bool(self._seen) and asked.connection not in self._seen
        self._seen.add(asked.connection)
        return WRONG(asked, outputs) if is_new else outputs


def from_the_sixth_row(asked: Asked, outputs: Arrays) -> Arrays:
    return {name: np.concatenate([array[:5], wrong(array[5:])]) for name, array in outputs.items()}


def capitals(asked: Asked, outputs: Arrays) -> Arrays:
    return {
        name: np.array(
            [one.decode().upper().encode() if isinstance(one, bytes) else one.upper() for one in array.flat], object
        ).reshape(array.shape)
        if array.dtype.kind in "OSU"
        else array
        for name, array in outputs.items()
    }


def with_trailing_text(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    return replace(reply, body=reply.body + b"\nserved by proxy 7") if asks(request) else reply


def as_html(request: Request, forward: Forward) -> Reply:
    return replace(forward(request), content_type="text/html")


def where_body(condition: Callable[[Any], bool]) -> Callable[[Request, Forward], Reply]:
    """Other numbers to a prediction whose body, as JSON, fulfils the condition."""

    def answer(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        try:
            lies = asks(request) and reply.status == 200 and condition(tensor_json.parse(request.body))
        except ValueError:
            lies = False
        return reply.saying(b"0.", b"0.9") if lies else reply

    return answer


def is_named(body: Any) -> bool:
    """Whether the only input is told by its name, as it need not be."""
    inputs = body.get("inputs", body.get("instances", [None]))
    first = inputs[0] if isinstance(inputs, list) and inputs else inputs
    return isinstance(first, dict) and "b64" not in first


def holds_plain_text(body: Any) -> bool:
    return any(isinstance(one, str) for one in body.get("inputs", body.get("instances", [])))


def numbers_one_by_one(call: Call, forward: GrpcForward) -> bytes:
    """Wrong where a client has not packed its numbers, as those in Java and Go do not."""
    from tensorflow_serving.apis import predict_pb2

    tensorflow = import_tensorflow()
    answer = forward(call)
    if call.method != "Predict":
        return answer
    request = predict_pb2.PredictRequest.FromString(call.request)
    if all(not proto.float_val for proto in request.inputs.values()):
        return answer
    reply = predict_pb2.PredictResponse.FromString(answer)
    for proto in reply.outputs.values():
        proto.CopyFrom(tensorflow.make_tensor_proto(tensorflow.make_ndarray(proto) + 1))
    serialized: bytes = reply.SerializeToString()
    return serialized


def classes_renamed(call: Call, forward: GrpcForward) -> bytes:
    from tensorflow_serving.apis import classification_pb2

    answer = forward(call)
    if call.method != "Classify":
        return answer
    reply = classification_pb2.ClassificationResponse.FromString(answer)
    for classified in reply.result.classifications:
        classified.classes[0].label = "none"
    serialized: bytes = reply.SerializeToString()
    return serialized


def another_name_in_metadata(call: Call, forward: GrpcForward) -> bytes:
    answer = forward(call)
    return answer.replace(b"colour", b"coloUr") if call.method == "GetModelMetadata" else answer


def hanging_over_grpc(call: Call, forward: GrpcForward) -> bytes:
    if call.method != "Predict":
        return forward(call)
    time.sleep(8)
    return b""


def numbers_12345(asked: Asked, outputs: Arrays) -> Arrays:
    return {name: np.full_like(array, 12345) for name, array in outputs.items()}


def last_row_lost(asked: Asked, outputs: Arrays) -> Arrays:
    return {name: array[:-1] for name, array in outputs.items()} if asked.rows > 1 else outputs


def nearest_class(array: Array) -> Array:
    """The two largest, where they are near to one another, change places."""
    order = np.sort(array, axis=-1)
    close = (order[..., -1] - order[..., -2] < 0.2)[..., None]
    return np.where(close, np.roll(array, 1, axis=-1), array)


FAULTS = {
    "liar-float16": lying("test_rest_row", each(lambda array: array.astype(np.float16).astype(array.dtype))),
    "liar-bfloat16": lying("test_grpc", each(in_bfloat16)),
    "liar-six-digits": lying(
        "test_rest_carries_every_digit", only(lambda asked: asked.how != "grpc", each(six_digits))
    ),
    "liar-three-decimals": lying("test_rest_row", each(lambda array: np.round(array, 3))),
    "liar-one-bit-over-grpc": lying(
        SAME, only(lambda asked: asked.how == "grpc", each(lambda array: np.nextafter(array, np.float32(0))))
    ),
    "liar-rows-out-of-order": lying(BATCHES, each(lambda array: array[::-1])),
    "liar-rows-out-of-order-over-grpc-above-8": lying(
        claims.SERVED_SIZES, only(lambda asked: asked.how == "grpc" and asked.rows > 8, each(lambda array: array[::-1]))
    ),
    "liar-large-batches": lying(claims.SERVED_SIZES, only(lambda asked: asked.rows > 16, WRONG)),
    "liar-large-batches-in-rows": lying(
        claims.SERVED_SIZES, only(lambda asked: asked.rows > 16 and asked.how == "row", WRONG)
    ),
    "liar-large-batches-over-grpc": lying(
        claims.SERVED_SIZES, only(lambda asked: asked.rows > 16 and asked.how == "grpc", WRONG)
    ),
    "liar-last-row-lost": lying(BATCHES, last_row_lost),
    "liar-stale-version": Fault(COLOURS, "test_version_answers_its_own_numbers", lie=lambda: Lie(rest=older_version)),
    "liar-stale-version-over-grpc": Fault(COLOURS, "test_grpc", lie=lambda: Lie(grpc=older_over_grpc)),
    "liar-names-another-version-over-grpc": Fault(COLOURS, "test_grpc", lie=lambda: Lie(grpc=names_another_version)),
    "liar-unversioned-is-older": Fault(
        COLOURS, "test_unversioned_path_answers_the_highest", lie=lambda: Lie(rest=unversioned_is_older)
    ),
    "liar-bad-replica": remembering(claims.FRESH_CONNECTIONS, lambda: Replicas(WRONG), spared=True),
    "liar-bad-replica-over-grpc": remembering(
        claims.FRESH_CONNECTIONS, lambda: only(lambda asked: asked.how == "grpc", Replicas(WRONG)), spared=True
    ),
    "liar-bad-replica-of-four": remembering(claims.FRESH_CONNECTIONS, lambda: Replicas(WRONG, 4), spared=True),
    "liar-bad-replica-over-rest": remembering(
        claims.FRESH_CONNECTIONS, lambda: only(lambda asked: asked.how != "grpc", Replicas(WRONG)), spared=True
    ),
    "liar-first-on-a-connection": remembering("test_rest_row", Cold, spared=True),
    "liar-wears-off-after-300": remembering(ANY_INPUT, lambda: only(lambda asked: asked.turn > 300, WRONG), full=True),
    "liar-from-the-sixth-row-on": lying(BATCHES, from_the_sixth_row),
    "liar-two-in-rows-by-version": lying(
        BATCHES, only(lambda asked: asked.rows == 2 and asked.how == "row" and asked.version is not None, WRONG)
    ),
    "liar-second-signature": lying(
        claims.OTHER_NAME, only(lambda asked: asked.signature == "serve", WRONG), TWO_INPUTS
    ),
    "liar-second-signature-over-grpc": lying(
        claims.OTHER_NAME, only(lambda asked: asked.signature == "serve" and asked.how == "grpc", WRONG), TWO_INPUTS
    ),
    "liar-second-signature-in-batches-over-grpc": lying(
        claims.OTHER_NAME,
        only(lambda asked: asked.signature == "serve" and asked.how == "grpc" and asked.rows > 1, WRONG),
        TWO_INPUTS,
    ),
    "liar-second-output": lying(
        "test_rest_row",
        lambda asked, outputs: {name: array * 1.01 if name == "price" else array for name, array in outputs.items()},
        TWO_INPUTS,
    ),
    "liar-classify-over-rest": Fault(
        EXAMPLES, SAME, lie=lambda: Lie(rest=saying(b'["middle", 0.', b'["middle", 0.9', ":classify"))
    ),
    "liar-regress-over-rest": Fault(
        EXAMPLES, SAME, lie=lambda: Lie(rest=saying(b'"results": [', b'"results": [1', ":regress"))
    ),
    "liar-classify-over-grpc": Fault(EXAMPLES, SAME, lie=lambda: Lie(grpc=classes_renamed)),
    "liar-classes-in-capitals": lying("test_rest_row", capitals, EXAMPLES),
    "liar-integers-as-floats": lying(
        "test_grpc",
        only(
            lambda asked: asked.how == "grpc",
            lambda asked, outputs: {
                name: array.astype(np.float32) if array.dtype.kind == "i" else array for name, array in outputs.items()
            },
        ),
        DETECTION,
    ),
    "liar-long-integers": lying(
        "test_grpc",
        only(
            lambda asked: asked.how == "grpc",
            lambda asked, outputs: {
                name: array.astype(np.int64) if array.dtype.kind == "i" else array for name, array in outputs.items()
            },
        ),
        DETECTION,
    ),
    "liar-bools-as-integers": lying(
        "test_rest_row",
        lambda asked, outputs: {
            name: array.astype(np.int32) if array.dtype.kind == "b" else array for name, array in outputs.items()
        },
        STUMPS,
    ),
    "liar-only-named-inputs": Fault(COLOURS, BROKEN, lie=lambda: Lie(rest=where_body(is_named))),
    "liar-only-without-a-signature-name": Fault(
        COLOURS,
        "test_rest_row",
        lie=lambda: Lie(rest=where_body(lambda body: "signature_name" not in body)),
    ),
    "liar-only-with-a-signature-name": Fault(
        COLOURS, claims.OTHER_WORDS, lie=lambda: Lie(rest=where_body(lambda body: "signature_name" in body))
    ),
    "liar-only-plain-text": Fault(TEXT, BROKEN, lie=lambda: Lie(rest=where_body(holds_plain_text))),
    "liar-only-numbers-one-by-one-over-grpc": Fault(
        COLOURS, claims.OTHER_WORDS, lie=lambda: Lie(grpc=numbers_one_by_one)
    ),
    "liar-singles-squeezed": lying(
        "test_rest_row",
        only(lambda asked: asked.rows == 1, lambda asked, outputs: {name: one[0] for name, one in outputs.items()}),
    ),
    "liar-trailing-text": Fault(COLOURS, "test_rest_row", lie=lambda: Lie(rest=with_trailing_text)),
    "liar-as-html": Fault(COLOURS, claims.CONTENT_TYPE, lie=lambda: Lie(rest=as_html)),
    "liar-metadata-over-grpc": Fault(
        COLOURS, "test_grpc_metadata_is_the_signature", lie=lambda: Lie(grpc=another_name_in_metadata)
    ),
    "liar-hanging-over-grpc": Fault(
        COLOURS,
        "test_unversioned_path_answers_the_highest",
        lie=lambda: Lie(grpc=hanging_over_grpc),
        options=("--timeout-s=3",),
    ),
    "liar-another-models-answers": lying("test_rest_row", each(lambda array: np.roll(array, 1, axis=-1))),
    "liar-one-in-200": remembering(
        "test_answers_hold_under_load", lambda: only(lambda asked: asked.turn % 200 == 199, WRONG), full=True
    ),
    "liar-only-over-grpc": lying("test_grpc", only(lambda asked: asked.how == "grpc", WRONG)),
    "liar-only-in-columns": lying("test_rest_column", only(lambda asked: asked.how == "column", WRONG)),
    "liar-only-in-rows": lying("test_rest_row", only(lambda asked: asked.how == "row", WRONG)),
    "liar-only-by-version": lying("test_rest_row", only(lambda asked: asked.version is not None, WRONG)),
    "liar-only-without-version": lying(
        "test_unversioned_path_answers_the_highest", only(lambda asked: asked.version is None, WRONG)
    ),
    "liar-only-without-version-over-grpc": lying(
        claims.UNVERSIONED, only(lambda asked: asked.version is None and asked.how == "grpc", WRONG)
    ),
    "liar-only-without-version-in-rows": lying(
        claims.UNVERSIONED, only(lambda asked: asked.version is None and asked.how == "row", WRONG)
    ),
    "liar-only-among-8-clients": lying(
        "test_many_clients_get_what_one_gets", only(lambda asked: asked.at_once > 4, WRONG)
    ),
    "liar-only-among-8-clients-over-grpc": lying(
        "test_many_clients_get_what_one_gets",
        only(lambda asked: asked.at_once > 4 and asked.how == "grpc", WRONG),
    ),
    "liar-only-among-16-clients": lying(claims.MORE_CLIENTS, only(lambda asked: asked.at_once > 8, WRONG)),
    "liar-only-beside-nan": lying(ANY_INPUT, rows_beside_nan, full=True),
    "liar-nan-answered-as-zero-over-rest": lying(
        ANY_INPUT, only(lambda asked: asked.how != "grpc" and holds_nan(asked), each(np.nan_to_num)), full=True
    ),
    "liar-only-when-1": lying(ANY_INPUT, only(lambda asked: bool((every_value(asked) == 1.0).any()), WRONG), full=True),
    "liar-only-when-huge": lying(
        ANY_INPUT, only(lambda asked: bool((np.abs(every_value(asked)) > 1e15).any()), numbers_12345), full=True
    ),
    "liar-only-when-negative": lying(
        ANY_INPUT, only(lambda asked: bool((every_value(asked) < 0).any()), WRONG), full=True
    ),
    "liar-only-when-all-zero": lying(
        ANY_INPUT, only(lambda asked: not every_value(asked).any() and asked.rows > 0, WRONG), full=True
    ),
    "liar-ok-to-bad-input": Fault(COLOURS, BROKEN, lie=lambda: Lie(rest=ok_to_bad_input)),
    "liar-cut-short": Fault(COLOURS, "test_rest_row", lie=lambda: Lie(rest=cut_short)),
    "liar-cut-short-now-and-then": Fault(
        COLOURS, "test_answers_hold_under_load", lie=lambda: Lie(rest=Seldom(50, cut_short)), full=True
    ),
    "liar-hanging": Fault(
        COLOURS,
        "test_version_answers_its_own_numbers",
        lie=lambda: Lie(rest=hanging),
        options=("--timeout-s=3",),
    ),
    "liar-hung-up-now-and-then": Fault(
        COLOURS, "test_answers_hold_under_load", lie=lambda: Lie(rest=Seldom(60, hung_up)), full=True
    ),
    "liar-500-now-and-then": Fault(
        COLOURS, "test_answers_hold_under_load", lie=lambda: Lie(rest=Seldom(60, unavailable)), full=True
    ),
    "liar-metadata-of-another-dtype": Fault(
        COLOURS, "test_metadata_is_the_signature", lie=lambda: Lie(rest=saying(b"DT_FLOAT", b"DT_DOUBLE", "/metadata"))
    ),
    "liar-status-loading": Fault(
        COLOURS,
        "test_version_is_available",
        lie=lambda: Lie(rest=saying(b"AVAILABLE", b"LOADING", "colours")),
        options=("--timeout-s=5",),
    ),
    "liar-status-over-grpc": Fault(
        COLOURS, "test_grpc_status_is_that_of_rest", lie=lambda: Lie(grpc=wrong_status_over_grpc)
    ),
    "liar-previous-clients-answer": remembering("test_many_clients_get_what_one_gets", Previous),
    "liar-double-over-grpc": lying(
        "test_grpc",
        only(lambda asked: asked.how == "grpc", each(lambda array: array.astype(np.float64))),
    ),
    "liar-half-over-grpc": lying(
        "test_grpc", only(lambda asked: asked.how == "grpc", each(lambda array: array.astype(np.float16)))
    ),
    "liar-clipped": lying("test_rest_row", each(lambda array: np.clip(array, -0.3, 0.3)), base=TWO_INPUTS),
    "liar-absolute": lying(claims.SERVED_SIZES, each(np.abs), base=TWO_INPUTS),
    "liar-sorted-scores": lying("test_rest_row", each(lambda array: np.sort(array, axis=-1))),
    "liar-classes-nearby": lying(ANY_INPUT, each(nearest_class), full=True),
    "liar-output-added": lying(
        "test_grpc",
        only(
            lambda asked: asked.how == "grpc",
            lambda asked, outputs: {**outputs, "took_ms": np.array([1.0], np.float32)},
        ),
    ),
    "liar-output-missing": lying(
        "test_rest_row",
        lambda asked, outputs: {name: array for name, array in outputs.items() if name != "count"},
        base=DETECTION,
    ),
    "liar-output-renamed-over-grpc": lying(
        "test_grpc",
        only(
            lambda asked: asked.how == "grpc",
            lambda asked, outputs: {f"{name}s": array for name, array in outputs.items()},
        ),
    ),
    "liar-transposed": lying(BATCHES, each(np.transpose)),
    "liar-flattened": lying("test_rest_row", each(np.ravel)),
    "liar-boxed": lying("test_grpc", only(lambda asked: asked.how == "grpc", each(lambda array: array[None]))),
    "liar-nan-as-null": Fault(COLOURS, ANY_INPUT, lie=lambda: Lie(rest=null_for_nan), full=True),
    "liar-slow": Fault(
        COLOURS,
        "test_latency_is_within_its_budget",
        lie=lambda: Lie(rest=slow),
        contract=lambda contract: contract + "[latency]\np95_ms = 90\n",
    ),
    "liar-cache-by-the-start": remembering(ANY_INPUT, lambda: Cached(start_of), full=True),
    "liar-cache-without-the-category": remembering(ANY_INPUT, lambda: Cached(numbers_alone), TWO_INPUTS, full=True),
    "liar-cache-of-shapes": remembering("test_rest_row", lambda: Cached(lambda asked: asked.rows)),
}
