"""The gate rejects no good model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.good_models import GOOD_MODELS
from tests.good_models.gating import build, gate, rejected
from tests.helpers.gate import LOW_EFFORT

SOME = (
    "two_inputs_two_outputs",
    "regression_near_zero",
    "double_precision",
    "encoded_jpeg",
    "uint8_pixels",
    "detection",
    "normalization_conv_gru",
    "transformer_with_mask",
    "vocabulary",
    "ragged_inside",
    "mixed_precision",
    "estimator",
    "keras2",
)
"""One of each kind, for every run of the tests; the slow tests and `make zoo` have all."""


def test_some_models_pass_with_the_contract_that_is_drafted_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a stand-in for each takes seconds
    monkeypatch.setattr("fixtures.draft.command.refuses_wrong_ranks", lambda *arguments: None)
    build(tmp_path / "models", SOME, 1, contracts=True)
    run = gate(tmp_path / "models", tmp_path / "report", "--tfs=embedded", *LOW_EFFORT)
    assert rejected(run, SOME) == {}


@pytest.mark.slow
def test_all_models_pass_without_a_contract(tmp_path: Path) -> None:
    build(tmp_path / "models", GOOD_MODELS, 2, contracts=False)
    run = gate(tmp_path / "models", tmp_path / "report", "--tfs=embedded", *LOW_EFFORT)
    assert rejected(run, GOOD_MODELS) == {}
    assert len(GOOD_MODELS) >= 25
