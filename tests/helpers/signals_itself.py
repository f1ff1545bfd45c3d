"""A plugin with which a run of the gate sends itself a signal.

Of the environment `SIGNAL` is its name, `MOMENT` when, a word that is given to `at` or a key of `IN_A_TEST`, and
`SIGNALS` is how many it sends, 0.6 s apart; each further one reaches whatever the first has led to.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fixtures.plugin import signals
from fixtures.report.verdict import Verdict
from fixtures.serving.process import ProcessServer

MOMENT = os.environ["MOMENT"]
NUMBER = signal.Signals[os.environ["SIGNAL"]]
APART_S = 0.6
TEST = 20
"""The test at which those moments come that are in a test."""
signals.END_WITHIN_S = float(os.environ.get("END_WITHIN_S", signals.END_WITHIN_S))


def send() -> None:
    """Send the first, and have a thread send the others."""

    def more() -> None:
        for _ in range(int(os.environ.get("SIGNALS", "1")) - 1):
            time.sleep(APART_S)
            os.kill(os.getpid(), NUMBER)

    threading.Thread(target=more, daemon=True).start()
    os.kill(os.getpid(), NUMBER)


def at(moment: str) -> None:
    """Send it where this is the moment."""
    if moment == MOMENT:
        send()


def pytest_configure() -> None:
    at("configure")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    at("sessionstart")


def pytest_collection_modifyitems() -> None:
    at("collection")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _is_the_test(item):
        at("setup")


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    if _is_the_test(pyfuncitem) and MOMENT in IN_A_TEST:
        IN_A_TEST[MOMENT]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    if _is_the_test(item):
        at("teardown")


def in_a_callback_of_the_collector() -> None:
    """Where Python drops whatever is raised: Hypothesis has such a callback."""

    def callback(phase: str, info: object) -> None:
        gc.callbacks.remove(callback)
        send()

    gc.callbacks.append(callback)
    gc.collect()
    _go_on()


def under_who_catches_everything() -> None:
    """In a library that goes on whatever is raised, once."""
    with contextlib.suppress(BaseException):
        send()
        time.sleep(5)
    _go_on()


def in_code_from_a_string() -> None:
    """Such as the one by which a dataclass is made."""
    exec("send(); go_on()", {"send": send, "go_on": _go_on})


def while_a_thread_is_waited_for() -> None:
    """For one that does not end."""
    thread = threading.Thread(target=_go_on, daemon=True)
    thread.start()
    threading.Timer(0.1, send).start()
    thread.join()


def in_deaf_code() -> None:
    """In what does not return to Python, such as an endless loop in a graph."""
    threading.Timer(0.1, send).start()
    # the system then tells another thread, and nothing rouses this one
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    _go_on()


def in_code_that_never_gives_up() -> None:
    """In Python that catches everything, for ever."""
    threading.Timer(0.1, send).start()
    for _ in range(600):
        with contextlib.suppress(BaseException):
            time.sleep(1)


IN_A_TEST: dict[str, Callable[[], None]] = {
    "call": send,
    "gc": in_a_callback_of_the_collector,
    "caught": under_who_catches_everything,
    "string": in_code_from_a_string,
    "thread": while_a_thread_is_waited_for,
    "deaf": in_deaf_code,
    "stubborn": in_code_that_never_gives_up,
}


def _is_the_test(item: pytest.Item) -> bool:
    return item in item.session.items[TEST : TEST + 1]


def _go_on() -> None:
    time.sleep(600)


@contextlib.contextmanager
def _before(owner: type, name: str, moment: str) -> Iterator[None]:
    method = getattr(owner, name)

    def with_signal(self: Any, *arguments: Any) -> Any:
        at(moment)
        return method(self, *arguments)

    setattr(owner, name, with_signal)
    yield
    setattr(owner, name, method)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[None]:
    with _before(ProcessServer, "_started", "server"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Iterator[None]:
    at("sessionfinish")
    with _before(Verdict, "write", "verdict"):
        return (yield)


def pytest_terminal_summary() -> None:
    at("summary")


def pytest_unconfigure() -> None:
    at("unconfigure")
