"""Pass, fail, error and skip are never mixed up, one cause makes one failure, and nothing partial looks whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.model.signature import Array
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import colours
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.middleman import Forward, Reply, Request, Tamper
from tests.helpers.puppet import HangUp, Puppet

CANDIDATE = "colours/2"
FAILED = pytest.ExitCode.TESTS_FAILED


def empty_version(version: Path) -> None:
    shutil.rmtree(version)
    version.mkdir()


def truncated_graph(version: Path) -> None:
    graph = version / "saved_model.pb"
    graph.write_bytes(graph.read_bytes()[:-100])


def missing_variables(version: Path) -> None:
    shutil.rmtree(version / "variables")


def truncated_variables(version: Path) -> None:
    (data,) = (version / "variables").glob("variables.data-*")
    data.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (empty_version, "test_saved_model_parses"),
        (truncated_graph, "test_saved_model_parses"),
        (missing_variables, "test_variables_are_whole"),
        (truncated_variables, "test_variables_are_whole"),
    ],
)
def test_version_that_does_not_load_fails_once(
    spoil: Callable[[Path], None], claim: str, run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    spoil(colour_models / "colours/2")

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "--versions=all")

    assert list(run.predicate(CANDIDATE)["failures"]) == [f"test_artifact.py::{claim}[colours/2]"]
    assert {case.split("::")[0] for case in run.predicate(CANDIDATE)["passedTests"]} == {"test_artifact.py"}
    assert "test_outputs_vary_with_the_sample" in run.claims(CANDIDATE, "notTried")
    assert f"{colour_models}/colours/2" in run.output
    assert (run.verdict("colours/1"), run.verdict(CANDIDATE), run.status) == ("PROMOTE", "REJECT", FAILED)


def test_server_that_goes_away_fails_the_claim_that_asked(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(hang_up_after=5))}")

    assert len(run.predicate(CANDIDATE)["failures"]) == 1
    assert "the server of colours went away" in run.output
    assert run.claims(CANDIDATE, "notTried") >= {"test_rest_row", "test_rest_column", "test_outputs_are_finite"}
    assert (run.verdict(CANDIDATE), run.status) == ("REJECT", FAILED)


def test_server_that_does_not_know_the_model_is_told_from_one_that_is_loading(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(states={}))}")

    assert "the server has no version 2 of colours; it has none" in run.output
    assert run.verdict(CANDIDATE) == "REJECT"


def test_server_that_hangs_fails_the_claim_that_asked(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(hang_s=2.0))}", "--timeout-s=0.5")

    assert list(run.predicate(CANDIDATE)["failures"]) == [
        "test_serving.py::test_version_answers_its_own_numbers[colours/2]"
    ]
    assert "got no answer within 0.5 s" in run.output
    assert run.verdict(CANDIDATE) == "REJECT"


def test_refusal_names_the_servers_words(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(refuse='Could not find variable dense'))}")

    assert "the server answered 400: Could not find variable dense" in run.output
    assert run.verdict(CANDIDATE) == "REJECT"
    assert list(run.predicate(CANDIDATE)["failures"]) == [
        "test_serving.py::test_version_answers_its_own_numbers[colours/2]"
    ]
    assert {"test_rest_row", "test_outputs_are_finite", "test_broken_request"} <= run.claims(CANDIDATE, "notTried")
    assert "test_metadata_is_the_signature" in run.claims(CANDIDATE, "passedTests")


def test_server_that_drops_every_prediction_fails_once(
    run_gate: RunGate, colour_models: Path, tamper_with: Callable[[Tamper], list[str]]
) -> None:
    def dropped(request: Request, forward: Forward) -> Reply:
        if request.path.endswith(":predict"):
            raise HangUp
        return forward(request)

    server, *_ = tamper_with(dropped)

    run = run_gate(f"--models={colour_models}", server)

    assert list(run.predicate(CANDIDATE)["failures"]) == [
        "test_serving.py::test_version_answers_its_own_numbers[colours/2]"
    ]
    assert "left a request unanswered, though it still tells its status" in run.output


def test_samples_that_the_model_refuses_fail_once(run_gate: RunGate, colour_models: Path) -> None:
    def no_red(image: Any) -> dict[str, Any]:
        tf = import_tensorflow()
        red, green, blue = (tf.reduce_mean(image[..., channel]) for channel in range(3))
        with tf.control_dependencies([tf.debugging.Assert((red < green) | (red < blue), ["too red"])]):
            return {"colour": colours.tf_softmax(image, 8.0)}

    shutil.rmtree(colour_models / "colours/2")
    colours.save(colour_models / "colours/2", no_red)

    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "-kfit_the_signature or rest or are_finite")

    assert list(run.predicate(CANDIDATE)["failures"]) == [
        "test_signature.py::test_answers_fit_the_signature[colours/2]"
    ]
    not_tried = {case for case in run.predicate(CANDIDATE)["notTried"] if "test_rest_row" in case}
    assert not_tried == {f"test_agreement.py::test_rest_row[colours/2-red_{number}.png]" for number in (1, 2, 3)}
    assert "test_outputs_are_finite" in run.claims(CANDIDATE, "passedTests")


def test_failure_says_where_what_how_far_and_how_to_replay(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    url = serve(Puppet(distort_column=lambda outputs: outputs[:, [1, 0, 2]]))

    run = run_gate(f"--models={colour_models}", f"--tfs={url}", "-ktest_rest_column")

    (replay,) = run.report.glob("colours/2/replay/test_rest_column-green_1.png.json")
    assert "test_agreement.py::test_rest_column[colours/2-green_1.png]" in run.output
    assert "colour[0, 0]: served 0." in run.output
    assert "colour[0]: class served 0 red by 0.226, local 1 green by 0.226" in run.output
    assert "  then: replay it with the `curl` line given" in run.output
    # the blue ones are off by less, and stay blue
    assert "  and so for 5 more:\n    green_2.png: colour[0, " in run.output
    assert replay.name in run.output
    assert f"{url}/v1/models/colours/versions/2:predict" in run.output
    assert replay.read_bytes().startswith(b'{"inputs":[[[[')


@pytest.mark.parametrize(
    ("selection", "gap"),
    [
        (["-ktest_signature"], "deselected or not reached"),
        (["-knot column"], "9 deselected or not reached"),
        (["conformance/test_agreement.py"], "not collected: test_artifact.py::test_exporter"),
        (["conformance/test_agreement.py::test_rest_row[colours/2-red_1.png]"], "deselected or not reached"),
        (["--deselect=conformance/test_serving.py::test_version_is_available"], "1 deselected or not reached"),
        (["--setup-only"], "deselected or not reached"),
    ],
)
def test_partial_run_is_incomplete(
    selection: list[str], gap: str, run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", *selection)

    assert run.verdict(CANDIDATE) == "INCOMPLETE"
    assert gap in " ".join(run.predicate(CANDIDATE)["gaps"])
    assert run.status == pytest.ExitCode.OK


def test_run_that_stops_early_is_incomplete_or_worse(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(states={1: 'AVAILABLE', 2: 'END'}))}", "-x")

    assert run.verdict(CANDIDATE) == "REJECT"
    assert run.claims(CANDIDATE, "missing") >= {"test_rest_row", "test_outputs_are_finite"}


def test_model_without_a_contract_runs_and_says_so(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    (colour_models / "colours/conformance.toml").unlink()

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}")

    assert run.predicate(CANDIDATE)["interfacePinned"] is False
    assert "the interface is not pinned" in run.output
    assert {"test_probabilities_sum_to_one", "test_labelled_samples_are_classified"} <= run.claims(CANDIDATE, "skipped")
    assert run.verdict(CANDIDATE) == "PROMOTE"


def test_generated_sample_that_the_model_refuses_is_an_error(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    def picky(image: Any) -> dict[str, Any]:
        tf = import_tensorflow()
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(image > 5.0), ["too dark"])]):
            return {"colour": colours.tf_softmax(image, 8.0)}

    (colour_models / "colours/conformance.toml").unlink()
    shutil.rmtree(colour_models / "colours/2")
    colours.save(colour_models / "colours/2", picky)

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}")

    assert run.claims(CANDIDATE, "failures") == set()
    assert run.claims(CANDIDATE, "errors") == {"test_answers_fit_the_signature"}
    assert "test_rest_row" in run.claims(CANDIDATE, "notTried")
    assert "give it samples of its own" in run.output
    assert (run.verdict(CANDIDATE), run.status) == ("INCOMPLETE", FAILED)


def test_refused_sample_is_no_fault_over_a_protocol_that_is_not_promised(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    def no_red(image: Any) -> dict[str, Any]:
        tf = import_tensorflow()
        red, green, blue = (tf.reduce_mean(image[..., channel]) for channel in range(3))
        with tf.control_dependencies([tf.debugging.Assert((red < green) | (red < blue), ["too red"])]):
            return {"colour": colours.tf_softmax(image, 8.0)}

    shutil.rmtree(colour_models / "colours/2")
    colours.save(colour_models / "colours/2", no_red)
    contract = colour_models / "colours/conformance.toml"
    contract.write_text(contract.read_text().replace("[samples]", 'rest = "column"\n[samples]', 1))

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "-ktest_rest")

    assert "test_rest_row" in run.claims(CANDIDATE, "skipped")
    assert "test_rest_row" not in run.claims(CANDIDATE, "failures") | run.claims(CANDIDATE, "errors")
    assert "test_rest_column" in run.claims(CANDIDATE, "failures")


def test_version_that_changes_meanwhile_is_incomplete(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    def compute(version: int, image: Array) -> Array:
        (colour_models / "colours/2/extra").write_text("copied while the gate ran")
        return colours.softmax(image, colours.SHARPNESS[version])

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet(compute=compute))}")

    assert run.predicate(CANDIDATE)["gaps"] == ["the version directory changed while it was tested"]
    assert (run.verdict(CANDIDATE), run.status) == ("INCOMPLETE", FAILED)


def test_skip_is_told_at_its_claim(run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]) -> None:
    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "-rs", "-kbroken_request and empty_body")

    assert "conformance/test_bad_input.py:" in run.output
    assert "outcomes.py" not in run.output


def test_suites_own_tests_need_no_models_and_write_no_report(pytester: pytest.Pytester, tmp_path: Path) -> None:
    result = pytester.runpytest_inprocess(
        f"{ROOT}/tests/gate/test_claims.py::test_every_claim_has_a_breakage",
        f"--rootdir={ROOT}",
        f"--config-file={ROOT / 'pytest.ini'}",
        "-pno:cacheprovider",
        "--models=/no/such/directory",
        f"--report={tmp_path / 'report'}",
    )

    assert result.ret == pytest.ExitCode.OK
    assert not (tmp_path / "report").exists()


def test_link_out_of_the_version_is_a_warning_that_names_it(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    variables = colour_models / "colours/2/variables"
    variables.rename(colour_models.parent / "stored")
    variables.symlink_to(colour_models.parent / "stored")

    run = run_gate(f"--models={colour_models}", f"--tfs={serve(Puppet())}", "-ktest_version_directory")

    (warning,) = [line for line in run.predicate(CANDIDATE)["warnings"] if "leads out of" in line]
    assert f"{variables} is a link that leads out of {colour_models}/colours/2, to " in warning
    assert run.predicate(CANDIDATE)["failures"] == {}


def test_a_run_without_a_terminal_gives_its_verdict(
    run_gate: RunGate, colour_models: Path, serve: Callable[[Puppet], str]
) -> None:
    url = serve(Puppet(distort_column=lambda outputs: outputs[:, [1, 0, 2]]))

    run = run_gate(f"--models={colour_models}", f"--tfs={url}", "-ktest_rest_column", "-pno:terminal")

    assert (run.verdict(CANDIDATE), run.output) == ("REJECT", "")
