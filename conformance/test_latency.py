"""The server answers in time, and rightly, while several clients ask."""

from __future__ import annotations

import pytest

from fixtures.contract import Latency
from fixtures.load.budget import over_budget
from fixtures.load.latency import Load
from fixtures.load.series import Series
from fixtures.outcomes import expect_no

pytestmark = pytest.mark.usefixtures("may_disturb")


def test_answers_hold_under_load(load_put_on: Load) -> None:
    """Hundreds of requests, one after the other and 8 at once, are each answered as they were before."""
    expect_no(load_put_on.wrong, load_put_on.exchange)


def test_latency_is_within_its_budget(promised_latency: Latency, typical: Series) -> None:
    """One client that sends one sample at a time is answered within the promised time."""
    expect_no(over_budget(typical, promised_latency))
