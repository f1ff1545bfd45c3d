"""Which names are versions: those that absl::SimpleAtoi takes for 64-bit integers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.embedded.model_config import versions_on_disk


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("5", 5),
        ("005", 5),
        ("00000000000000000000000000001", 1),
        ("+5", 5),
        ("-5", -5),
        (" 5\t", 5),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_name_is_a_version(tmp_path: Path, name: str, number: int) -> None:
    (tmp_path / name).mkdir()
    assert versions_on_disk(tmp_path) == {number: tmp_path / name}


@pytest.mark.parametrize(
    "name", ["9223372036854775808", "-9223372036854775809", "1_0", "0x1", "1.0", "\uff15", "\u00a05", "+-5", "+ 5", "+"]
)
def test_name_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert versions_on_disk(tmp_path) == {}
