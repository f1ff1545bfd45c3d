"""The command line: what is refused, and how, the ports, and how it ends."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fixtures.serving.ports import free_ports
from tests.helpers import tiny_models
from tests.helpers.standin import REPOSITORY, StandIn, command, running, wait_until


def run(*flags: str, env: dict[str, str] | None = None, python: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*flags, python=python),
        cwd=REPOSITORY,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("flags")
    tiny_models.save_adder(directory / "adder" / "1", 1.0)
    tiny_models.save_waiter(directory / "waiter" / "1", 1.0, directory / "go")
    return directory


@pytest.fixture
def config(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "models.config"
    path.write_text(request.param.replace("BASE", str(tmp_path)))
    return path


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--rest_api_prt=1"], "unknown flag --rest_api_prt=1: did you mean --rest_api_port?"),
        (["--enable_batching"], "unknown flag --enable_batching; --help lists the flags"),
        (["models"], "unknown flag models; --help lists the flags"),
        (["--rest_api_port"], "--rest_api_port needs a value: --rest_api_port=VALUE"),
        (["--rest_api_port=x"], "--rest_api_port=x must be a whole number"),
        (["--rest_api_port=70000"], "--rest_api_port=70000 is no port: give one of 1 to 65535"),
        (["--port=0"], "neither --port nor --rest_api_port is given: there is nothing to serve on"),
        (["--port=81", "--rest_api_port=81"], "--port and --rest_api_port are both 81: give two different ports"),
        (["--grpc_max_threads=0"], "--grpc_max_threads=0 must be 1 or more"),
        (["--max_num_load_retries=-1"], "--max_num_load_retries=-1 must be 0 or more"),
        (
            ["--allow_version_labels_for_unavailable_models=maybe"],
            "--allow_version_labels_for_unavailable_models=maybe must be true or false",
        ),
        ([], "both --model_base_path and --model_config_file are empty: give one of them"),
        (["--model_base_path=/nowhere/at/all"], "--model_base_path=/nowhere/at/all is no directory"),
        (
            ["--model_config_file", "/nowhere/at/all"],
            "--model_config_file=/nowhere/at/all cannot be read: No such file or directory",
        ),
    ],
)
def test_a_wrong_command_line_is_one_line(flags: list[str], message: str) -> None:
    began = time.monotonic()
    result = run(*flags, python=sys.executable)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"fixtures.embedded: {message}\n")
    assert time.monotonic() - began < 2, "TensorFlow was imported for this"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("model_config_list {", "is no ModelServerConfig: "),
        ("model_config_list { config { nam: 3 } }", "is no ModelServerConfig: "),
        ("", "names no model: give a model_config_list with a config each"),
        ('model_config_list { config { name: "a" } }', "has a config without name or base_path: give both"),
        (
            'model_config_list { config { name: "a" base_path: "BASE/b" } }',
            ": the base_path of a, ",
        ),
        (
            'model_config_list { config { name: "a" base_path: "BASE" } config { name: "a" base_path: "BASE" } }',
            "names the model a twice: give each model a name of its own",
        ),
    ],
    indirect=["config"],
    ids=["unclosed", "unknown field", "empty", "incomplete", "no directory", "twice"],
)
def test_a_wrong_config_file_is_one_line(config: Path, message: str) -> None:
    rest_port, grpc_port = free_ports(2)
    result = run(f"--model_config_file={config}", f"--rest_api_port={rest_port}", f"--port={grpc_port}")
    assert result.returncode == 1
    assert result.stderr.startswith(f"fixtures.embedded: --model_config_file={config}")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("flag", ["--rest_api_port", "--port"])
def test_a_taken_port_is_one_line_at_once(base: Path, flag: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        began = time.monotonic()
        result = run(f"{flag}={port}", f"--model_base_path={base / 'adder'}")
    assert result.returncode == 1
    assert result.stderr == (
        f"fixtures.embedded: {flag}={port} cannot be listened on: Address already in use; give a free port\n"
    )
    assert time.monotonic() - began < 2, "TensorFlow was imported for this"


def test_version_is_told_without_tensorflow() -> None:
    program = (
        "import sys; from fixtures.embedded.__main__ import main; status = main(['--version']);"
        "sys.exit(status or 'tensorflow' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.returncode == 0
    assert re.fullmatch(
        r"TensorFlow ModelServer: savedmodel-conformance stand-in\nTensorFlow Library: 2\.20\.\d+\n", result.stdout
    )


def test_help_lists_every_flag() -> None:
    from dataclasses import fields

    from fixtures.embedded.flags import Flags

    listed = set(re.findall(r"--(\w+)", run("--help").stdout))
    assert {field.name for field in fields(Flags)} <= listed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_requests_finish_and_ends_with_0(base: Path, number: int) -> None:
    with (
        running(f"--model_base_path={base / 'waiter'}", "--model_name=waiter") as standin,
        ThreadPoolExecutor(1) as sender,
    ):
        begun = sender.submit(standin.predict, "waiter")
        time.sleep(0.5)
        standin.process.send_signal(number)
        time.sleep(0.5)
        assert not begun.done()
        (base / "go0").touch()
        try:
            assert begun.result() == (200, {"predictions": [2.0]})
            assert standin.process.wait(5) == 0
        finally:
            (base / "go0").unlink()
        with pytest.raises(ConnectionError):
            standin.call("GET", "/v1/models/waiter")


def test_a_request_that_never_ends_does_not_keep_it(base: Path) -> None:
    with (
        running(f"--model_base_path={base / 'waiter'}", "--model_name=waiter") as standin,
        ThreadPoolExecutor(1) as sender,
    ):
        begun = sender.submit(standin.predict, "waiter")
        time.sleep(0.5)
        assert standin.stop() == 0
        with pytest.raises((http.client.HTTPException, ConnectionError, json.JSONDecodeError)):
            begun.result()


def test_it_follows_its_owner(base: Path) -> None:
    pipe, owners_end = os.pipe()
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[owners_end])
    os.close(owners_end)
    variables = {"SAVEDMODEL_CONFORMANCE_OWNER_PIPE": str(pipe)}
    try:
        with running(f"--model_base_path={base / 'adder'}", env=variables, pass_fds=[pipe]) as standin:
            os.close(pipe)
            assert standin.process.poll() is None
            owner.kill()
            # Nobody has asked for the owner's exit status: a zombie is gone, too.
            wait_until(lambda: standin.process.poll() is not None, 5, "the end")
            assert standin.process.returncode == 0
    finally:
        owner.kill()
        owner.wait()


def test_it_serves_where_the_pipe_of_its_owner_was_closed(base: Path) -> None:
    # as a wrapper does that passes on variables and closes everything else
    variables = {"SAVEDMODEL_CONFORMANCE_OWNER_PIPE": "97"}
    with running(f"--model_base_path={base / 'adder'}", env=variables) as standin:
        assert standin.predict("default") == (200, {"predictions": [2.0]})


@pytest.mark.parametrize("api", ["rest", "grpc"])
def test_it_listens_on_127_0_0_1_only(adder: StandIn, api: str) -> None:
    port = adder.rest_port if api == "rest" else adder.grpc_port
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), 5)


def test_without_port_a_taken_default_is_no_error(base: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Where somebody else has it, it is taken just as well.
        with contextlib.suppress(OSError):
            other.bind(("127.0.0.1", 8500))
            other.listen()
        (rest_port,) = free_ports(1)
        process = subprocess.Popen(
            command(f"--rest_api_port={rest_port}", f"--model_base_path={base / 'adder'}"),
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
            text=True,
        )
        standin = StandIn(process, rest_port, 0)
        try:
            standin.wait_for_line("Exporting HTTP/REST API")
            assert "gRPC ModelServer" not in standin.log()
            assert standin.predict("default") == (200, {"predictions": [2.0]})
        finally:
            process.kill()
            process.wait()
