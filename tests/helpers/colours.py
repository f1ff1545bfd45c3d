"""A model that names the colour of an image, with photographs of it: small enough to be made anew in every run.

The good version's numbers are a formula that numpy computes as well as TensorFlow, so that a server can be played
without loading anything.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fixtures.model.signature import Array
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict import golden as golden_outputs
from fixtures.samples.pixels import read_image

LABELS = ("red", "green", "blue")
SHARPNESS = {1: 6.0, 2: 8.0}
"""What sets the versions apart."""

CONTRACT = """\
[signatures.serving_default]
inputs.image = { dtype = "float32", shape = [-1, 8, 8, 3] }
outputs.colour = { dtype = "float32", shape = [-1, 3] }

[samples]
images = "../../photos"
input = "image"
labels = ["red", "green", "blue"]

[predictions]
probabilities = ["colour"]
accuracy = 1.0
"""

GOLDEN_FILE = "golden.npz"

Function = Callable[..., Mapping[str, Any]]
NO_OTHER: Mapping[str, Function] = {}


def with_golden(contract: str) -> str:
    """The contract with the outputs that `write_golden` writes."""
    return contract + f'golden = "{GOLDEN_FILE}"\n'


def with_latency(contract: str, promised: str) -> str:
    """The contract with a budget."""
    return contract + f"[latency]\n{promised}\n"


def with_everything(contract: str) -> str:
    """The contract with a promise for every claim."""
    return with_latency(with_golden(contract), "p95_ms = 60_000\nmax_ratio = 1e6")


def softmax(image: Array, sharpness: float) -> Array:
    """What the good model computes: float32 (batch, 8, 8, 3) to (batch, 3)."""
    scores = image.astype(np.float64).mean(axis=(1, 2)) * sharpness
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Array = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


def tf_softmax(image: Any, sharpness: float) -> Any:
    """The same in TensorFlow."""
    tf = import_tensorflow()
    return tf.nn.softmax(tf.reduce_mean(image, axis=(1, 2)) * sharpness)


def good(version: int) -> Function:
    """The serving function of a version that keeps every promise."""
    return lambda image: {"colour": tf_softmax(image, SHARPNESS[version])}


def save(
    directory: Path,
    function: Function,
    *,
    signature: str = "serving_default",
    input_name: str = "image",
    shape: tuple[int | None, ...] = (None, 8, 8, 3),
    dtype: str = "float32",
    also: str = "",
    other: Mapping[str, Function] = NO_OTHER,
    counts: bool = False,
) -> None:
    """Write a SavedModel with the function as its signature, under the name `also` once more, and others beside it.

    One that counts gives a little more each time that it is asked.
    """
    tf = import_tensorflow()
    module = tf.Module()
    module.variable = tf.Variable(1.0)

    def serve(image: Any) -> Mapping[str, Any]:
        if counts:
            module.variable.assign_add(1e-3)
        return function(image * tf.cast(module.variable, image.dtype))

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec(shape, dtype, name=input_name))
    signatures = {signature: concrete} | ({also: concrete} if also else {})
    for name, another in other.items():
        signatures[name] = tf.function(another).get_concrete_function(tf.TensorSpec(shape, dtype, name=input_name))
    tf.saved_model.save(module, str(directory), signatures=signatures)


def write_photos(directory: Path) -> None:
    """Three noisy photographs of each colour, one of them dark, with their labels."""
    directory.mkdir(parents=True)
    draw = np.random.default_rng(7)
    rows = ["file,label"]
    for channel, label in enumerate(LABELS):
        for number, brightness in enumerate((20, 120, 220), start=1):
            pixels = draw.integers(0, 30, size=(16, 24, 3))
            pixels[..., channel] += brightness
            name = f"{label}_{number}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(directory / name)
            rows.append(f"{name},{label}")
    (directory / "labels.csv").write_text("\n".join(rows) + "\n")


def write_tenth_photo(models: Path) -> None:
    """One more, so that there are as many labelled samples as `--release` wants."""
    photos = models.parent / "photos"
    with Image.open(photos / "red_3.png") as photo:
        photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(photos / "red_4.png")
    with (photos / "labels.csv").open("a") as table:
        table.write("red_4.png,red\n")
    golden = models / "colours" / GOLDEN_FILE
    golden.unlink()
    write_golden(golden, photos)


def write_golden(file: Path, photos: Path) -> None:
    """The outputs of version 2 for every photograph, by the formula."""
    golden = {}
    for photo in sorted(photos.glob("*.png")):
        pixels = read_image(photo, (8, 8), "nearest").astype(np.float32) * np.float32(1 / 255)
        golden["serving_default", photo.name] = {"colour": softmax(pixels[np.newaxis], SHARPNESS[2])}
    golden_outputs.write_golden(file, golden)


def lay_out(directory: Path, versions: Path) -> Path:
    """Make a models directory with a copy of the versions, the contract and its photographs."""
    models = directory / "models"
    shutil.copytree(versions, models / "colours")
    (models / "colours" / "conformance.toml").write_text(CONTRACT)
    write_photos(directory / "photos")
    write_golden(models / "colours" / GOLDEN_FILE, directory / "photos")
    return models
