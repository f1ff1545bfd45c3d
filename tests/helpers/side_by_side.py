"""Which worker of pytest-xdist runs which test, and when.

pytest-xdist's own marks for it (xdist_group) have no effect with pytest 9.2.
"""

from __future__ import annotations

from typing import Any

LONG = {
    "tests/gate/test_any_model.py",
    "tests/gate/test_chapter.py",
    "tests/gate/test_good_models.py",
    "tests/serving/docker/test_containers.py",
    "tests/training/test_training.py",
}
"""Modules that take a minute or more: begun first, so that none is alone at the end."""
ONE_BY_ONE = {
    "tests/claims/bad_input/test_runs.py",
    "tests/claims/properties/test_gate.py",
    "tests/claims/properties/test_questions.py",
    "tests/gate/test_bad_input.py",
    "tests/gate/test_claims.py",
    "tests/gate/test_dropped_connections.py",
    "tests/gate/test_images.py",
    "tests/gate/test_layouts.py",
    "tests/gate/test_runs.py",
    "tests/graph/test_gate.py",
    "tests/plugin/test_cases.py",
    "tests/plugin/test_outcomes.py",
    "tests/plugin/test_waivers.py",
}
"""Modules whose tests share nothing that is dear: begun last, each test by whatever worker is free."""


def turn(nodeid: str) -> int:
    """When the test's turn is: 0, 1 or 2."""
    module = nodeid.split("::")[0]
    return 0 if module in LONG else 2 if module in ONE_BY_ONE else 1


def scheduler(config: Any, log: Any) -> Any:
    """A scheduler of pytest-xdist's that keeps together what shares a server or a model."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.split("::")[0]
            return nodeid if module in ONE_BY_ONE else module

    return Scheduling(config, log)
