"""Whole runs of the gate as a user starts them, on the stand-in: what they say, and that nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.model.tensorflow import import_tensorflow
from fixtures.protocols.threads import EXHAUSTED, NONE_LEFT
from fixtures.serving.choice import CHOICES
from fixtures.serving.ports import free_ports
from fixtures.serving.wait import wait_until
from tests.breakages.agreement import MixesUp
from tests.helpers import colours
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.middleman import Middleman
from tests.helpers.puppet import Puppet
from tests.helpers.standin import running
from tests.helpers.started_gate import WITHIN_S, Gate
from tests.helpers.warm_python import warm_python


@pytest.mark.slow
def test_flower_model_is_fit_to_promote(tmp_path: Path) -> None:
    gate = Gate(tmp_path, "--tfs=embedded", as_users_do=True)
    run = gate.finish()

    assert (run.verdict("flowerclassifier/2"), run.status) == ("PROVISIONAL", 0)
    assert run.predicate("flowerclassifier/2")["failures"] == {}
    assert "PROVISIONAL flowerclassifier/2" in run.output
    assert "served by the stand-in" in run.output
    assert (gate.servers(), gate.leftovers()) == ([], [])


def test_every_version_of_a_model_answers_its_own_numbers(tmp_path: Path, colour_models: Path) -> None:
    run = Gate(tmp_path, "--tfs=embedded", f"--models={colour_models}", "--versions=all").finish()

    assert [run.verdict(f"colours/{version}") for version in (1, 2)] == ["PROVISIONAL"] * 2
    junit = (run.report / "junit.xml").read_text()
    assert 'name="verdict colours/1" value="PROVISIONAL"' in junit
    assert 'name="server colours/2" value="the stand-in"' in junit


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_is_incomplete_and_leaves_nothing(
    number: signal.Signals, tmp_path: Path, colour_models: Path
) -> None:
    gate = Gate(tmp_path, "--tfs=embedded", f"--models={colour_models}")
    gate.wait_for_server()
    gate.kill(number)
    run = gate.finish()

    assert (run.verdict("colours/2"), run.status) == ("INCOMPLETE", pytest.ExitCode.INTERRUPTED), run.output
    assert (gate.servers(), gate.leftovers()) == ([], [])


def test_killed_run_leaves_no_server(tmp_path: Path, colour_models: Path) -> None:
    gate = Gate(tmp_path, "--tfs=embedded", f"--models={colour_models}")
    gate.wait_for_server()
    gate.kill(signal.SIGKILL)
    gate.finish()

    assert wait_until(lambda: not gate.servers() or None, WITHIN_S)


def test_model_that_does_not_load_takes_no_other_with_it(tmp_path: Path, colour_models: Path) -> None:
    shutil.copytree(colour_models / "colours", colour_models / "broken")
    (colour_models / "broken/2/saved_model.pb").write_bytes(b"no graph")

    run = Gate(tmp_path, "--tfs=embedded", f"--models={colour_models}").finish()

    assert (run.verdict("broken/2"), run.verdict("colours/2"), run.status) == ("REJECT", "PROVISIONAL", 1)
    assert list(run.predicate("broken/2")["failures"]) == ["test_artifact.py::test_saved_model_parses[broken/2]"]


def test_keras_model_saved_so_that_it_cannot_be_served_is_rejected(tmp_path: Path) -> None:
    tf = import_tensorflow()
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    tf.saved_model.save(model, str(tmp_path / "models/dense/1"))

    run = Gate(tmp_path, "--tfs=embedded", f"--models={tmp_path / 'models'}").finish()

    assert run.verdict("dense/1") == "REJECT"
    assert run.claims("dense/1", "failures") == {"test_version_answers_its_own_numbers"}
    assert {"test_rest_row", "test_rest_column"} <= run.claims("dense/1", "notTried")
    assert "the server answered 400: Could not find variable" in run.output
    assert "-m fixtures.embedded --port=0 --rest_api_port=" in run.output
    assert "`model.export(DIRECTORY)`" in run.output
    # that all went well while it loaded says nothing of why it refuses requests
    assert "last log lines of the server:" not in run.output


def test_batches_are_checked_though_an_output_has_no_batch_dimension(run_gate: RunGate, tmp_path: Path) -> None:
    tf = import_tensorflow()
    colours.save(
        tmp_path / "models/centred/1",
        lambda image: {"y": image - tf.reduce_mean(image, axis=0, keepdims=True) / 2, "loss": tf.reduce_sum(image)},
    )

    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded")

    assert run.claims("centred/1", "failures") == {
        "test_batches_agree_with_single_requests",
        "test_large_batches_compute_what_their_rows_get",
        "test_large_batches_are_served_as_their_rows",
    }


def test_collecting_imports_no_tensorflow(colour_models: Path) -> None:
    program = f"""
