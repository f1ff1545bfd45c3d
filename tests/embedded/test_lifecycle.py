"""Versions come and go as TensorFlow Serving has them (lifecycle.md beside the recorded exchanges)."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import tiny_models
from tests.helpers.standin import StandIn, running, started, wait_until

POLLED_S = 10.0
# One server for all of it, each test having a model of its own: what one does to its versions no other sees.
POLICIES = {
    "replaced": "",
    "rolled_back": "",
    "empty": "",
    "unrestorable": "",
    "truncated": "",
    "padded": "",
    "emptied": "",
    "strange_children": "",
    "keras": "",
    "in_flight": "",
    "every": "model_version_policy { all {} }",
    "two": "model_version_policy { latest { num_versions: 2 } }",
    "chosen": "model_version_policy { specific { versions: 1 versions: 3 } } "
    'version_labels { key: "stable" value: 1 } version_labels { key: "later" value: 9 }',
    "one_good": "model_version_policy { all {} }",
}
MISSING = (
    "Specified file path does not appear to contain a SavedModel bundle "
    "(should have a file called `saved_model.pb`)\nSpecified file path: "
)


@pytest.fixture(scope="session")
def adders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make versions 1 to 4, which add their number."""
    directory = tmp_path_factory.mktemp("adders")
    for shift in (1, 2, 3, 4):
        tiny_models.save_adder(directory / str(shift), float(shift))
    return directory


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, adders: Path) -> Path:
    """Make each model's base directory, with version 1 in it."""
    directory = tmp_path_factory.mktemp("models")
    for name in POLICIES:
        shutil.copytree(adders / "1", directory / name / "1")
    for name in ("every", "two", "chosen"):
        for version in ("2", "3"):
            shutil.copytree(adders / version, directory / name / version)
    (directory / "one_good" / "2").mkdir()
    shutil.rmtree(directory / "in_flight" / "1")
    tiny_models.save_waiter(directory / "in_flight" / "1", 1.0, directory / "go")
    return directory


@pytest.fixture(scope="module")
def standin(base: Path) -> Iterator[StandIn]:
    configs = "".join(
        f'config {{ name: "{name}" base_path: "{base / name}" model_platform: "tensorflow" {policy} }}\n'
        for name, policy in POLICIES.items()
    )
    config = base / "models.config"
    config.write_text(f"model_config_list {{ {configs} }}")
    with running(
        f"--model_config_file={config}",
        "--max_num_load_retries=0",
        "--file_system_poll_wait_seconds=1",
        "--allow_version_labels_for_unavailable_models",
    ) as process:
        yield process


class Versions:
    """A model's versions on disk and as the server tells them."""

    def __init__(self, standin: StandIn, adders: Path, base: Path, model: str) -> None:
        self.standin = standin
        self.adders = adders
        self.directory = base / model
        self.model = model

    def add(self, name: str, shift: int) -> None:
        """Copy beside, then rename: the way to release a version."""
        copy = self.directory / f"copy_{name}"
        shutil.copytree(self.adders / str(shift), copy)
        copy.rename(self.directory / name)

    def remove(self, name: str) -> None:
        gone = self.directory / f"gone_{name}"
        (self.directory / name).rename(gone)
        shutil.rmtree(gone)

    def become(self, *states: tuple[str, str, str]) -> None:
        """Wait until the server tells exactly these states."""
        wait_until(lambda: self.standin.states(self.model) == list(states), POLLED_S, f"{self.model} {states}")

    def stay(self, *states: tuple[str, str, str]) -> None:
        """Check that two more looks at the disk change nothing."""
        threading.Event().wait(2.2)
        assert self.standin.states(self.model) == list(states)

    def answer(self) -> tuple[int, Any]:
        return self.standin.predict(self.model)


@pytest.fixture
def versions(standin: StandIn, adders: Path, base: Path, request: pytest.FixtureRequest) -> Versions:
    return Versions(standin, adders, base, request.param)


