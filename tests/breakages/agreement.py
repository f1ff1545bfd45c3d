"""Servers and models whose answers depend on how they are asked."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.model.signature import Array
from tests.breakages.breakage import Breakage, good, numpy_good, tf, without_accuracy
from tests.helpers import colours
from tests.helpers.colours import tf_softmax
from tests.helpers.middleman import Forward, Reply, Request
from tests.helpers.puppet import HangUp, Puppet


def centred_over_batch(image: Any) -> Any:
    return {"colour": good(image - tf().reduce_mean(image, axis=0, keepdims=True) / 2)}


def numpy_centred_over_batch(version: int, image: Array) -> Array:
    return numpy_good(image - image.mean(axis=0, keepdims=True) / 2)


def in_reverse(outputs: Array) -> Array:
    """Rows of a batch in the wrong order."""
    return outputs[::-1]


def one_per_mille_off(outputs: Array) -> Array:
    """In one column, so that no other uses as much of its allowance but for the last bits of a processor."""
    return outputs * np.array([1.001, 1.0, 1.0], np.float32)


def with_six_digits(outputs: Array) -> Array:
    """As a proxy leaves them that prints numbers as C++ does."""
    return np.array([float(f"{number:.6g}") for number in outputs.flat], np.float32).reshape(outputs.shape)


def other_class(outputs: Array) -> Array:
    """The two largest of each row change places."""
    order = np.argsort(outputs, axis=-1)
    swapped = outputs.copy()
    rows = np.arange(len(outputs))
    swapped[rows, order[:, -1]] = outputs[rows, order[:, -2]]
    swapped[rows, order[:, -2]] = outputs[rows, order[:, -1]]
    return swapped


def serve_too(function: Callable[[Any], Any]) -> Callable[[Path], None]:
    """Makes of version 2 one that has another function under the name `serve`."""

    def save(base: Path) -> None:
        shutil.rmtree(base / "2")
        colours.save(base / "2", colours.good(2), other={"serve": lambda image: {"colour": function(image)}})

    return save


def other_for_bright_images(image: Any) -> Any:
    """No photograph is as bright as that."""
    right = tf_softmax(image, 8.0)
    return tf().where(tf().reduce_mean(image, axis=(1, 2, 3))[:, tf().newaxis] > 0.9, right[:, ::-1], right)


def with_the_same_under_another_name(contract: str) -> str:
    return contract.replace("[samples]", '[signatures.serve]\nsame_as = "serving_default"\n\n[samples]')


def with_a_row_more(outputs: Array) -> Array:
    return np.concatenate([outputs, outputs[:1]]) if len(outputs) > 1 else outputs


def padded_in_threes(image: Any) -> Any:
    """As where a batch of an odd size is filled up with something that is not left out again."""
    of_three = tf().cast(tf().equal(tf().shape(image)[0], 3), "float32")
    return {"colour": good(image * (1.0 + 0.01 * of_three))}


def numpy_padded_in_threes(version: int, image: Array) -> Array:
    return numpy_good(image * np.float32(1.01 if len(image) == 3 else 1.0))


def with_the_row_before(image: Any) -> Any:
    return {"colour": 0.9 * good(image) + 0.1 * tf().roll(good(image), 1, axis=0)}


def numpy_with_the_row_before(version: int, image: Array) -> Array:
    alone = numpy_good(image)
    return np.asarray(0.9 * alone + 0.1 * np.roll(alone, 1, axis=0), np.float32)


def leave_one_photo(base: Path) -> None:
    photos = base.parents[1] / "photos"
    for photo in [*photos.glob("*.png")]:
        if photo.name != "red_1.png":
            photo.unlink()
    (photos / "labels.csv").write_text("file,label\nred_1.png,red\n")


def reversed_above_eight(image: Any) -> Any:
    return {"colour": tf().where(tf().shape(image)[0] > 8, tf().reverse(good(image), [0]), good(image))}


def with_dropout(image: Any) -> Any:
    return {"colour": good(tf().nn.dropout(image, rate=0.1, seed=7))}


def with_waiver(contract: str) -> str:
    until = (datetime.now() + timedelta(days=30)).date()
    return f"""{contract}
