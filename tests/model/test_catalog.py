"""Model versions are found on disk as TensorFlow Serving would find them, and what is wrong is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.errors import CatalogError
from fixtures.model.catalog import Model, find_models, passed_over, version_directory

pytestmark = pytest.mark.fast


def version(directory: Path) -> Path:
    """Make the directory a version that looks whole from outside."""
    directory.mkdir(parents=True)
    (directory / "saved_model.pb").touch()
    return directory


def numbers(model: Model) -> tuple[list[int], list[int]]:
    """The candidates and the baselines of a model."""
    return [found.number for found in model.candidates], [found.number for found in model.baselines]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """An empty directory for models."""
    directory = tmp_path / "models"
    directory.mkdir()
    return directory


@pytest.fixture
def three(models: Path) -> Path:
    """Versions 2, 9 and 10 of one model, which do not sort as text."""
    version(models / "flower" / "10")
    version(models / "flower" / "9")
    version(models / "flower" / "2")
    return models


@pytest.mark.parametrize(
    ("directory", "number"),
    [
        ("1", 1),
        ("001", 1),
        ("00000000000000000000000000001", 1),
        ("0", 0),
        ("20240131", 20240131),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_number_of_a_version(models: Path, directory: str, number: int) -> None:
    path = version(models / "flower" / directory)
    (model,) = find_models([models], "latest")
    (found,) = model.candidates
    assert (found.model, found.number, found.path, found.id) == ("flower", number, path, f"flower/{number}")


@pytest.mark.parametrize(
    ("versions", "candidates", "baselines"),
    [
        ("latest", [10], [9]),
        ("all", [2, 9, 10], []),
        (10, [10], [9]),
        (9, [9], [2]),
        (2, [2], []),
    ],
)
def test_candidates_and_baselines(three: Path, versions: object, candidates: list[int], baselines: list[int]) -> None:
    (model,) = find_models([three], versions)  # type: ignore[arg-type]
    assert numbers(model) == (candidates, baselines)
    assert [found.number for found in model.served] == sorted(candidates + baselines)


def test_only_version_has_no_baseline(models: Path) -> None:
    version(models / "flower" / "7")
    (model,) = find_models([models], "latest")
    assert numbers(model) == ([7], [])


def test_a_number_chooses_a_zero_padded_directory(models: Path) -> None:
    path = version(models / "flower" / "007")
    (model,) = find_models([models], 7)
    assert model.candidates[0].path == path


def test_empty_version_directory_is_still_the_version(three: Path) -> None:
    (three / "flower" / "11").mkdir()
    (model,) = find_models([three], "latest")
    assert numbers(model) == ([11], [10])


def test_version_may_be_a_link(three: Path) -> None:
    (three / "flower" / "12").symlink_to(three / "flower" / "9")
    (model,) = find_models([three], "latest")
    assert numbers(model) == ([12], [10])


def test_models_are_sorted_by_name_within_each_directory(tmp_path: Path) -> None:
    version(tmp_path / "one" / "b" / "1")
    version(tmp_path / "one" / "c" / "1")
    version(tmp_path / "two" / "a" / "1")
    found = find_models([tmp_path / "one", tmp_path / "two"], "latest")
    assert [(model.name, model.base_path) for model in found] == [
        ("b", tmp_path / "one" / "b"),
        ("c", tmp_path / "one" / "c"),
        ("a", tmp_path / "two" / "a"),
    ]


@pytest.mark.parametrize("name", ["assets", "1.0", "v3", "\uff11", "1_0", "0x1", "1 0", ".cache"])
def test_children_of_a_model_that_are_no_version_are_ignored(three: Path, name: str) -> None:
    (three / "flower" / name).mkdir()
    (model,) = find_models([three], "all")
    assert numbers(model) == ([2, 9, 10], [])


@pytest.mark.parametrize("name", ["conformance.toml", "saved_model.txt", "11.txt"])
def test_files_of_a_model_are_no_versions(three: Path, name: str) -> None:
    (three / "flower" / name).touch()
    (model,) = find_models([three], "latest")
    assert numbers(model) == ([10], [9])


@pytest.mark.parametrize(
    ("name", "number"),
    [("+11", 11), (" 11", 11), ("11 ", 11), ("\t+011\n", 11), ("-1", -1), ("-9223372036854775808", -(2**63))],
)
def test_name_that_the_server_reads_as_a_version_is_told(three: Path, name: str, number: int) -> None:
    (three / "flower" / name).mkdir()
    fails([three], repr(str(three / "flower" / name)), f"is version {number} to", f"rename it to {abs(number)}")


@pytest.mark.parametrize("name", ["9223372036854775808", "0099999999999999999999", "-9223372036854775809"])
def test_number_beyond_what_the_server_counts_is_told(three: Path, name: str) -> None:
    (three / "flower" / name).mkdir()
    fails([three], three / "flower" / name, "no further than 9223372036854775807", "would ignore it")


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("12")], ids=["file", "link-to-nothing"])
def test_what_is_no_directory_and_named_as_a_version_is_told(three: Path, make: Callable[[Path], None]) -> None:
    make(three / "flower" / "11")
    fails([three], three / "flower" / "11", "is no directory, but version 11 to TensorFlow Serving")


@pytest.mark.parametrize("target", ["10", "../flower/10", "older", "{base}/9"])
def test_link_to_a_version_is_another_name_for_it(three: Path, target: str) -> None:
    (three / "flower" / "older").symlink_to("2")
    (three / "flower" / "latest").symlink_to(target.format(base=three / "flower"))
    (model,) = find_models([three], "all")
    assert numbers(model) == ([2, 9, 10], [])


def test_link_to_where_a_version_is_stored_is_another_name_for_it(tmp_path: Path, models: Path) -> None:
    stored = version(tmp_path / "store" / "abc")
    (models / "flower").mkdir()
    (models / "flower" / "2").symlink_to("../../store/abc")
    (models / "flower" / "latest").symlink_to(stored)
    (model,) = find_models([models], "all")
    assert [found.path for found in model.candidates] == [models / "flower" / "2"]


def test_link_to_a_version_that_is_gone_is_ignored(three: Path) -> None:
    (three / "flower" / "latest").symlink_to("11")
    (model,) = find_models([three], "all")
    assert numbers(model) == ([2, 9, 10], [])


def test_directory_of_models_may_be_a_link(tmp_path: Path, three: Path) -> None:
    (tmp_path / "link").symlink_to("models")
    (model,) = find_models([tmp_path / "link"], "latest")
    assert (model.base_path, numbers(model)) == (tmp_path / "link" / "flower", ([10], [9]))


@pytest.mark.parametrize("name", [".git", ".DS_Store", ".ipynb_checkpoints"])
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_hidden_directories_and_files_are_no_models(three: Path, name: str, make: Callable[[Path], None]) -> None:
    make(three / name)
    make(three / "flower" / name)
    assert [model.name for model in find_models([three], "latest")] == ["flower"]
    assert passed_over([three]) == ()


@pytest.mark.parametrize("file", ["README.md", "labels.csv", "conformance.toml", "saved_model.txt"])
def test_files_beside_models_are_none(three: Path, file: str) -> None:
    (three / file).touch()
    assert [model.name for model in find_models([three], "latest")] == ["flower"]


@pytest.mark.parametrize(
    "file", ["assets/rose.png", "__pycache__/a.pyc", "photos/roses/1.png", "lost+found/1/x", "notes/v1/README", "x/a"]
)
def test_directories_beside_models_are_passed_over(three: Path, file: str) -> None:
    (three / file).parent.mkdir(parents=True)
    (three / file).touch()
    assert [model.name for model in find_models([three], "latest")] == ["flower"]
    assert passed_over([three]) == (three / file.split("/")[0],)


def test_empty_directory_beside_models_is_passed_over(three: Path) -> None:
    (three / "tulip").mkdir()
    assert [model.name for model in find_models([three], "latest")] == ["flower"]
    assert passed_over([three]) == (three / "tulip",)


@pytest.mark.parametrize(
    ("path", "located"),
    [
        ("10", "flower/10"),
        ("latest", "flower/9"),
        ("11", "flower/11"),
        ("9/../10", "flower/10"),
        ("latest/.", "flower/9"),
        ("../flower/2", "flower/2"),
    ],
)
def test_version_directory_by_its_own_name(three: Path, path: str, located: str) -> None:
    (three / "flower" / "latest").symlink_to("9")
    (three / "flower" / "11").symlink_to(version(three.parent / "store" / "abc"))
    assert version_directory(three / "flower" / path) == three / located


def fails(directories: list[Path], *says: str | Path, versions: str | int = "latest") -> None:
    """Assert that finding models ends in one error that says all of this."""
    with pytest.raises(CatalogError) as caught:
        find_models(directories, versions)  # type: ignore[arg-type]
    assert [str(words) for words in says if str(words) not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_no_such_directory(tmp_path: Path) -> None:
    fails([tmp_path / "nowhere"], tmp_path / "nowhere", "no such directory", "--models=DIR")


def test_a_file_is_no_directory_of_models(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fails([tmp_path / "file"], tmp_path / "file", "no such directory")


def test_no_model_at_all(tmp_path: Path, models: Path) -> None:
    (tmp_path / "more").mkdir()
    fails([models, tmp_path / "more"], models, tmp_path / "more", "no model in", "NAME/VERSION/saved_model.pb")


def test_one_directory_may_be_empty_beside_another(tmp_path: Path, three: Path) -> None:
    (tmp_path / "more").mkdir()
    assert len(find_models([tmp_path / "more", three], "latest")) == 1


def test_same_name_twice(tmp_path: Path) -> None:
    one, two = version(tmp_path / "a" / "flower" / "1"), version(tmp_path / "b" / "flower" / "2")
    fails([tmp_path / "a", tmp_path / "b"], "model flower is there 2 times", one.parent, two.parent, "rename one")


def test_directory_is_itself_a_model(three: Path) -> None:
    fails([three / "flower"], "is itself a model;", f"--models={three}")


def test_directory_is_itself_a_version(three: Path) -> None:
    fails([three / "flower" / "9"], "is itself a model version", f"--models={three}")


def test_the_parent_to_give_is_right_for_a_path_with_dots(three: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        find_models([three / "flower" / "9" / ".."], "latest")
    assert re.search(r"--models=(\S+)", str(caught.value))[1] == str(three)  # type: ignore[index]


def test_model_that_is_promised_and_has_no_version(three: Path) -> None:
    (three / "tulip").mkdir()
    (three / "tulip" / "conformance.toml").touch()
    fails([three], three / "tulip", "has no version", f"add {three / 'tulip' / '1'}")


def test_model_whose_contract_is_a_link_to_nothing_is_promised_all_the_same(three: Path) -> None:
    (three / "tulip").mkdir()
    (three / "tulip" / "conformance.toml").symlink_to("nowhere")
    fails([three], three / "tulip", "has no version")


def test_nothing_but_what_is_passed_over(models: Path) -> None:
    (models / "assets").mkdir()
    (models / "notes").mkdir()
    fails([models], f"no model in {models} (assets, notes: no version)", "NAME/VERSION/saved_model.pb")


def test_models_further_down_are_not_passed_over(three: Path) -> None:
    version(three / "team" / "tulip" / "1")
    fails([three], f"{three / 'team'} holds models itself", f"--models={three / 'team'}")


def test_saved_model_in_the_base_directory(three: Path) -> None:
    (three / "flower" / "saved_model.pb").touch()
    fails([three], three / "flower", "holds a SavedModel itself", three / "flower" / "1")


def test_two_directories_of_one_version_are_one_version_that_knows_of_both(three: Path) -> None:
    twins = {version(three / "flower" / name) for name in ("0010", "010")} | {three / "flower" / "10"}
    (model,) = find_models([three], "latest")
    (found,) = model.candidates
    assert numbers(model) == ([10], [9])
    assert {found.path, *found.twins} == twins


def test_what_is_withheld_is_not_served(three: Path) -> None:
    (model,) = find_models([three], "latest")
    blocked = replace(model, blocked=frozenset(model.candidates))
    assert [found.number for found in blocked.served] == [9]


@pytest.mark.parametrize("name", ["v3", "latest", "10.bak", "11-copy", ".11", "1.0"])
@pytest.mark.parametrize("file", ["saved_model.pb", "saved_model.pbtxt"])
def test_saved_model_whose_directory_is_no_integer(three: Path, name: str, file: str) -> None:
    (three / "flower" / name).mkdir()
    (three / "flower" / name / file).touch()
    fails([three], three / "flower" / name, "is no integer", "rename it")


def test_saved_model_whose_directory_is_no_integer_in_a_model_without_versions(three: Path) -> None:
    version(three / "tulip" / "v1")
    fails([three], three / "tulip" / "v1", "is no integer")


def test_link_to_a_saved_model_that_is_no_version(three: Path) -> None:
    stored = version(three.parent / "store" / "abc")
    (three / "flower" / "canary").symlink_to(stored)
    fails([three], three / "flower" / "canary", "is no integer", f"move it out of {three / 'flower'}")


def test_no_such_version(three: Path) -> None:
    fails([three], "--versions=3", three / "flower", "only 2, 9, 10", versions=3)
