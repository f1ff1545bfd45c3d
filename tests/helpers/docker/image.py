"""`python -m tests.helpers.docker.image`: the stand-in in an image, where no image can be pulled.

The image holds what the stand-in runs on, copied from this machine: its Python, its packages and the shared libraries
that these name. It takes what the official image takes: flags of tensorflow_model_server after the entry point,
MODEL_NAME and MODEL_BASE_PATH in the environment.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAME = "savedmodel-conformance/stand-in"
PYTHON = "opt/python"
PACKAGES = "opt/packages"
SOURCE = "opt/stand-in"
NOT_NEEDED = {"include", "site-packages", "dist-packages", "clang", "mypy", "pip"}
"""Directories that the stand-in imports nothing from, or that have a place of their own in the image."""
LIBRARY = re.compile(r"(?:=>\s+)?(/\S+) \(0x")
"""A shared library that was found, in what ldd writes."""

Files = Iterable[tuple[Path, str]]
"""Files and their names in the image."""

DOCKERFILE = f"""
COPY fixtures /{SOURCE}/fixtures
COPY tests /{SOURCE}/tests
ENV PYTHONPATH=/{PACKAGES}:/{SOURCE} PYTHONDONTWRITEBYTECODE=1 MODEL_BASE_PATH=/models MODEL_NAME=model
EXPOSE 8500 8501
ENTRYPOINT ["/{PYTHON}/bin/python", "-m", "tests.helpers.docker.entry_point"]
"""


def build() -> str:
    """Build the image and give its name. The slow part, Python and its packages, is built when it is not there."""
    packages = f"{NAME}:packages-{_environment_digest()}"
    if subprocess.run(["docker", "image", "inspect", packages], capture_output=True, check=False).returncode != 0:
        _run(["docker", "import", "-", packages], _environment())
    image = f"{NAME}:latest"
    _run(["docker", "build", "--quiet", "--tag", image, "-"], _source(), f"FROM {packages}{DOCKERFILE}")
    return image


def _environment_digest() -> str:
    packages = sorted(f"{found.name} {found.version}" for found in metadata.distributions())
    recipe = Path(__file__).read_text(encoding="utf-8")
    return hashlib.sha256("\n".join([sys.version, recipe, *packages]).encode()).hexdigest()[:12]


def _environment() -> Iterator[tuple[Path, str]]:
    python = Path(sys._base_executable)  # type: ignore[attr-defined]
    yield python.resolve(), f"{PYTHON}/bin/python"
    directories = {
        f"{PYTHON}/lib/python{sysconfig.get_python_version()}": Path(sysconfig.get_path("stdlib")),
        PACKAGES: Path(sysconfig.get_path("purelib")),
    }
    files = [
        (file, f"{place}/{file.relative_to(source)}")
        for place, source in directories.items()
        for file in _needed(source)
    ]
    yield from files
    binaries = [python.resolve(), *(file for file, _ in files if ".so" in file.suffixes)]
    # ldd exits 1 for a library that lacks one which the stand-in does not need either
    named = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=False).stdout
    own = tuple(f"{directory}/" for directory in directories.values())
    for library in sorted(set(LIBRARY.findall(named))):
        if not library.startswith(own):
            yield Path(library), library.removeprefix("/")


def _needed(directory: Path) -> Iterator[Path]:
    for child in sorted(directory.iterdir()):
        if child.is_file():
            yield child
        elif child.is_dir() and child.name not in NOT_NEEDED:
            yield from _needed(child)


def _source() -> Iterator[tuple[Path, str]]:
    here = Path(__file__).parent
    packages = [*ROOT.glob("fixtures/**/*.py"), *here.glob("*.py")]
    for file in [*packages, *(directory / "__init__.py" for directory in (here.parent, here.parents[1]))]:
        yield file, str(file.relative_to(ROOT))


def _run(command: list[str], files: Files, dockerfile: str = "") -> None:
    """Run the command with a tar archive of the files, and the Dockerfile where there is one, as its input."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        with process.stdin, tarfile.open(fileobj=process.stdin, mode="w|", dereference=True) as tar:
            if dockerfile:
                # the docker client knows an archive by its first block, unless that is a pax header
                entry = tarfile.TarInfo("Dockerfile")
                entry.size = len(dockerfile.encode())
                tar.addfile(entry, io.BytesIO(dockerfile.encode()))
            for file, name in files:
                tar.add(file, name, recursive=False, filter=_readable_to_anyone)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited {process.returncode}")


def _readable_to_anyone(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mode |= 0o555 if entry.mode & 0o100 else 0o444
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