import sys, pytest
assert pytest.main(["--collect-only", "-q", "-pno:cacheprovider", "--models={colour_models}"]) == 0
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_help_names_every_form_of_tfs() -> None:
    shown = subprocess.run([sys.executable, "-m", "pytest", "--help"], cwd=ROOT, capture_output=True, check=True).stdout

    assert f"--tfs={'|'.join(choice.form for choice in CHOICES)}" in shown.decode()


@pytest.fixture
def binary(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a program that says it is TensorFlow Serving, and then does something else."""

    def write(script: str) -> Path:
        program = tmp_path / "tensorflow_model_server"
        program.write_text(
            '#!/bin/sh\nif [ "$1" = --version ]; then echo "TensorFlow ModelServer: 2.20.0"; exit; fi\n' + script
        )
        program.chmod(0o755)
        return program

    return write


def test_server_that_exits_while_loading_shows_its_log(
    run_gate: RunGate, colour_models: Path, binary: Callable[[str], Path]
) -> None:
    server = binary("echo Illegal instruction; exit 132\n")

    run = run_gate(f"--models={colour_models}", f"--tfs={server}")

    assert list(run.predicate("colours/2")["failures"]) == ["test_serving.py::test_version_is_available[colours/2]"]
    assert "the server of colours exited with status 132 while it was loading" in run.output
    assert "last log lines of the server:\n    Illegal instruction" in run.output


def test_server_that_never_loads_is_given_up(
    run_gate: RunGate, colour_models: Path, binary: Callable[[str], Path]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={binary('exec sleep 60')}", "--timeout-s=1")

    assert list(run.predicate("colours/2")["failures"]) == ["test_serving.py::test_version_is_available[colours/2]"]
    assert "the server of colours did not load it within 1 s" in run.output


def test_binary_on_the_path_is_taken(
    run_gate: RunGate, colour_models: Path, binary: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = binary(f'cd "{ROOT}" && exec "{warm_python()}" -m fixtures.embedded "$@"\n')
    monkeypatch.setenv("PATH", str(stand_in.parent), prepend=os.pathsep)

    run = run_gate(f"--models={colour_models}", "--tfs=auto")

    assert "because --tfs=auto found tensorflow_model_server on PATH" in run.output
    assert run.predicate("colours/2")["failures"] == {}


def test_url_of_the_stand_in_is_not_taken_for_the_real_one(run_gate: RunGate, colour_models: Path) -> None:
    rest, grpc = free_ports(2)
    flags = [f"--rest_api_port={rest}", f"--port={grpc}", "--model_name=colours"]
    server = subprocess.Popen(
        [sys.executable, "-m", "fixtures.embedded", *flags, f"--model_base_path={colour_models / 'colours'}"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    log = iter(server.stderr.readline, "")
    assert any("Exporting HTTP/REST API" in line for line in log)

    run = run_gate(f"--models={colour_models}", f"--tfs=http://127.0.0.1:{rest}")
    server.terminate()

    assert (run.verdict("colours/2"), run.status) == ("PROVISIONAL", 0)
    assert server.wait(WITHIN_S) == 0


def test_server_that_is_started_gets_threads_for_all_clients(
    run_gate: RunGate, colour_models: Path, binary: Callable[[str], Path]
) -> None:
    # of the flags only the last counts: what the gate says is not to be overruled by the machine's cores
    server = binary(
        f'case "$*" in *--grpc_max_threads=64*) ;; *) echo "too few threads"; exit 1;; esac\n'
        f'cd "{ROOT}" && exec "{warm_python()}" -m fixtures.embedded --grpc_max_threads=2 "$@"\n'
    )

    run = run_gate(f"--models={colour_models}", f"--tfs={server}")

    assert run.predicate("colours/2")["failures"] == {}
    assert NONE_LEFT not in run.output


@pytest.fixture
def slow_models(tmp_path: Path) -> Path:
    """A models directory with a good colour model that takes its time, so that clients meet."""
    tf = import_tensorflow()

    def slowly(image: Any) -> Mapping[str, Any]:
        halved = tf.while_loop(
            lambda turn, total: turn < 5_000, lambda turn, total: (turn + 1, total / 2), (0, tf.reduce_sum(image))
        )
        return colours.good(2)(image + halved[1])

    colours.save(tmp_path / "slow/2", slowly)
    return colours.lay_out(tmp_path, tmp_path / "slow")


@pytest.mark.parametrize("threads", [2, 4])
def test_url_whose_threads_are_too_few_is_warned_of_once(run_gate: RunGate, slow_models: Path, threads: int) -> None:
    flags = (f"--model_base_path={slow_models / 'colours'}", "--model_name=colours", f"--grpc_max_threads={threads}")
    with running(*flags) as server:
        addresses = (f"--tfs=http://127.0.0.1:{server.rest_port}", f"--tfs-grpc=127.0.0.1:{server.grpc_port}")
        run = run_gate(f"--models={slow_models}", *addresses, "--allow-destructive")

    predicate = run.predicate("colours/2")
    # of two threads one waits for the next call: no two clients are answered together, unless they come late
    assert predicate["verdict"] in ({"PROVISIONAL", "INCOMPLETE"} if threads == 2 else {"PROVISIONAL"})
    assert (predicate["failures"], predicate["errors"]) == ({}, {})
    assert [line for line in predicate["warnings"] if "--grpc_max_threads" in line] == [NONE_LEFT]


def test_wrong_answers_are_found_where_threads_are_too_few(run_gate: RunGate, slow_models: Path) -> None:
    flags = (f"--model_base_path={slow_models / 'colours'}", "--model_name=colours", "--grpc_max_threads=4")
    with running(*flags) as server, Middleman(f"http://127.0.0.1:{server.rest_port}", MixesUp()) as middleman:
        addresses = (f"--tfs={middleman.url}", f"--tfs-grpc=127.0.0.1:{server.grpc_port}")
        run = run_gate(f"--models={slow_models}", *addresses, "--allow-destructive")

    assert run.claims("colours/2", "failures") == {"test_many_clients_get_what_one_gets"}
    assert run.predicate("colours/2")["warnings"].count(NONE_LEFT) == 1


class Crowded(Puppet):
    """Has a thread for one call over gRPC, and answers it wrongly where another came meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.Lock()
        self._refused = 0

    def predict_over_grpc(self, request: Any, context: Any) -> Any:
        import grpc

        if not self._thread.acquire(blocking=False):
            self._refused += 1
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, EXHAUSTED[1])
        try:
            before = self._refused
            time.sleep(0.02)
            self.distort_grpc = lambda outputs: outputs[:, ::-1] if self._refused > before else outputs
            return super().predict_over_grpc(request, context)
        finally:
            self._thread.release()


def test_wrong_answers_over_grpc_are_found_where_threads_are_too_few(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *serve_all(Crowded()), "--allow-destructive")

    assert run.verdict("colours/2") == "REJECT"
    assert {"test_many_clients_get_what_one_gets", "test_answers_hold_under_load"} <= run.claims(
        "colours/2", "failures"
    )
    assert run.predicate("colours/2")["warnings"].count(NONE_LEFT) == 1


def test_good_colours_are_told_apart() -> None:
    # the tests above would prove little on a model whose versions give the same numbers
    image = np.zeros((1, 8, 8, 3), "float32")
    image[..., 0] = 1.0
    assert abs(colours.softmax(image, 6.0) - colours.softmax(image, 8.0)).max() > 1e-3
