"""The shell blocks of the documentation do what they show, or say why they are not run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, Fence, fences, not_in
from tests.helpers.gate import ROOT
from tests.helpers.warm_python import warm_python

SHELL = ("sh", "console")
BLOCKS = [fence for file in PAGES for fence in fences(file) if fence.language in SHELL]
NOT_RUN = [fence for fence in BLOCKS if fence.not_run is not None]
WITHIN_S = 300.0


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the repository as a clone has it, with an environment that `make` takes for the one it has built."""
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=_ignored)
    # a directory of its own: should `make` build it anew all the same, it is not everybody's that is cleared
    environment = copy / ".venv"
    (environment / "bin").mkdir(parents=True)
    prefix = Path(sys.prefix)
    for part in [*prefix.iterdir(), *(prefix / "bin").iterdir()]:
        if part.name not in {"bin", "python", "pytest"}:
            (environment / part.relative_to(prefix)).symlink_to(part)
    # TensorFlow takes 4 s to import
    (environment / "bin/python").symlink_to(warm_python())
    (environment / "bin/pytest").write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m pytest "$@"\n')
    (environment / "bin/pytest").chmod(0o755)
    for name in ("installed", "plugin"):
        stamp = environment / name
        stamp.unlink(missing_ok=True)
        stamp.touch()
    return copy


def _ignored(directory: str, names: list[str]) -> set[str]:
    """What of a directory is not in a clone; a pattern of .gitignore that begins with `/` is about the root alone."""
    patterns = [".git", *(ROOT / ".gitignore").read_text().splitlines()]
    if Path(directory) != ROOT:
        patterns = [pattern for pattern in patterns if not pattern.startswith("/")]
    return {name for name in names if name in {pattern.strip("/") for pattern in patterns}}


def commands(fence: Fence) -> str:
    """What the reader would type."""
    if fence.language == "sh":
        return fence.text
    return "\n".join(line.removeprefix("$ ") for line in fence.text.splitlines() if line.startswith("$ "))


@pytest.mark.parametrize("fence", [fence for fence in BLOCKS if fence.not_run is None], ids=lambda fence: fence.id)
def test_block_does_what_it_shows(fence: Fence, clone: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands(fence)],
        cwd=clone,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    shown = (
        [line for line in fence.text.splitlines() if not line.startswith("$ ")] if fence.language == "console" else []
    )
    assert not_in(ended.stdout, shown) == [], ended.stdout


@pytest.mark.parametrize("fence", NOT_RUN, ids=lambda fence: fence.id)
def test_block_that_is_not_run_is_one_of_a_shell(fence: Fence) -> None:
    checked = subprocess.run(["bash", "-n", "-c", commands(fence)], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("fence", NOT_RUN, ids=lambda fence: fence.id)
def test_block_that_is_not_run_says_why(fence: Fence) -> None:
    reason = fence.not_run or ""

    assert len(reason.split()) > 3
    assert [path for path in re.findall(r"(?<![\w/])[\w.]+(?:/[\w.]+)+", reason) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_reason_belongs_to_a_shell_block(file: Path) -> None:
    comments = re.findall(r"^ *<!-- not run", file.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(comments) == len([fence for fence in NOT_RUN if fence.file == file])
