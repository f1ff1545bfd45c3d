"""A tiny file system that can be filled."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system of its own, mounted at a path."""

    path: Path

    def fill(self) -> None:
        """Leave room for no byte more."""
        with contextlib.suppress(OSError), (self.path / "filling").open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def use_up_inodes(self) -> None:
        """Leave room for no file more."""
        with contextlib.suppress(OSError):
            for number in itertools.count():
                (self.path / f"empty{number}").touch()

    def make_read_only(self) -> None:
        """Take no more writes."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True)


@contextmanager
def mounted(path: Path, options: str) -> Iterator[Disk]:
    """A tmpfs at the path with these options of `mount`; the test is skipped where nothing may be mounted."""
    path.mkdir(parents=True, exist_ok=True)
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip("nothing may be mounted here")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
