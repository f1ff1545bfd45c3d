"""The interface of a version is the promised one."""

from __future__ import annotations

import pytest

from fixtures.contract import Signatures
from fixtures.interface import differences, name_differences, row_differences
from fixtures.outcomes import expect_no
from fixtures.predictions import LocalVersion
from fixtures.samples import Sample
from fixtures.saved_model import SavedModel

pytestmark = pytest.mark.quick


def test_signature_names(promised: Signatures, saved_model: SavedModel) -> None:
    """Callers find every promised signature under its name, and none that nobody promised."""
    expect_no(name_differences(promised, saved_model.signatures, saved_model.loaded_signature_names))


def test_input_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each input has its promised name, dtype and shape, in saved_model.pb and in the loaded function."""
    expect_no(
        differences("inputs", promised, saved_model.signatures, "saved_model.pb has")
        + differences("inputs", promised, saved_model.structured, "the loaded function has")
    )


def test_output_spec(promised: Signatures, saved_model: SavedModel) -> None:
    """Each output has its promised name, dtype and shape, in saved_model.pb and in the loaded function."""
    expect_no(
        differences("outputs", promised, saved_model.signatures, "saved_model.pb has")
        + differences("outputs", promised, saved_model.structured, "the loaded function has")
    )


def test_one_image_gives_one_row(samples: tuple[Sample, ...], local: LocalVersion) -> None:
    """A batch of one is answered with one row in every output that has a batch dimension."""
    expect_no(row_differences(local.predict(samples[0]), local.signature))
