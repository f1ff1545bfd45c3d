"""The interface of a version is the promised one."""

from __future__ import annotations

import pytest

from fixtures.agreement import Tensors
from fixtures.carriers import rest_problems
from fixtures.contract import Rest
from fixtures.interface import (
    differences,
    feature_differences,
    method_differences,
    name_differences,
    row_differences,
)
from fixtures.outcomes import expect_no
from fixtures.predictions import LocalVersion
from fixtures.samples import Sample
from fixtures.saved_model import SavedModel
from fixtures.signature import Signatures

pytestmark = pytest.mark.quick


def test_signature_names(promised: Signatures, unpromised_may_be: bool, saved_model: SavedModel) -> None:
    """Callers find every promised signature under its name, for its API, and none that nobody promised."""
    saved, loaded = saved_model.signatures, saved_model.loaded_signature_names
    expect_no(
        name_differences(promised, saved, loaded, unpromised_may_be)
        + method_differences(promised, saved, "saved_model.pb has")
    )


def test_input_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each input, and each feature of a tf.Example, has its promised name, dtype and shape."""
    expect_no(
        differences("inputs", promised, saved_model.signatures, "saved_model.pb has")
        + differences("inputs", promised, saved_model.structured, "the loaded function has")
        + feature_differences(promised, saved_model.signatures)
    )


def test_output_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each output has its promised name, dtype and shape, in saved_model.pb and in the loaded function."""
    expect_no(
        differences("outputs", promised, saved_model.signatures, "saved_model.pb has")
        + differences("outputs", promised, saved_model.structured, "the loaded function has")
    )


def test_rest_carries_the_signature(
    promised_rest: Rest, local: LocalVersion, known_outputs: tuple[Tensors, ...]
) -> None:
    """Clients can use REST as promised: in row and column format, in column format alone, or not at all."""
    expect_no(rest_problems(local.signature_name, local.signature, promised_rest, known_outputs))


def test_one_image_gives_one_row(samples: tuple[Sample, ...], rows_sent: set[int], local: LocalVersion) -> None:
    """A batch is answered with as many rows as it has, in every output that has a batch dimension."""
    expect_no(row_differences(local.predict(samples[0]), local.signature, rows_sent))
