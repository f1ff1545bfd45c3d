"""What contributors are handed: templates that ask for what is needed, hooks that run what `make lint` runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast

GITHUB = ROOT / ".github"
TEMPLATES = [GITHUB / "ISSUE_TEMPLATE" / "bug.yml", GITHUB / "PULL_REQUEST_TEMPLATE.md"]


def test_hooks_before_a_commit_are_the_linters_of_make() -> None:
    makefile, hooks = (ROOT / "Makefile").read_text(), (ROOT / ".pre-commit-config.yaml").read_text()
    (recipe,) = re.findall(r"^lint:.*\n((?:\t.+\n)+)", makefile, re.MULTILINE)

    linters = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]
    assert re.findall(r"^ +entry: (.+)$", hooks, re.MULTILINE) == linters
    # as installed by the lock file, on all files as make does, whichever are committed
    for setting in ("language: system", "pass_filenames: false", "always_run: true"):
        assert hooks.count(setting) == len(linters)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
@pytest.mark.parametrize("word", ["verdict.json", "exported", "computed", "served", "image", "Python", "commit"])
def test_template_asks_for_the_verdict_and_the_versions(template: Path, word: str) -> None:
    assert word in template.read_text()
