"""The gate holds for any SavedModel that TensorFlow Serving can serve: each passes with the contract drafted for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.draft.command import main
from fixtures.model.contract import PromisedSignature, Rest, read_contract
from fixtures.predict.saved_model import SavedModel
from tests.helpers import odd_models
from tests.helpers.gate import LOW_EFFORT, SHARED, Run
from tests.helpers.standin import running
from tests.helpers.warm_gate import run_apart

RECORDED = SHARED / "tfs/models"
RECORDED_NAMES = {path.name for path in RECORDED.iterdir()} if RECORDED.is_dir() else set[str]()
NAMES = sorted({*RECORDED_NAMES, *odd_models.MODELS})
GRPC_ONLY = {
    *(f"identity_{dtype}" for dtype in ("float16", "bfloat16", "uint16", "complex64")),
    *("binary_output", "half_to_single", "single_to_half", "double_complex"),
    "no_input",  # one of its signatures
}
NOT_IN_ROWS = GRPC_ONLY | {"scalar", "reduces_batch", "any_number_of_rows", "scalar_string", "mixed_batch"}
NO_BATCHING = {"reduces_batch", "any_number_of_rows"}
NO_BATCHES = {
    *NO_BATCHING,
    "fixed_batch",
    "scalar",
    "unknown_rank",
    "scalar_string",
    "mixed_batch",
    "unknown_output",
    "no_input",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory with the versions of every model, and a contract drafted for each."""
    directory = tmp_path_factory.mktemp("any") / "models"
    odd_models.save_all(directory)
    for name in RECORDED_NAMES:
        (directory / name).mkdir(parents=True)
        for version in (child for child in (RECORDED / name).iterdir() if child.name.isdigit()):
            (directory / name / version.name).symlink_to(version)
    with pytest.MonkeyPatch.context() as patch:
        # a stand-in for each takes seconds
        patch.setattr("fixtures.draft.command.refuses_wrong_ranks", lambda *arguments: None)
        assert {main([str(directory / name), "--write"]) for name in NAMES} == {0}
    return directory


@pytest.fixture(scope="module", params=["low", pytest.param("full", marks=pytest.mark.slow)], ids="{}-effort".format)
def gated(request: pytest.FixtureRequest, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the gate on all of them, on one stand-in."""
    lowered = LOW_EFFORT if request.param == "low" else ()
    report = tmp_path_factory.mktemp("report")
    config = report / "models.config"
    entries = (f'{{ name: "{name}" base_path: "{models / name}" model_platform: "tensorflow" }}' for name in NAMES)
    config.write_text(f"model_config_list {{ config: [{', '.join(entries)}] }}")
    with running(f"--model_config_file={config}", "--max_num_load_retries=0") as standin:
        return run_apart(
            report,
            *(f"--models={models}", "--allow-destructive", "-ptests.helpers.dedicated_servers", *lowered),
            *(f"--tfs=http://127.0.0.1:{standin.rest_port}", f"--tfs-grpc=127.0.0.1:{standin.grpc_port}"),
        )


def candidate(models: Path, name: str) -> str:
    return f"{name}/{max(int(child.name) for child in (models / name).iterdir() if child.is_dir())}"


@pytest.mark.parametrize("name", NAMES)
def test_model_passes_with_the_contract_that_is_drafted_for_it(name: str, models: Path, gated: Run) -> None:
    predicate = gated.predicate(candidate(models, name))
    assert (predicate["failures"], predicate["errors"], predicate["notTried"]) == ({}, {}, {})
    assert (predicate["verdict"], predicate["gaps"]) == ("PROVISIONAL", [])
    assert predicate["counts"]["passed"] >= 15


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_checked_in_one_way_is_skipped(name: str, models: Path, gated: Run) -> None:
    skipped = gated.claims(candidate(models, name), "skipped")
    assert ("test_rest_column" in skipped) == (name in GRPC_ONLY)
    assert ("test_rest_row" in skipped) == (name in NOT_IN_ROWS)
    assert ("test_batches_agree_with_single_requests" in skipped) == (name in NO_BATCHES)
    assert "test_grpc" not in skipped


@pytest.mark.skipif(not RECORDED_NAMES, reason="../shared is absent")
def test_every_signature_is_a_case(models: Path, gated: Run) -> None:
    passed = set(gated.predicate("many_signatures/1")["passedTests"])
    assert {
        "test_agreement.py::test_grpc[many_signatures/1-generated_1]",
        "test_agreement.py::test_grpc[many_signatures/1-by_ten-generated_1]",
        "test_signature.py::test_rest_carries_the_signature[many_signatures/1]",
        "test_signature.py::test_rest_carries_the_signature[many_signatures/1-by_ten]",
    } <= passed


@pytest.mark.parametrize("name", sorted(RECORDED_NAMES))
def test_drafted_contract_says_what_is_there(name: str, models: Path) -> None:
    contract = read_contract(models / name)
    assert contract.is_pinned
    version = max((child for child in (models / name).iterdir() if child.is_dir()), key=lambda child: int(child.name))
    rest: Rest = "none" if name in GRPC_ONLY else "column" if name in NOT_IN_ROWS else "row"
    assert contract.signatures == {
        key: PromisedSignature(**dict(signature), rest=rest, batching=name not in NO_BATCHING)
        for key, signature in SavedModel(version).signatures.items()
    }
