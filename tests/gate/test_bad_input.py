"""Bad input gets one clear error that names the thing and the way out, before the first test."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from fixtures.report.files import LOCK_FILE
from tests.helpers.gate import RunGate
from tests.helpers.puppet import Puppet

USAGE_ERROR = pytest.ExitCode.USAGE_ERROR


def no_directory(models: Path) -> None:
    shutil.rmtree(models)


def empty_directory(models: Path) -> None:
    shutil.rmtree(models)
    models.mkdir()


def named_version(models: Path) -> None:
    shutil.copytree(models / "colours/2", models / "colours/best")


def no_toml(models: Path) -> None:
    (models / "colours/conformance.toml").write_text("signatures = [")


def unknown_key(models: Path) -> None:
    contract = models / "colours/conformance.toml"
    contract.write_text(contract.read_text().replace("accuracy", "acuracy"))


def truncated_image(models: Path) -> None:
    image = models.parent / "photos/red_2.png"
    image.write_bytes(image.read_bytes()[:200])


def no_image(models: Path) -> None:
    (models.parent / "photos/red_2.png").write_text("not a picture")


def no_images(models: Path) -> None:
    for image in (models.parent / "photos").glob("*.png"):
        image.unlink()


def label_without_image(models: Path) -> None:
    (models.parent / "photos/red_2.png").unlink()


def unknown_label(models: Path) -> None:
    labels = models.parent / "photos/labels.csv"
    labels.write_text(labels.read_text().replace("red_2.png,red", "red_2.png,pink"))


def no_labels(models: Path) -> None:
    (models.parent / "photos/labels.csv").unlink()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_directory, "/models: no such directory; --models=DIR takes a directory that holds NAME/VERSION/"),
        (empty_directory, "put one there as NAME/VERSION/saved_model.pb"),
        (named_version, "/colours/best holds a SavedModel, but its name is no integer"),
        (no_toml, "/colours/conformance.toml is no readable TOML"),
        (unknown_key, "predictions: unknown key 'acuracy'; did you mean 'accuracy'?"),
        (truncated_image, "/photos/red_2.png holds no complete image"),
        (no_image, "/photos/red_2.png holds no complete image"),
        (no_images, "/photos holds no image"),
        (label_without_image, "labels.csv, line 3: there is no image 'red_2.png'"),
        (unknown_label, "labels.csv, line 3: label 'pink' is none of samples.labels, red, green, blue"),
        (no_labels, "an accuracy is promised, but"),
    ],
)
def test_files(spoil: Callable[[Path], None], says: str, run_gate: RunGate, colour_models: Path) -> None:
    spoil(colour_models)

    run = run_gate(f"--models={colour_models}", "--tfs=embedded")

    assert says in run.output
    assert (run.status, run.output.count("ERROR"), "Traceback" in run.output) == (USAGE_ERROR, 1, False)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (f"--report={__file__}", f"--report={__file__} is no directory"),
        ("--tfs-grpc=127.0.0.1:1", "--tfs-grpc=127.0.0.1:1 goes with --tfs=URL, not with --tfs=auto"),
        ("--versions=newest", "--versions=newest: give latest, all or a version number"),
        ("--versions=1.0", "--versions=1.0: give latest, all or a version number"),
        ("--versions=1_0", "--versions=1_0: give latest, all or a version number"),
        ("--versions=7", "/colours has no such version, only 1, 2"),
        ("--timeout-s=soon", "--timeout-s=soon: give a positive number of seconds"),
        ("--timeout-s=0", "--timeout-s=0: give a positive number of seconds"),
        ("--tfs=/no/such/server", "--tfs=/no/such/server is no such file; give auto, docker, embedded, the path of a"),
        ("--tfs=dokcer", "--tfs=dokcer is no such file"),
        ("--tfs=/bin/true", "--tfs=/bin/true is no tensorflow_model_server"),
        ("--tfs=/bin/false", "--tfs=/bin/false does not start: `/bin/false --version` exited 1"),
        (
            "--tfs=http://127.0.0.1:1",
            "--tfs=http://127.0.0.1:1: GET http://127.0.0.1:1/v1/models/colours got no answer",
        ),
    ],
)
def test_options(option: str, says: str, run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models}", option)

    assert says in run.output
    assert (run.status, "Traceback" in run.output) == (USAGE_ERROR, False)


def test_same_name_twice(run_gate: RunGate, colour_models: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(colour_models, other)

    run = run_gate(f"--models={colour_models}", f"--models={other}")

    assert f"model colours is there 2 times: {colour_models}/colours and {other}/colours" in run.output
    assert run.status == USAGE_ERROR


def test_directory_is_itself_a_model(run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models / 'colours'}")

    assert f"is itself a model; give its parent, --models={colour_models}" in run.output
    assert run.status == USAGE_ERROR


def test_not_executable(run_gate: RunGate, colour_models: Path, tmp_path: Path) -> None:
    (tmp_path / "server").write_text("not a program")

    run = run_gate(f"--models={colour_models}", f"--tfs={tmp_path / 'server'}")

    assert "/server is not executable" in run.output
    assert run.status == USAGE_ERROR


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A port where the connection is accepted and never answered."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_url_that_never_answers(silent_url: str, run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={silent_url}", "--timeout-s=0.3")

    assert f"--tfs={silent_url}: GET {silent_url}/v1/models/colours got no answer within 0.3 s" in run.output
    assert run.status == USAGE_ERROR


@pytest.fixture
def web_server_url() -> Iterator[str]:
    """A server that is something else, and answers everything with a page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_grpc_address_where_nobody_listens(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "--tfs-grpc=127.0.0.1:1")

    assert "--tfs-grpc=127.0.0.1:1: nobody listens there" in run.output
    assert run.status == USAGE_ERROR


def test_url_of_something_else(web_server_url: str, run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={web_server_url}")

    assert f"--tfs={web_server_url} is no TensorFlow Serving REST API" in run.output
    assert run.status == USAGE_ERROR


def test_old_verdicts_go_even_when_the_run_ends_early(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    before = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}")
    assert (before.report / "colours/2/verdict.json").exists()

    after = run_gate(f"--models={colour_models}", "--tfs=/no/such/server")

    assert after.status == USAGE_ERROR
    assert [file.name for file in after.report.rglob("*.*")] == [LOCK_FILE]


def test_verdicts_on_others_stay(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str], tmp_path: Path
) -> None:
    url = serve(Puppet())
    run_gate(f"--models={colour_models}", f"--tfs={url}", "--versions=1")
    somebody_elses = tmp_path / "report/colours/2/verdict.json"
    somebody_elses.parent.mkdir(parents=True)
    somebody_elses.write_text("guilty")

    run = run_gate(f"--models={colour_models}", "--tfs=/no/such/server")

    assert run.verdict("colours/1") == "PROMOTE"
    assert somebody_elses.read_text() == "guilty"
