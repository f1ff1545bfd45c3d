"""What the tests of containers share: an engine, the stand-in in an image, and runs of the gate on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.errors import EngineProblem
from fixtures.serving.docker_engine import find_compose, find_engine
from fixtures.serving.wait import wait_until
from tests.helpers.docker import image
from tests.helpers.gate import LOW_EFFORT, ROOT, Run, heed_what_ends_it
from tests.helpers.warm_python import pid_behind, warm_python

PROJECT_PREFIX = "savedmodel-conformance-"
WITHIN_S = 600.0


class DockerGate:
    """A run of the gate on Docker in a process of its own."""

    def __init__(self, root: Path, report: Path, *arguments: str, effort: tuple[str, ...] = LOW_EFFORT) -> None:
        self._report = report
        self._process = subprocess.Popen(
            [
                *(warm_python(), "-m", "pytest", "-pno:cacheprovider", *effort),
                *("--tfs=docker", f"--report={report}", *arguments),
            ],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=heed_what_ends_it,
        )
        self._pid = pid_behind(self._process)

    def finish(self) -> Run:
        """Wait for the run to end."""
        output, _ = self._process.communicate(timeout=WITHIN_S)
        return Run(self._process.returncode, output, self._report)

    def kill(self, number: signal.Signals) -> None:
        """Send the run a signal."""
        self._process.send_signal(number)

    def wait_for(self, kind: str) -> str:
        """Wait until the run has made something of this kind, network or container, and give its name."""

        def made() -> list[str] | None:
            assert self._process.poll() is None, self.finish().output
            return self.leftovers(kind) or None

        names = wait_until(made, WITHIN_S, every_s=0.02)
        assert names, f"no {kind} was made within {WITHIN_S:g} s"
        return names[0]

    def leftovers(self, *kinds: str) -> list[str]:
        """The names of what there is of this run: by default containers, networks and volumes."""
        listed = {
            "container": ["ps", "--all", "--format={{.Names}}"],
            "network": ["network", "ls", "--format={{.Name}}"],
            "volume": ["volume", "ls", "--format={{.Name}}"],
        }
        names = [
            name
            for kind in kinds or listed
            for name in subprocess.run(
                ["docker", *listed[kind]], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        return [name for name in names if name.startswith(f"{PROJECT_PREFIX}{self._pid}-")]


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with Compose. Without one there is nothing to test, which in CI is a failure."""
    try:
        find_engine()
        find_compose()
    except EngineProblem as problem:
        if os.environ.get("CI"):
            pytest.fail(f"in CI there must be a Docker engine: {problem}")
        pytest.skip(str(problem))
    if sys.platform != "linux":
        pytest.skip("the test image is made of this machine's own Python, which must be one for Linux")


@pytest.fixture(scope="session")
def stand_in_image(engine: None) -> str:
    """The name of an image whose entry point is the stand-in."""
    return image.build()


@pytest.fixture
def docker_gate(stand_in_image: str, colour_models: Path, tmp_path: Path) -> Callable[..., DockerGate]:
    """Starts the gate on the colour model in a container of the stand-in; arguments given override these."""
    # it is a copy of a temporary directory, which only its owner can read
    (colour_models / "colours").chmod(0o755)

    def start(*arguments: str, root: Path = ROOT, report: str = "report") -> DockerGate:
        return DockerGate(
            root, tmp_path / report, f"--models={colour_models}", f"--tfs-image={stand_in_image}", *arguments
        )

    return start


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of the gate that has a conformance/conftest.py of the user's own."""

    def make(conftest: str) -> Path:
        root = tmp_path / "project"
        for name in ("conformance", "fixtures"):
            # what is linked would look for the claims beside itself
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "conformance" / "conftest.py").write_text(conftest)
        for name in ("conftest.py", "pytest.ini"):
            shutil.copy(ROOT / name, root)
        return root

    return make


@pytest.fixture
def tag(engine: None) -> Iterator[str]:
    """The name of an image that is removed when the test ends."""
    name = f"savedmodel-conformance/test:{os.getpid()}"
    yield name
    subprocess.run(["docker", "rmi", "--force", name], capture_output=True, check=False)


@pytest.fixture
def derived_image(stand_in_image: str, tag: str) -> Callable[[str], str]:
    """Makes an image from that of the stand-in and a line of a Dockerfile."""

    def make(line: str) -> str:
        built = subprocess.run(
            ["docker", "build", "--quiet", "--tag", tag, "-"],
            input=f"FROM {stand_in_image}\n{line}\n",
            text=True,
            capture_output=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr
        return tag

    return make
