"""A Python that has imported TensorFlow already, for the many processes that the tests start.

TensorFlow takes a processor 4 s to import. `warm_python()` gives a program to be started in the place of
`sys.executable`, with `-m MODULE` and arguments. A process that imported TensorFlow once forks another for it, which
gets the program's directory, environment, open files and signals; the program ends as that ends.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import gc
import importlib
import json
import os
import random
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.helpers.gate import ROOT

PRELOADED = (
    "tensorflow",
    "fixtures.embedded.server",
    "fixtures.predict.worker",
    "fixtures.protocols.every",
    "hypothesis",
    "PIL.Image",
)
SHARED = "WARM_PYTHON"
"""The environment variable that holds the program of a process further up."""
MOST_FILES = 64
LARGEST_REQUEST = 2**20
PROGRAM = """#!{python} -IS
import json, os, signal, socket, sys

connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
files = []
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        if os.get_inheritable(number) and number != connection.fileno():
            files.append(number)
    except OSError:
        pass  # what listed the directory
connection.connect({address!r})
ignored = [number for number in (1, 2, 15) if signal.getsignal(number) == signal.SIG_IGN]
request = {{
    "program": sys.argv[0], "arguments": sys.argv[1:], "directory": os.getcwd(), "environment": dict(os.environ),
    "numbers": files, "ignored": ignored,
}}
socket.send_fds(connection, [json.dumps(request).encode()], files)
pid = int(connection.recv(99))
with open("/proc/self/comm", "w") as name:
    name.write(f"warm {{pid}}")
for number in (1, 2, 3, 10, 12, 15):
    # those that are ignored too: the process behind may have come to heed them
    signal.signal(number, lambda number, frame: os.kill(pid, number))
status = int(connection.recv(99) or -9)
if status < 0:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [-status])
    if status != -9:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@functools.cache
def warm_python() -> str:
    """The program to start in the place of `sys.executable`; what it started ends with the process that asked first.

    All workers of pytest-xdist have the same: see `tests.conftest.pytest_configure`.
    """
    if SHARED in os.environ:
        return os.environ[SHARED]
    directory = Path(tempfile.mkdtemp(prefix="warm-python-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    program, address = directory / "python", str(directory / "socket")
    program.write_text(PROGRAM.format(python=sys.executable, address=address))
    program.chmod(0o755)
    # its writing end stays open as long as this process lives
    owner, _ = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(64)
        subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.warm_python", str(listener.fileno()), str(owner)],
            cwd=ROOT,
            # it is read when TensorFlow is imported: see fixtures/embedded/__main__.py
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            pass_fds=[listener.fileno(), owner],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    os.close(owner)
    return str(program)


def pid_behind(process: subprocess.Popen[Any]) -> int:
    """The process that was forked for a warm Python that has just been started."""
    while not (name := Path(f"/proc/{process.pid}/comm").read_text()).startswith("warm "):
        time.sleep(0.01)
    return int(name.removeprefix("warm "))


def main(listener_number: int, owner: int) -> None:
    """Import what takes long, then fork a process for each program that connects, until the owner is gone."""
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=listener_number)
    while not _is_ready(owner, listener.fileno(), owner):
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _watch(connection, owner)
            os._exit(0)
        connection.close()


def _is_ready(file: int, *files: int) -> bool:
    """Wait until one of the files can be read, and tell whether it is that one."""
    return file in select.select(files, [], [])[0]


def _watch(connection: socket.socket, owner: int) -> None:
    """Fork the process that is asked for, say how it ended, and end it where the program or the owner is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, files, _, _ = socket.recv_fds(connection, LARGEST_REQUEST, MOST_FILES)
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.close(owner)
        _become(files=files, **json.loads(request))
    for file in files:
        os.close(file)
    end = os.pidfd_open(pid)
    with contextlib.suppress(OSError):
        connection.send(str(pid).encode())
        if not _is_ready(end, connection.fileno(), owner, end):
            os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with contextlib.suppress(OSError):
        connection.send(str(status).encode())


def _become(
    *,
    program: str,
    arguments: list[str],
    directory: str,
    environment: dict[str, str],
    numbers: list[int],
    ignored: list[int],
    files: list[int],
) -> None:
    """Be the process that was asked for, and end as it does."""
    os.setsid()
    # out of the way first: one's number may be another's to be
    above = max(numbers) + 1
    moved = [_above(above, file) for file in files]
    for file, number in zip(moved, numbers, strict=True):
        os.dup2(file, number)
        os.close(file)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN if signal.SIGINT in ignored else signal.default_int_handler)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    tempfile.tempdir = None
    time.tzset()
    sys.executable = program
    sys.path[0] = directory
    if Path(directory) != ROOT and Path(directory, "fixtures").is_dir():
        # another clone has modules of its own
        for name in [name for name in sys.modules if name.partition(".")[0] == "fixtures"]:
            del sys.modules[name]
    _end(lambda: _run(arguments))


def _above(least: int, file: int) -> int:
    moved = fcntl.fcntl(file, fcntl.F_DUPFD, least)
    os.close(file)
    return moved


def _run(arguments: list[str]) -> None:
    option, module, *rest = arguments
    assert option == "-m", f"a warm Python runs modules, not {arguments}"
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end(run: Callable[[], None]) -> None:
    """End this process with the status that Python would give."""
    status = 0
    try:
        run()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        status = 1
        sys.excepthook(*sys.exc_info())
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
