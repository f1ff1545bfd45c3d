"""A failure reads the same whatever pytest takes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.errors import Fault
from fixtures.report.evidence import Case
from fixtures.report.failure import describe

pytestmark = pytest.mark.fast

CASE = Case("test_agreement.py::test_grpc", "colours/2", "red_1.png")


def test_summary_and_line_say_what_is_wrong(tmp_path: Path) -> None:
    text = describe(Fault("colour is off\nby far"), CASE, "", tmp_path / "replay", None, [])
    assert (text.reprcrash.message, str(text.reprcrash)) == ("colour is off", "colour is off")
