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


@pytest.mark.parametrize(
    ("given", "count"), [("1000", 1000), ("10b", 10), ("2k", 2048), ("512m", 2**29), ("3G", 3 * 2**30)]
)
def test_size(given: str, count: int) -> None:
    assert Settings.read({"largest_reply": given}).largest_reply == count


@pytest.mark.parametrize("given", ["", "0", "m", "-1", "1.5m", "1_0", "9t", "1 m"])
def test_what_is_no_size(given: str) -> None:
    with pytest.raises(BadInputError, match=r"^--largest-reply=.*: give a number of bytes, or one with k, m or g"):
        Settings.read({"largest_reply": given})
