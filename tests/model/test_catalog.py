"""Model versions are found on disk as TensorFlow Serving would find them, and what is wrong is said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.errors import CatalogError
from fixtures.model.catalog import Model, find_models

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
    [("1", 1), ("001", 1), ("0", 0), ("20240131", 20240131), ("9223372036854775807", 2**63 - 1)],
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


@pytest.mark.parametrize("name", ["assets", "-1", "1.0", "v3", "\uff11", "9223372036854775808", ".cache"])
def test_children_of_a_model_that_are_no_version_are_ignored(three: Path, name: str) -> None:
    (three / "flower" / name).mkdir()
    (model,) = find_models([three], "all")
    assert numbers(model) == ([2, 9, 10], [])


@pytest.mark.parametrize("name", ["11", "conformance.toml", "saved_model.txt"])
def test_files_of_a_model_are_no_versions(three: Path, name: str) -> None:
    (three / "flower" / name).touch()
    (model,) = find_models([three], "latest")
    assert numbers(model) == ([10], [9])


def test_hidden_directories_and_files_are_no_models(three: Path) -> None:
    (three / ".git").mkdir()
    (three / "README.md").touch()
    assert [model.name for model in find_models([three], "latest")] == ["flower"]


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


def test_model_without_a_version(three: Path) -> None:
    (three / "tulip").mkdir()
    fails([three], three / "tulip", "has no version", f"add {three / 'tulip' / '1'}")


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


@pytest.mark.parametrize("name", ["v3", "11-copy", ".11", "1.0"])
@pytest.mark.parametrize("file", ["saved_model.pb", "saved_model.pbtxt"])
def test_saved_model_whose_directory_is_no_integer(three: Path, name: str, file: str) -> None:
    (three / "flower" / name).mkdir()
    (three / "flower" / name / file).touch()
    fails([three], three / "flower" / name, "is no integer", "rename it")


def test_no_such_version(three: Path) -> None:
    fails([three], "--versions=3", three / "flower", "only 2, 9, 10", versions=3)
