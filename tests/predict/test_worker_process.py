"""What a model does to the process that computes it is told, and ends nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from fixtures.errors import OutOfBounds, Refused, VersionDown
from fixtures.model.signature import Array
from fixtures.options import Limits
from fixtures.predict import saved_model, worker, worker_process
from fixtures.predict.saved_model import SavedModel
from fixtures.predict.worker_process import WorkerProcess
from tests.helpers import hostile_models
from tests.helpers.gate import PYTHON, ROOT, use_onednn
from tests.helpers.standin import wait_until

SERVING = "serving_default"


def rows(value: float) -> dict[str, Array]:
    return {"x": np.full((1, 2), value, np.float32)}


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., SavedModel]]:
    """Saves a model and loads it, with little time and memory."""
    processes = []

    def load(save: Callable[[Path], None], timeout_s: float = 30.0, memory: str = "1g") -> SavedModel:
        if not (tmp_path / "1").exists():
            save(tmp_path / "1")
        processes.append(WorkerProcess(Limits(timeout_s, memory)))
        return SavedModel(tmp_path / "1", processes[-1])

    yield load
    for process in processes:
        process.stop()


@pytest.fixture
def onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is used is read when TensorFlow is imported."""
    use_onednn(monkeypatch)
    monkeypatch.setattr(worker_process, "interpreter", lambda: PYTHON)
    monkeypatch.setattr(saved_model, "MOST_ENDS", 3)


def test_what_is_never_done_is_ended_and_the_next_is_computed(load: Callable[..., SavedModel]) -> None:
    endless = load(hostile_models.save_endless, timeout_s=1.0)
    with pytest.raises(OutOfBounds, match=r"^x float32 \(1, 2\) is not computed .* longer than --timeout-s=1; give"):
        endless.predict(SERVING, rows(2000))
    assert endless.predict(SERVING, rows(1))["y"].tolist() == [[1, 1]]


def test_what_is_never_loaded_is_ended(load: Callable[..., SavedModel]) -> None:
    with pytest.raises(OutOfBounds, match=r"/1 is not loaded in process: it took longer than --timeout-s=1; give more"):
        load(hostile_models.save_never_loading, timeout_s=1.0)


def test_memory_is_bounded(load: Callable[..., SavedModel]) -> None:
    greedy = load(hostile_models.save_greedy)
    assert greedy.predict(SERVING, rows(0.5))
    # with oneDNN TensorFlow first waits ten seconds for memory to come
    with pytest.raises(OutOfBounds, match=r"it takes more memory than --in-process-memory=1g gives; give more"):
        greedy.predict(SERVING, rows(2))
    assert greedy.predict(SERVING, rows(0.5))


def test_an_answer_is_bounded(load: Callable[..., SavedModel]) -> None:
    talkative = load(hostile_models.save_talkative)
    assert talkative.predict(SERVING, rows(100))["y"].nbytes == 100 * 2**20
    with pytest.raises(OutOfBounds, match=r"(?s)more memory than --in-process-memory=1g gives.*the answer has"):
        talkative.predict(SERVING, rows(200))
    assert talkative.predict(SERVING, rows(1))


@pytest.mark.usefixtures("onednn")
def test_an_abort_is_a_refusal_told_with_what_was_said_last(load: Callable[..., SavedModel]) -> None:
    aborting = load(hostile_models.save_aborting)
    with pytest.raises(Refused, match=r"(?s)does not survive x float32 \(3,\) .*SIGABRT\n  it said: .*Check failed"):
        aborting.predict(SERVING, {"x": np.ones(3, np.float32)})
    assert aborting.predict(SERVING, {"x": np.ones((1, 1, 1, 3), np.float32)})["y"].tolist() == [[[[3]]]]


@pytest.mark.usefixtures("onednn")
def test_nothing_more_is_asked_after_many_aborts(load: Callable[..., SavedModel]) -> None:
    aborting = load(hostile_models.save_aborting)
    for _ in range(2):
        with pytest.raises(Refused):
            aborting.predict(SERVING, {"x": np.ones(3, np.float32)})
    with pytest.raises(OutOfBounds, match=r"^of 3 processes the last: the model does not survive"):
        aborting.predict(SERVING, {"x": np.ones(3, np.float32)})


def test_who_kills_it_is_asked_for(load: Callable[..., SavedModel]) -> None:
    endless = load(hostile_models.save_endless)
    os.kill(endless._process._process.pid, signal.SIGKILL)
    with pytest.raises(OutOfBounds, match=r"(?s)SIGKILL.*was the machine short of memory\?"):
        endless.predict(SERVING, rows(1))


def test_an_interrupt_while_it_computes_leaves_it_usable(load: Callable[..., SavedModel]) -> None:
    endless = load(hostile_models.save_endless)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            endless.predict(SERVING, rows(2000))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert endless.predict(SERVING, rows(1))["y"].tolist() == [[1, 1]]


def test_it_ends_with_who_started_it_whatever_it_is_doing(tmp_path: Path) -> None:
    hostile_models.save_never_loading(tmp_path / "1")
    program = (
        "import sys; from pathlib import Path\n"
        "from fixtures.options import Limits\n"
        "from fixtures.predict.worker_process import WorkerProcess\n"
        "process = WorkerProcess(Limits(60.0, '1g'))\n"
        "print(process._process.pid, flush=True)\n"
        f"process.load(Path({str(tmp_path / '1')!r}))\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    time.sleep(4.0)
    assert Path(f"/proc/{pid}").exists()
    owner.kill()
    owner.wait()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10.0, "its end")


def test_what_is_left_over_is_ended_with_the_object(load: Callable[..., SavedModel], tmp_path: Path) -> None:
    hostile_models.save_endless(tmp_path / "1")
    model = SavedModel(tmp_path / "1")
    process = model._process._process
    del model
    assert process.poll() == -signal.SIGKILL


def test_a_checkpoint_is_held_against_what_is_restored(load: Callable[..., SavedModel], tmp_path: Path) -> None:
    process = WorkerProcess(Limits(30.0, "1g"))
    assert process.checkpoint_faults(tmp_path, []) == []
    process.stop()


def test_op_libraries_of_the_users_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = tmp_path / "imported"
    conftest = tmp_path / "conftest.py"
    conftest.write_text(f"open({str(imported)!r}, 'w').close()\nraise SystemError('is told, and stops nothing')\n")
    monkeypatch.setattr(worker, "OP_LIBRARIES", conftest)
    worker._import_op_libraries()
    assert imported.exists()


def test_what_has_ended_loads_anew(load: Callable[..., SavedModel]) -> None:
    endless = load(hostile_models.save_endless)
    endless._process.stop()
    assert SavedModel(endless.path, endless._process).predict(SERVING, rows(1))
    endless._process.stop()
    assert endless._process.checkpoint_faults(endless.path, []) == []


def test_a_version_that_is_none_is_told_as_before(tmp_path: Path) -> None:
    with pytest.raises(VersionDown, match="holds no SavedModel that can be read"):
        SavedModel(tmp_path)
