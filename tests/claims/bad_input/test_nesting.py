"""A server survives lists that are nested too deep, or does not."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.claims.bad_input.nesting import expect_survival
from fixtures.errors import Fault
from tests.helpers.fakes import FakeServed, silence
from tests.helpers.valid_requests import numbers

pytestmark = pytest.mark.fast


def test_deep_nesting_is_survived() -> None:
    served: Any = FakeServed()

    expect_survival(served, numbers())

    assert served.bodies[0].count(b"[") == 50_000


def test_deep_nesting_without_an_answer() -> None:
    served: Any = FakeServed(silence)

    with pytest.raises(Fault, match="50,000 lists in each other gets no answer"):
        expect_survival(served, numbers())
