"""The gate on a container of the stand-in: it passes, it is confined, it tells what ran, and it leaves nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from fixtures.protocols import threads
from fixtures.serving import bake
from fixtures.serving.docker_engine import find_compose
from fixtures.serving.endpoint import STAND_IN
from tests.helpers import colours
from tests.helpers.gate import LOW_EFFORT, ROOT, Run
from tests.helpers.printed import REFUSED, after, answer_to, running, save_refusing
from tests.serving.docker.conftest import DockerGate

StartGate = Callable[..., DockerGate]
DerivedImage = Callable[[str], str]


@dataclass(frozen=True)
class Served:
    """A whole run of the gate on a model, and its container while it ran."""

    version: str
    run: Run
    leftovers: list[str]
    inspected: dict[str, Any]
    process: dict[str, str]
    """/proc/PID/status of the container's first process."""


@pytest.fixture(scope="module", params=["colours", pytest.param("flowerclassifier", marks=pytest.mark.slow)])
def served(
    request: pytest.FixtureRequest, stand_in_image: str, colour_versions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Served:
    """The gate on a model, with limits of its own."""
    directory = tmp_path_factory.mktemp("served")
    directory.chmod(0o755)
    is_small = request.param == "colours"
    models = colours.lay_out(directory, colour_versions) if is_small else ROOT / "models"
    if is_small:
        # it is a copy of a temporary directory, which only its owner can read
        (models / "colours").chmod(0o755)
    gate = DockerGate(
        ROOT,
        directory / "report",
        f"--models={models}",
        f"--tfs-image={stand_in_image}",
        "--tfs-memory=3g",
        "--tfs-pids=500",
        effort=LOW_EFFORT if is_small else (),
    )
    name = gate.wait_for("container")
    inspected = inspect(name)
    while not inspected["State"]["Running"]:
        inspected = inspect(name)
    status = Path(f"/proc/{inspected['State']['Pid']}/status").read_text()
    process = dict(line.split(":", 1) for line in status.splitlines())
    return Served(f"{request.param}/2", gate.finish(), gate.leftovers(), inspected, process)


def inspect(container: str) -> dict[str, Any]:
    """What the engine tells of a container."""
    told = subprocess.run(["docker", "inspect", container], capture_output=True, text=True, check=True).stdout
    return dict(json.loads(told)[0])


def test_the_model_passes(served: Served) -> None:
    assert (served.run.status, served.run.verdict(served.version)) == (0, "PROVISIONAL"), served.run.output


def test_a_run_that_passes_leaves_nothing(served: Served) -> None:
    assert not served.leftovers


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ReadonlyRootfs", True),
        ("CapDrop", ["ALL"]),
        ("CapAdd", None),
        ("Privileged", False),
        ("SecurityOpt", ["no-new-privileges:true"]),
        ("Init", True),
        ("Memory", 3 * 2**30),
        ("PidsLimit", 500),
    ],
)
def test_the_container_is_confined(served: Served, key: str, expected: object) -> None:
    assert served.inspected["HostConfig"][key] == expected


def test_only_tmp_can_be_written_to(served: Served) -> None:
    assert list(served.inspected["HostConfig"]["Tmpfs"]) == ["/tmp"]
    assert {mount["Destination"]: mount["RW"] for mount in served.inspected["Mounts"]} == {
        "/models/model": False,
        "/models.config": False,
    }


def test_the_container_has_no_privileged_user(served: Served) -> None:
    assert served.inspected["Config"]["User"] == "1000:1000"


