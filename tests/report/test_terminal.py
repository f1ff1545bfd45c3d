"""What a person reads below a verdict: why it is so, what was measured, what there is to warn of, what was skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.options import Settings
from fixtures.report.evidence import Case, Result
from fixtures.report.terminal import LONG, summary
from tests.report.test_verdict import VERSION, case, verdict

pytestmark = pytest.mark.fast


def told(results: dict[Case, Result], **how: Any) -> list[str]:
    return list(summary(verdict(results=results, **how), Settings(report=Path("report"))))


def of_signature(name: str, signature: str, sample: str = "") -> Case:
    return Case(f"test_agreement.py::{name}", VERSION, "-".join(filter(None, [signature, sample])), signature)


def test_a_rejection_begins_with_what_failed_and_is_no_longer_than_it_must_be() -> None:
    lines = told(
        {
            case("test_rest_row", "a.png"): Result("failed", "served 1" + "!" * LONG, headroom_used=2.0),
            case("test_input_spec"): Result("failed", "input image is now picture"),
            case("test_grpc"): Result("error", "no thread"),
            case("test_latency"): Result("passed"),
        }
    )
    assert lines[0].startswith("failed: test_rest_row, a.png: served 1!")
    assert lines[0].endswith("!...")
    assert lines[1:4] == [
        "failed: test_input_spec: input image is now picture",
        "error: test_grpc: no thread",
        "2 failed, 1 error, 1 passed",
    ]
    assert not any("ended in error" in line or "no difference" in line for line in lines)


def test_what_was_not_tried_refers_to_the_claim_that_tells_why() -> None:
    long = f"the server refuses {'x' * LONG} (see test_version[flower/2])"
    results = {case(f"test_{number}"): Result("not tried", f"not tried: {long}") for number in range(5)}
    results |= {case("test_a"): Result("not tried", "not tried: no two samples"), case("test_b"): Result("passed")}

    assert told(results)[:3] == [
        "6 not tried, 1 passed",
        "not tried: 5 cases of 5 claims: see test_version[flower/2]",
        "not tried: test_a: no two samples",
    ]


def test_one_cause_in_the_words_of_several_samples_is_one_line() -> None:
    fits = "test_answers_fit_the_signature"
    results = {
        case("test_rest_row", f"{name}.png"): Result(
            "not tried", f"not tried: the signature does not allow what {name}.png gets (see {fits}): y is float64 (1)"
        )
        for name in "ab"
    }
    assert told(results | {case("test_c"): Result("passed")})[:2] == [
        "2 not tried, 1 passed",
        f"not tried: test_rest_row (2 cases): see {fits}",
    ]


def test_a_pass_shows_what_was_measured() -> None:
    labelled = {"right": 24, "labelled": 24, "samples": 25, "classesLabelled": 5, "classes": 5}
    series = {"protocol": "REST", "samples": 1, "clients": 1, "requests": 100, "p50_ms": 2.54, "signature": ""}
    other = series | {"protocol": "gRPC", "signature": "by_ten"}
    lines = told(
        {
            case("test_labelled"): Result("passed", labelled=(json.dumps(labelled),)),
            case("test_rest_row"): Result("passed", headroom_used=0.5, largest_difference=1e-7),
            case("test_latency"): Result("passed", latency=(json.dumps(series), json.dumps(other))),
        }
    )
    assert lines[:4] == [
        "3 passed",
        "accuracy: 24 of 24 labelled samples classified right, of 25 samples; labelled are 5 of 5 classes",
        "largest difference 1e-07, 50.00% of what the tolerance allows at most",
        "p50 of one sample, from one client: 2.5 ms over REST",
    ]


def test_what_every_model_gets_is_one_line_behind_what_is_of_this_model() -> None:
    lines = told(
        {
            case("test_broken_request", name): Result("passed", usual=(f"the server takes {name}",))
            for name in ("trailing_text", "unknown_input")
        }
        | {case("test_wrong_rank_requests"): Result("passed", fatal=("one client can take the server down",))}
    )
    assert [line for line in lines if line.startswith("warning: ")] == [
        "warning: test_agreement.py::test_wrong_rank_requests[flower/2]: one client can take the server down",
        "warning: as for every model, the server takes 2 kinds of broken request: trailing_text, unknown_input",
    ]


@pytest.mark.parametrize(
    ("contract", "reason"),
    [(("c.toml", "0"), "the contract promises no such thing"), (None, "there is no contract to promise it")],
)
def test_skips_name_another_signature_and_what_nothing_promises_once(
    contract: tuple[str, str] | None, reason: str
) -> None:
    def unpromised(what: str) -> Result:
        return Result("skipped", what, because="contract")

    lines = told(
        {
            case("test_labelled"): unpromised("no accuracy is promised"),
            of_signature("test_labelled", "by_ten"): unpromised("no accuracy is promised of by_ten"),
            of_signature("test_golden", "by_ten"): unpromised("no golden outputs are promised"),
            of_signature("test_rest_row", "by_ten", "a.png"): Result(
                "skipped", "REST cannot carry it", because="model"
            ),
            of_signature("test_rest_row", "by_ten", "b.png"): Result(
                "skipped", "REST cannot carry it", because="model"
            ),
            case("test_latency"): Result("passed"),
        },
        contract=contract,
    )
    assert [line for line in lines if line.startswith("skipped: ")] == [
        f"skipped: test_labelled (by_ten too), test_golden of by_ten: {reason}",
        "skipped: test_rest_row of by_ten (2 cases): REST cannot carry it",
    ]
