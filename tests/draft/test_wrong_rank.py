"""A drafted contract promises that requests of the wrong rank are refused, where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.draft.command import main
from fixtures.model.contract import read_contract
from tests.breakages.bad_input import convolved
from tests.claims.bad_input.test_wrong_rank import held
from tests.helpers import colours
from tests.helpers.gate import use_onednn


@pytest.mark.parametrize(
    ("function", "promised", "says"),
    [
        (held, "fail", 'wrong_rank = "fail"                 # requests of the wrong rank are refused'),
        (convolved, "warn", '# wrong_rank = "fail"               # once requests of the wrong rank are refused'),
    ],
)
def test_wrong_rank_is_promised_where_it_is_refused(
    function: Any, promised: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_onednn(monkeypatch)
    colours.save(tmp_path / "colours/1", function)

    assert main([str(tmp_path / "colours"), "--write"]) == 0

    contract = read_contract(tmp_path / "colours")
    assert contract.is_pinned
    assert contract.robustness.wrong_rank == promised
    assert says in (tmp_path / "colours/conformance.toml").read_text()


def test_directory_that_cannot_be_served_promises_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    colours.save(tmp_path / "export", colours.good(1))

    assert main([str(tmp_path / "export")]) == 0

    assert "robustness" not in capsys.readouterr().out
