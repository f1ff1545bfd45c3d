"""Every run makes its full effort, whatever it is asked, and says so where a plugin has it make less."""

from __future__ import annotations

import pytest

from fixtures.errors import BadInputError
from fixtures.options import Effort, Settings, options
from tests.helpers.low_effort import LOW

pytestmark = pytest.mark.fast


def test_effort_is_whole_and_no_option() -> None:
    assert Settings.read({}).effort == Effort()
    assert "effort" not in options()


def test_run_that_tries_less_says_so() -> None:
    settings = Settings.read({})
    lowered = settings.model_copy(update={"effort": LOW})

    assert [line for line in settings.header() if "less than the gate" in line] == []
    assert [line for line in lowered.header() if "less than the gate" in line and "examples=5" in line]


@pytest.mark.parametrize(("name", "value"), [("timeout_s", "0"), ("versions", "newest"), ("tfs_pids", "1.0")])
def test_wrong_value_names_its_option(name: str, value: str) -> None:
    with pytest.raises(BadInputError, match=f"^--{name.replace('_', '-')}={value}: give "):
        Settings.read({name: value})
