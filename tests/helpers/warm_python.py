"""A Python that has imported TensorFlow already, for the many processes that the tests start.

TensorFlow takes 4 s of a processor to import. `warm_python()` gives a program to be started in the place of
`sys.executable`, with `-m MODULE` and its arguments: it has one process, which imported TensorFlow when it was first
asked, fork another, and passes on to that its files, directory, environment and signals, and its exit status back.
Linux only.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import random
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "tensorflow",
    "fixtures.embedded.server",
    "hypothesis",
    "pytest",
    "PIL.Image",
    "requests",
    "tensorflow_serving.apis.prediction_service_pb2_grpc",
)
"""No module that pytest rewrites the assertions of: it would say that it comes too late."""
MOST_FILES = 32
LARGEST_REQUEST = 2**20
PROGRAM = """#!{python} -IS
import json, os, signal, socket

files = [int(name) for name in os.listdir("/proc/self/fd")]
files = [number for number in files if number < 3 or os.path.exists(f"/proc/self/fd/{{number}}")]
connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
connection.connect({address!r})
ignored = [number for number in (1, 2, 15) if signal.getsignal(number) == signal.SIG_IGN]
request = [__import__("sys").argv, os.getcwd(), dict(os.environ), files, ignored]
socket.send_fds(connection, [json.dumps(request).encode()], files)
pid = int(connection.recv(99))
for number in {{1, 2, 3, 10, 12, 15}} - {{*ignored}}:
    signal.signal(number, lambda number, frame: os.kill(pid, number))
status = int(connection.recv(99))
if status < 0:
    signal.signal(-status, signal.SIG_DFL) if -status not in (9, 19) else None
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@functools.cache
def warm_python() -> str:
    """The program to start in the place of `sys.executable`; its processes end with this one."""
    directory = Path(tempfile.mkdtemp(prefix="warm-python-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    address = directory / "socket"
    program = directory / "python"
    program.write_text(PROGRAM.format(python=sys.executable, address=str(address)))
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(address))
        listener.listen(64)
        ended, owner = os.pipe()
        os.set_inheritable(ended, True)
        # the writing end stays open as long as this process lives
        assert owner
        subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.warm_python", str(program), str(listener.fileno()), str(ended)],
            cwd=ROOT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"},
            pass_fds=[listener.fileno(), ended],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(ended)
    return str(program)


def main(program: str, listener_number: str, ended_number: str) -> None:
    """Import what takes long, then fork a process for each program that connects, until the owner is gone."""
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()
    listener = socket.socket(fileno=int(listener_number))
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(int(ended_number), selectors.EVENT_READ)
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                request, files, _, _ = socket.recv_fds(connection, LARGEST_REQUEST, MOST_FILES)
                pid = os.fork()
                if pid == 0:
                    kept = [listener, *(other for _, other in running.values()), connection]
                    _become(program, *json.loads(request), files=files, closed=[selector, *kept])
                for number in files:
                    os.close(number)
                connection.send(str(pid).encode())
                end = os.pidfd_open(pid)
                running[end] = (pid, connection)
                selector.register(end, selectors.EVENT_READ)
                selector.register(connection, selectors.EVENT_READ, pid)
            elif isinstance(key.fileobj, socket.socket):
                # the program was killed: there is no passing that on
                os.kill(key.data, signal.SIGKILL)
                selector.unregister(key.fileobj)
            elif key.fileobj in running:
                pid, connection = running.pop(key.fileobj)
                selector.unregister(key.fileobj)
                os.close(key.fileobj)
                if connection in {one.fileobj for one in selector.get_map().values()}:
                    selector.unregister(connection)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with connection:
                    connection.sendall(str(status).encode()) if connection.fileno() >= 0 else None
            else:
                for pid, _ in running.values():
                    os.kill(pid, signal.SIGKILL)
                return


def _become(
    program: str,
    arguments: list[str],
    directory: str,
    environment: dict[str, str],
    numbers: list[int],
    ignored: list[int],
    *,
    files: list[int],
    closed: list[Any],
) -> None:
    """Be the process that was asked for, in the fork; never returns."""
    for one in closed:
        one.close()
    os.setsid()
    # out of the way of the numbers that they are to have
    moved = [os.dup(number) for number in files]
