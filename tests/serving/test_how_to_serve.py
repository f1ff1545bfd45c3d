"""The command that serves a model again is that of the server which failed."""

from __future__ import annotations

import shlex
from pathlib import Path
from unittest.mock import Mock

import pytest

from fixtures.model.catalog import Model, ModelVersion
from fixtures.serving.docker_engine import Image, Limits
from fixtures.serving.docker_server import DockerServer
from fixtures.serving.process import ProcessProvider
from fixtures.serving.remote import RemoteProvider

URL = "http://127.0.0.1:4711/v1/models/m:predict"
CONTAINER = [
    *("docker", "run", "--rm", "--publish=127.0.0.1:4711:8501", "--read-only", "--tmpfs=/tmp", "--init"),
    *("--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=7:8", "--memory=3g", "--pids-limit=99"),
]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """One whose directory is named as shells, and Docker's `--mount`, must be given in quotes."""
    base = tmp_path / "a, b"
    return Model("m", base, (ModelVersion("m", 7, base / "7"),), (ModelVersion("m", 6, base / "6"),))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "report/m/7/replay/models.config"


def test_a_binary(model: Model, config: Path) -> None:
    provider = ProcessProvider(("/opt/my tfs",), "a binary", "asked for", is_real=True, facts={})

    said = provider.server(model).how_to_serve(URL, config)

    assert shlex.split(said) == [
        *("/opt/my tfs", "--port=0", "--rest_api_port=4711"),
        *("--model_config_file=report/m/7/replay/models.config", "--max_num_load_retries=0"),
    ]
    assert f'base_path: "{model.base_path}"' in config.read_text()
    assert "versions: 6 versions: 7" in config.read_text()


@pytest.mark.parametrize("baked", [False, True])
def test_a_container(baked: bool, model: Model, config: Path) -> None:
    image = Image("tfs:1", "sha256:1", "tfs@sha256:2", {})
    server = DockerServer(model, Mock(), image, Limits("3g", 99, "7:8"), Mock(), baked=baked)

    said = shlex.split(server.how_to_serve(URL, config))

    if baked:
        assert said == [*CONTAINER, "tfs@sha256:2", "--max_num_load_retries=0"]
        return
    assert said == [
        *CONTAINER,
        f'--mount=type=bind,"source={model.base_path}",target=/models/model,readonly',
        f"--mount=type=bind,source={config},target=/models.config,readonly",
        *("tfs@sha256:2", "--max_num_load_retries=0", "--model_config_file=/models.config"),
    ]
    assert 'base_path: "/models/model"' in config.read_text()


def test_somebody_elses_server_does_not_end(model: Model, config: Path) -> None:
    provider = RemoteProvider("http://127.0.0.1:4711", None, 1.0, may_be_sent_load=False)

    assert provider.server(model).how_to_serve(URL, config) is None
    assert not config.exists()


def test_what_may_end_somebody_elses_server_was_sent_to_a_stand_in(model: Model, config: Path) -> None:
    provider = RemoteProvider("http://127.0.0.1:8501", None, 1.0, may_be_sent_load=False)

    assert "-m fixtures.embedded --port=0 --rest_api_port=4711 " in str(
        provider.server(model).how_to_serve(URL, config)
    )
