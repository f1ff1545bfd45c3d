"""A command that is printed runs from where the gate was called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures import command
from fixtures.command import gate, python_module
from tests.helpers.gate import PYTHON, ROOT

pytestmark = pytest.mark.fast

MODULE = "fixtures.errors"
"""One that imports nothing slow and does nothing."""


@pytest.fixture(autouse=True)
def _this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", PYTHON)


def runs(said: str) -> bool:
    return subprocess.run(said, shell=True, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("below", ["", "docs", "..", "/"])
def test_it_runs_from_anywhere(below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / below)

    assert runs(python_module(MODULE))
    assert ("PYTHONPATH" in python_module(MODULE)) == (below != "")


def test_a_directory_with_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = tmp_path / "a clone"
    clone.symlink_to(ROOT)
    monkeypatch.setattr(command, "ROOT", clone)
    monkeypatch.chdir(tmp_path)

    assert python_module(MODULE, "a b").startswith("PYTHONPATH='a clone' ")
    assert python_module(MODULE, "a b").endswith(" -m fixtures.errors 'a b'")
    assert runs(python_module(MODULE))


@pytest.mark.parametrize(
    ("python", "told"),
    [(".venv/bin/python", ".venv/bin/python"), ("python", "./python"), ("../python", None), ("/usr/bin/python3", None)],
)
def test_the_python_is_told_from_here(
    python: str, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str((tmp_path / python).absolute())
    monkeypatch.setattr(sys, "executable", path)

    assert f" {told or path} -m " in python_module(MODULE)


def test_the_gate_names_its_claims_where_pytest_would_not_find_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert gate("--release").endswith(" -m pytest --release")
    monkeypatch.chdir(tmp_path)
    assert gate("--release").endswith(f" -m pytest {ROOT}/conformance --release")
