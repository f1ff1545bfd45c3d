"""No test without an assertion of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast

ASSERTING = {
    *("raises", "warns", "fail"),  # pytest's
    *("assert_allclose", "assert_array_equal", "assert_equal"),  # NumPy's
    *(
        "fails",
        "stay",
        "become",
        "find_any",
        "find_one",
        "expect_same",
        "expect_one_error",
        "held_against",
        "no_error_but",
        "expect_read",
        "looked_at",
        "expect_ended",
    ),  # helpers that are nothing but an assertion
}
"""What asserts without the word."""
MODULES = sorted((ROOT / "tests").rglob("test_*.py"))


def each_test(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def asserts(test: ast.FunctionDef) -> bool:
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    names = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls}
    return any(isinstance(node, ast.Assert) for node in ast.walk(test)) or not names.isdisjoint(ASSERTING)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT / "tests")))
def test_every_test_asserts_something(file: Path) -> None:
    tests = [*each_test(ast.parse(file.read_text(encoding="utf-8")))]

    assert tests
    assert [test.name for test in tests if not asserts(test)] == []


def test_test_without_an_assertion_is_found() -> None:
    (good, bad) = each_test(ast.parse("def test_a():\n    assert f()\ndef test_b():\n    f()\n"))

    assert asserts(good)
    assert not asserts(bad)
