"""The server answers in time, and rightly, while several clients ask."""

from __future__ import annotations

import pytest

from fixtures.claims.latency.meter import Measurements
from fixtures.claims.latency.series import Series, over_budget
from fixtures.errors import expect_no
from fixtures.model.contract import Latency

pytestmark = [pytest.mark.place(8), pytest.mark.usefixtures("may_be_loaded")]


@pytest.mark.agreement
def test_answers_hold_under_load(measurements: Measurements) -> None:
    """Hundreds of requests, one after the other and 8 at once, are each answered as they were before.

    Fails when: a request among hundreds is refused, lost or answered otherwise than before.
    Then: look at the server's limits, or a stateful op.
    """
    expect_no(measurements.wrong, measurements.exchange)


def test_latency_is_within_its_budget(promised_latency: Latency, typical: Series) -> None:
    """One client that sends one sample at a time is answered within the promised time.

    Fails when: one client that sends one sample at a time waits longer than `[latency]` promises.
    Then: compare with the time in process: is it the model or the serving?
    """
    expect_no(over_budget(typical, promised_latency))
