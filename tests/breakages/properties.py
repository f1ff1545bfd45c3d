"""Servers and models that are at fault for input that no sample has, or after requests in some order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fixtures.model.signature import Array
from fixtures.protocols import tensor_json
from tests.breakages.breakage import Breakage
from tests.helpers.low_effort import LOW
from tests.helpers.middleman import Forward, Reply, Request, Tamper
from tests.helpers.puppet import HangUp

ANY_INPUT = {"test_served_equals_local_for_any_input"}
ANY_ORDER = {"test_good_answers_stay_in_any_order_of_requests"}


def image_in(request: Request) -> Array:
    """The float32 (batch, 8, 8, 3) of a predict request; none, and so within 0..1, where there is no such."""
    try:
        body = tensor_json.parse(request.body)
        return np.array(body.get("instances", body.get("inputs")), np.float32)
    except (ValueError, TypeError, AttributeError):
        return np.zeros(0, np.float32)


def is_beyond_samples(image: Array) -> bool:
    return bool((np.isnan(image) | (image < 0) | (image > 1)).any())


def clip(request: Request, forward: Forward) -> Reply:
    """Pixels are clipped to 0..1 on their way."""
    image = image_in(request)
    if not image.size or not is_beyond_samples(image):
        return forward(request)
    key = "instances" if b'"instances"' in request.body else "inputs"
    body = b'{"%s":%s}' % (key.encode(), tensor_json.encode(np.clip(image, 0, 1)))
    return forward(replace(request, body=body))


def nan_as_zero(request: Request, forward: Forward) -> Reply:
    """NaN is answered as 0."""
    return forward(request).saying(b"NaN", b"0.0")


def four_decimals(request: Request, forward: Forward) -> Reply:
    """Of an answer that no sample gets four decimals are left."""
    reply = forward(request)
    if reply.status != 200 or not is_beyond_samples(image_in(request)):
        return reply
    answer = tensor_json.parse(reply.body)
    key = next(iter(answer))
    return replace(reply, body=b'{"%s":%s}' % (key.encode(), tensor_json.encode(np.round(np.array(answer[key]), 4))))


def hang_up_on_nan(request: Request, forward: Forward) -> Reply:
    """A NaN closes the connection, and the server lives on."""
    if b"NaN" in request.body:
        raise HangUp
    return forward(request)


def no_five(request: Request, forward: Forward) -> Reply:
    """A batch of five is refused."""
    if image_in(request).shape[:1] == (5,):
        return Reply(400, "application/json", b'{"error": "five is too many"}')
    return forward(request)


def forgets_itself() -> Tamper:
    """The answer after a request that was refused and one for the metadata is turned round."""
    last = [""]

    def tamper(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if reply.status != 200:
            last[0] = "refused"
        elif request.path.endswith("/metadata"):
            last[0] += " and looked"
        else:
            turned, last[0] = last[0] == "refused and looked" and request.path.endswith(":predict"), ""
            if turned:
                answer = tensor_json.parse(reply.body)
                key = next(iter(answer))
                turned_round = [row[::-1] for row in answer[key]]
                return replace(reply, body=b'{"%s":%s}' % (key.encode(), tensor_json.encode(np.array(turned_round))))
        return reply

    return tamper


MORE_EXAMPLES, MORE_RUNS = replace(LOW, examples=100), replace(LOW, runs=20)

BREAKAGES = {
    "pixels-are-clipped": Breakage(ANY_INPUT | {"test_large_batches_are_served_as_their_rows"}, tamper=clip),
    "nan-is-answered-as-zero": Breakage(ANY_INPUT, tamper=nan_as_zero, effort=MORE_EXAMPLES),
    "four-decimals-are-left": Breakage(
        ANY_INPUT | {"test_broken_request", "test_large_batches_are_served_as_their_rows"},
        tamper=four_decimals,
        effort=MORE_EXAMPLES,
    ),
    "nan-is-left-unanswered": Breakage(ANY_INPUT, tamper=hang_up_on_nan, effort=MORE_EXAMPLES),
    "five-are-refused": Breakage(ANY_INPUT, tamper=no_five, effort=MORE_EXAMPLES),
    "another-answer-after-a-bad-request": Breakage(ANY_ORDER, tamper=forgets_itself(), effort=MORE_RUNS),
}
