"""A version is warmed up with what it ships, and not loaded where that is refused (warmup.md beside the exchanges)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import tiny_models, warmup
from tests.helpers.standin import StandIn, running, started


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a base directory for each row: a good version 1, and version 2 with the file."""
    directory = tmp_path_factory.mktemp("warm")
    tiny_models.save_adder(directory / "adder", 1.0)
    for name, (ship, _) in warmup.ROWS.items():
        for version in ("1", "2"):
            shutil.copytree(directory / "adder", directory / name / version)
        ship(directory / name / "2")
    return directory


def serving(base: Path, *flags: str) -> Iterator[StandIn]:
    configs = "".join(
        f'config {{ name: "{name}" base_path: "{base / name}" model_version_policy {{ all {{}} }} }}\n'
        for name in warmup.ROWS
    )
    (base / "models.config").write_text(f"model_config_list {{ {configs} }}")
    with running(f"--model_config_file={base / 'models.config'}", "--max_num_load_retries=0", *flags) as standin:
        yield standin


@pytest.fixture(scope="module")
def warming(base: Path) -> Iterator[StandIn]:
    yield from serving(base)


@pytest.fixture(scope="module")
def cold(base: Path) -> Iterator[StandIn]:
    yield from serving(base, "--enable_model_warmup=false")


@pytest.mark.parametrize("name", warmup.ROWS)
def test_version_is_loaded_where_what_it_ships_is_answered(name: str, warming: StandIn, base: Path) -> None:
    _, wanted = warmup.ROWS[name]
    _, reply = warming.call("GET", f"/v1/models/{name}/versions/2")
    (status,) = reply["model_version_status"]
    file = base / name / "2" / warmup.FILE
    assert f"Starting to read warmup data for model at {file} with model-warmup-options " in warming.log()
    finished = f"Finished reading warmup data for model at {file}. Number of warmup records read: {wanted}. Elapsed"
    if isinstance(wanted, int):
        assert status["state"] == "AVAILABLE"
        assert re.search(re.escape(finished) + r" time \(microseconds\): \d+\.", warming.log())
        return
    said = status["status"]
    assert (status["state"], said["error_code"]) == ("END", warmup.CODES.get(name, "INVALID_ARGUMENT"))
    assert said["error_message"].startswith(wanted.replace("FILE", str(file))) or name == "other_dtype", said
    assert said["error_message"].endswith(f" from {file}") is (name == "no_log")


@pytest.mark.parametrize("name", warmup.ROWS)
def test_nothing_is_read_where_the_flag_says_so(name: str, cold: StandIn) -> None:
    assert [state for _, state, _ in cold.states(name)] == ["AVAILABLE", "AVAILABLE"]
    assert "warmup data" not in cold.log()


def test_only_version_that_is_refused_ends_the_start(tmp_path: Path, base: Path) -> None:
    shutil.copytree(base / "random/2", tmp_path / "half/1")
    flags = (f"--model_base_path={tmp_path / 'half'}", "--model_name=half", "--max_num_load_retries=0")
    with started(*flags) as standin:
        assert standin.process.wait(30) == 1
        standin.wait_for_line(
            "Failed to start server. Error: UNKNOWN: 1 servable(s) did not become available: "
            "{{{name: half version: 1} due to error: DATA_LOSS: corrupted record at 0",
            5,
        )
