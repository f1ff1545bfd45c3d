"""What the tests of the suite share: models to gate, and a way of running the gate on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest

from fixtures.model.catalog import Model, ModelVersion
from fixtures.options import Effort
from fixtures.predict import worker_process
from fixtures.serving.model_server import ModelServer
from fixtures.serving.process import stand_in
from tests.helpers import colours, side_by_side
from tests.helpers.full_disk import Disk, mounted
from tests.helpers.gate import ROOT, Run, RunGate
from tests.helpers.low_effort import LOW, Lowered
from tests.helpers.middleman import Middleman, Tamper
from tests.helpers.puppet import Puppet, PuppetServer
from tests.helpers.warm_python import SHARED, warm_python

# the same kernels on every processor, and not those that are six times slower on some; what needs oneDNN says so
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# other tests have the other cores, and threads that wait for work take a tenth of the time
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Give all workers of pytest-xdist the same warm Python."""
    if config.getoption("numprocesses", None):
        os.environ[SHARED] = warm_python()


@pytest.fixture(autouse=True, scope="session")
def _warm_worker_processes() -> Iterator[None]:
    """Models are loaded by processes that need not import TensorFlow anew."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker_process, "interpreter", warm_python)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put them into the order in which pytest-xdist is to begin them, whatever order pytest-randomly has made."""
    yield
    items.sort(key=lambda item: side_by_side.turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Have pytest-xdist send the tests of a module to one worker, unless they share nothing."""
    return side_by_side.scheduler(config, log)


@pytest.fixture
def run_gate(
    pytester: pytest.Pytester, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> RunGate:
    """The gate with a report of the test's own; TensorFlow need not be imported anew."""

    # what the gate starts are stand-ins
    monkeypatch.setattr(sys, "executable", warm_python())

    def run(*arguments: str, effort: Effort = LOW) -> Run:
        report = tmp_path / "report"
        if any(argument.startswith("--tfs=http") for argument in arguments):
            # where the server is somebody else's, a stand-in is started for what may end one: that takes seconds
            there_is_one = nullcontext(request.getfixturevalue("served_colours"))
            monkeypatch.setattr("fixtures.plugin.bad_input.start_dedicated_server", lambda *arguments: there_is_one)
        paths = [argument for argument in arguments if not argument.startswith("-")]
        options = [argument for argument in arguments if argument.startswith("-")]
        if not any("accept" in option or option == "--release" for option in options):
            # what most tests are about is not what a server at a URL is spared
            options.append("--accept-untried=grpc,load,bad-input")
        result = pytester.runpytest_inprocess(
            *(str(ROOT / path) for path in paths or ["conformance"]),
            f"--rootdir={ROOT}",
            f"--config-file={ROOT / 'pytest.ini'}",
            "-pno:cacheprovider",
            f"--report={report}",
            *options,
            plugins=[Lowered(effort)],
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
    return colours.lay_out(tmp_path, colour_versions)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 256 kB and 40 files, which the test fills."""
    with mounted(tmp_path / "disk", "size=256k,nr_inodes=40") as disk:
        yield disk


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
        f'cd "{ROOT}" && exec "{warm_python()}" -m tests.helpers.brittle "$@"\n'
    )
    program.chmod(0o755)
    return [f"--tfs={program}", "--probe-deep-nesting"]
