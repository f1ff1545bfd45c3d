"""What a contract lacks: who does as is told gets valid TOML that says it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fixtures.model.addition import addition, names_in

pytestmark = pytest.mark.fast

LINE = 'golden = "golden.npz"'
CONTRACTS = {
    "no such section": "[signatures.serving_default]\ninputs = {}\noutputs = {}\n",
    "no line break at the end": "unpromised_signatures = 'allow'",
    "an empty file": "",
    "the section": "[predictions]\naccuracy = 0.9\n\n[latency]\np95_ms = 250\n",
    "the section with spaces and a comment": "[latency]\np95_ms = 250\n  [ predictions ]   # what\naccuracy = 0.9\n",
    "the section as a comment alone": "[latency]\np95_ms = 250\n# [predictions]\n# golden = 'golden.npz'\n",
    "a section of a longer name": "[predictions_of_old]\naccuracy = 0.9\n",
    "a byte order mark": "\ufeff[predictions]\naccuracy = 0.9\n",
    "an inline table": "predictions = { accuracy = 0.9 }\n",
    "keys with dots": "predictions.accuracy = 0.9\n[latency]\np95_ms = 250\n",
}


def heed(told: str, file: Path) -> None:
    """Do as is told."""
    text = file.read_text(encoding="utf-8-sig")
    where, _, lines = told.partition(":\n")
    if lines:
        assert where == f"append to {file}"
        file.write_text(f"{text}\n{lines}\n")
        return
    section = re.fullmatch(rf"in \[(\w+)\] of {re.escape(str(file))}, which is there already, write: (.*)", told)
    assert section, told
    header = re.compile(rf"^\s*\[\s*{section[1]}\s*\].*$", re.MULTILINE)
    file.write_text(header.sub(lambda found: f"{found[0]}\n{section[2]}", text))


@pytest.mark.parametrize("name", [name for name in CONTRACTS if name not in ("an inline table", "keys with dots")])
def test_who_does_as_is_told_gets_valid_toml(name: str, tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    file.write_text(CONTRACTS[name])
    before = tomllib.loads(file.read_text(encoding="utf-8-sig"))

    heed(addition(file, "predictions", LINE), file)

    after = tomllib.loads(file.read_text())
    assert after == before | {"predictions": {**before.get("predictions", {}), "golden": "golden.npz"}}


@pytest.mark.parametrize("name", ["an inline table", "keys with dots"])
def test_no_section_is_added_to_a_table_that_can_have_none(name: str, tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    file.write_text(CONTRACTS[name])

    assert addition(file, "predictions", LINE) == f"in predictions of {file}, which is there already, add: {LINE}"


def test_names_are_quoted() -> None:
    assert tomllib.loads(names_in("constant", ['say "b"', "a"])) == {"constant": ["a", 'say "b"']}
