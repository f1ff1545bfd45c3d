"""No input that fits the signature, and no order of requests, gets anything but what the model computes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.claims.properties.explore import Explorer
from fixtures.claims.properties.order import AnyOrder
from fixtures.claims.properties.questions import Question

pytestmark = [pytest.mark.place(7), pytest.mark.usefixtures("may_be_loaded"), pytest.mark.agreement]


def test_served_equals_local_for_any_input(
    any_question: st.SearchStrategy[Question], compare: Callable[[Question], None], explore: Explorer
) -> None:
    """Whatever fits the signature is answered with what the model computes, or refused by both.

    Fails when: arrays that fit the signature, extremes, NaN and batches of 0 to 8 among them, get another answer than
    in process, or only one of the two refuses them.
    Then: the failure is the smallest input found: replay it.
    """

    @given(any_question)
    def served_equals_local(question: Question) -> None:
        compare(question)

    explore(served_equals_local)


def test_good_answers_stay_in_any_order_of_requests(any_order: Callable[[], AnyOrder], explore: Explorer) -> None:
    """Among good, bad and concurrent requests in any order, every good answer stays what it was.

    Fails when: among good, bad and concurrent requests a good one gets another answer than at first.
    Then: the failure has the order: look for state in the graph or between server and client.
    """

    def in_any_order() -> AnyOrder:
        return any_order()

    explore.in_any_order(in_any_order)
