"""Models that take images in other ways than as floats pass with the photographs that their contracts name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import colours
from tests.helpers.gate import RunGate

PIXELS = 'inputs.image = { dtype = "float32", shape = [-1, 8, 8, 3] }'


def from_files(encoded: Any) -> Any:
    """What clients send most: the bytes of image files of any size."""
    tf = import_tensorflow()

    def decoded(content: Any) -> Any:
        return tf.image.resize(tf.cast(tf.io.decode_jpeg(content, channels=3), tf.float32) / 255.0, (8, 8))

    return colours.good(2)(tf.map_fn(decoded, encoded, fn_output_signature=tf.float32))


def from_bytes(pixels: Any) -> Any:
    """Pixels as they are, 0..255."""
    return colours.good(2)(import_tensorflow().cast(pixels, "float32") / 255.0)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A model of each kind, with its contract and photographs of several sizes and formats."""
    tf = import_tensorflow()
    for name, function, dtype, shape in (
        ("files", from_files, "string", (None,)),
        ("pixels", from_bytes, "uint8", (None, 8, 8, 3)),
    ):
        base = tmp_path / "models" / name
        serve = tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec(shape, dtype, name="image"))
        tf.saved_model.save(tf.Module(), str(base / "1"), signatures={"serving_default": serve})
        sizes = str([-1 if size is None else size for size in shape])
        taken = f'inputs.image = {{ dtype = "{dtype}", shape = {sizes} }}'
        (base / "conformance.toml").write_text(colours.CONTRACT.replace(PIXELS, taken))
    photos = tmp_path / "photos"
    colours.write_photos(photos)
    with Image.open(photos / "red_3.png") as image:
        image.resize((9, 31)).save(photos / "red_4.jpg")
    return tmp_path / "models"


def test_images_are_sent_as_the_model_takes_them(models: Path, run_gate: RunGate) -> None:
    run = run_gate(f"--models={models}", "--tfs=embedded")

    for version in ("files/1", "pixels/1"):
        predicate = run.predicate(version)
        assert (predicate["verdict"], predicate["failures"], predicate["errors"]) == ("PROVISIONAL", {}, {})
        passed = predicate["passedTests"]
        assert f"test_agreement.py::test_rest_row[{version}-red_4.jpg]" in passed
        assert f"test_agreement.py::test_batches_agree_with_single_requests[{version}]" in passed
        assert f"test_predictions.py::test_labelled_samples_are_classified[{version}]" in passed


def test_file_cut_short_ends_the_run_before_the_first_test(models: Path, run_gate: RunGate) -> None:
    photo = models.parent / "photos/red_4.jpg"
    photo.write_bytes(photo.read_bytes()[:-20])

    run = run_gate(f"--models={models}", "--tfs=embedded")

    assert f"{photo} holds no complete image" in run.output
    assert (run.status, run.output.count("ERROR")) == (pytest.ExitCode.USAGE_ERROR, 1)
