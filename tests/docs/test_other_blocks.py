"""The blocks of the documentation that are no shell's are taken by what reads them."""

from __future__ import annotations

import configparser
import tomllib

import pytest

from fixtures.claims.listed import claim_names
from fixtures.model.contract import Contract
from fixtures.options import Settings
from tests.docs.markdown import PAGES, Fence, fences

pytestmark = pytest.mark.fast

READ_ELSEWHERE = {"sh", "console", "text", "mermaid"}


def blocks(language: str) -> list[Fence]:
    """The blocks of a language."""
    return [fence for file in PAGES for fence in fences(file) if fence.language == language]


@pytest.mark.parametrize("fence", blocks("toml"), ids=lambda fence: fence.id)
def test_contract_makes_sense(fence: Fence) -> None:
    contract = Contract.model_validate(tomllib.loads(fence.text))

    assert {waiver.check for waiver in contract.waivers} <= set(claim_names())


@pytest.mark.parametrize("fence", blocks("ini"), ids=lambda fence: fence.id)
def test_settings_are_those_that_there_are(fence: Fence) -> None:
    ini = configparser.ConfigParser()
    ini.read_string(fence.text)

    assert ini.sections() == ["pytest"]
    given = {name: value.split() if name == "models" else value for name, value in ini["pytest"].items()}
    assert Settings.read(given).model_fields_set == set(given)
    assert set(given) <= set(Settings.model_fields)


@pytest.mark.parametrize("fence", blocks("python"), ids=lambda fence: fence.id)
def test_python_defines_what_it_shows(fence: Fence) -> None:
    defined: dict[str, object] = {}
    exec(compile(fence.text, fence.id, "exec"), defined)

    assert "docker_compose_file" in defined


def test_no_block_is_in_a_language_that_nothing_reads() -> None:
    languages = {fence.language for file in PAGES for fence in fences(file)}

    assert languages - READ_ELSEWHERE == {"toml", "ini", "python"}
