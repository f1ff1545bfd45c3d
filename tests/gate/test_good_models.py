"""The gate rejects no good model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.good_models import GOOD_MODELS
from tests.good_models.gating import build, rejected
from tests.helpers.gate import LOW_EFFORT
from tests.helpers.warm_gate import run_apart

SOME = (
    "two_inputs_two_outputs",
    "regression_near_zero",
    "double_precision",
    "encoded_jpeg",
    "detection",
    "normalization_conv_gru",
    "vocabulary",
    "mixed_precision",
    "estimator",
    "keras2",
)
"""Some of the kinds that are dearest to users, for every run of the tests; the slow tests have the others."""
OTHERS = tuple(name for name in GOOD_MODELS if name not in SOME)


def test_some_models_pass_with_the_contract_that_is_drafted_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a stand-in for each takes seconds
    monkeypatch.setattr("fixtures.draft.command.refuses_wrong_ranks", lambda *arguments: None)
    build(tmp_path / "models", SOME, 1, contracts=True)
    run = run_apart(tmp_path / "report", f"--models={tmp_path / 'models'}", "--tfs=embedded", *LOW_EFFORT)
    assert rejected(run, SOME) == {}


@pytest.mark.slow
def test_the_others_pass_without_a_contract(tmp_path: Path) -> None:
    build(tmp_path / "models", OTHERS, 2, contracts=False)
    run = run_apart(tmp_path / "report", f"--models={tmp_path / 'models'}", "--tfs=embedded", *LOW_EFFORT)
    assert rejected(run, OTHERS) == {}


def test_there_are_many_kinds() -> None:
    assert len(GOOD_MODELS) >= 25
    assert set(SOME) <= GOOD_MODELS.keys()
