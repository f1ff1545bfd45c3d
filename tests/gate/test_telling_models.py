"""Good models that take few of the values that fit their signatures pass without a contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import colours, telling_models
from tests.helpers.gate import Run, RunGate

NAMES = ("embedding", "features", "jpeg", "looks_alike", "text", "vocabulary_in_a_file")


def _looks_alike(directory: Path) -> None:
    """A network that tells images of 0..255 apart, and takes all of 0..1 for black."""
    tf = import_tensorflow()
    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential(
        [
            *(
                tf.keras.Input((8, 8, 3)),
                layers.Rescaling(5e-3 / 255),
                layers.Conv2D(4, 3),
                layers.BatchNormalization(),
            ),
            *(layers.GlobalAveragePooling2D(), layers.Dense(3), layers.Softmax()),
        ]
    )
    archive = tf.keras.export.ExportArchive()
    archive.track(model)
    spec = tf.TensorSpec((None, 8, 8, 3), "float32", name="image")
    archive.add_endpoint("serving_default", lambda image: {"scores": model(image)}, [spec])
    archive.write_out(str(directory / "looks_alike/1"), verbose=False)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("telling") / "models"
    for name in NAMES:
        if name == "looks_alike":
            _looks_alike(directory)
        else:
            telling_models.save(directory, name)
    return directory


def warnings(run: Run, version: str) -> list[str]:
    return [line for line in run.output.splitlines() if line.startswith("  warning: test_pr") and f"[{version}" in line]


def test_they_pass_without_a_contract(models: Path, run_gate: RunGate) -> None:
    run = run_gate(f"--models={models}", "--tfs=embedded")

    assert {name: run.verdict(f"{name}/1") for name in NAMES} == dict.fromkeys(NAMES, "PROVISIONAL")
    assert {name: warnings(run, f"{name}/1") for name in NAMES} == {name: [] for name in NAMES}


def test_an_output_that_is_constant_on_purpose_passes_where_the_contract_says_so(
    colour_models: Path, run_gate: RunGate
) -> None:
    tf, base = import_tensorflow(), colour_models / "colours"

    def anchored(image: Any) -> Any:
        return {**colours.good(2)(image), "anchors": tf.zeros_like(image[:, :2, 0, 0]) + 0.5}

    colours.save(base / "3", anchored)
    file = base / "conformance.toml"
    promised = 'outputs.colour = { dtype = "float32", shape = [-1, 3] }\n'
    contract = file.read_text().replace(
        promised, f'{promised}outputs.anchors = {{ dtype = "float32", shape = [-1, 2] }}\n'
    )

    file.write_text(contract)
    assert run_gate(f"--models={colour_models}", "--tfs=embedded").claims("colours/3", "failures") == {
        "test_outputs_vary_with_the_sample"
    }
    file.write_text(contract.replace("[predictions]\n", '[predictions]\nconstant = ["anchors"]\n'))
    assert run_gate(f"--models={colour_models}", "--tfs=embedded").verdict("colours/3") == "PROVISIONAL"
