"""Old verdicts go first of all, claims cannot be hidden, and no part of the gate can be left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.claims.listed import claims
from fixtures.report.files import PREDICATE_TYPE
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.puppet import Puppet

CANDIDATE = "colours/2"
ANOTHER = "another/7"
USAGE_ERROR = pytest.ExitCode.USAGE_ERROR
HIDES = {
    "makes-no-item": """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(name):
    return [] if name == "test_rest_row" else None
""",
    "ignores-the-file": """
def pytest_ignore_collect(collection_path):
    return True if collection_path.name == "test_agreement.py" else None
""",
    "marks-it-skipped": """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        if item.originalname == "test_rest_row":
            item.add_marker(pytest.mark.skip(reason="slow"))
""",
    "drops-the-items": """
import pytest
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if item.originalname != "test_rest_row"]
""",
}


@pytest.fixture
def old_verdicts(tmp_path: Path) -> dict[str, Path]:
    """Verdicts of an earlier run, on the colour model and on another."""
    files = {version: tmp_path / "report" / version / "verdict.json" for version in (CANDIDATE, ANOTHER)}
    for file in files.values():
        file.parent.mkdir(parents=True)
        file.write_text(f'{{"predicateType": "{PREDICATE_TYPE}", "verdict": "PROMOTE"}}')
    return files


def left(old_verdicts: dict[str, Path]) -> set[str]:
    return {version for version, file in old_verdicts.items() if file.exists()}


@pytest.mark.parametrize(
    "option", ["--no-such-option", "--timeout-s=abc", "--tfs=/no/such/file", "-pno:fixtures.plugin.report"]
)
def test_run_that_ends_early_leaves_no_old_verdict(
    option: str, old_verdicts: dict[str, Path], run_gate: RunGate, colour_models: Path
) -> None:
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", option)

    assert run.status == USAGE_ERROR
    assert left(old_verdicts) == {ANOTHER}


@pytest.mark.parametrize("wrong", ["--models=/no/such/directory", "--versions=newest", "--versions=3", "--models"])
def test_run_that_may_be_about_any_version_leaves_none(
    wrong: str, old_verdicts: dict[str, Path], run_gate: RunGate, colour_models: Path
) -> None:
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", wrong)

    assert run.status == USAGE_ERROR
    assert left(old_verdicts) == set()


@pytest.mark.parametrize("option", ["--help", "--collect-only", "--fixtures", "--markers", "--fixtures-per-test"])
def test_run_that_only_tells_leaves_them(
    option: str, old_verdicts: dict[str, Path], run_gate: RunGate, colour_models: Path
) -> None:
    run_gate(f"--models={colour_models}", "--tfs=embedded", option)

    assert left(old_verdicts) == {CANDIDATE, ANOTHER}


def test_suites_own_tests_leave_them(old_verdicts: dict[str, Path], run_gate: RunGate, colour_models: Path) -> None:
    run_gate("tests/plugin/test_first.py", f"--models={colour_models}", "--collect-only", "-q")

    assert left(old_verdicts) == {CANDIDATE, ANOTHER}


@pytest.mark.parametrize("plugin", HIDES.values(), ids=HIDES)
def test_claim_that_a_plugin_hides_is_missed(
    plugin: str, run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str], pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(hides=plugin)
    pytester.syspathinsert()

    run = run_gate(
        f"--models={colour_models}", f"--tfs={serve(Puppet())}", "-phides", "-ktest_rest_column or test_rest_row"
    )

    predicate = run.predicate(CANDIDATE)
    assert predicate["verdict"] == "INCOMPLETE"
    not_collected = [gap for gap in predicate["gaps"] if gap.startswith("not collected: ")]
    missed = [case for case in (*predicate["missing"], *predicate["notTried"]) if "::test_rest_row[" in case]
    assert any("test_agreement.py::test_rest_row" in gap for gap in not_collected) or missed


@pytest.mark.parametrize("option", ["-opython_functions=x_*", "-opython_files=x_*.py"])
def test_claims_that_an_ini_value_hides_are_named(
    option: str, run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", option)

    (gap,) = (gap for gap in run.predicate(CANDIDATE)["gaps"] if gap.startswith("not collected: "))
    assert gap == f"not collected: {', '.join(map(str, claims()))}"
    assert run.verdict(CANDIDATE) == "INCOMPLETE"


def test_root_and_ini_file_do_not_matter(
    pytester: pytest.Pytester, tmp_path: Path, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    ini = tmp_path / "other.ini"
    ini.write_text("[pytest]\npython_functions = test_rest_row\n")
    report = tmp_path / "elsewhere"

    pytester.runpytest_inprocess(
        str(ROOT / "conformance"),
        f"--config-file={ini}",
        f"--rootdir={tmp_path}",
        "-pno:cacheprovider",
        "-pno:randomly",
        "--import-mode=importlib",
        f"--models={colour_models}",
        f"--tfs={serve(Puppet())}",
        f"--report={report}",
        "-kred_1",
    )

    said = (report / CANDIDATE / "verdict.json").read_text()
    assert '"verdict": "INCOMPLETE"' in said
    assert "not collected: test_agreement.py::test_batches_agree_with_single_requests" in said


@pytest.mark.parametrize("plugin", ["cases", "report", "session", "waivers"])
def test_part_of_the_gate_cannot_be_blocked(plugin: str, run_gate: RunGate, colour_models: Path) -> None:
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", f"-pno:fixtures.plugin.{plugin}")

    assert run.status == USAGE_ERROR
    assert f"-p no:fixtures.plugin.{plugin} blocks a part of the gate; leave it out" in run.output
