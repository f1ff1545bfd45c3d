"""The messages in docs/troubleshooting.md are those that the gate says."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

import pytest

from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<message>(?:[^`]|(?<=\\)`)+)` \|", re.MULTILINE)
DOUBLE = re.compile(r"^\| `` (?P<message>.+?) `` \|", re.MULTILINE)
MESSAGES = [found["message"].replace("\\|", "|") for row in (ROW, DOUBLE) for found in row.finditer(PAGE)]
ENDS_THE_RUN = {"BadInputError", "CatalogError", "ContractError", "SampleError", "GoldenError", "EngineProblem"}
"""What is raised before the first test; its message is all that the user gets."""


def _texts(node: ast.AST) -> Iterator[str]:
    """Each text in the code but the docstrings, `...` standing for what is filled in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            yield _text(child)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
            yield child.value
        yield from _texts(child)


def _text(said: ast.expr) -> str:
    if isinstance(said, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in said.values)
    return said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""


def _raised(module: ast.Module) -> Iterator[str]:
    """What errors that end the run say, where the code says it in place."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and ast.unparse(node.exc.func) in ENDS_THE_RUN
        ):
            yield _text(node.exc.args[0])


FILES = [file for directory in ("fixtures", "installed") for file in sorted((ROOT / directory).rglob("*.py"))]
MODULES = [ast.parse(file.read_text(encoding="utf-8")) for file in FILES]
WORD = re.compile(r"(?<![-=\w])[a-z]{2,}")
# with less it has the words of another message within
RAISED = sorted({text for module in MODULES for text in _raised(module) if len(WORD.findall(text)) > 2})


@functools.cache
def _said() -> list[str]:
    """All that the code and the Makefile can say."""
    made = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return [text for module in MODULES for text in _texts(module)] + made


def _says(message: str, text: str) -> bool:
    """Whether a message as the page has it is in a text of the code; `...` stands for anything."""
    return re.search(".*".join(map(re.escape, message.split("..."))), text, re.DOTALL) is not None


@pytest.mark.parametrize("message", MESSAGES)
def test_message_is_what_the_code_says(message: str) -> None:
    assert len(WORD.findall(message)) > 1, "too little to be found by"
    assert any(_says(message, text) for text in _said())


@pytest.mark.parametrize("text", RAISED)
def test_what_ends_the_run_is_on_the_page(text: str) -> None:
    assert any(_says(message, text) for message in MESSAGES)
