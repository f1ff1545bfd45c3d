"""Each claim of the gate fails on a model or a server that breaks it, alone, and passes on a good one."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.agreement import Array
from fixtures.contract import Signature, TensorSpec
from fixtures.saved_model import import_tensorflow
from tests import colours
from tests.conftest import ROOT, RunGate
from tests.puppet import SIGNATURE, Puppet

CANDIDATE = "colours/2"


@dataclass(frozen=True)
class Breakage:
    """What breaks a promise, and how the gate says so."""

    claims: set[str]
    """The claims that fail, and no others."""
    says: str
    """What the failure says."""
    function: Callable[[Any], Any] | None = None
    """The serving function of version 2, None for the good one."""
    saved: dict[str, Any] = field(default_factory=dict)
    """How the SavedModel is written."""
    puppet: Callable[[], Puppet] = Puppet
    contract: Callable[[str], str] = lambda contract: contract


def without_accuracy(contract: str) -> str:
    return contract.replace("accuracy = 1.0\n", "")


def published(**signatures: Signature) -> Callable[[], Puppet]:
    return lambda: Puppet(published=signatures)


def with_outputs(outputs: dict[str, TensorSpec]) -> Signature:
    return Signature(inputs=SIGNATURE.inputs, outputs=outputs)


def with_inputs(inputs: dict[str, TensorSpec]) -> Signature:
    return Signature(inputs=inputs, outputs=SIGNATURE.outputs)


def tf() -> Any:
    return import_tensorflow()


def good(image: Any) -> Any:
    return colours.good(2)(image)["colour"]


def numpy_good(image: Array) -> Array:
    return colours.softmax(image, colours.SHARPNESS[2])


def numpy_logits(image: Array) -> Array:
    logits: Array = (image.mean(axis=(1, 2), dtype=np.float64) * 8.0).astype(np.float32)
    return logits


def centred_over_batch(image: Any) -> Any:
    return {"colour": good(image - tf().reduce_mean(image, axis=0, keepdims=True) / 2)}


def numpy_centred_over_batch(version: int, image: Array) -> Array:
    return numpy_good(image - image.mean(axis=0, keepdims=True) / 2)


def nan_on_dark(image: Any) -> Any:
    dark = tf().reduce_mean(image, axis=(1, 2, 3))[:, None] < 0.1
    return {"colour": tf().where(dark, np.float32("nan"), good(image))}


def numpy_nan_on_dark(version: int, image: Array) -> Array:
    return np.where(image.mean(axis=(1, 2, 3))[:, None] < 0.1, np.float32("nan"), numpy_good(image))


def in_reverse(outputs: Array) -> Array:
    """Rows of a batch in the wrong order."""
    return outputs[::-1]


def one_per_mille_off(outputs: Array) -> Array:
    return outputs * np.float32(1.001)


def other_class(outputs: Array) -> Array:
    """The two largest of each row change places."""
    order = np.argsort(outputs, axis=-1)
    swapped = outputs.copy()
    rows = np.arange(len(outputs))
    swapped[rows, order[:, -1]] = outputs[rows, order[:, -2]]
    swapped[rows, order[:, -2]] = outputs[rows, order[:, -1]]
    return swapped


COLOUR = SIGNATURE.outputs["colour"]
IMAGE = SIGNATURE.inputs["image"]

BREAKAGES = {
    "signature-renamed": Breakage(
        {"test_signature_names"},
        "saved_model.pb has the signatures predict, promised are serving_default",
        saved={"signature": "predict"},
        puppet=published(predict=SIGNATURE),
    ),
    "signature-unpromised": Breakage(
        {"test_signature_names"},
        "saved_model.pb has the signatures debug, serving_default, promised are serving_default",
        saved={"also": "debug"},
        puppet=published(serving_default=SIGNATURE, debug=SIGNATURE),
    ),
    "input-renamed": Breakage(
        {"test_input_spec"},
        "input picture of serving_default: promised no such tensor, saved_model.pb has float32 (-1, 8, 8, 3)",
        saved={"input_name": "picture"},
        puppet=published(serving_default=with_inputs({"picture": IMAGE})),
    ),
    "input-shape": Breakage(
        {"test_input_spec"},
        "promised float32 (-1, 8, 8, 3), the loaded function has float32 (-1, 9, 9, 3)",
        saved={"shape": (None, 9, 9, 3)},
        puppet=published(serving_default=with_inputs({"image": TensorSpec(dtype="float32", shape=(-1, 9, 9, 3))})),
    ),
    "input-dtype": Breakage(
        {"test_input_spec"},
        "promised float32 (-1, 8, 8, 3), saved_model.pb has float64 (-1, 8, 8, 3)",
        function=lambda image: {"colour": tf().cast(good(image), "float32")},
        saved={"dtype": "float64"},
        puppet=published(serving_default=with_inputs({"image": TensorSpec(dtype="float64", shape=(-1, 8, 8, 3))})),
    ),
    "output-renamed": Breakage(
        {"test_output_spec"},
        "output colour of serving_default: promised float32 (-1, 3), saved_model.pb has no such tensor",
        function=lambda image: {"class": good(image)},
        puppet=published(serving_default=with_outputs({"class": COLOUR})),
    ),
    "output-shape": Breakage(
        {"test_output_spec"},
        "promised float32 (-1, 3), the loaded function has float32 (-1, 2)",
        function=lambda image: {"colour": good(image)[:, :2]},
        puppet=published(serving_default=with_outputs({"colour": TensorSpec(dtype="float32", shape=(-1, 2))})),
    ),
    "output-dtype": Breakage(
        {"test_output_spec"},
        "promised float32 (-1, 3), saved_model.pb has float64 (-1, 3)",
        function=lambda image: {"colour": tf().cast(good(image), "float64")},
        puppet=published(serving_default=with_outputs({"colour": TensorSpec(dtype="float64", shape=(-1, 3))})),
    ),
    "two-rows-for-one-image": Breakage(
        {"test_one_image_gives_one_row"},
        "one sample gives colour of shape (2, 3), promised is one row of float32 (-1, 3)",
        function=lambda image: {"colour": tf().repeat(good(image), 2, axis=0)},
        puppet=lambda: Puppet(compute=lambda version, image: np.repeat(numpy_good(image), 2, axis=0)),
        contract=without_accuracy,
    ),
    "not-available": Breakage(
        {"test_version_is_available"},
        "the server says END of version 2: it did not load",
        puppet=lambda: Puppet(states={1: "AVAILABLE", 2: "END"}),
    ),
    "not-served": Breakage(
        {"test_version_is_available"},
        "the server has no version 2 of colours; it has 1",
        puppet=lambda: Puppet(states={1: "AVAILABLE"}),
    ),
    "numbers-of-another-version": Breakage(
        {"test_version_answers_its_own_numbers", "test_rest_row", "test_rest_column", "test_grpc"},
        "difference",
        puppet=lambda: Puppet(compute=lambda version, image: colours.softmax(image, colours.SHARPNESS[1])),
    ),
    "unversioned-is-not-the-highest": Breakage(
        {"test_unversioned_path_answers_the_highest"},
        "colour[0,",
        puppet=lambda: Puppet(unversioned=1),
    ),
    "metadata-of-another-dtype": Breakage(
        {"test_metadata_is_the_signature"},
        "saved_model.pb has float32 (-1, 3), the server publishes float64 (-1, 3)",
        puppet=lambda: Puppet(
            published={"serving_default": with_outputs({"colour": TensorSpec(dtype="float64", shape=(-1, 3))})},
            grpc_published={"serving_default": SIGNATURE},
        ),
    ),
    "metadata-of-another-signature": Breakage(
        {"test_metadata_is_the_signature"},
        "the server publishes the signatures predict, not serving_default",
        puppet=lambda: Puppet(published={"predict": SIGNATURE}, grpc_published={"serving_default": SIGNATURE}),
    ),
    "row-differs": Breakage(
        {"test_rest_row", "test_protocols_give_the_same_numbers"},
        "times the allowance",
        puppet=lambda: Puppet(distort_row=one_per_mille_off),
    ),
    "column-differs": Breakage(
        {"test_version_answers_its_own_numbers", "test_rest_column", "test_protocols_give_the_same_numbers"},
        "allowed",
        puppet=lambda: Puppet(distort_column=one_per_mille_off),
    ),
    "column-names-another-class": Breakage(
        {"test_version_answers_its_own_numbers", "test_rest_column", "test_protocols_give_the_same_numbers"},
        "class served",
        puppet=lambda: Puppet(distort_column=other_class),
        contract=lambda contract: contract + "[tolerance.colour]\nrtol = 1e6\n",
    ),
    "grpc-differs": Breakage(
        {"test_grpc", "test_protocols_give_the_same_numbers"},
        "times the allowance",
        puppet=lambda: Puppet(distort_grpc=one_per_mille_off),
    ),
    "grpc-differs-in-the-last-bit": Breakage(
        {"test_protocols_give_the_same_numbers"},
        "]: grpc 0.",
        puppet=lambda: Puppet(distort_grpc=lambda outputs: np.nextafter(outputs, np.float32(0))),
    ),
    "grpc-status-differs": Breakage(
        {"test_grpc_status_is_that_of_rest"},
        "of version 2 gRPC says nothing, REST says VersionState(state='AVAILABLE', error='')",
        puppet=lambda: Puppet(grpc_states={1: "AVAILABLE"}),
    ),
    "grpc-metadata-differs": Breakage(
        {"test_grpc_metadata_is_the_signature"},
        "the server publishes the signatures predict, serving_default, not serving_default",
        puppet=lambda: Puppet(grpc_published={"serving_default": SIGNATURE, "predict": SIGNATURE}),
    ),
    "batches-out-of-order": Breakage(
        {"test_batches_agree_with_single_requests"},
        "colour[",
        puppet=lambda: Puppet(distort_column=in_reverse),
    ),
    "batch-norm-in-training-mode": Breakage(
        {"test_batches_agree_with_single_requests"},
        "colour[",
        function=centred_over_batch,
        puppet=lambda: Puppet(compute=numpy_centred_over_batch),
        contract=without_accuracy,
    ),
    "nan-on-dark-images": Breakage(
        {"test_outputs_are_finite"},
        "is nan",
        function=nan_on_dark,
        puppet=lambda: Puppet(compute=numpy_nan_on_dark),
        contract=without_accuracy,
    ),
    "logits": Breakage(
        {"test_probabilities_sum_to_one"},
        "outside 0..1",
        function=lambda image: {"colour": tf().reduce_mean(image, axis=(1, 2)) * 8.0},
        puppet=lambda: Puppet(compute=lambda version, image: numpy_logits(image)),
    ),
    "labels-permuted": Breakage(
        {"test_labelled_samples_are_classified"},
        "0 of 9 labelled samples are classified right, 0.0%; promised is 100.0%",
        function=lambda image: {"colour": tf().roll(good(image), 1, axis=-1)},
        puppet=lambda: Puppet(compute=lambda version, image: np.roll(numpy_good(image), 1, axis=-1)),
    ),
    "dead-model": Breakage(
        {"test_outputs_vary_with_the_sample"},
        "all 9 samples get the same outputs",
        function=lambda image: {"colour": good(image * 0.0)},
        puppet=lambda: Puppet(compute=lambda version, image: numpy_good(image * 0.0)),
        contract=without_accuracy,
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_breakage_fails_its_claim_alone(
    breakage: Breakage, run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    base = colour_models / "colours"
    if breakage.function or breakage.saved:
        shutil.rmtree(base / "2")
        colours.save(base / "2", breakage.function or colours.good(2), **breakage.saved)
    contract = base / "conformance.toml"
    contract.write_text(breakage.contract(contract.read_text()))

    run = run_gate(f"--models={colour_models}", *serve_all(breakage.puppet()))

    assert run.claims(CANDIDATE, "failures") == breakage.claims
    assert run.claims(CANDIDATE, "errors") == set()
    assert breakage.says in run.output
    assert (run.verdict(CANDIDATE), run.status) == ("REJECT", pytest.ExitCode.TESTS_FAILED)


def test_good_model_passes_every_claim(
    run_gate: RunGate, colour_models: Path, serve_all: Callable[[Puppet], list[str]]
) -> None:
    run = run_gate(f"--models={colour_models}", *serve_all(Puppet()), "--release")

    predicate = run.predicate(CANDIDATE)
    assert {name.split("::")[1].split("[")[0] for name in predicate["passedTests"]} == claims()
    assert (predicate["failures"], predicate["errors"], predicate["skipped"]) == ({}, {}, {})
    assert (run.verdict(CANDIDATE), run.status) == ("PROMOTE", pytest.ExitCode.OK)


def test_every_claim_has_a_breakage() -> None:
    assert set.union(*(breakage.claims for breakage in BREAKAGES.values())) == claims()


def claims() -> set[str]:
    """The names of all tests in conformance/."""
    return {
        node.name
        for file in (ROOT / "conformance").glob("test_*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
