"""What the tests of the suite share: models to gate, and a way of running the gate on them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests import colours
from tests.puppet import Puppet, PuppetServer

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Run:
    """A run of the gate that has ended."""

    status: int
    output: str
    report: Path

    def predicate(self, version: str) -> dict[str, Any]:
        """The predicate of a model version's verdict."""
        statement: dict[str, Any] = json.loads((self.report / version / "verdict.json").read_text())
        return dict(statement["predicate"])

    def verdict(self, version: str) -> str:
        """The verdict of a model version in a word."""
        return str(self.predicate(version)["verdict"])

    def claims(self, version: str, kind: str) -> set[str]:
        """The names of the claims with a case under `kind`: failures, errors, skipped or notTried."""
        return {case.split("::")[1].split("[")[0] for case in self.predicate(version)[kind]}


class RunGate(Protocol):
    """Runs the gate in this process and gives what came of it."""

    def __call__(self, *arguments: str) -> Run:
        """Run it with these command-line arguments."""


@pytest.fixture
def run_gate(pytester: pytest.Pytester, tmp_path: Path) -> RunGate:
    """The gate with a report of the test's own; TensorFlow need not be imported anew."""

    def run(*arguments: str) -> Run:
        report = tmp_path / "report"
        paths = [argument for argument in arguments if not argument.startswith("-")]
        options = [argument for argument in arguments if argument.startswith("-")]
        result = pytester.runpytest_inprocess(
            *(str(ROOT / path) for path in paths or ["conformance"]),
            f"--rootdir={ROOT}",
            f"--config-file={ROOT / 'pytest.ini'}",
            "-pno:cacheprovider",
            f"--report={report}",
            *options,
        )
        return Run(int(result.ret), result.stdout.str() + result.stderr.str(), report)

    return run


@pytest.fixture(scope="session")
def colour_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions 1 and 2 of the good colour model."""
    directory = tmp_path_factory.mktemp("colours")
    for version in colours.SHARPNESS:
        colours.save(directory / str(version), colours.good(version))
    return directory


@pytest.fixture
def colour_models(tmp_path: Path, colour_versions: Path) -> Path:
    """A models directory of the test's own with the good colour model, its contract and its photographs."""
    models = tmp_path / "models"
    shutil.copytree(colour_versions, models / "colours")
    (models / "colours" / "conformance.toml").write_text(colours.CONTRACT)
    colours.write_photos(tmp_path / "photos")
    return models


@pytest.fixture
def serve() -> Iterator[Callable[[Puppet], str]]:
    """Starts a puppet and gives its URL; it answers until the test ends."""
    with ExitStack() as running:
        yield lambda puppet: running.enter_context(PuppetServer(puppet)).url


@pytest.fixture
def serve_all() -> Iterator[Callable[[Puppet], list[str]]]:
    """Starts a puppet and gives the options that name it, over REST and gRPC; it answers until the test ends."""
    with ExitStack() as running:

        def start(puppet: Puppet) -> list[str]:
            server = running.enter_context(PuppetServer(puppet))
            return [f"--tfs={server.url}", f"--tfs-grpc={server.grpc}"]

        yield start
