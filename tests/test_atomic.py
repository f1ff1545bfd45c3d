"""A file of the report is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.atomic import write_whole
from tests.helpers.full_disk import Disk

pytestmark = pytest.mark.fast


def test_file_and_its_directories_are_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a/b/file", b"new")

    assert (tmp_path / "a/b/file").read_bytes() == b"new"
    assert [one.name for one in (tmp_path / "a/b").iterdir()] == ["file"]


def test_what_does_not_fit_leaves_what_was_there(full_disk: Disk) -> None:
    write_whole(full_disk.path / "file", b"old")
    full_disk.fill()

    with pytest.raises(OSError, match="No space left"):
        write_whole(full_disk.path / "file", bytes(100_000))

    assert (full_disk.path / "file").read_bytes() == b"old"
    assert not (full_disk.path / ".part").exists()
