"""What the tests of the suite share: models to gate, and a way of running the gate on them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from xml.etree import ElementTree

import pytest

from fixtures.claims import agreement
from fixtures.claims.latency import meter as latency
from fixtures.model.catalog import Model, ModelVersion
from fixtures.serving.model_server import ModelServer
from fixtures.serving.process import stand_in
from tests import colours
from tests.middleman import Middleman, Tamper
from tests.puppet import Puppet, PuppetServer

# TensorFlow leaves oneDNN out on some processors, where NaN is then computed in another way than the stand-in does;
# read when it is imported, which is later
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


def heed_ctrl_c() -> None:
    """For a run that is interrupted: where CI runs in the background, SIGINT is ignored and would stay so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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

    def first_failures(self, version: str) -> dict[str, str]:
        """For each claim that failed the text of its first failure, with what differs from run to run left out."""
        found: dict[str, str] = {}
        for case in ElementTree.parse(self.report / "junit.xml").iter("testcase"):
            name = str(case.get("name"))
            failure = case.find("failure")
            if failure is not None and f"[{version}" in name:
                found.setdefault(name.split("[")[0], self._lasting(failure.text or ""))
        return found

    def _lasting(self, text: str) -> str:
        shown = [str(self.report), os.path.relpath(self.report)]
        for directory in (*shown, str(self.report.parent), os.path.relpath(self.report.parent)):
            text = text.replace(directory, "REPORT" if directory in shown else "TMP")
        text = re.sub(r"(__inference_\w+?)_\d+\b", r"\1_N", text)
        # what is random or counts depends on all that was asked before
        text = re.sub(r"\b(time \d) [-.\de]+", r"\1 N", text)
        # how long it takes and how much comes meanwhile is the machine's
        text = re.sub(r"(?<!promised )\b[\d.]+ (ms|times)\b(?! the allowance)", r"N \1", text)
        text = re.sub(r"\b\d+ (of \d+ )?(answers|requests)\b", r"N \2", text)
        text = re.sub(r"(127\.0\.0\.1:|0\.0\.0\.0:|localhost:|_port=)\d+", r"\1PORT", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "TIME", text)
        text = re.sub(r"(within|took|at most) [\d.]+ s\b", r"\1 SOME s", text)
        text = re.sub(r"@reproduce_failure\(.*\)", "@reproduce_failure(...)", text)
        # the last digits are the processor's
        return re.sub(r"\b\d+\.\d{4,}(e[-+]\d+)?\b", lambda number: f"{float(number[0]):.3g}", text)

    def claims(self, version: str, kind: str) -> set[str]:
        """The names of the claims with a case under `kind`: failures, errors, skipped or notTried."""
        return {case.split("::")[1].split("[")[0] for case in self.predicate(version)[kind]}


class RunGate(Protocol):
    """Runs the gate in this process and gives what came of it."""

    def __call__(self, *arguments: str) -> Run:
        """Run it with these command-line arguments."""


@pytest.fixture
def run_gate(
    pytester: pytest.Pytester, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> RunGate:
    """The gate with a report of the test's own; TensorFlow need not be imported anew."""

    # the tests are about what is said of a load, not about the load
    monkeypatch.setattr(latency, "REQUESTS", 20)
    monkeypatch.setattr(latency, "LOCAL_S", 0.02)
    monkeypatch.setattr(agreement, "ROUNDS", 1)

    def run(*arguments: str) -> Run:
        report = tmp_path / "report"
        if any(argument.startswith("--tfs=http") for argument in arguments):
            # where the server is somebody else's, a stand-in is started for what may end one: that takes seconds
            there_is_one = nullcontext(request.getfixturevalue("served_colours"))
            monkeypatch.setattr("fixtures.plugin.bad_input.start_dedicated_server", lambda *arguments: there_is_one)
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
    colours.write_golden(models / "colours" / colours.GOLDEN_FILE, tmp_path / "photos")
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


@pytest.fixture(scope="session")
def served_colours(colour_versions: Path) -> Iterator[ModelServer]:
    """The good colour model, versions 1 and 2, behind a stand-in that serves it as long as the tests run."""
    versions = tuple(ModelVersion("colours", number, colour_versions / str(number)) for number in colours.SHARPNESS)
    model = Model("colours", colour_versions, versions, ())
    served = ModelServer(model, stand_in("of the tests").server(model), timeout_s=60)
    try:
        for version in versions:
            served.expect_available(version.number)
        yield served
    finally:
        served.stop()


@pytest.fixture
def tamper_with(served_colours: ModelServer) -> Iterator[Callable[[Tamper], list[str]]]:
    """Starts a middleman before the good colour model and gives the options that name it, over REST and gRPC."""
    with ExitStack() as running:
        endpoint = served_colours.endpoint

        def start(tamper: Tamper) -> list[str]:
            middleman = running.enter_context(Middleman(endpoint.rest, tamper))
            return [f"--tfs={middleman.url}", f"--tfs-grpc={endpoint.grpc}", "--allow-destructive"]

        yield start


@pytest.fixture
def brittle_server(tmp_path: Path) -> list[str]:
    """The options that name a server which deep nesting ends, and have it sent what is nested deep."""
    program = tmp_path / "tensorflow_model_server"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo "TensorFlow ModelServer: 2.20.0"; exit; fi\n'
        f'cd "{ROOT}" && exec "{sys.executable}" -m tests.brittle "$@"\n'
    )
    program.chmod(0o755)
    return [f"--tfs={program}", "--probe-deep-nesting"]
