"""The good models that are broken: each with a contract, samples and golden outputs that it keeps."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.draft.command import main as draft
from fixtures.model.contract import CONTRACT_FILE
from fixtures.model.signature import Array
from fixtures.predict.golden import main as record_golden
from tests.good_models import GOOD_MODELS
from tests.helpers import colours
from tests.helpers.gate import ROOT

FLOWER = ROOT / "models/flowerclassifier"
IMAGES = ROOT / "raw_images"


@dataclass(frozen=True)
class Base:
    """A good model, written to MODELS/NAME/VERSION with what its contract refers to."""

    name: str
    candidate: int
    write: Callable[[Path], None]
    """Writes the directory above MODELS, which is `models` in it."""

    @property
    def version(self) -> str:
        """The candidate, as the gate names it."""
        return f"{self.name}/{self.candidate}"


def _write_flower(directory: Path) -> None:
    """The model that ships, with an image of each class."""
    base = directory / "models/flowerclassifier"
    shutil.copytree(FLOWER / "002", base / "2")
    images = directory / "images"
    images.mkdir()
    rows = list(csv.DictReader((IMAGES / "labels.csv").read_text().splitlines()))
    # the fourth of each class, since some of these are PNG files
    chosen = [row for row in rows if "_04." in row["file"]]
    for row in chosen:
        shutil.copy(IMAGES / row["file"], images)
    (images / "labels.csv").write_text("file,label\n" + "".join(f"{row['file']},{row['label']}\n" for row in chosen))
    contract = (FLOWER / CONTRACT_FILE).read_text().replace("../../raw_images", "../../images")
    # other runs are going on meanwhile
    before, _, after = contract.partition("[latency]")
    (base / CONTRACT_FILE).write_text(before + "[robustness]" + after.partition("[robustness]")[2])
    _record(base / "2")


def _write_colours(directory: Path) -> None:
    """The small model that names colours, with both versions."""
    versions = directory / "versions"
    for version in colours.SHARPNESS:
        colours.save(versions / str(version), colours.good(version))
    colours.lay_out(directory, versions)
    shutil.rmtree(versions)


def _record(version: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        assert record_golden([str(version)]) == 0


def _of_the_zoo(name: str, samples: Callable[[np.random.Generator], Mapping[str, Any]], predictions: str = "") -> Base:
    """A model of tests/good_models/, whose samples are what is drawn for each input of `serving_default`.

    One that takes tf.Examples has them as requests; `predictions` is what its contract says beside golden outputs.
    """

    def write(directory: Path) -> None:
        base = directory / "models" / name
        # under a name that is no number the draft does not start a server to see what it says to wrong ranks
        GOOD_MODELS[name](base / "new", 1)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert draft([str(base / "new"), "--write"]) == 0
        (base / "new").rename(base / "1")
        arrays: dict[str, Any] = dict(samples(np.random.default_rng(5)))
        # what is drafted of the predictions is said anew
        drafted, _, _ = (base / CONTRACT_FILE).read_text().partition("\n[predictions]\n")
        said = f'[samples]\n{_write_samples(base, arrays)}\n[predictions]\n{predictions}golden = "golden.npz"\n'
        (base / CONTRACT_FILE).write_text(f"{drafted}\n{said}")
        _record(base / "1")

    return Base(name, 1, write)


def _write_samples(base: Path, arrays: dict[str, Any]) -> str:
    """Write them beside the contract: the line of the contract that names them."""
    if "examples" in arrays:
        bodies = [{"signature_name": "serving_default", "examples": [one]} for one in arrays["examples"]]
        (base / "samples.jsonl").write_text("".join(json.dumps(body) + "\n" for body in bodies))
        return 'requests = "samples.jsonl"'
    np.savez(base / "samples.npz", **arrays)
    return 'arrays = "samples.npz"'


def _words(*texts: str) -> Array:
    return np.array([text.encode() for text in texts])


FLOWERS = Base("flowerclassifier", 2, _write_flower)
COLOURS = Base("colours", 2, _write_colours)
TWO_INPUTS = _of_the_zoo(
    "two_inputs_two_outputs",
    lambda draw: {
        "numbers": draw.random((6, 8)).astype(np.float32),
        "category": np.array([3, 7, 0, 19, 11, 5], np.int32),
    },
)
TOKENS = _of_the_zoo(
    "transformer_with_mask",
    lambda draw: {
        "tokens": np.where(np.arange(9) < draw.integers(3, 9, (6, 1)), draw.integers(1, 50, (6, 9)), 0).astype(np.int32)
    },
)
SERIES = _of_the_zoo("lstm_of_any_length", lambda draw: {"steps": draw.normal(size=(6, 7, 8)).astype(np.float32)})
TEXT = _of_the_zoo(
    "vocabulary",
    lambda draw: {
        "text": _words("a good film", "The BAD book", "never again", "wonderful", "it was boring again", "unheard of")
    },
)
WORDS = _of_the_zoo(
    "vocabulary_file", lambda draw: {"word": _words("good", "bad", "film", "never", "wonderful", "unheard")}
)
DETECTION = _of_the_zoo(
    "detection",
    lambda draw: {"image": draw.random((6, 16, 16, 3)).astype(np.float32)},
    'constant = ["anchors"]\n',
)
TABLE = _of_the_zoo(
    "wide_and_deep",
    lambda draw: {
        "age": np.array([17, 25, 40, 61, 70, 33], np.float32),
        "city": _words("rome", "paris", "oslo", "rome", "berlin", "paris"),
        "income": draw.normal(3e4, 1e4, 6).astype(np.float32),
    },
)
PIXELS = _of_the_zoo("keras2", lambda draw: {"input_1": draw.random((6, 20, 20, 3)).astype(np.float32)})
STUMPS = _of_the_zoo("boosted_trees", lambda draw: {"x": draw.normal(size=(6, 5)).astype(np.float32)})
EXAMPLES = _of_the_zoo(
    "estimator",
    lambda draw: {
        # one lacks its pixels, which the graph has a default for
        "examples": [
            {"age": age, "city": city, "pixels": draw.random(4).tolist()} if city != "oslo" else {"age": age}
            for age, city in zip((0.3, 0.5, 0.8, 1.2, 0.6), ("rome", "paris", "oslo", "rome", "berlin"), strict=True)
        ]
    },
    'constant = ["classes"]\n',
)
