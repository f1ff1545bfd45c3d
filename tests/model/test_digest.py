"""The digest of a model version is in-toto's dirHash1, and covers every file that TensorFlow Serving would read."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.model.digest import dir_hash_1, sha256

pytestmark = pytest.mark.fast

# as the specification has it, but for names with spaces; -L where links lead to files that are read as well
COMMAND = "find -L . -type f | cut -c3- | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 -r sha256sum -- | sha256sum"


def by_command(directory: Path) -> str:
    ran = subprocess.run(["bash", "-c", COMMAND], cwd=directory, capture_output=True, text=True, check=True)
    return ran.stdout.split()[0]


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """A version directory with nested files and names that sort otherwise in other locales."""
    directory = tmp_path / "1"
    (directory / "variables").mkdir(parents=True)
    (directory / "assets" / "more").mkdir(parents=True)
    (directory / "saved_model.pb").write_bytes(b"graph")
    (directory / "variables" / "variables.index").write_bytes(b"index")
    (directory / "variables" / "variables.data-00000-of-00001").write_bytes(bytes(range(256)))
    (directory / "variables.txt").write_bytes(b"sorts between the directory and its files")
    (directory / "assets" / "more" / "B").write_bytes(b"")
    (directory / "assets" / "more" / "a").write_bytes(b"a")
    (directory / ".hidden").write_bytes(b"hidden")
    return directory


def test_digest_is_what_the_command_of_the_specification_gives(version: Path) -> None:
    command = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum | cut -f1 -d' '"
    ran = subprocess.run(["bash", "-c", command], cwd=version, capture_output=True, text=True, check=True)
    assert dir_hash_1(version) == ran.stdout.strip()


def test_digest_by_hand(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"2")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c").write_bytes(b"1")
    lines = f"{hashlib.sha256(b'1').hexdigest()}  a/c\n{hashlib.sha256(b'2').hexdigest()}  b\n"
    assert dir_hash_1(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize("name", ["with space", "caf\u00e9", "\U0001f33b", "\ufb01", "'quote\"", "-n", "\udcff"])
def test_any_name(version: Path, name: str) -> None:
    (version / name).write_bytes(b"named")
    assert dir_hash_1(version) == by_command(version)


def test_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "empty" / "variables").mkdir(parents=True)
    assert dir_hash_1(tmp_path / "empty") == hashlib.sha256(b"").hexdigest() == by_command(tmp_path / "empty")


@pytest.mark.parametrize(
    "change",
    [
        lambda version: (version / "saved_model.pb").write_bytes(b"Graph"),
        lambda version: (version / "saved_model.pb").rename(version / "saved_model.pbtxt"),
        lambda version: (version / "variables" / "variables.index").unlink(),
        lambda version: (version / "assets" / "new").touch(),
        lambda version: (version / "assets" / "more" / "a").rename(version / "assets" / "a"),
    ],
    ids=["content", "name", "less", "more", "place"],
)
def test_every_change_shows(version: Path, change: Callable[[Path], object]) -> None:
    before = dir_hash_1(version)
    change(version)
    assert dir_hash_1(version) != before


def test_time_and_mode_do_not_matter(version: Path) -> None:
    before = dir_hash_1(version)
    os.utime(version / "saved_model.pb", (0, 0))
    (version / "saved_model.pb").chmod(0o600)
    assert dir_hash_1(version) == before


def test_the_directorys_own_name_does_not_matter(version: Path) -> None:
    before = dir_hash_1(version)
    assert dir_hash_1(version.rename(version.with_name("2"))) == before


@pytest.mark.parametrize("linked", ["saved_model.pb", "variables"])
def test_what_is_linked_counts_as_if_it_were_there(version: Path, linked: str) -> None:
    before = dir_hash_1(version)
    (version / linked).rename(version.parent / "elsewhere")
    (version / linked).symlink_to(version.parent / "elsewhere")
    assert dir_hash_1(version) == before == by_command(version)


def test_version_that_is_a_link_itself(version: Path) -> None:
    (version.parent / "2").symlink_to(version)
    assert dir_hash_1(version.parent / "2") == dir_hash_1(version)


def test_link_to_nothing_is_no_file(version: Path) -> None:
    before = dir_hash_1(version)
    (version / "gone").symlink_to("nowhere")
    assert dir_hash_1(version) == before == by_command(version)


@pytest.mark.parametrize(
    "links",
    [
        {"assets/up": ".."},
        {"assets/more/up": "../.."},
        {f"{name}/{other}": f"../{other}" for name in "abcdefghijkl" for other in "abcdefghijkl" if name != other},
    ],
)
def test_links_in_a_circle_are_told_at_once(links: dict[str, str], version: Path) -> None:
    for name, target in links.items():
        (version / name).parent.mkdir(exist_ok=True)
        (version / name).symlink_to(target)
    started = time.monotonic()
    with pytest.raises(OSError, match="it is a link back to a directory that it is in"):
        dir_hash_1(version)
    assert time.monotonic() - started < 1


def test_links_that_double_again_and_again_are_told_soon(version: Path) -> None:
    for number in range(40):
        (version / str(number)).mkdir()
        for side in "lr":
            (version / str(number) / side).symlink_to(f"../{number + 1}")
    (version / "40").mkdir()
    (version / "40/file").touch()
    started = time.monotonic()
    with pytest.raises(OSError, match="links to directories lead to more than"):
        dir_hash_1(version)
    assert time.monotonic() - started < 20


def test_a_directory_may_be_linked_several_times(version: Path) -> None:
    for name in ("again", "assets/and_again"):
        (version / name).symlink_to(version / "variables")
    assert dir_hash_1(version) == by_command(version)


def test_what_is_no_file_does_not_count(version: Path) -> None:
    before = dir_hash_1(version)
    os.mkfifo(version / "pipe")
    (version / "zero").symlink_to("/dev/zero")
    assert dir_hash_1(version) == before == by_command(version)


def test_sha256_of_a_file(version: Path) -> None:
    assert sha256(version / "saved_model.pb") == hashlib.sha256(b"graph").hexdigest()
