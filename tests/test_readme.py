"""The README tells of every claim and every option."""

from __future__ import annotations

import configparser

import pytest

from fixtures.plugin.waivers import claim_names
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()
NO_OPTIONS = {"testpaths", "pythonpath", "addopts", "junit_family", "markers"}


def options() -> list[str]:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "pytest.ini")
    return sorted(set(settings["pytest"]) - NO_OPTIONS)


@pytest.mark.parametrize("claim", claim_names(ROOT))
def test_claim_is_in_the_table(claim: str) -> None:
    assert any(f"::{claim}`" in line for line in README.splitlines() if line.startswith("| `"))


@pytest.mark.parametrize("option", options())
def test_option_is_in_the_table(option: str) -> None:
    name = f"`--{option.replace('_', '-')}"
    assert any(f"{name}`" in line or f"{name}=" in line for line in README.splitlines() if line.startswith("| `--"))
