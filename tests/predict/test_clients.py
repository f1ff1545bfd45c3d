"""Clients start together, end together, and do not hide what went wrong."""

from __future__ import annotations

import threading
import time

import pytest

from fixtures.predict.clients import IsOver, in_threads

pytestmark = pytest.mark.fast


def test_results_are_in_the_order_of_the_threads() -> None:
    assert in_threads(8, lambda number, is_over: number * number) == [number * number for number in range(8)]


def test_all_are_at_work_at_once() -> None:
    met = threading.Barrier(8)
    assert in_threads(8, lambda number, is_over: met.wait(timeout=10) >= 0) == [True] * 8


def test_the_others_are_told_when_one_goes_wrong() -> None:
    ended = []

    def work(number: int, is_over: IsOver) -> None:
        if number == 3:
            raise ValueError("three")
        until = time.monotonic() + 10
        while not is_over() and time.monotonic() < until:
            time.sleep(0.001)
        ended.append(is_over())

    with pytest.raises(ValueError, match="three"):
        in_threads(4, work)
    assert ended == [True] * 3
