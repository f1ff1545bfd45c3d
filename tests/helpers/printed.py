"""Commands as a run of the gate prints them, taken out of its output and run by a shell."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.model.tensorflow import import_tensorflow
from fixtures.serving.wait import wait_until
from tests.helpers.gate import Run

WITHIN_S = 60.0
REFUSED = "Could not find variable"
"""What a server says to each request for a version of `save_refusing`."""


def save_refusing(models: Path, name: str) -> Path:
    """Save versions 1 and 2 of a Keras model so that a server refuses each request, and give the models directory."""
    tf = import_tensorflow()
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    for number in ("1", "2"):
        tf.saved_model.save(model, str(models / name / number))
    return models


def after(label: str, run: Run) -> str:
    """What a line of the output says after a label."""
    return next(line.partition(label)[2] for line in run.output.splitlines() if label in line)


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False)


@contextmanager
def running(command: str) -> Iterator[None]:
    """A server that a shell runs until the end of the context."""
    server = subprocess.Popen(
        command, shell=True, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(WITHIN_S)


def answer_to(command: str) -> str:
    """What curl prints once somebody answers."""
    reply = wait_until(lambda: shell(command).stdout or None, WITHIN_S, every_s=0.2)
    assert reply is not None, shell(command).stderr
    return reply
