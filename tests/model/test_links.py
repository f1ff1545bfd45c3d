"""A link out of a version is told, one within it is fine."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.model.links import links_out

pytestmark = pytest.mark.fast


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """A version with a checkpoint of its own, beside another."""
    for number in "12":
        (tmp_path / "flower" / number / "variables").mkdir(parents=True)
        (tmp_path / "flower" / number / "variables/variables.index").touch()
        (tmp_path / "flower" / number / "saved_model.pb").touch()
    return tmp_path / "flower/2"


@pytest.mark.parametrize("target", ["variables/variables.index", "variables", "./variables/../saved_model.pb"])
def test_link_within_is_fine(version: Path, target: str) -> None:
    (version / "again").symlink_to(target)
    assert links_out(version) == []


def test_version_may_be_a_link_itself(version: Path) -> None:
    (version / "again").symlink_to(version / "variables")
    (version.parent / "3").symlink_to(version)
    assert links_out(version.parent / "3") == []


@pytest.mark.parametrize("name", ["variables.data", "variables/variables.data", "assets"])
@pytest.mark.parametrize("target", ["{base}/1/variables", "{base}/1/saved_model.pb", "/nowhere/at/all"])
def test_link_out_is_told(version: Path, name: str, target: str) -> None:
    (version / name).symlink_to(target.format(base=version.parent))
    (line,) = links_out(version)
    assert line.startswith(f"{version / name} is a link that leads out of {version}, to ")


def test_link_in_a_loop_is_within(version: Path) -> None:
    (version / "loop").symlink_to(".")
    assert links_out(version) == []
