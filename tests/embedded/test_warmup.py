"""A version is warmed up with what it ships, and not loaded where that is refused (warmup.md beside the exchanges)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import tiny_models, warmup
from tests.helpers.standin import StandIn, running, started

GOOD_INPUTS = {"x": np.array([1.0, 2.0], np.float32)}
PARSE = "Failed to parse warmup record: "


def good(**spec: object) -> bytes:
    return warmup.predict(GOOD_INPUTS, **spec)  # type: ignore[arg-type]


def records(*made: bytes) -> Callable[[Path], object]:
    return lambda version: warmup.write(version, made)


def cut_second(version: Path) -> None:
    file = warmup.write(version, [b"", good()])
    file.write_bytes(file.read_bytes()[:-8])


# what the version ships, how many records are read, or the error that its status tells
ROWS: dict[str, tuple[Callable[[Path], object], int | str]] = {
    "one": (lambda version: warmup.write(version, [good()]), 1),
    "three": (lambda version: warmup.write(version, [good()] * 3), 3),
    "thousand": (lambda version: warmup.write(version, [good()] * 1000), 1000),
    "too_many": (
        lambda version: warmup.write(version, [good()] * 1001),
        "Number of warmup records exceeds the maximum (1000) at FILE",
    ),
    "empty": (records(), 0),
    "empty_record": (records(b""), 1),
    "random": (
        lambda version: warmup.spoil(version, bytes(range(200))),
        "corrupted record at 0 (Is this even a TFRecord file?). Please verify your warmup data is in TFRecord format.",
    ),
    "cut": (
        cut_second,
        "truncated record at 16' failed with Read less bytes than requested. "
        "Please verify your warmup data is in TFRecord format.",
    ),
    "no_log": (records(b"\xff\xff no PredictionLog"), PARSE),
    "other_model": (lambda version: warmup.write(version, [good(model="other")]), 1),
    "other_version": (lambda version: warmup.write(version, [good(model="other_version", version=77)]), 1),
    "other_signature": (
        lambda version: warmup.write(version, [good(signature="nope")]),
        'Serving signature key "nope" not found.',
    ),
    "other_input": (
        lambda version: warmup.write(version, [warmup.predict({"zz": np.array([1.0], np.float32)})]),
        "Signature input alias: x(feed name: serving_default_x:0) not found in request and no default value provided. "
        "Inputs expected to be in the request {zz}, or default input alias set: ",
    ),
    "other_dtype": (lambda version: warmup.write(version, [warmup.predict({"x": np.array([1], np.int64)})]), "float"),
    "other_output": (
        lambda version: warmup.write(version, [good(output="z")]),
        "output tensor alias not found in signature: z Outputs expected to be in the set {y}.",
    ),
    "no_examples": (
        lambda version: warmup.write(version, [warmup.examples("classify", [])]),
        "No classification inputs found",
    ),
    "session_run": (
        lambda version: warmup.write(version, [warmup.session_run()]),
        "Unsupported log_type for warmup: 5",
    ),
}
CODES = {"random": "DATA_LOSS", "cut": "DATA_LOSS", "other_signature": "FAILED_PRECONDITION"} | {
    "session_run": "UNIMPLEMENTED"
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a base directory for each row: a good version 1, and version 2 with the file."""
    directory = tmp_path_factory.mktemp("warm")
    tiny_models.save_adder(directory / "adder", 1.0)
    for name, (ship, _) in ROWS.items():
        for version in ("1", "2"):
            shutil.copytree(directory / "adder", directory / name / version)
        ship(directory / name / "2")
    return directory


def serving(base: Path, *flags: str) -> Iterator[StandIn]:
    configs = "".join(
        f'config {{ name: "{name}" base_path: "{base / name}" model_version_policy {{ all {{}} }} }}\n' for name in ROWS
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


@pytest.mark.parametrize("name", ROWS)
def test_version_is_loaded_where_what_it_ships_is_answered(name: str, warming: StandIn, base: Path) -> None:
    _, wanted = ROWS[name]
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
    assert (status["state"], said["error_code"]) == ("END", CODES.get(name, "INVALID_ARGUMENT"))
    assert said["error_message"].startswith(wanted.replace("FILE", str(file))) or name == "other_dtype", said
    assert said["error_message"].endswith(f" from {file}") is (name == "no_log")


@pytest.mark.parametrize("name", ROWS)
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
