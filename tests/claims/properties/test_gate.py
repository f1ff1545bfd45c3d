"""The claims about any input and any order of requests, in the gate."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.claims.listed import claim_names
from fixtures.model.tensorflow import import_tensorflow
from fixtures.serving.identity import RESERVED
from tests.breakages.breakage import CANDIDATE, good
from tests.helpers import colours
from tests.helpers.gate import RunGate
from tests.helpers.low_effort import LOW
from tests.helpers.middleman import Forward, Reply, Request, Tamper, faithful

PROPERTIES = "conformance/test_properties.py"
CLAIMS = set(claim_names("test_properties.py"))


def random_above_one(image: Any) -> Any:
    tf = import_tensorflow()
    noise = tf.random.uniform(tf.shape(image)[:1])[:, None]
    return {"colour": tf.where(tf.reduce_any(image > 1, axis=(1, 2, 3))[:, None], good(image) * noise, good(image))}


def test_model_that_is_random_where_no_sample_is(run_gate: RunGate, colour_models: Path) -> None:
    shutil.rmtree(colour_models / CANDIDATE)
    colours.save(colour_models / CANDIDATE, random_above_one)

    run = run_gate(PROPERTIES, f"--models={colour_models}", "--tfs=embedded")

    assert run.claims(CANDIDATE, "failures") == {"test_served_equals_local_for_any_input"}
    assert "the model computes something else each time: colour first 0." in run.output


def spoiled_by_a_bad_request() -> Tamper:
    """From the first request that is refused on all numbers are a tenth."""
    spoiled: list[bool] = []

    def tamper(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if reply.status != 200 and RESERVED not in request.path:
            spoiled.append(True)
        return reply.saying(b"0.", b"0.0") if spoiled else reply

    return tamper


def test_server_that_a_bad_request_spoils_for_good(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    run = run_gate(
        f"{PROPERTIES}::test_good_answers_stay_in_any_order_of_requests",
        f"--models={colour_models}",
        *tamper_with(spoiled_by_a_bad_request()),
        effort=replace(LOW, runs=20),
    )

    assert run.claims(CANDIDATE, "failures") == {"test_good_answers_stay_in_any_order_of_requests"}
    assert ", and it stays so" in run.output
    assert ": answered 40" in run.output


@pytest.mark.parametrize("option", ["--hypothesis-seed=7", "--hypothesis-profile=ci"])
def test_other_examples_pass_too(
    option: str, run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    run = run_gate(PROPERTIES, f"--models={colour_models}", *tamper_with(faithful), option)

    assert {case.split("::")[1].split("[")[0] for case in run.predicate(CANDIDATE)["passedTests"]} == CLAIMS


def test_rest_alone_will_do(run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]) -> None:
    url, _, allowed = tamper_with(faithful)

    run = run_gate(PROPERTIES, f"--models={colour_models}", url, allowed)

    assert {case.split("::")[1].split("[")[0] for case in run.predicate(CANDIDATE)["passedTests"]} == CLAIMS


def test_server_of_somebody_else_is_left_alone(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    url, grpc, _ = tamper_with(faithful)

    run = run_gate(PROPERTIES, f"--models={colour_models}", url, grpc)

    assert run.claims(CANDIDATE, "skipped") == CLAIMS
