"""Evaluate models/flowerclassifier: `python -m training.evaluate`.

Prints, for each version, how many sample images and how many freshly drawn photos it classifies right, its size, and
how far its predictions for single samples are from those for all in one batch: the worst share of the allowance
1e-9 + 1e-4 * |single| that the contract makes.
"""

import argparse
import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fixtures.graph.inspection import expect_fit_to_be_run
from fixtures.model.catalog import ModelVersion
from training.draw_samples import FOLDER
from training.flowers import LABELS
from training.photos import Pixels, Purpose, pixels, scaled
from training.train import BASE, PLAN, draw_photos

BATCH = 50
RTOL, ATOL = 1e-4, 1e-9

Floats = NDArray[np.float32]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", type=int, default=500, metavar="N", help="photos to draw (default: %(default)s)")
    count = parser.parse_args().fresh
    samples, sample_classes = read_samples(FOLDER)
    fresh, fresh_classes = draw_photos(Purpose.FRESH, count), np.arange(count) % len(LABELS)
    sys.stdout.write("version  samples      fresh photos         MB  worst share\n")
    for version, _, _ in PLAN:
        predict = load(BASE / version)
        right = int((predict(samples).argmax(axis=1) == sample_classes).sum())
        fresh_right = int((predict(fresh).argmax(axis=1) == fresh_classes).sum())
        sys.stdout.write(
            f"{version:7}  {right:2} of {len(samples):2}  {fresh_right:4} of {count:4} {fresh_right / count:7.1%}"
            f"  {size(BASE / version) / 1e6:5.2f}  {single_share(predict, samples):11.4f}\n"
        )


def read_samples(folder: Path) -> tuple[Pixels, NDArray[np.int64]]:
    """Read the labelled images of a folder; returns uint8 (n, 224, 224, 3) and the class of each (n,)."""
    with (folder / "labels.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    classes = np.array([LABELS.index(row["label"]) for row in rows])
    return np.stack([pixels(Image.open(folder / row["file"])) for row in rows]), classes


def load(version: Path) -> Callable[[Pixels], Floats]:
    """Load a version; returns a function from uint8 (n, 224, 224, 3) to probabilities, float32 (n, 5).

    Raises:
        VersionDown: its graph does more than compute.
    """
    expect_fit_to_be_run(ModelVersion(version.parent.name, int(version.name), version), version.parent)
    import tensorflow as tf

    from training.network import INPUT, OUTPUT

    model = tf.saved_model.load(str(version))

    def predict(photos: Pixels) -> Floats:
        batches = (tf.constant(scaled(photos[start : start + BATCH])) for start in range(0, len(photos), BATCH))
        return np.concatenate([model.signatures["serving_default"](**{INPUT: batch})[OUTPUT] for batch in batches])

    return predict


def size(version: Path) -> int:
    """Add up the bytes of a version's files."""
    return sum(file.stat().st_size for file in version.rglob("*") if file.is_file())


def single_share(predict: Callable[[Pixels], Floats], photos: Pixels) -> float:
    """Give the largest share of the allowance by which predictions one by one and in a batch differ."""
    single = np.concatenate([predict(photo[None]) for photo in photos])
    return float((np.abs(predict(photos) - single) / (ATOL + RTOL * np.abs(single))).max())


if __name__ == "__main__":
    main()
