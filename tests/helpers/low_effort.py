"""A plugin for runs of the gate that are about what is said, not about how hard it looks."""

from __future__ import annotations

import pytest

from fixtures.options import Effort
from fixtures.plugin.options import settings_key, settings_of

LOW = Effort(
    examples=5,
    runs=1,
    rounds=1,
    timed_requests=4,
    warm_up_s=0.1,
    in_process_s=0.02,
    broken_requests_step=6,
    largest_body=2**20,
    # other tests run meanwhile
    answer_within_s=5.0,
)


class Lowered:
    """The same for a run in this process, with another effort."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Lower the effort of the run."""
        config.stash[settings_key] = settings_of(config).model_copy(update={"effort": self._effort})


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Lower the effort of this run."""
    Lowered(LOW).pytest_configure(config)
