"""`--models DIR` works, or is told how to write: whatever pytest makes of DIR before it knows the option."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.options import flag, option, options
from fixtures.report.files import PREDICATE_TYPE
from installed.savedmodel_conformance import OF_THE_GATE, WITH_VALUES
from tests.helpers.gate import PYTHON, ROOT

Ended = subprocess.CompletedProcess[str]
USAGE_ERROR = pytest.ExitCode.USAGE_ERROR
TELL = ("--collect-only", "-q")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what `make` installs is installed, as `make` does it."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "pyproject.toml", source)
    (source / "installed").mkdir()
    shutil.copy(ROOT / "installed/savedmodel_conformance.py", source / "installed")
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", f"--target={site}", str(source)], check=True)
    return site


@pytest.fixture
def run_pytest(site: Path) -> Callable[..., Ended]:
    """Runs pytest somewhere, with what is installed."""

    def run(*arguments: str, directory: Path = ROOT) -> Ended:
        return subprocess.run(
            [PYTHON, "-m", "pytest", "-pno:cacheprovider", *arguments],
            cwd=directory,
            env=os.environ | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_it_knows_each_option_that_takes_a_value() -> None:
    assert list(WITH_VALUES) == [flag(name) for name in options() if option(name).metavar]


def test_it_knows_the_gate() -> None:
    assert all((ROOT / name).exists() for name in OF_THE_GATE)


@pytest.mark.parametrize("name", ["models", "report"])
def test_a_directory_that_is_elsewhere(name: str, run_pytest: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run_pytest(f"--{name}", str(tmp_path), *TELL)

    assert ended.returncode == USAGE_ERROR
    assert f"write --{name}={tmp_path}: pytest takes what stands after a space for a test path" in ended.stderr


def test_a_directory_of_the_clone(run_pytest: Callable[..., Ended]) -> None:
    ended = run_pytest("--models", "models", "--versions", "1", *TELL)

    assert ended.returncode == 0, ended.stderr
    assert "[flowerclassifier/1]" in ended.stdout


def test_the_claims_are_named(run_pytest: Callable[..., Ended], colour_models: Path, tmp_path: Path) -> None:
    ended = run_pytest(str(ROOT / "conformance"), "--models", str(colour_models), *TELL, directory=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "[colours/2]" in ended.stdout


def test_who_does_not_call_the_gate_is_told_nothing(run_pytest: Callable[..., Ended], tmp_path: Path) -> None:
    ended = run_pytest("--models", str(tmp_path), directory=tmp_path)

    assert ended.returncode == USAGE_ERROR
    assert "unrecognized arguments: --models" in ended.stderr


@pytest.mark.parametrize("wrong", ["--no-such-option", "--versions=newest"])
def test_old_verdicts_go_as_they_do_with_an_equals_sign(
    wrong: str, run_pytest: Callable[..., Ended], tmp_path: Path
) -> None:
    old = tmp_path / "report/flowerclassifier/2/verdict.json"
    old.parent.mkdir(parents=True)
    old.write_text(f'{{"predicateType": "{PREDICATE_TYPE}", "verdict": "PROMOTE"}}')

    ended = run_pytest("--models", "models", "--report", str(tmp_path / "report"), wrong)

    assert ended.returncode == USAGE_ERROR
    assert not old.exists()
