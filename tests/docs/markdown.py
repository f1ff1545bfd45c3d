"""What the tests of the documentation read in it: fences, headings and links, and output that it shows."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.gate import ROOT

README = ROOT / "README.md"
PAGES = [
    README,
    *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
"""What is held to what the code does; the change log tells of the past."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_NOT_RUN = re.compile(r"<!-- not run:(?P<reason>(?:(?!-->).)*)-->\n+\Z", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
_NUMBER = re.compile(r"(?<!\w)\d[\d.,]*(e[-+]\d+)?(?=(s|%)?(\W|$))|(?<=\s)-(?=\s|$)")


@dataclass(frozen=True)
class Fence:
    """A block between fences."""

    file: Path
    line: int
    language: str
    text: str
    not_run: str | None
    """Why it is not run, as the comment before it says; None where there is no such comment."""

    @property
    def id(self) -> str:
        """`README.md:17`."""
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def fences(file: Path) -> Iterator[Fence]:
    """Every fenced block of a page."""
    text = file.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        before = _NOT_RUN.search(text[: found.start()])
        reason = " ".join(before["reason"].split()) if before else None
        yield Fence(
            file,
            text.count("\n", 0, found.start()) + 1,
            found["language"].strip(),
            textwrap.dedent(found["text"]),
            reason,
        )


def prose(file: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", file.read_text(encoding="utf-8"))


def anchors(file: Path) -> set[str]:
    """What can be linked to in a page, as GitHub names its headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(prose(file))
    }


def links(file: Path) -> list[str]:
    """Where the links of a page lead."""
    return [found["target"] for found in _LINK.finditer(re.sub(r"`[^`\n]+`", "`code`", prose(file)))]


def not_in(output: str, shown: Iterable[str]) -> list[str]:
    """The lines of a shown output that the real one does not have, in that order.

    Numbers may differ, and how much space is between words. `...` stands for lines left out, and at the end of a line
    for the rest of it.
    """
    missing, left = [], iter([_wording(line) for line in output.splitlines()])
    for line in shown:
        wanted, cut_off = _wording(line.removesuffix("...")), line.endswith("...")
        if wanted and not any(there.startswith(wanted) if cut_off else there == wanted for there in left):
            missing.append(line)
            break
    return missing


def _wording(line: str) -> str:
    return " ".join(re.sub(r"={3,}|(?<=\s)\.+(?=\s)", "", _NUMBER.sub("N", line)).split())
