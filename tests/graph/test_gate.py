"""What the scan finds is run by nobody: neither in process nor by a server of the gate's own."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.claims.gate import Gate
from fixtures.claims.under_test import ModelUnderTest
from fixtures.errors import NotStarted
from fixtures.model.catalog import Model, ModelVersion
from fixtures.model.contract import NO_CONTRACT
from fixtures.model.tensorflow import import_tensorflow
from fixtures.serving.remote import RemoteProvider
from tests.helpers.exports import cut_short, save_with_initializer
from tests.helpers.gate import RunGate
from tests.helpers.puppet import Puppet

WAIVER = f"""
[[waivers]]
check = "test_graph_only_computes"
reason = "it is ours"
until = {date.today() + timedelta(days=1)}
"""


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """A file that is there once a graph that was not to be run has been run."""
    return tmp_path / "witness"


@pytest.fixture
def spoil(colour_models: Path, witness: Path) -> Callable[[int], Path]:
    """Puts a version that writes a file when it is loaded in place of a good one, and gives the models' directory."""

    def spoil(number: int) -> Path:
        directory = colour_models / f"colours/{number}"
        shutil.rmtree(directory)
        save_with_initializer(directory, lambda: import_tensorflow().io.write_file(str(witness), "here I was"))
        witness.unlink(missing_ok=True)
        return colour_models

    return spoil


@pytest.mark.parametrize(
    ("selection", "failed"),
    [
        ([], "test_graph_only_computes"),
        (["-mquick"], "test_signature_names"),
        (["-ktest_version_is_available"], "test_version_is_available"),
        (["-ktest_rest_row"], "test_rest_row"),
    ],
)
def test_graph_that_writes_a_file_when_loaded_is_not_loaded(
    selection: list[str], failed: str, spoil: Callable[[int], Path], witness: Path, run_gate: RunGate
) -> None:
    run = run_gate(f"--models={spoil(2)}", "--tfs=embedded", *selection)

    assert not witness.exists()
    assert run.claims("colours/2", "failures") == {failed}
    assert run.claims("colours/2", "errors") == set()
    assert "WriteFile, the node `WriteFile` in the function __inference__initializer_" in run.output
    assert run.verdict("colours/2") == "REJECT"


def test_somebody_elses_server_may_serve_it_and_it_is_not_loaded_in_process(
    spoil: Callable[[int], Path], witness: Path, run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={spoil(2)}", *serve_all(Puppet()), "-mquick")

    assert not witness.exists()
    assert run.verdict("colours/2") == "REJECT"


def test_graph_that_is_trusted_is_loaded_and_served(
    spoil: Callable[[int], Path], witness: Path, run_gate: RunGate
) -> None:
    models = spoil(2)
    with (models / "colours/conformance.toml").open("a") as contract:
        contract.write(WAIVER)

    run = run_gate(f"--models={models}", "--tfs=embedded")

    assert witness.exists()
    assert run.claims("colours/2", "waived") == {"test_graph_only_computes"}
    assert run.claims("colours/2", "failures") == set()
    assert run.verdict("colours/2") == "PROVISIONAL"


def test_baseline_that_is_not_fit_to_be_run_is_left_out_with_a_warning(
    spoil: Callable[[int], Path], witness: Path, run_gate: RunGate
) -> None:
    run = run_gate(f"--models={spoil(1)}", "--tfs=embedded")

    assert not witness.exists()
    warning, *_ = run.predicate("colours/2")["warnings"]
    assert warning.startswith("the baseline colours/1 is not served: WriteFile, the node `WriteFile`")
    assert run.output.count(f"warning: {warning}") == 2
    assert run.verdict("colours/2") == "PROVISIONAL"


def test_other_versions_and_models_go_on(
    spoil: Callable[[int], Path], colour_versions: Path, witness: Path, run_gate: RunGate
) -> None:
    models = spoil(2)
    shutil.copytree(colour_versions, models / "good")

    run = run_gate(f"--models={models}", "--tfs=embedded", "--versions=all")

    assert not witness.exists()
    versions = ("colours/1", "colours/2", "good/1", "good/2")
    assert [run.verdict(version) for version in versions] == ["PROVISIONAL", "REJECT", "PROVISIONAL", "PROVISIONAL"]


@pytest.mark.parametrize("spoil_graph", [cut_short, Path.unlink])
def test_graph_that_cannot_be_looked_at_is_not_run(
    spoil_graph: Callable[[Path], None], colour_models: Path, run_gate: RunGate
) -> None:
    spoil_graph(colour_models / "colours/2/saved_model.pb")

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "-mquick")

    assert run.claims("colours/2", "failures") == {"test_signature_names"}
    assert run.predicate("colours/2")["counts"]["failed"] == 1
    assert f"{colour_models}/colours/2 holds no SavedModel that can be read: saved_model.pb: " in run.output


def test_baseline_of_two_directories_is_neither(colour_models: Path, run_gate: RunGate) -> None:
    shutil.copytree(colour_models / "colours/1", colour_models / "colours/01")

    run = run_gate(f"--models={colour_models}", "--tfs=embedded")

    warning, *_ = run.predicate("colours/2")["warnings"]
    assert warning.startswith("the baseline colours/1 is not served: 01 and 1 in ")
    assert run.verdict("colours/2") == "PROVISIONAL"


def test_no_server_is_started_when_it_would_serve_nothing(
    colour_models: Path, run_gate: RunGate, tmp_path: Path
) -> None:
    (colour_models / "colours/2/saved_model.pb").unlink()
    program = tmp_path / "tensorflow_model_server"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] || touch {tmp_path}/started\necho "TensorFlow ModelServer: 2.20.0"\n'
    )
    program.chmod(0o755)

    run = run_gate(f"--models={colour_models}", f"--tfs={program}")

    assert not (tmp_path / "started").exists()
    assert run.claims("colours/2", "failures") == {"test_saved_model_parses"}


@pytest.mark.parametrize("baked", [True, False])
def test_image_that_may_carry_what_is_not_fit_to_be_run_is_not_started(baked: bool) -> None:
    versions = [ModelVersion("flower", number, Path(f"flower/{number}")) for number in (1, 2)]
    model = Model("flower", Path("flower"), (versions[1],), (versions[0],), blocked=frozenset(versions[:1]))
    settings: Any = SimpleNamespace(baked=baked, timeout_s=1.0, largest_reply=None)
    endpoint = RemoteProvider("http://127.0.0.1:1", None, 1.0, may_be_sent_load=True).endpoint
    provider: Any = SimpleNamespace(server=lambda model: SimpleNamespace(start=lambda: endpoint))
    samples: Any = ()
    gate = Gate((ModelUnderTest(model, NO_CONTRACT, samples),), provider, settings, lambda line: None)

    with pytest.raises(NotStarted) if baked else contextlib.nullcontext():
        gate.served("flower")


def test_verdict_names_who_exported_computed_and_served_it(colour_models: Path, run_gate: RunGate) -> None:
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "-ktest_exporter")

    version = import_tensorflow().__version__
    assert run.predicate("colours/2")["tensorflow"] == {"exporter": version, "local": version, "server": version}
    assert f"exported by TensorFlow {version}, computed by {version}, served by {version}" in run.output
    assert run.claims("colours/2", "passedTests") == {"test_exporter_is_not_newer_than_the_server"}
