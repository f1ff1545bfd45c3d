"""One word for each model version, never better than what was tried, and an attestation that carries it."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fixtures.errors import Untried
from fixtures.model.contract import Waiver
from fixtures.report.evidence import Case, Outcome, Result
from fixtures.report.verdict import Verdict

pytestmark = pytest.mark.fast

VERSION = "flower/2"
DIGEST = "0" * 64


def case(name: str, sample: str = "") -> Case:
    return Case(f"test_agreement.py::{name}", VERSION, sample)


def verdict(*outcomes: Outcome, **how: Any) -> Verdict:
    """The verdict on cases of these outcomes, on TensorFlow Serving unless said otherwise."""
    fields: dict[str, Any] = {
        "version": VERSION,
        "digest": DIGEST,
        "changed": False,
        "server": "TensorFlow Serving 2.20.0",
        "is_real": True,
        "contract": None,
        "results": {case(f"test_{i}"): Result(outcome, f"reason {i}") for i, outcome in enumerate(outcomes)},
        "missing": (),
        "unread": (),
    }
    return Verdict(**(fields | how))


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        (["passed"], "PROMOTE"),
        (["passed", "passed"], "PROMOTE"),
        (["passed", "skipped"], "PROMOTE"),
        ([], "INCOMPLETE"),
        (["skipped"], "INCOMPLETE"),
        (["passed", "error"], "INCOMPLETE"),
        (["passed", "not tried"], "INCOMPLETE"),
        (["error"], "INCOMPLETE"),
        (["not tried"], "INCOMPLETE"),
        (["failed"], "REJECT"),
        (["passed", "failed"], "REJECT"),
        (["failed", "error"], "REJECT"),
        (["failed", "not tried", "skipped"], "REJECT"),
    ],
)
def test_word_of_outcomes(outcomes: list[Outcome], word: str) -> None:
    assert verdict(*outcomes).word == word


@pytest.mark.parametrize(
    "gap",
    [
        {"missing": (case("test_rest_row"),)},
        {"unread": ("test_signature.py::test_input_spec",)},
        {"changed": True},
        {"missing": (case("test_rest_row"),), "unread": ("test_signature.py::test_input_spec",), "changed": True},
    ],
    ids=["missing", "unread", "changed", "all"],
)
@pytest.mark.parametrize(("outcome", "word"), [("passed", "INCOMPLETE"), ("failed", "REJECT")])
def test_a_gap_takes_a_promotion_but_not_a_rejection_back(gap: dict[str, Any], outcome: Outcome, word: str) -> None:
    assert verdict(outcome, **gap).word == word


@pytest.mark.parametrize(
    ("outcomes", "gap", "word"),
    [
        (["passed"], {}, "PROVISIONAL"),
        (["passed", "skipped"], {}, "PROVISIONAL"),
        (["passed", "error"], {}, "INCOMPLETE"),
        (["passed"], {"changed": True}, "INCOMPLETE"),
        (["failed"], {}, "REJECT"),
        ([], {}, "INCOMPLETE"),
    ],
)
def test_word_on_the_stand_in(outcomes: list[Outcome], gap: dict[str, Any], word: str) -> None:
    assert verdict(*outcomes, is_real=False, **gap).word == word


@pytest.mark.parametrize(
    ("outcomes", "how", "gaps"),
    [
        (["passed", "skipped"], {}, []),
        (["error", "error"], {}, ["2 ended in error"]),
        (["not tried", "passed"], {}, ["1 not tried"]),
        (["passed"], {"missing": (case("test_rest_row", "a.jpg"),)}, ["1 deselected or not reached"]),
        (
            ["passed"],
            {"unread": ("test_a.py::test_x", "test_b.py::test_y")},
            ["not collected: test_a.py::test_x, test_b.py::test_y"],
        ),
        (["passed"], {"changed": True}, ["the version directory changed while it was tested"]),
    ],
)
def test_gaps(outcomes: list[Outcome], how: dict[str, Any], gaps: list[str]) -> None:
    assert verdict(*outcomes, **how).gaps == gaps


def test_counts() -> None:
    counts = verdict("passed", "failed", "passed", "skipped").counts
    assert counts == {"passed": 2, "failed": 1, "skipped": 1}
    assert counts["error"] == 0


@pytest.mark.parametrize(
    ("measured", "headroom", "difference"),
    [
        ([], None, None),
        ([(None, None)], None, None),
        ([(0.1, 1e-7), (None, None), (0.5, 1e-9)], 0.5, 1e-7),
        ([(0.0, 0.0)], 0.0, 0.0),
        ([(0.5, 0.1), (math.inf, math.inf)], math.inf, math.inf),
    ],
)
def test_what_was_measured(measured: list[tuple[Any, Any]], headroom: float | None, difference: float | None) -> None:
    found = verdict(results={case(f"test_{i}"): Result("passed", "", *pair) for i, pair in enumerate(measured)})
    assert (found.headroom_used, found.largest_difference) == (headroom, difference)


def test_statement_has_the_fields_that_in_toto_asks_for() -> None:
    statement = verdict("passed", contract=("models/flower/conformance.toml", "f" * 64)).statement()
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": VERSION, "digest": {"dirHash1": DIGEST}}]
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["predicate"]["configuration"] == [
        {"name": "models/flower/conformance.toml", "digest": {"sha256": "f" * 64}}
    ]


@pytest.mark.parametrize(
    ("outcomes", "is_real", "word", "result"),
    [
        (["passed"], True, "PROMOTE", "PASSED"),
        (["passed"], False, "PROVISIONAL", "WARNED"),
        (["failed"], True, "REJECT", "FAILED"),
        (["error"], True, "INCOMPLETE", "FAILED"),
        ([], False, "INCOMPLETE", "FAILED"),
    ],
)
def test_result_of_the_statement(outcomes: list[Outcome], is_real: bool, word: str, result: str) -> None:
    predicate = verdict(*outcomes, is_real=is_real).statement()["predicate"]
    assert (predicate["verdict"], predicate["result"]) == (word, result)
    assert predicate["server"]["isTensorFlowServing"] is is_real


def test_statement_tells_every_case_under_its_outcome() -> None:
    late = case("test_late", "rose 1.jpg")
    predicate = verdict("passed", "failed", "error", "skipped", "not tried", missing=(late,)).statement()["predicate"]
    assert predicate["passedTests"] == [str(case("test_0"))]
    assert predicate["failedTests"] == [str(case("test_1"))]
    assert predicate["warnedTests"] == []
    assert predicate["failures"] == {str(case("test_1")): "reason 1"}
    assert predicate["errors"] == {str(case("test_2")): "reason 2"}
    assert predicate["skipped"] == {str(case("test_3")): "reason 3"}
    assert predicate["notTried"] == {str(case("test_4")): "reason 4"}
    assert predicate["missing"] == ["test_agreement.py::test_late[flower/2-rose 1.jpg]"]
    assert predicate["counts"] == {"passed": 1, "failed": 1, "error": 1, "skipped": 1, "not tried": 1, "missing": 1}


@pytest.mark.parametrize(("contract", "pinned"), [(None, False), (("conformance.toml", "f" * 64), True)])
def test_statement_says_whether_the_interface_was_pinned(contract: Any, pinned: bool) -> None:
    predicate = verdict("passed", contract=contract).statement()["predicate"]
    assert predicate["interfacePinned"] is pinned
    assert len(predicate["configuration"]) == pinned


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize(
    ("value", "written"), [(None, None), (0.25, 0.25), (math.inf, "infinity"), (math.nan, "infinity")]
)
def test_file_is_strict_json(tmp_path: Path, value: float | None, written: object) -> None:
    file = tmp_path / "flower" / "2" / "verdict.json"
    verdict(results={case("test_0"): Result("failed", 'na\u00efve "reason"\n\udcff', value, value)}).write(file)
    predicate = json.loads(file.read_bytes(), parse_constant=no_constant)["predicate"]
    assert (predicate["headroomUsed"], predicate["largestDifference"]) == (written, written)
    assert predicate["failures"][str(case("test_0"))] == 'na\u00efve "reason"\n\udcff'


def test_file_replaces_an_older_one(tmp_path: Path) -> None:
    verdict("passed", "passed", "passed").write(tmp_path / "verdict.json")
    verdict("failed").write(tmp_path / "verdict.json")
    assert json.loads((tmp_path / "verdict.json").read_text())["predicate"]["verdict"] == "REJECT"


def test_statement_tells_every_series_of_requests() -> None:
    series = ('{"protocol": "REST", "p50_ms": 1.5}', '{"protocol": "gRPC", "p50_ms": null}')
    predicate = verdict(results={case("test_0"): Result("passed", latency=series)}).statement()["predicate"]
    assert predicate["latency"] == [{"protocol": "REST", "p50_ms": 1.5}, {"protocol": "gRPC", "p50_ms": None}]


ALL_UNTRIED: frozenset[Untried] = frozenset({"grpc", "load", "bad-input"})
WAIVER = Waiver(check="test_1", reason="ML-1", until=date(2026, 12, 31), cases="flower/*")


@pytest.mark.parametrize(
    ("accepted", "word", "headline"),
    [
        ((), "INCOMPLETE", VERSION),
        (("grpc", "load"), "INCOMPLETE", f"{VERSION}, not tried: grpc, load"),
        (("grpc", "load", "bad-input"), "PROMOTE", f"{VERSION}, not tried: bad-input, grpc, load"),
    ],
)
def test_what_was_not_tried_has_to_be_accepted(accepted: tuple[Untried, ...], word: str, headline: str) -> None:
    found = verdict("passed", untried=ALL_UNTRIED, accepted=frozenset(accepted))
    assert (found.word, found.headline) == (word, headline)
    assert found.statement()["predicate"]["acceptedUntried"] == sorted(accepted)
    assert [kind in " ".join(found.gaps) for kind in ALL_UNTRIED] == [kind not in accepted for kind in ALL_UNTRIED]


def test_release_accepts_nothing_untried() -> None:
    found = verdict("passed", untried=ALL_UNTRIED, accepted=ALL_UNTRIED, release=True)
    assert (found.word, found.headline, len(found.gaps)) == ("INCOMPLETE", VERSION, 3)


def test_what_was_not_left_out_is_not_told_as_accepted() -> None:
    assert verdict("passed", accepted=ALL_UNTRIED).headline == VERSION


def test_verdict_that_rests_on_a_waiver_says_so() -> None:
    found = verdict("passed", "waived", waivers=(WAIVER, WAIVER.model_copy(update={"check": "test_0"})))
    assert (found.word, found.headline) == ("PROMOTE", f"{VERSION}, with test_1 waived until 2026-12-31")
    assert [waiver["until"] for waiver in found.statement()["predicate"]["waiversUsed"]] == ["2026-12-31"]


@pytest.mark.parametrize(("agreement", "word"), [({str(case("test_1").claim)}, "INCOMPLETE"), (set(), "PROMOTE")])
def test_release_takes_no_waiver_of_agreement(agreement: set[str], word: str) -> None:
    found = verdict("passed", "waived", waivers=(WAIVER,), agreement=frozenset(agreement), release=True)
    assert found.word == word
    assert found.gaps == (["--release does not take a waiver of test_1"] if agreement else [])


@pytest.mark.parametrize(
    ("because", "word"),
    [
        ("model", "PROMOTE"),
        ("contract", "PROMOTE"),
        ("probe", "PROMOTE"),
        ("server", "PROMOTE"),
        ("other", "INCOMPLETE"),
    ],
)
def test_release_takes_no_skip_that_nothing_explains(because: str, word: str) -> None:
    results = {case("test_0"): Result("passed"), case("test_1"): Result("skipped", "so it is", because=because)}
    found = verdict(results=results, release=True)
    assert found.word == word
    assert found.gaps == ([] if word == "PROMOTE" else ["--release does not take that test_1 is skipped: so it is"])
    assert verdict(results=results).word == "PROMOTE"


@pytest.mark.parametrize(("release", "word"), [(False, "PROMOTE"), (True, "INCOMPLETE")])
def test_run_that_tries_less_says_so(release: bool, word: str) -> None:
    found = verdict("passed", tries_less=True, release=release)
    assert (found.word, found.headline) == (word, f"{VERSION}, tried less than the gate does")
    assert found.statement()["predicate"]["triesLess"] is True


def test_failed_claims_are_told_once_with_the_worst_of_their_cases() -> None:
    results = {
        case("test_rest_row", "a.png"): Result("failed", "a is off", headroom_used=2.0),
        case("test_rest_row", "b.png"): Result("failed", "b is off", headroom_used=30.0),
        case("test_rest_row", "c.png"): Result("passed", headroom_used=0.5),
        case("test_input_spec"): Result("failed", "input image is now picture"),
        Case("test_a.py::test_grpc", VERSION, "by_ten-a.png", "by_ten"): Result("failed", "a is off"),
        Case("test_a.py::test_grpc", VERSION, "by_ten-b.png", "by_ten"): Result("passed"),
        case("test_grpc", "a.png"): Result("error", "no thread"),
        case("test_sum", "a.png"): Result("failed", "sums to 2"),
        case("test_sum", "b.png"): Result("failed", "sums to 3"),
    }
    told = verdict(results=results)
    assert [str(one) for one in told.told("failed")] == [
        "test_rest_row, 2 of 3 cases, the worst b.png: b is off",
        "test_input_spec: input image is now picture",
        "test_grpc of by_ten, 1 of 2 cases, by_ten-a.png: a is off",
        "test_sum, 2 of 2 cases, such as a.png: sums to 2",
    ]
    assert [str(one) for one in told.told("error")] == ["test_grpc, a.png: no thread"]
    assert told.told("waived") == []


def test_what_can_take_the_server_down_is_told_first_and_what_every_model_gets_apart() -> None:
    usual = {f"{name}": Result("passed", usual=(f"it takes {name}",)) for name in ("cut", "by_ten-cut")}
    told = verdict(
        results={
            case("test_broken_request", "too_wide"): Result("passed", warnings=("it takes 9 rows",)),
            case("test_broken_request", "cut"): usual["cut"],
            Case("test_agreement.py::test_broken_request", VERSION, "by_ten-cut", "by_ten"): usual["by_ten-cut"],
            case("test_wrong_rank_requests"): Result("passed", fatal=("it ends",)),
        },
        warnings=("of the server",),
    )
    assert told.all_warnings == [
        "test_agreement.py::test_wrong_rank_requests[flower/2]: it ends",
        "of the server",
        "test_agreement.py::test_broken_request[flower/2-too_wide]: it takes 9 rows",
    ]
    assert list(told.usual_warnings) == ["cut"]
    predicate = told.statement()["predicate"]
    assert (predicate["warnings"], predicate["warningsOfEveryModel"]) == (told.all_warnings, told.usual_warnings)
    assert len(predicate["warnedTests"]) == 4


def test_cases_that_were_not_reached_count_among_those_of_their_claim() -> None:
    told = verdict(
        results={case("test_sum", "a.png"): Result("failed", "sums to 2")}, missing=(case("test_sum", "b.png"),)
    )
    assert [str(one) for one in told.told("failed")] == ["test_sum, 1 of 2 cases, a.png: sums to 2"]
