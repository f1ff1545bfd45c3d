"""The pages of docs/ tell of every claim, every option and every key of a contract, as the code has them now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import DOCS, pages
from fixtures.claims.listed import claim_names
from fixtures.model.contract import Contract
from fixtures.options import flag, option, options
from tests.docs.markdown import PAGES as MARKDOWN
from tests.helpers.gate import ROOT, RunGate

PAGES = pages()
TABLES = {"Contract": Contract.model_json_schema(), **Contract.model_json_schema()["$defs"]}


def row(page: str, start: str) -> str:
    """The only row of the page that begins so."""
    (found,) = (line for line in PAGES[page].splitlines() if line.startswith(f"| `{start}"))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_page_is_what_the_code_says(page: str) -> None:
    assert (DOCS / page).read_text() == PAGES[page], f"docs/{page} is stale: run `make docs`"


@pytest.mark.parametrize("claim", claim_names())
def test_claim_is_in_the_table(claim: str) -> None:
    assert all(cell.strip() for cell in row("claims.md", f"{claim}`").strip("|").split("|"))


@pytest.mark.parametrize("name", options())
def test_option_is_in_the_table(name: str) -> None:
    start = f"{flag(name)}={option(name).metavar}" if option(name).metavar else f"{flag(name)}`"
    assert str(options()[name].description) in row("options.md", start.replace("|", "\\|"))


@pytest.mark.parametrize("table", TABLES)
def test_key_of_the_contract_says_what_it_is_for(table: str) -> None:
    for key, value in TABLES[table]["properties"].items():
        assert value.get("description"), f"the field {key} of {table} has no docstring"
        assert f"| `{key}` |" in PAGES["contract.md"]


def test_claims_are_tried_in_the_order_of_the_page(run_gate: RunGate) -> None:
    run = run_gate("--collect-only", "-q")

    tried = dict.fromkeys(re.findall(r"conformance/(test_\w+\.py)::", run.output))
    assert list(tried) == re.findall(r"^`(test_\w+\.py)`", PAGES["claims.md"], re.MULTILINE)


@pytest.mark.parametrize("file", [*MARKDOWN, *(ROOT / "models").glob("*/*.toml"), *(ROOT / "fixtures").rglob("*.py")])
def test_claims_that_are_mentioned_exist(file: Path) -> None:
    mentioned = set(re.findall(r"(?<![\w/])test_\w+", file.read_text()))
    known = {*claim_names(), *(module.stem for module in (ROOT / "conformance").glob("test_*.py"))}
    if file == ROOT / "CONTRIBUTING.md":
        # it tells which of the suite's own tests take long
        modules = (module.read_text() for module in (ROOT / "tests").rglob("test_*.py"))
        known |= {name for text in modules for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}

    assert mentioned <= known


def test_help_tells_of_every_option_without_tensorflow() -> None:
    program = "import sys, pytest; pytest.main(['--help']); sys.exit('tensorflow' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True)

    assert run.returncode == 0
    assert all(f"  {flag(name)}" in run.stdout for name in options())
