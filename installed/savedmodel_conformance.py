"""What `make` installs for pytest beside the packages: says how to write an option's value where pytest misreads it.

Before it knows the gate's options, pytest takes the value in `--models DIR` for a test path, and where that is outside
of the clone it reads neither the clone's pytest.ini nor its conftest.py. Whatever is called then must be here, and may
need nothing of the clone: other clones, and copies, may be gated by the same environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

WITH_VALUES = (
    "--models",
    "--versions",
    "--tfs",
    "--tfs-image",
    "--tfs-memory",
    "--tfs-pids",
    "--tfs-grpc",
    "--accept-untried",
    "--in-process-memory",
    "--report",
    "--timeout-s",
    "--largest-reply",
)
"""The options of the gate that take a value, as fixtures/options.py has them."""
OF_THE_GATE = ("conftest.py", "fixtures/options.py", "conformance")
"""What a clone of the gate holds."""


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Iterator[None]:
    """Once each conftest.py that pytest has found is read, say what to write where the gate's own is not among them.

    Raises:
        pytest.UsageError: it is not, because the value of an option stands after a space.
    """
    yield
    wanted = _clones([early_config.invocation_params.dir, *_paths(args)])
    if wanted and not _is_read(early_config, wanted) and (way_out := _with_equals(args)):
        raise pytest.UsageError(f"write {way_out}: pytest takes what stands after a space for a test path")


def _paths(args: Iterable[str]) -> Iterator[Path]:
    return (Path(arg.split("::")[0]).absolute() for arg in args if not arg.startswith("-"))


def _clones(paths: Iterable[Path]) -> set[Path]:
    """The clones of the gate that hold one of these paths."""
    places = {place for path in paths for place in (path, *path.parents)}
    return {place for place in places if all((place / name).exists() for name in OF_THE_GATE)}


def _is_read(config: pytest.Config, clones: set[Path]) -> bool:
    files = {getattr(plugin, "__file__", None) for plugin in config.pluginmanager.get_plugins()}
    return any(str(clone / "conftest.py") in files for clone in clones)


def _with_equals(args: Sequence[str]) -> str | None:
    """The first option without a value that takes one, with what follows it as its value."""
    for option, following in zip(args, [*args[1:], ""], strict=True):
        if option in WITH_VALUES:
            return f"{option}={following}" if following and not following.startswith("-") else f"{option}=VALUE"
    return None
