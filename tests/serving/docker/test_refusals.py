"""What Docker cannot do is said in one error before the first test; under auto the next choice is taken, and said."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fixtures.serving import docker_engine
from fixtures.serving.endpoint import STAND_IN
from fixtures.serving.readable import unreadable
from fixtures.serving.versions import Versions, read_versions
from tests.helpers.gate import RunGate

USAGE_ERROR = 4
VERSION = "version) echo 20.10.24 ;;"
COMPOSE = "compose) echo v2 ;;"
INSPECTED = '[{"Id": "sha256:1", "RepoDigests": ["x/y@sha256:2"], "Config": {"Env": ["MODEL_NAME=roses"]}}]'
IMAGE = f"image) echo '{INSPECTED}' ;;"
NO_IMAGE = "image) exit 1 ;;"
SERVING = "run) echo 'TensorFlow ModelServer: 2.20.0'; echo 'TensorFlow Library: 2.20.0' ;;"
NO_CLIENT = ""

REFUSALS = [
    pytest.param([NO_CLIENT], "there is no Docker client", id="no client"),
    pytest.param(
        ["version) echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2; exit 1 ;;"],
        "no Docker engine answers",
        id="no engine",
    ),
    pytest.param(
        ["version) echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1 ;;"],
        "has no right to talk to the Docker engine",
        id="no rights",
    ),
    pytest.param(["version) exec /bin/sleep 60 ;;"], "did not answer `docker version", id="hung engine"),
    pytest.param([VERSION, "compose) exit 1 ;;"], "Docker Compose is not", id="no compose"),
    pytest.param(
        [VERSION, COMPOSE, NO_IMAGE, "pull) echo 'manifest unknown'; exit 1 ;;"],
        "cannot be pulled; give another image (docker says: manifest unknown)",
        id="no image",
    ),
    pytest.param(
        [VERSION, COMPOSE, NO_IMAGE, "pull) exec /bin/sleep 60 ;;"], "registry did not answer", id="hung registry"
    ),
    pytest.param(
        [VERSION, COMPOSE, IMAGE, "run) echo 'exec: no such file'; exit 127 ;;"],
        "is no TensorFlow Serving: started with --version it exited 127 and said: exec: no such file",
        id="other image",
    ),
]


@pytest.fixture
def docker_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Puts a Docker client on PATH, alone, that answers its subcommands with these cases of a shell script."""
    directory = tmp_path / "bin"
    directory.mkdir()
    if request.param != [NO_CLIENT]:
        client = directory / "docker"
        client.write_text("\n".join(["#!/bin/sh", 'case "$1" in', *request.param, "esac", ""]))
        client.chmod(0o755)
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr(docker_engine, "ANSWERS_WITHIN_S", 1.0)
    monkeypatch.setattr(docker_engine, "REGISTRY_ANSWERS_WITHIN_S", 1.0)


@pytest.mark.parametrize(("docker_says", "message"), REFUSALS, indirect=["docker_says"])
def test_docker_that_was_named_ends_the_run_at_once(
    run_gate: RunGate, colour_models: Path, docker_says: None, message: str
) -> None:
    started = time.monotonic()
    run = run_gate("--tfs=docker", f"--models={colour_models}")
    assert run.status == USAGE_ERROR
    assert "ERROR: --tfs=docker: " in run.output
    assert message in run.output
    assert not list(run.report.glob("*/*/verdict.json"))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("docker_says", "message"), REFUSALS, indirect=["docker_says"])
def test_auto_takes_the_next_choice_and_says_so(
    run_gate: RunGate, colour_models: Path, docker_says: None, message: str
) -> None:
    run = run_gate("--tfs=auto", f"--models={colour_models}", "-ktest_signature")
    why = run.predicate("colours/2")["server"]["why"]
    assert message in why
    assert "found no tensorflow_model_server on PATH" in why
    assert f"server: the stand-in, because {why}" in run.output


@pytest.mark.parametrize("docker_says", [[VERSION, COMPOSE, IMAGE, SERVING]], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baked", "--tfs=docker"), "carries the model roses, and --models holds colours"),
        (("--baked", "--tfs=auto"), "--baked gates an image, and --tfs=auto runs none or may not"),
        (("--tfs-memory=lots", "--tfs=docker"), "--tfs-memory=lots: give a number of bytes"),
        (("--tfs-pids=0", "--tfs=docker"), "--tfs-pids=0: give a positive number"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run_gate: RunGate, colour_models: Path, docker_says: None, arguments: tuple[str, ...], message: str
) -> None:
    run = run_gate(*arguments, f"--models={colour_models}")
    assert run.status == USAGE_ERROR
    assert message in run.output


@pytest.mark.parametrize("docker_says", [[VERSION, COMPOSE, IMAGE, SERVING]], indirect=True)
def test_a_model_that_the_container_cannot_read_is_named(
    run_gate: RunGate, colour_models: Path, docker_says: None
) -> None:
    (colour_models / "colours").chmod(0o755)
    secret = colour_models / "colours" / "2" / "saved_model.pb"
    secret.chmod(0)
    run = run_gate("--tfs=docker", f"--models={colour_models}")
    assert run.status == USAGE_ERROR
    assert f"{secret} cannot be read by uid" in run.output


def unreadable_here(base: Path) -> str | None:
    """What this user cannot read of version 1."""
    return unreadable(base, [base / "1"], os.getuid(), os.getgid())


def test_a_model_without_rights_for_others_can_be_read_by_its_owner(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir(mode=0o700)
    (tmp_path / "1" / "saved_model.pb").touch(mode=0o600)
    assert unreadable_here(tmp_path) is None


@pytest.mark.parametrize("link", ["1", "1/variables"])
def test_a_link_out_of_the_model_is_named(tmp_path: Path, link: str) -> None:
    place = tmp_path / "model" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path)
    assert str(unreadable_here(tmp_path / "model")).startswith(f"{place} is a symbolic link that leads out of")


def test_what_lies_beside_the_versions_need_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "model" / "1").mkdir(parents=True)
    (tmp_path / "model" / "latest").symlink_to("1")
    (tmp_path / "model" / "photos").symlink_to(tmp_path)
    (tmp_path / "model" / "notes").touch(mode=0)
    assert unreadable_here(tmp_path / "model") is None


@pytest.mark.parametrize("docker_says", [[VERSION, COMPOSE, IMAGE, SERVING]], indirect=True)
@pytest.mark.parametrize(
    ("name", "digest"),
    [("x/y:1", "x/y@sha256:2"), ("x/y@sha256:2", "x/y@sha256:2"), ("x/y@sha256:3", None)],
)
def test_an_image_is_known_by_its_digest(docker_says: None, name: str, digest: str | None) -> None:
    image = docker_engine.inspect_image(name)
    assert image is not None
    assert (image.id, image.digest, image.facts.get("imageDigest")) == ("sha256:1", digest, digest)


def test_the_versions_of_tensorflow_serving_are_read() -> None:
    answer = "TensorFlow ModelServer: 2.20.0-rc0\nTensorFlow Library: 2.20.0\n"
    versions = read_versions(answer)
    assert versions == Versions("2.20.0-rc0", "2.20.0")
    assert versions.is_real


def test_the_stand_in_is_not_taken_for_tensorflow_serving() -> None:
    assert not Versions(STAND_IN, "2.20.0").is_real


def test_what_names_no_model_server_has_no_versions() -> None:
    assert read_versions("docker 20.10\n") is None