[[allowed_ops]]
op = "RandomUniform"
reason = "dropout is meant to be on"
[[waivers]]
check = "test_same_input_same_bits"
reason = "dropout is meant to be on"
until = {until}
"""


def wrong_where_the_signature_is_named(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    named = request.path.endswith(":predict") and reply.status == 200 and b'"signature_name": ' in request.body
    return reply.saying(b"0.", b"0.9") if named else reply


class WearsOff:
    """Answers the same request for the fifth time and on with another last digit."""

    def __init__(self) -> None:
        self._asked: Counter[tuple[str, bytes]] = Counter()

    def __call__(self, request: Request, forward: Forward) -> Reply:
        self._asked[request.path, request.body] += 1
        reply = forward(request)
        if (
            reply.status != 200
            or not request.body.startswith(b'{"inputs"')
            or self._asked[request.path, request.body] < 5
        ):
            return reply
        outputs = np.array(json.loads(reply.body)["outputs"])
        return replace(reply, body=json.dumps({"outputs": (outputs * (1 + 1e-6)).tolist()}).encode())


class MixesUp:
    """Answers whoever is not alone with what was answered first, until there is evidence enough."""

    def __init__(self) -> None:
        self._left = 30
        self._there = 0
        self._first: Reply | None = None

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if not request.path.endswith("/versions/2:predict") or not request.body.startswith(b'{"inputs"'):
            return forward(request)
        self._there += 1
        try:
            reply = forward(request)
            self._first = self._first or (reply if reply.status == 200 else None)
            # time for others to come
            time.sleep(0.005)
            single = reply.status == 200 and len(json.loads(reply.body)["outputs"]) == 1
            if self._there == 1 or not single or self._left <= 0:
                return reply
            self._left -= 1
            return self._first or reply
        finally:
            self._there -= 1


class LeavesConcurrentClients:
    """Hangs up, once, on whoever is not alone."""

    def __init__(self) -> None:
        self._there = 0
        self._hung_up = False

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if not request.path.endswith("/versions/2:predict"):
            return forward(request)
        self._there += 1
        try:
            reply = forward(request)
            # time for others to come
            time.sleep(0.005)
            if self._there > 1 and not self._hung_up:
                self._hung_up = True
                raise HangUp
            return reply
        finally:
            self._there -= 1


BREAKAGES = {
    "row-differs": Breakage(
        {
            "test_rest_row",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(distort_row=one_per_mille_off),
    ),
    "column-differs": Breakage(
        {
            "test_version_answers_its_own_numbers",
            "test_rest_column",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(distort_column=one_per_mille_off),
    ),
    "column-names-another-class": Breakage(
        {
            "test_version_answers_its_own_numbers",
            "test_tolerances_tell_right_from_wrong",
            "test_rest_column",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(distort_column=other_class),
        contract=lambda contract: contract + 'ties = "fail"\n[tolerance.colour]\nrtol = 1e6\n',
    ),
    "grpc-differs": Breakage(
        {
            "test_grpc",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(distort_grpc=one_per_mille_off),
    ),
    "doubles-over-grpc": Breakage(
        {
            "test_same_request_same_bits",
            "test_unversioned_path_answers_the_highest",
            "test_grpc",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_batches_agree_with_single_requests",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(distort_grpc=lambda outputs: outputs.astype(np.float64)),
    ),
    "grpc-differs-in-the-last-bit": Breakage(
        {"test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_grpc=lambda outputs: np.nextafter(outputs, np.float32(0))),
    ),
    "six-digits-in-rows": Breakage(
        {"test_rest_carries_every_digit", "test_protocols_give_the_same_numbers"},
        puppet=lambda: Puppet(distort_row=with_six_digits),
    ),
    "batches-out-of-order": Breakage(
        {"test_batches_agree_with_single_requests", "test_large_batches_are_served_as_their_rows"},
        puppet=lambda: Puppet(distort_column=in_reverse),
    ),
    "batch-norm-in-training-mode": Breakage(
        {
            "test_batches_agree_with_single_requests",
            "test_large_batches_compute_what_their_rows_get",
            "test_large_batches_are_served_as_their_rows",
        },
        function=centred_over_batch,
        puppet=lambda: Puppet(compute=numpy_centred_over_batch),
        contract=without_accuracy,
    ),
    "another-answer-in-a-batch-of-three": Breakage(
        {"test_batches_agree_with_single_requests"},
        function=padded_in_threes,
        puppet=lambda: Puppet(compute=numpy_padded_in_threes),
    ),
    "batches-out-of-order-over-grpc": Breakage(
        {"test_batches_agree_with_single_requests", "test_large_batches_are_served_as_their_rows"},
        puppet=lambda: Puppet(distort_grpc=in_reverse),
    ),
    "batches-out-of-order-in-rows": Breakage(
        {"test_batches_agree_with_single_requests", "test_large_batches_are_served_as_their_rows"},
        puppet=lambda: Puppet(distort_row=in_reverse),
    ),
    "a-row-too-many-in-batches": Breakage(
        {"test_batches_agree_with_single_requests", "test_large_batches_are_served_as_their_rows"},
        puppet=lambda: Puppet(distort_column=with_a_row_more),
    ),
    "rows-of-the-only-sample-mixed": Breakage(
        {
            "test_batches_agree_with_single_requests",
            "test_large_batches_compute_what_their_rows_get",
            "test_large_batches_are_served_as_their_rows",
        },
        function=with_the_row_before,
        spoil=leave_one_photo,
        puppet=lambda: Puppet(compute=numpy_with_the_row_before),
        contract=without_accuracy,
    ),
    "batches-reversed-above-eight": Breakage(
        {"test_large_batches_compute_what_their_rows_get"},
        function=reversed_above_eight,
    ),
    "large-batches-out-of-order-over-grpc": Breakage(
        {"test_large_batches_are_served_as_their_rows"},
        puppet=lambda: Puppet(distort_grpc=lambda outputs: outputs[::-1] if len(outputs) > 9 else outputs),
    ),
    "dropout-left-on": Breakage(
        {"test_same_input_same_bits", "test_outputs_depend_on_inputs_alone"},
        function=with_dropout,
        contract=without_accuracy,
    ),
    "dropout-waived-and-rows-that-it-does-not-draw": Breakage(
        {
            "test_same_request_same_bits",
            "test_unversioned_path_answers_the_highest",
            "test_rest_row",
            "test_other_words_get_the_same_answer",
            "test_protocols_give_the_same_numbers",
            "test_rest_carries_every_digit",
            "test_batches_agree_with_single_requests",
        },
        function=with_dropout,
        puppet=lambda: Puppet(distort_row=lambda outputs: outputs + 12345),
        contract=lambda contract: with_waiver(without_accuracy(contract)),
    ),
    "counter-in-the-graph": Breakage(
        {"test_same_input_same_bits", "test_outputs_depend_on_inputs_alone"},
        saved={"counts": True},
    ),
    "other-numbers-where-the-signature-is-named": Breakage(
        {"test_other_words_get_the_same_answer"},
        tamper=wrong_where_the_signature_is_named,
    ),
    "not-the-same-function-under-another-name": Breakage(
        {"test_same_signatures_give_the_same_answer"},
        # sharper in the third digit, which changes no class
        spoil=serve_too(lambda image: tf_softmax(image, 8.01)),
        served=True,
        skipped_by_good=True,
        contract=with_the_same_under_another_name,
    ),
    "not-the-same-function-where-no-sample-shows-it": Breakage(
        {"test_same_signatures_give_the_same_answer"},
        spoil=serve_too(other_for_bright_images),
        served=True,
        skipped_by_good=True,
        contract=with_the_same_under_another_name,
    ),
    "answers-wear-off": Breakage(
        {"test_same_request_same_bits", "test_broken_request"},
        tamper=WearsOff(),
    ),
    "replies-mixed-up": Breakage(
        {"test_many_clients_get_what_one_gets"},
        tamper=MixesUp(),
    ),
    "leaves-concurrent-clients-unanswered": Breakage(
        {"test_many_clients_get_what_one_gets"},
        tamper=LeavesConcurrentClients(),
    ),
}
