"""Finding an example, or the simplest there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

Example = TypeVar("Example")

PATIENT = settings(max_examples=5000, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])


def find_any(strategy: st.SearchStrategy[Example], wanted: Callable[[Any], bool]) -> Example:
    """The first that is wanted; an error where there seems to be none."""
    return find(strategy, wanted, settings=settings(PATIENT, phases=[Phase.generate]))


def find_one(strategy: st.SearchStrategy[Example], wanted: Callable[[Any], bool]) -> Example:
    """The simplest that is wanted; an error where there seems to be none."""
    return find(strategy, wanted, settings=PATIENT)