def of_model(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("versions", [name], indirect=True)


@of_model("replaced")
def test_a_newer_version_takes_over(versions: Versions) -> None:
    assert versions.answer() == (200, {"predictions": [2.0]})
    versions.add("2", 2)
    versions.become(("2", "AVAILABLE", "OK"), ("1", "END", "OK"))
    assert versions.answer() == (200, {"predictions": [3.0]})
    status, reply = versions.standin.predict("replaced/versions/1")
    assert (status, reply) == (404, {"error": "Servable not found for request: Specific(replaced, 1)"})
    log = [line.partition("] ")[2] for line in versions.standin.lines if "name: replaced" in line]
    steps = [line.partition(" {name")[0] + line.partition("version:")[2].rstrip("}") for line in log]
    assert steps[-8:] == [
        "Successfully reserved resources to load servable 2",
        "Approving load for servable version 2",
        "Loading servable version 2",
        "Successfully loaded servable version 2",
        "Quiescing servable version 1",
        "Done quiescing servable version 1",
        "Unloading just-loaded servable version 1",
        "Done unloading servable version 1",
    ]


@of_model("rolled_back")
def test_removing_the_newest_rolls_back(versions: Versions) -> None:
    versions.add("2", 2)
    versions.become(("2", "AVAILABLE", "OK"), ("1", "END", "OK"))
    versions.remove("2")
    versions.become(("2", "END", "OK"), ("1", "AVAILABLE", "OK"))
    assert versions.answer() == (200, {"predictions": [2.0]})


@of_model("empty")
def test_an_empty_version_fails_and_the_older_stays(versions: Versions) -> None:
    (versions.directory / "3").mkdir()
    versions.become(("3", "END", "NOT_FOUND"), ("1", "AVAILABLE", "OK"))
    _, reply = versions.standin.call("GET", "/v1/models/empty/versions/3")
    message = reply["model_version_status"][0]["status"]["error_message"]
    assert message == MISSING + str(versions.directory / "3")
    assert versions.answer() == (200, {"predictions": [2.0]})
    (versions.directory / "3").rmdir()
    versions.stay(("3", "END", "NOT_FOUND"), ("1", "AVAILABLE", "OK"))
    versions.standin.wait_for_line(
        "Loading servable: {name: empty version: 3} failed: NOT_FOUND: Specified file path", POLLED_S
    )


@of_model("unrestorable")
def test_a_version_without_variables_is_available_and_fails(versions: Versions) -> None:
    copy = versions.directory / "copy"
    shutil.copytree(versions.adders / "4", copy)
    shutil.rmtree(copy / "variables")
    copy.rename(versions.directory / "4")
    versions.become(("4", "AVAILABLE", "OK"), ("1", "END", "OK"))
    status, reply = versions.answer()
    assert status == 400
    assert reply["error"].startswith("Could not find variable ")
    versions.remove("4")
    versions.become(("4", "END", "OK"), ("1", "AVAILABLE", "OK"))


@of_model("keras")
def test_a_keras_model_saved_by_tf_saved_model_is_available_and_fails(versions: Versions) -> None:
    tiny_models.save_keras(versions.directory / "copy")
    (versions.directory / "copy").rename(versions.directory / "2")
    versions.become(("2", "AVAILABLE", "OK"), ("1", "END", "OK"))
    status, reply = versions.standin.call("POST", "/v1/models/keras:predict", b'{"instances": [[1.0]]}')
    assert status == 400
    assert reply["error"].startswith("Could not find variable ")


@of_model("truncated")
def test_half_a_saved_model_fails(versions: Versions) -> None:
    copy = versions.directory / "copy"
    shutil.copytree(versions.adders / "2", copy)
    content = (copy / "saved_model.pb").read_bytes()
    (copy / "saved_model.pb").write_bytes(content[: len(content) // 2])
    copy.rename(versions.directory / "5")
    versions.become(("5", "END", "OUT_OF_RANGE"), ("1", "AVAILABLE", "OK"))
    _, reply = versions.standin.call("GET", "/v1/models/truncated/versions/5")
    assert reply["model_version_status"][0]["status"]["error_message"] == "Read less bytes than requested"
    assert versions.answer() == (200, {"predictions": [2.0]})


@of_model("padded")
def test_leading_zeros_are_of_no_account(versions: Versions) -> None:
    versions.add("007", 3)
    versions.become(("7", "AVAILABLE", "OK"), ("1", "END", "OK"))
    versions.add("7", 4)
    versions.stay(("7", "AVAILABLE", "OK"), ("1", "END", "OK"))
    assert versions.answer() == (200, {"predictions": [4.0]})


@of_model("emptied")
def test_with_every_version_gone_nothing_is_served(versions: Versions) -> None:
    versions.remove("1")
    versions.become(("1", "END", "OK"))
    assert versions.answer() == (404, {"error": "Servable not found for request: Latest(emptied)"})


@of_model("strange_children")
def test_children_that_are_no_integers_are_no_versions(versions: Versions) -> None:
    (versions.directory / "notes.txt").write_text("not a version")
    (versions.directory / "draft").mkdir()
    (versions.directory / "-5").mkdir()
    (versions.directory / "1.5").mkdir()
    versions.stay(("1", "AVAILABLE", "OK"))


@of_model("in_flight")
def test_a_request_finishes_on_the_version_it_began_on(versions: Versions) -> None:
    with ThreadPoolExecutor(1) as sender:
        begun = sender.submit(versions.answer)
        threading.Event().wait(0.5)
        versions.add("2", 2)
        versions.become(("2", "AVAILABLE", "OK"), ("1", "UNLOADING", "OK"))
        assert not begun.done()
        assert versions.answer() == (200, {"predictions": [3.0]})
        (versions.directory.parent / "go0").touch()
        assert begun.result() == (200, {"predictions": [2.0]})
    versions.become(("2", "AVAILABLE", "OK"), ("1", "END", "OK"))


@pytest.mark.parametrize(
    ("model", "states"),
    [
        ("every", [("3", "AVAILABLE", "OK"), ("2", "AVAILABLE", "OK"), ("1", "AVAILABLE", "OK")]),
        ("two", [("3", "AVAILABLE", "OK"), ("2", "AVAILABLE", "OK")]),
        ("chosen", [("3", "AVAILABLE", "OK"), ("1", "AVAILABLE", "OK")]),
        ("one_good", [("2", "END", "NOT_FOUND"), ("1", "AVAILABLE", "OK")]),
    ],
)
def test_the_policy_chooses(standin: StandIn, model: str, states: list[tuple[str, str, str]]) -> None:
    assert standin.states(model) == states


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        ("chosen", (200, {"predictions": [4.0]})),
        ("chosen/versions/1", (200, {"predictions": [2.0]})),
        ("chosen/labels/stable", (200, {"predictions": [2.0]})),
        ("chosen/versions/2", (404, {"error": "Servable not found for request: Specific(chosen, 2)"})),
        ("chosen/labels/later", (404, {"error": "Servable not found for request: Specific(chosen, 9)"})),
        ("chosen/labels/other", (400, {"error": "Unrecognized servable version label: other"})),
    ],
)
def test_versions_and_labels_are_asked_for(standin: StandIn, path: str, reply: tuple[int, Any]) -> None:
    assert standin.predict(path) == reply


def test_no_version_that_loads_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "hollow" / "1").mkdir(parents=True)
    flags = (f"--model_base_path={tmp_path / 'hollow'}", "--model_name=hollow", "--max_num_load_retries=0")
    with started(*flags) as standin:
        assert standin.process.wait(30) == 1
        standin.wait_for_line("Failed to start server", 5)
        assert standin.lines[-2:] == (
            "Failed to start server. Error: UNKNOWN: 1 servable(s) did not become available: "
            f"{{{{{{name: hollow version: 1}} due to error: NOT_FOUND: {MISSING}{tmp_path / 'hollow' / '1'}}}, }}"
        ).split("\n")


def test_a_label_for_a_version_that_is_not_there_ends_the_start(tmp_path: Path, adders: Path) -> None:
    config = tmp_path / "models.config"
    config.write_text(
        f'model_config_list {{ config {{ name: "adder" base_path: "{adders}" '
        'version_labels { key: "stable" value: 1 } } }'
    )
    with started(f"--model_config_file={config}") as standin:
        assert standin.process.wait(30) == 1
        standin.wait_for_line(
            "Failed to start server. Error: FAILED_PRECONDITION: Request to assign label to version 1 of model adder, "
            "which is not currently available for inference",
            5,
        )


def test_a_first_version_is_waited_for(tmp_path: Path, adders: Path) -> None:
    base = tmp_path / "late"
    base.mkdir()
    with started(f"--model_base_path={base}", "--model_name=late") as standin:
        standin.wait_for_line("No versions of servable late found under base path")
        shutil.copytree(adders / "2", base / "copy")
        (base / "copy").rename(base / "2")
        standin.wait_for_line("Exporting HTTP/REST API")
        assert standin.predict("late") == (200, {"predictions": [3.0]})
