"""A waiver lets a failure pass until its day, says so, and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from fixtures.model.contract import Waiver
from fixtures.options import Effort
from tests.helpers import colours
from tests.helpers.gate import RunGate
from tests.helpers.puppet import Puppet

CANDIDATE = "colours/2"
YESTERDAY = date.today() - timedelta(days=1)
TOO_FAR = date.today() + timedelta(days=182)
TOMORROW = date.today() + timedelta(days=1)
"""Today's waivers hold too, but a run of the tests may go on past midnight."""


@pytest.fixture
def waive(colour_models: Path) -> Callable[..., Path]:
    """Adds a waiver to the contract of the colour model and gives the directory to gate."""

    def waive(check: str, until: date = TOMORROW, reason: str = "known as ML-1234", cases: str = "*") -> Path:
        with (colour_models / "colours/conformance.toml").open("a") as contract:
            contract.write(f'[[waivers]]\ncheck = "{check}"\nreason = "{reason}"\nuntil = {until}\ncases = "{cases}"\n')
        return colour_models

    return waive


def test_failure_that_is_waived_lets_the_version_pass(
    waive: Callable[..., Path], run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    models = waive("test_unversioned_path_answers_the_highest")

    run = run_gate(f"--models={models}", *serve_all(Puppet(unversioned=1)))

    reasons = run.predicate(CANDIDATE)["waived"]
    case = "test_serving.py::test_unversioned_path_answers_the_highest[colours/2]"
    assert reasons[case].startswith(f"waived until {TOMORROW}, known as ML-1234: in column format: colour[0, ")
    assert case in run.predicate(CANDIDATE)["warnedTests"]
    assert "1 waived" in run.output
    assert f"PROMOTE {CANDIDATE}, with test_unversioned_path_answers_the_highest waived until {TOMORROW}" in run.output
    assert [waiver["check"] for waiver in run.predicate(CANDIDATE)["waiversUsed"]] == [
        "test_unversioned_path_answers_the_highest"
    ]
    assert (run.verdict(CANDIDATE), run.status) == ("PROMOTE", pytest.ExitCode.OK)


def test_failure_of_another_claim_is_not_waived(
    waive: Callable[..., Path], run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    models = waive("test_grpc")

    run = run_gate(f"--models={models}", *serve_all(Puppet(unversioned=1)))

    assert run.claims(CANDIDATE, "failures") == {"test_unversioned_path_answers_the_highest"}
    assert run.verdict(CANDIDATE) == "REJECT"


def test_waiver_of_some_cases_lets_no_other_pass(
    waive: Callable[..., Path], run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    models = waive("test_rest_row", cases="colours/2-red_*")

    run = run_gate(f"--models={models}", *serve_all(Puppet(distort_row=lambda outputs: outputs * 2)), "-ktest_rest_row")

    waived, failed = (list(run.predicate(CANDIDATE)[kind]) for kind in ("waived", "failures"))
    assert waived
    assert all("red_" in case for case in waived)
    assert failed
    assert not any("red_" in case for case in failed)


def test_waiver_of_cases_that_there_are_not_is_told(
    waive: Callable[..., Path], run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={waive('test_rest_row', cases='*-rsoe_*')}", *serve_all(Puppet()), "-ktest_rest_row")

    told = "the waiver of test_rest_row is for cases '*-rsoe_*', and none is such; mend or remove it"
    assert told in run.predicate(CANDIDATE)["warnings"]


def test_waiver_of_agreement_is_nothing_for_a_release(
    waive: Callable[..., Path],
    run_gate: RunGate,
    serve_all: Callable[[Puppet], list[str]],
    colour_models: Path,
) -> None:
    colours.write_tenth_photo(colour_models)
    servers = serve_all(Puppet(distort_row=lambda outputs: outputs * 2))

    run = run_gate(
        f"--models={waive('test_rest_row')}",
        *(*servers, "--allow-destructive", "--release", "-ktest_rest_row"),
        effort=Effort(),
    )

    assert run.claims(CANDIDATE, "waived") == {"test_rest_row"}
    assert "--release does not take a waiver of test_rest_row" in run.predicate(CANDIDATE)["gaps"]
    assert (run.verdict(CANDIDATE), run.status) == ("INCOMPLETE", pytest.ExitCode.TESTS_FAILED)


def test_dangerous_graph_is_trusted_only_where_the_waiver_is_for_it() -> None:
    waiver = Waiver(check="test_graph_only_computes", reason="ours", until=TOMORROW, cases="*/1")

    assert [waiver.covers("test_graph_only_computes", f"m/{version}") for version in (1, 2)] == [True, False]


def test_waiver_that_was_not_needed_is_told(
    waive: Callable[..., Path], run_gate: RunGate, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={waive('test_grpc')}", *serve_all(Puppet()))

    assert "the waiver of test_grpc was not needed; remove it" in run.predicate(CANDIDATE)["warnings"]
    assert run.verdict(CANDIDATE) == "PROMOTE"


@pytest.mark.parametrize(
    ("check", "until", "says"),
    [
        ("test_grpcs", TOMORROW, "waivers.0.check: 'test_grpcs' is no claim; did you mean 'test_grpc'?"),
        (
            "test_one_image_gives_one_row",
            TOMORROW,
            "waivers.0.check: 'test_one_image_gives_one_row' is called 'test_answers_fit_the_signature'",
        ),
        (
            "test_grpc",
            TOO_FAR,
            f"conformance.toml: waivers.0.until: a waiver holds for at most 180 days; "
            f"the last day that test_grpc may have is {TOO_FAR - timedelta(days=2)}",
        ),
        ("test_grpc", YESTERDAY, f"waivers.0.until: the waiver of test_grpc expired on {YESTERDAY}; remove it"),
    ],
)
def test_waiver_that_makes_no_sense_ends_the_run(
    check: str, until: date, says: str, waive: Callable[..., Path], run_gate: RunGate
) -> None:
    run = run_gate(f"--models={waive(check, until)}", "--tfs=embedded")

    assert says in run.output
    assert run.status == pytest.ExitCode.USAGE_ERROR
