"""No input that fits the signature, and no order of requests, gets anything but what the model computes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.claims.properties.explore import Explorer
from fixtures.claims.properties.order import AnyOrder
from fixtures.claims.properties.questions import Question

pytestmark = pytest.mark.usefixtures("may_disturb")


def test_served_equals_local_for_any_input(
    any_question: st.SearchStrategy[Question], compare: Callable[[Question], None], explore: Explorer
) -> None:
    """Whatever fits the signature is answered with what the model computes, or refused by both."""

    @given(any_question)
    def served_equals_local(question: Question) -> None:
        compare(question)

    explore(served_equals_local)


def test_good_answers_stay_in_any_order_of_requests(any_order: Callable[[], AnyOrder], explore: Explorer) -> None:
    """Among good, bad and concurrent requests in any order, every good answer stays what it was."""

    def in_any_order() -> AnyOrder:
        return any_order()

    explore.in_any_order(in_any_order)
