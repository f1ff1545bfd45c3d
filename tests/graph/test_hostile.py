"""What got past a look at the graph once: the effect is there when such a model is run, and the scan refuses it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.graph.inspection import inspect
from fixtures.model.catalog import ModelVersion
from tests.helpers import hostile
from tests.helpers.gate import ROOT, RunGate
from tests.helpers.hostile import SECRET, World

RUN = """
import json, sys, tensorflow as tf
answers = {}
for directory in sys.argv[1:]:
    try:
        answer = tf.saved_model.load(directory, ["serve"]).signatures["serving_default"]()
        answers[directory] = repr(answer["y"].numpy())
    except Exception as error:
        answers[directory] = repr(error)
print(json.dumps(answers))
"""
"""Loads each model and asks it, as the gate would if it took it for one."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with each hostile model, and beside each the world that it has its effect on."""
    directory = tmp_path_factory.mktemp("hostile")
    for name, build in {**hostile.READ, **hostile.WRITE}.items():
        world = World(directory / name / "world")
        world.prepare()
        hostile.save(directory / name / "1", build, world)
    world = World(directory / "bound_elsewhere/world")
    world.prepare()
    hostile.save_bound_elsewhere(directory / "bound_elsewhere/1", world)
    return directory


@pytest.fixture(scope="module")
def answers(models: Path) -> dict[str, str]:
    """What each said when it was run, by its name; the effects of that are there from then on."""
    directories = [str(path) for path in sorted(models.glob("*/1"))]
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *directories], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {Path(directory).parent.name: said for directory, said in json.loads(ran.stdout.splitlines()[-1]).items()}


@pytest.mark.parametrize("name", [*hostile.READ, "bound_elsewhere"])
def test_it_reads_what_is_none_of_its_files(name: str, answers: dict[str, str]) -> None:
    assert SECRET in answers[name]


@pytest.mark.parametrize("name", [name for name in hostile.WRITE if name.startswith("saved")])
def test_it_writes_a_checkpoint_when_it_is_loaded(name: str, models: Path, answers: dict[str, str]) -> None:
    assert Path(World(models / name / "world").written + ".index").exists()


def test_it_takes_away_a_checkpoint_when_it_is_loaded(models: Path, answers: dict[str, str]) -> None:
    assert not Path(World(models / "merged_by_the_restore/world").checkpoint + ".index").exists()


@pytest.mark.parametrize("name", [*hostile.READ, *hostile.WRITE, "bound_elsewhere"])
def test_it_is_refused(name: str, models: Path) -> None:
    inspection = inspect(ModelVersion(name, 1, models / name / "1"))
    assert any(inspection.dangers), inspection
    assert inspection.blocked_because(dangers_waived=False)


def test_the_gate_leaves_their_world_as_it_is(tmp_path: Path, run_gate: RunGate) -> None:
    for name, build in hostile.WRITE.items():
        world = World(tmp_path / name)
        world.prepare()
        hostile.save(tmp_path / "models" / name / "1", build, world)
    worlds = [World(tmp_path / name) for name in hostile.WRITE]
    before = [sorted(world.directory.iterdir()) for world in worlds]

    run = run_gate(f"--models={tmp_path / 'models'}", "--tfs=embedded")

    assert [sorted(world.directory.iterdir()) for world in worlds] == before
    failures = [run.claims(f"{name}/1", "failures") for name in hostile.WRITE]
    assert failures == [{"test_graph_only_computes"}] * len(hostile.WRITE)
