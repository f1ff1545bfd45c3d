"""Each promised signature is a case, and a contract can allow more of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import colours
from tests.helpers.gate import RunGate
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
