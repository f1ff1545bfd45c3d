"""Broken models and lying servers are rejected by the claim that is there for them: some of those of `make proof`."""

from __future__ import annotations

import pytest

from fixtures.claims.listed import claim_names
from tests.mutants import FAULTS
from tests.mutants.fault import Fault
from tests.mutants.good import FAULTS as GOOD
from tests.mutants.proof import Outcome, Prover, summary

SOME = (
    "batch-mixed",
    "files-asset-in-reverse",
    "graph-that-keras-should-not-write",
    "input-for-a-batch-of-one",
    "liar-bad-replica-of-four",
    "liar-bfloat16",
    "liar-only-without-version",
    "liar-only-among-8-clients-over-grpc",
    "liar-output-missing",
    "table-inputs-swapped",
    "text-unknown-word-for-a-known-one",
)
"""One of most kinds, for every run of the tests; `make proof` has all."""


@pytest.fixture(scope="module")
def prover(tmp_path_factory: pytest.TempPathFactory) -> Prover:
    """Makes each good model once."""
    return Prover(tmp_path_factory.mktemp("proof"))


@pytest.mark.parametrize("name", SOME)
def test_it_is_rejected_by_its_claim(name: str, prover: Prover) -> None:
    outcome = prover.outcome(name, FAULTS[name])

    assert outcome.is_expected, f"{outcome.line()}\n{outcome.said}"


def test_there_are_many_of_both_kinds() -> None:
    bad = [fault for name, fault in FAULTS.items() if name not in GOOD]
    assert len([fault for fault in bad if fault.lie is None]) >= 60
    assert len([fault for fault in bad if fault.lie is not None]) >= 30


def test_each_names_a_claim_that_there_is() -> None:
    assert {fault.claim for fault in FAULTS.values() if fault.claim} <= set(claim_names())


def outcome(fault: Fault, word: str, *failed: str, said: str = "") -> Outcome:
    return Outcome("it", fault, word, frozenset(failed), said, 1.0)


def test_another_claim_than_expected_is_not_enough() -> None:
    fault = FAULTS["batch-mixed"]

    assert outcome(fault, "REJECT", fault.claim, "test_grpc").is_expected
    assert not outcome(fault, "REJECT", "test_grpc").is_expected
    assert not outcome(fault, "PROVISIONAL").is_expected
    assert not outcome(fault, "none", said=fault.claim).is_expected


def test_the_table_marks_the_claim_that_is_expected() -> None:
    fault = FAULTS["batch-mixed"]

    assert outcome(fault, "REJECT", fault.claim, "test_grpc").line().split() == [
        *("ok", "it", "REJECT"),
        *("*batches_agree_with_single_requests,", "grpc"),
    ]
    assert outcome(fault, "PROVISIONAL").line().split() == [
        *("PASSED", "it", "PROVISIONAL"),
        *("(expected:", f"{fault.claim})"),
    ]


def test_the_summary_counts_what_each_claim_caught() -> None:
    fault = FAULTS["batch-mixed"]
    told = summary([outcome(fault, "REJECT", fault.claim, "test_grpc"), outcome(fault, "REJECT", "test_grpc")])

    assert [line.split() for line in told.splitlines()] == [
        ["claim", "fails", "expected"],
        ["grpc", "2", "0"],
        ["batches_agree_with_single_requests", "1", "1"],
        ["1", "of", "2", "told", "as", "they", "should", "be;", "not:", "it"],
    ]