def test_the_kernel_sees_the_confinement(served: Served) -> None:
    told = served.process
    assert told["Uid"].split() == ["1000"] * 4
    assert [int(told[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs")] == [0, 0, 0, 1]


def test_both_ports_are_published_on_this_machine_only(served: Served) -> None:
    published = served.inspected["NetworkSettings"]["Ports"]
    assert {port: {one["HostIp"] for one in at} for port, at in published.items()} == {
        "8500/tcp": {"127.0.0.1"},
        "8501/tcp": {"127.0.0.1"},
    }


def test_a_load_that_fails_is_not_retried(served: Served) -> None:
    assert "--max_num_load_retries=0" in served.inspected["Config"]["Cmd"]


def test_there_are_threads_for_all_clients(served: Served) -> None:
    assert threads.FLAG in served.inspected["Config"]["Cmd"]


def test_the_verdict_tells_what_ran(served: Served, stand_in_image: str) -> None:
    server = served.run.predicate(served.version)["server"]
    assert (server["image"], server["imageId"]) == (stand_in_image, served.inspected["Image"])
    assert (server["tensorflowServing"], server["isTensorFlowServing"]) == (STAND_IN, False)


def test_the_header_tells_the_versions(served: Served) -> None:
    assert f"TensorFlow ModelServer: {STAND_IN}, TensorFlow Library: {metadata.version('tensorflow')}" in (
        served.run.output
    )


def test_a_version_that_does_not_load_is_rejected_with_the_log(docker_gate: StartGate, colour_models: Path) -> None:
    for version in ("1", "2"):
        (colour_models / "colours" / version / "variables" / "variables.index").write_bytes(b"broken")
    # the claims about the files, and the loading in process, see it before the server is asked
    gate = docker_gate("--timeout-s=30", "-ktest_version_is_available")
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert "last log lines of the server" in run.output
    assert not gate.leftovers()


@pytest.mark.parametrize("baked", [False, True])
def test_a_failed_request_is_sent_again_to_a_container_of_the_same_image(
    baked: bool, docker_gate: StartGate, stand_in_image: str, tag: str, colour_models: Path
) -> None:
    shutil.rmtree(colour_models / "colours")
    name = "dense, all"
    save_refusing(colour_models, name)
    options = ["-ktest_rest_row"]
    if baked:
        assert bake.main([str(colour_models / name / "2"), f"--tag={tag}", f"--base={stand_in_image}"]) == 0
        options += [f"--tfs-image={tag}", "--baked"]
    else:
        # by default a server has the highest version only
        options += ["--versions=1"]
    run = docker_gate(*options).finish()

    with running(after("having served it again with: ", run)):
        assert REFUSED in answer_to(after("replay: ", run))


def test_a_server_that_exits_is_told_with_its_last_log_lines(
    docker_gate: StartGate, project: Callable[[str], Path], tmp_path: Path
) -> None:
    gate = docker_gate(root=project(_with_file(tmp_path, 'command: ["--no_such_flag"]')))
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert "exited with status 1 while it was loading" in run.output
    assert "unknown flag --no_such_flag" in run.output
    assert not gate.leftovers()


def test_a_server_that_never_loads_is_waited_for_aloud_and_given_up(
    docker_gate: StartGate, project: Callable[[str], Path], tmp_path: Path
) -> None:
    program = "import time; print('thinking it over', flush=True); time.sleep(60)"
    gate = docker_gate("--timeout-s=4", root=project(_with_file(tmp_path, _running(program))))
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert "waiting for the server of colours, 2 s of at most 4 s: it does not answer yet" in run.output
    assert "did not load it within 4 s" in run.output
    assert "thinking it over" in run.output
    assert not gate.leftovers()


def test_a_server_that_takes_too_much_memory_is_told_as_such(docker_gate: StartGate) -> None:
    run = docker_gate("--tfs-memory=150m").finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert "it was killed for taking more memory than --tfs-memory=150m allows" in run.output


def test_a_load_that_is_not_in_the_log_is_not_believed(
    docker_gate: StartGate, project: Callable[[str], Path], tmp_path: Path
) -> None:
    program = "import os; os.close(2); os.open('/dev/null', 1); import tests.helpers.docker.entry_point"
    run = docker_gate(root=project(_with_file(tmp_path, _running(program)))).finish()
    assert (run.status, run.verdict("colours/2")) == (1, "REJECT"), run.output
    assert "Successfully loaded servable version {name: colours version: 2}" in run.output


def test_the_real_server_promotes_and_another_minor_version_is_a_warning(
    docker_gate: StartGate, derived_image: DerivedImage
) -> None:
    run = docker_gate(f"--tfs-image={derived_image('ENV PRETENDED_VERSION=2.99.1')}").finish()
    assert (run.status, run.verdict("colours/2")) == (0, "PROMOTE"), run.output
    local = metadata.version("tensorflow")
    warning = f"the server's TensorFlow is 2.99.1, the local one that it is compared with is {local}"
    assert run.predicate("colours/2")["warnings"][0] == warning
    assert f"warning: {warning}" in run.output


def test_a_failed_up_shows_its_log_and_is_taken_down(
    docker_gate: StartGate, project: Callable[[str], Path], tmp_path: Path
) -> None:
    broken = (
        "stdin_open: true\n  second:\n    image: savedmodel-conformance/no-such\n    depends_on: [tensorflow_serving]"
    )
    gate = docker_gate(root=project(_with_file(tmp_path, broken)))
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (1, "INCOMPLETE"), run.output
    assert "Docker could not start the server of colours" in run.output
    assert "savedmodel-conformance/no-such" in run.output
    assert len(run.predicate("colours/2")["errors"]) == 1
    assert not gate.leftovers()


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("moment", ["network", "container"])
def test_an_interrupted_run_leaves_nothing(docker_gate: StartGate, number: str, moment: str) -> None:
    gate = docker_gate()
    gate.wait_for(moment)
    gate.kill(signal.Signals[number])
    run = gate.finish()
    assert (run.status, run.verdict("colours/2")) == (2, "INCOMPLETE"), run.output
    assert not gate.leftovers()


def test_two_runs_at_once_do_not_meet(docker_gate: StartGate) -> None:
    gates = [docker_gate(report=f"report{number}") for number in (1, 2)]
    runs = [gate.finish() for gate in gates]
    assert [run.verdict("colours/2") for run in runs] == ["PROVISIONAL"] * 2, runs[0].output + runs[1].output
    assert not [*gates[0].leftovers(), *gates[1].leftovers()]


def test_a_user_overrides_what_pytest_docker_lets_be_overridden(
    docker_gate: StartGate, project: Callable[[str], Path], tmp_path: Path, derived_image: DerivedImage
) -> None:
    other = derived_image("LABEL other=true")
    log = tmp_path / "compose.log"
    compose = tmp_path / "compose"
    compose.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {find_compose()} "$@"\n')
    compose.chmod(0o755)
    conftest = (
        _with_file(tmp_path, f"image: {other}")
        + f"""
@pytest.fixture(scope="session")
def docker_compose_command():
    return '$(echo {compose})'  # a shell reads it
"""
    )
    run = docker_gate(root=project(conftest)).finish()
    predicate = run.predicate("colours/2")
    assert (run.status, run.verdict("colours/2")) == (0, "PROVISIONAL"), run.output
    assert [line.split()[-2:-1] for line in log.read_text().splitlines() if " up " in f"{line} "]
    assert "the compose file ran the image sha256:" in predicate["warnings"][0]


def _running(program: str) -> str:
    return f"entrypoint: {json.dumps(['/opt/python/bin/python', '-c', program])}"


def _with_file(directory: Path, service: str) -> str:
    """A conftest.py that adds a compose file to the gate's own, with this in it for the service."""
    (directory / "more.yml").write_text(f"services:\n  tensorflow_serving:\n    {service}\n")
    return f"""
import pytest

@pytest.fixture(scope="session")
def docker_compose_file(docker_compose_file):
    return [*docker_compose_file, {str(directory / "more.yml")!r}]
"""
