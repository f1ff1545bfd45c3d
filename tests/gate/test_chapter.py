"""The gate on real input: the ResNet-50 graph that the chapter serves, and fifty photographs of flowers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.gate import LOW_EFFORT, SHARED, Run
from tests.helpers.warm_gate import run_apart

CHAPTER = SHARED / "chapter"
CONTRACT = """\
[signatures.serving_default]
inputs.input_4 = { dtype = "float32", shape = [-1, 224, 224, 3] }
outputs.custom_class = { dtype = "float32", shape = [-1, 5] }

[samples]
images = "../../photos"
input = "input_4"
labels = ["roses", "sunflowers", "daisy", "dandelion", "tulips"]

[predictions]
probabilities = ["custom_class"]
"""

pytestmark = pytest.mark.skipif(not CHAPTER.is_dir(), reason=f"{CHAPTER} is not here: it comes with CI, not a clone")


ALL = 50


@pytest.fixture(scope="module", params=[12, pytest.param(ALL, marks=pytest.mark.slow)], ids="{}-photographs".format)
def photographs(request: pytest.FixtureRequest) -> int:
    """How many photographs there are; a run on all of them makes its full effort, as users' runs do."""
    return int(request.param)


@pytest.fixture(scope="module")
def run(photographs: int, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The gate on the chapter's model, with random weights, and its photographs."""
    directory = tmp_path_factory.mktemp("chapter")
    (directory / "photos").mkdir()
    for photo in sorted((CHAPTER / "photos").glob("*.jpg"))[:photographs]:
        (directory / "photos" / photo.name).symlink_to(photo)
    models = directory / "models"
    subprocess.run([sys.executable, CHAPTER / "fill_weights.py", models, "001"], check=True, capture_output=True)
    (models / "flowerclassifier/conformance.toml").write_text(CONTRACT)
    report = directory / "report"
    effort = () if photographs == ALL else LOW_EFFORT
    return run_apart(report, f"--models={models}", "--tfs=embedded", *effort)


def test_model_that_tensorflow_refuses_to_load_is_gated(run: Run) -> None:
    # tf.saved_model.load: '_UserObject' object has no attribute 'add_slot'
    assert (run.verdict("flowerclassifier/1"), run.status) == ("PROVISIONAL", 0), run.output


def test_every_photograph_is_a_case(run: Run, photographs: int) -> None:
    passed = run.predicate("flowerclassifier/1")["passedTests"]

    assert len([name for name in passed if "test_rest_row" in name]) == photographs
    first = min(photo.name for photo in (CHAPTER / "photos").glob("*.jpg"))
    assert f"test_agreement.py::test_rest_row[flowerclassifier/1-{first}]" in passed


def test_difference_is_well_within_the_tolerance(run: Run) -> None:
    assert run.predicate("flowerclassifier/1")["headroomUsed"] < 0.5
