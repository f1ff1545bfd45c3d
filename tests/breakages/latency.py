"""Servers that are too slow, or that give in under load."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from functools import partial

from tests.breakages.breakage import Breakage
from tests.helpers.colours import with_latency
from tests.helpers.low_effort import LOW
from tests.helpers.middleman import Forward, Reply, Request


def slowly(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    time.sleep(0.005)
    return reply


class GivesIn:
    """Answers the same eight samples, which nothing but a load asks for again and again, four times as it should."""

    def __init__(self, wrong: Reply | None) -> None:
        self._wrong = wrong
        self._asked: Counter[bytes] = Counter()

    def __call__(self, request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if reply.status != 200 or not request.body.startswith(b'{"inputs"'):
            return reply
        if len(json.loads(reply.body)["outputs"]) != 8:
            return reply
        self._asked[request.body] += 1
        if self._asked[request.body] <= 4:
            return reply
        return self._wrong or reply.saying(b"[[0.", b"[[0.1")


MORE_REQUESTS = replace(LOW, timed_requests=20)
"""So many that there is a 95th percentile."""

BREAKAGES = {
    "slower-than-promised": Breakage(
        {"test_latency_is_within_its_budget"},
        tamper=slowly,
        contract=partial(with_latency, promised="p95_ms = 4.0"),
        effort=MORE_REQUESTS,
    ),
    "slower-than-in-process": Breakage(
        {"test_latency_is_within_its_budget"},
        tamper=slowly,
        contract=partial(with_latency, promised="max_ratio = 1.5"),
        effort=MORE_REQUESTS,
    ),
    "wrong-under-load": Breakage(
        {"test_answers_hold_under_load"},
        tamper=GivesIn(None),
        effort=MORE_REQUESTS,
    ),
    "refuses-under-load": Breakage(
        {"test_answers_hold_under_load"},
        tamper=GivesIn(Reply(503, "application/json", b'{"error": "too many requests"}')),
        effort=MORE_REQUESTS,
    ),
}
