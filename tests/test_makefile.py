"""`make` says which Python is wanted where the one it finds will not do, and installs nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast


@pytest.fixture
def make_with(tmp_path: Path) -> Callable[[str], str]:
    """Runs `make gate` in an empty directory with a shell script for Python, and gives what it says on its failure."""

    def run(script: str) -> str:
        for file in ("Makefile", "requirements.txt"):
            shutil.copy(ROOT / file, tmp_path)
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        ended = subprocess.run(
            ["make", "gate", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 2
        assert not (tmp_path / ".venv").exists()
        return ended.stderr

    return run


def test_another_version(make_with: Callable[[str], str]) -> None:
    said = make_with('[ "$1" = --version ] && echo Python 3.9.18 && exit; exit 1')

    assert "is Python 3.9.18, wanted is Python 3.11, 3.12 or 3.13: make PYTHON=python3.12" in said


def test_no_venv(make_with: Callable[[str], str]) -> None:
    said = make_with('case "$2" in *venv*) exit 1;; esac')

    assert "lacks venv; install it (Debian: apt install python3-venv) or give another Python" in said


def test_an_environment_that_is_a_link_is_not_cleared(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(elsewhere)

    ended = subprocess.run(["make", "gate"], cwd=tmp_path, capture_output=True, text=True)

    assert ended.returncode == 2
    assert ".venv is a link, and what it leads to would be cleared: remove it" in ended.stderr
    assert (elsewhere / "kept").exists()
