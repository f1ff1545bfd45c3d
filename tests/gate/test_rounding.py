"""The tolerance lets rounding pass, and nothing that is coarser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.breakages.agreement import with_six_digits
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.middleman import Forward, Middleman, Reply, Request, Tamper, faithful
from tests.helpers.puppet import Puppet
from tests.helpers.standin import running


@pytest.fixture(scope="module")
def flower_server() -> Iterator[str]:
    """The URL of a stand-in that serves version 2 of the flower model."""
    base = ROOT / "models" / "flowerclassifier"
    with running("--model_name=flowerclassifier", f"--model_base_path={base}") as standin:
        yield f"http://127.0.0.1:{standin.rest_port}"


def in_half_precision(request: Request, forward: Forward) -> Reply:
    """Every prediction as float16 holds it."""
    reply = forward(request)
    if reply.status != 200 or not request.path.endswith(":predict"):
        return reply
    answer = json.loads(reply.body)
    key = next(iter(answer))
    return replace(reply, body=json.dumps({key: np.float16(answer[key]).astype(float).tolist()}).encode())


@pytest.mark.parametrize(
    ("tamper", "found"), [(in_half_precision, {"test_rest_row"}), (faithful, set())], ids=["rounded", "faithful"]
)
def test_half_precision_of_the_flower_model_is_found(
    tamper: Tamper, found: set[str], flower_server: str, run_gate: RunGate
) -> None:
    with Middleman(flower_server, tamper) as middleman:
        run = run_gate(f"--models={ROOT / 'models'}", f"--tfs={middleman.url}", "-ktest_rest_row")
    assert run.claims("flowerclassifier/2", "failures") == found
    assert run.claims("flowerclassifier/2", "passedTests") | found == {"test_rest_row"}


def test_six_digits_are_found_without_grpc(
    colour_models: Path, run_gate: RunGate, serve: Callable[[Puppet], str]
) -> None:
    url = serve(Puppet(distort_row=with_six_digits, distort_column=with_six_digits))
    run = run_gate(f"--models={colour_models}", f"--tfs={url}")
    assert run.claims("colours/2", "failures") == {"test_rest_carries_every_digit"}
    assert run.claims("colours/2", "errors") == set()
    assert run.verdict("colours/2") == "REJECT"


def test_nine_digits_pass_without_grpc(colour_models: Path, run_gate: RunGate, serve: Callable[[Puppet], str]) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}")
    assert "test_rest_carries_every_digit" in run.claims("colours/2", "passedTests")
    assert run.claims("colours/2", "failures") == set()
