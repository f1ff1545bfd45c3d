"""A failure reads the same whatever pytest takes of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures.errors import Fault
from fixtures.report.evidence import Case
from fixtures.report.failure import FailureText, describe

pytestmark = pytest.mark.fast

CASE = Case("test_agreement.py::test_grpc", "colours/2", "red_1.png")


def test_summary_and_line_say_what_is_wrong(tmp_path: Path) -> None:
    text = describe(Fault("colour is off\nby far"), CASE, "", tmp_path / "replay", None, [])
    assert (text.reprcrash.message, str(text.reprcrash)) == ("colour is off", "colour is off")


def described(about: str, message: str, advice: str = "", way_out: str = "") -> FailureText:
    case = Case("test_agreement.py::test_grpc", "colours/2", about)
    return describe(Fault(message, way_out=way_out), case, advice, Path("replay"), None, [])


def test_what_to_do_is_what_the_claim_advises_unless_the_fault_knows_better() -> None:
    assert str(described("", "colour is off", "look at it")).splitlines() == [
        "test_agreement.py::test_grpc[colours/2]",
        "  colour is off",
        "  then: look at it",
    ]
    assert str(described("", "colour is off", "look at it", "write:\n[samples]")).splitlines()[2:] == [
        "  then: write:",
        "    [samples]",
    ]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("a.png", "colour[0, 1]: served 0.5, local 0.25"), ("b.png", "colour[0, 2]: served -1e-3, local nan"), True),
        (("a.png", "a.png in a batch of 2"), ("b.png", "b.png in a batch of 30"), True),
        (("cut", "cut JSON: the server answered 500"), ("null", "null for a number: the server answered 500"), True),
        (("a.png", "colour[0, 1]: served 0.5, local 0.25"), ("b.png", "shape[0, 1]: refused"), False),
        (("a.png", "colour[0]: served 0.5\ncolour[0]: class served 1"), ("b.png", "colour[0]: served 0.5"), False),
    ],
)
def test_equal_failures_differ_in_numbers_samples_and_places(
    one: tuple[str, str], other: tuple[str, str], alike: bool
) -> None:
    assert (described(*one).kind == described(*other).kind) is alike


def test_failures_of_two_claims_or_versions_are_not_equal() -> None:
    texts = [
        describe(Fault("no"), Case(claim, version), "", Path("replay"), None, [])
        for claim in ("test_a.py::test_a", "test_a.py::test_b")
        for version in ("m/1", "m/2")
    ]
    assert len({text.kind for text in texts}) == 4


def test_equal_failures_are_a_line_each_below_the_first() -> None:
    first = described("a.png", "colour[0]: served 1.0")
    for name in ("b.png", "c.png"):
        first.add_equal(described(name, "colour[0]: served 2.0"))
    written: list[str] = []

    first.toterminal(SimpleNamespace(line=written.append))

    assert "\n".join(written).splitlines() == [
        "test_agreement.py::test_grpc[colours/2-a.png]",
        "  colour[0]: served 1.0",
        "  and so for 2 more:",
        "    b.png: colour[0]: served 2.0",
        "    c.png: colour[0]: served 2.0",
    ]
    assert str(first).splitlines() == written[0].splitlines()
