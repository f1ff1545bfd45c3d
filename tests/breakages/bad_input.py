"""Servers that answer broken requests wrongly or are ended by them, and models that let them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fixtures.options import Effort
from tests.breakages.breakage import Breakage, good, tf
from tests.helpers.low_effort import LOW
from tests.helpers.middleman import Forward, Reply, Request
from tests.helpers.puppet import HangUp

Asked = Callable[[Request], bool]


def with_body(start: bytes) -> Asked:
    """A predict request with a body that begins so."""
    return lambda request: request.path.endswith(":predict") and request.body.startswith(start)


def is_text_for_number(request: Request) -> bool:
    return b'[[[["1"' in request.body


def is_plain_text(request: Request) -> bool:
    return request.headers.get("Content-Type") == "text/plain"


def is_delete(request: Request) -> bool:
    return request.method == "DELETE"


@dataclass
class Tampering:
    """Answers some requests otherwise, and if it is told to everything from then on."""

    asked: Asked
    answer: Callable[[Request, Forward], Reply]
    ever_after: bool = False
    met: bool = False

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if self.asked(request):
            self.met = True
            return forward(request) if self.ever_after else self.answer(request, forward)
        return self.answer(request, forward) if self.met and self.ever_after else forward(request)


def answering(status: int, body: bytes, content_type: str = "application/json") -> Callable[[Request, Forward], Reply]:
    return lambda request, forward: Reply(status, content_type, body)


def after(seconds: float) -> Callable[[Request, Forward], Reply]:
    def answer(request: Request, forward: Forward) -> Reply:
        time.sleep(seconds)
        return forward(request)

    return answer


def hanging_up(request: Request, forward: Forward) -> Reply:
    raise HangUp


def another_answer(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    return replace(reply, body=reply.body.replace(b"0.", b"0.1")) if request.path.endswith(":predict") else reply


def convolved(image: Any) -> Any:
    """What the good model computes, behind a convolution that changes nothing."""
    keep = tf().reshape(tf().eye(3), (1, 1, 3, 3))
    return {"colour": good(tf().nn.conv2d(image, keep, 1, "SAME"))}


def convolved_if_high(image: Any) -> Any:
    """What the good model computes, but an image of another height reaches the convolution as a list."""
    keep = tf().reshape(tf().eye(3), (1, 1, 3, 3))
    as_it_is = tf().equal(tf().shape(image)[1], 8)
    either = tf().cond(as_it_is, lambda: image, lambda: tf().reshape(image, (-1,)))
    return {"colour": good(tf().ensure_shape(tf().nn.conv2d(either, keep, 1, "SAME"), (None, 8, 8, 3)))}


def from_pixels(image: Any) -> Any:
    return {"colour": good(tf().cast(image, "float32") / 255.0)}


def failing(key: str) -> Callable[[str], str]:
    return lambda contract: f'{contract}\n[robustness]\n{key} = "fail"\n'


def of_pixels(contract: str) -> str:
    pixels = contract.replace("float32", "uint8", 1).replace('input = "image"\n', 'input = "image"\nscale = 1.0\n')
    return failing("integer_overflow")(pixels)


BREAKAGES = {
    "empty-body-answered-with-500": Breakage(
        {"test_broken_request"},
        tamper=Tampering(
            lambda request: with_body(b"")(request) and not request.body,
            answering(500, b'{"error": "list index out of range"}'),
        ),
    ),
    "text-accepted-as-a-number": Breakage(
        {"test_broken_request"},
        tamper=Tampering(is_text_for_number, answering(200, b'{"outputs": [[0.9, 0.05, 0.05]]}')),
    ),
    "refused-without-a-json-error": Breakage(
        {"test_broken_request"},
        tamper=Tampering(
            lambda request: "9223372036854775807" in request.path, answering(404, b"<h1>Not Found</h1>", "text/html")
        ),
    ),
    "broken-request-never-answered": Breakage(
        {"test_broken_request"},
        tamper=Tampering(with_body(b"inputs=1"), after(60.0)),
        effort=replace(LOW, answer_within_s=Effort().answer_within_s),
    ),
    "broken-request-answered-late": Breakage(
        {"test_broken_request"},
        tamper=Tampering(with_body(b"inputs=1"), after(2.5)),
        effort=replace(LOW, answer_within_s=Effort().answer_within_s),
    ),
    "broken-request-ends-the-connection": Breakage(
        {"test_broken_request"}, tamper=Tampering(with_body(b"inputs=1"), hanging_up)
    ),
    "accepted-and-answered-as-another": Breakage(
        {"test_broken_request"}, tamper=Tampering(is_plain_text, another_answer)
    ),
    "accepted-and-not-answered": Breakage(
        {"test_broken_request"}, tamper=Tampering(is_plain_text, answering(200, b'{"outputs": "ok"}'))
    ),
    "another-answer-after-a-broken-request": Breakage(
        {"test_broken_request"}, tamper=Tampering(is_delete, another_answer, ever_after=True)
    ),
    "refusal-after-a-broken-request": Breakage(
        {"test_broken_request"},
        tamper=Tampering(is_delete, answering(400, b'{"error": "Resource exhausted"}'), ever_after=True),
    ),
    "gone-after-a-broken-request": Breakage(
        {"test_broken_request"}, tamper=Tampering(is_delete, hanging_up, ever_after=True)
    ),
    "dead-after-a-broken-request": Breakage(
        {"test_broken_request"}, function=convolved_if_high, served=True, onednn=True
    ),
    "dead-of-a-wrong-rank": Breakage(
        {"test_wrong_rank_requests"}, function=convolved, served=True, onednn=True, contract=failing("wrong_rank")
    ),
    "pixels-beyond-their-dtype": Breakage(
        {"test_integers_beyond_their_dtype"},
        function=from_pixels,
        saved={"dtype": "uint8"},
        served=True,
        contract=of_pixels,
        skipped_by_good=True,
    ),
    "dead-of-deep-nesting": Breakage({"test_survives_deep_nesting"}, brittle=True, skipped_by_good=True),
}
