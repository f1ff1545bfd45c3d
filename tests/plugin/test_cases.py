"""Each promised signature is a case, and a contract can allow more of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers import colours
from tests.helpers.gate import RunGate
from tests.helpers.middleman import Forward, Reply, Request, Tamper
from tests.helpers.puppet import SIGNATURE, Puppet

CANDIDATE = "colours/2"
DEBUG = """
[signatures.debug]
inputs.image = { dtype = "float32", shape = [-1, 8, 8, 3] }
outputs.colour = { dtype = "float32", shape = [-1, 3] }
"""


@pytest.fixture
def two_signatures(colour_models: Path) -> Path:
    """The good colour model, which version 2 offers under another name too."""
    shutil.rmtree(colour_models / "colours/2")
    colours.save(colour_models / "colours/2", colours.good(2), also="debug")
    return colour_models


def puppet() -> Puppet:
    return Puppet(published={"serving_default": SIGNATURE, "debug": SIGNATURE})


def test_signatures_beside_the_promised_can_be_allowed(
    run_gate: RunGate, two_signatures: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    contract = two_signatures / "colours/conformance.toml"
    contract.write_text('unpromised_signatures = "allow"\n' + contract.read_text())

    run = run_gate(f"--models={two_signatures}", *serve_all(puppet()), "-mquick")

    assert run.claims(CANDIDATE, "failures") == set()
    assert "test_signature_names" in run.claims(CANDIDATE, "passedTests")


def test_each_promised_signature_is_asked_with_samples_of_its_own(
    run_gate: RunGate, two_signatures: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    contract = two_signatures / "colours/conformance.toml"
    contract.write_text(contract.read_text() + DEBUG)
    lies = puppet()
    lies.distort_row = lambda outputs: outputs * 2

    run = run_gate(f"--models={two_signatures}", *serve_all(lies), "-ktest_rest_row or test_labelled")

    predicate = run.predicate(CANDIDATE)
    assert {case for case in predicate["failures"] if "-debug-" in case} == {
        f"test_agreement.py::test_rest_row[colours/2-debug-generated_{number}]" for number in range(1, 6)
    }
    assert "test_agreement.py::test_rest_row[colours/2-red_1.png]" in predicate["failures"]
    assert predicate["passedTests"] == ["test_predictions.py::test_labelled_samples_are_classified[colours/2]"]
    assert set(predicate["skipped"]) == {"test_predictions.py::test_labelled_samples_are_classified[colours/2-debug]"}
    assert (run.report / CANDIDATE / "replay/test_rest_row-debug-generated_1.json").is_file()
    assert "for 2 signatures" in run.output


SAME = DEBUG.splitlines()[1] + '\nsame_as = "serving_default"\n'


@pytest.fixture
def same_signature(two_signatures: Path) -> Path:
    """The same, whose contract says so."""
    contract = two_signatures / "colours/conformance.toml"
    contract.write_text(contract.read_text() + SAME)
    return two_signatures


def test_a_signature_that_is_the_same_as_another_is_asked_once(
    run_gate: RunGate, same_signature: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={same_signature}", *serve_all(puppet()), "-mquick")

    predicate = run.predicate(CANDIDATE)
    tried = {*predicate["passedTests"], *predicate["skipped"], *predicate["notTried"], *predicate["failures"]}
    assert not {case for case in tried if "debug" in case}
    assert predicate["failures"] == {}
    assert "test_same_signatures_give_the_same_answer" in run.claims(CANDIDATE, "passedTests")
    assert "9 samples, contract" in run.output


def test_a_server_that_answers_otherwise_under_the_other_name_is_caught(
    run_gate: RunGate, same_signature: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    def wrong_for_debug(request: Request, forward: Forward) -> Reply:
        # the model behind it has no such signature
        reply = forward(replace(request, body=request.body.replace(b'"signature_name":"debug",', b"")))
        return reply.saying(b"0.", b"0.9") if b'"debug"' in request.body else reply

    run = run_gate(f"--models={same_signature}", *tamper_with(wrong_for_debug), "-ktest_same_signatures")

    assert run.claims(CANDIDATE, "failures") == {"test_same_signatures_give_the_same_answer"}
    assert "debug, in column format: colour[0, " in run.output


def test_two_names_of_one_function_that_are_both_promised_in_full_are_a_warning(
    run_gate: RunGate, two_signatures: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    contract = two_signatures / "colours/conformance.toml"
    contract.write_text(contract.read_text() + DEBUG)

    run = run_gate(f"--models={two_signatures}", *serve_all(puppet()), "-ktest_signature_names")

    (warning,) = [line for line in run.predicate(CANDIDATE)["warnings"] if "same_as" in line]
    assert 'write same_as = "serving_default" in [signatures.debug]' in warning
