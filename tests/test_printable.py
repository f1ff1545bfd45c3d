"""What came from outside is shown so that it can do nothing to who reads it."""

from __future__ import annotations

import pytest

from fixtures.errors import BadInputError, Fault, NotTried
from fixtures.printable import in_one_line, indented, printable

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain é 花 🌻", "plain é 花 🌻"),
        ("own\nlines", "own\nlines"),
        ("\x1b[2J\r\x07\x7f", "\\x1b[2J\\r\\x07\\x7f"),
        ("\x9b\x85\u2028\u2029", "\\x9b\\x85\\u2028\\u2029"),
        ("\u202a\u202e\u2066\u2069\u200f", "\\u202a\\u202e\\u2066\\u2069\\u200f"),
        ("\ud800\U000e0041", "\\ud800\\U000e0041"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_no_line_but_the_first_begins_at_the_margin() -> None:
    assert indented("a:\n  b\nPROMOTE\n\n") == "a:\n  b\n  PROMOTE\n\n"
    assert in_one_line("a\nb") == "a\\nb"


def test_errors_are_printable() -> None:
    assert str(Fault("a\x1b\nb")) == "a\\x1b\nb"
    assert str(NotTried("\x1b")) == "not tried: \\x1b"
    assert str(BadInputError("a\rb\nPROMOTE")) == "a\\rb\n  PROMOTE"
