"""Train models/flowerclassifier: `python -m training.train`.

Draws its own photos, for training and for validation, whose seeds no sample image and no test photo can have (see
training.photos.Purpose). Version 001 is the best epoch of a short training, 002 the best of a longer one that goes on
from there. Takes about twelve minutes on two cores. Versions that exist are replaced once both new ones
are complete; interrupted, it leaves them as they were.
"""

import argparse
import multiprocessing
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.flowers import LABELS
from training.photos import SIDE, Pixels, Purpose, photo_pixels, scaled

BASE = Path(__file__).parent.parent / "models" / "flowerclassifier"
SEED = 2027
BATCH = 32
TRAINING_PHOTOS, VALIDATION_PHOTOS = 4000, 500
PLAN = (("001", 5, 2e-3), ("002", 10, 1.5e-3))
"""Version, epochs, first learning rate."""

Floats = NDArray[np.float32]


def main() -> None:
    """Draw, train, export."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    BASE.mkdir(parents=True, exist_ok=True)
    training = draw_photos(Purpose.TRAINING, TRAINING_PHOTOS)
    validation = draw_photos(Purpose.VALIDATION, VALIDATION_PHOTOS)
    # A directory between, so that no child of the base directory ever looks like a version that is not complete.
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=BASE) as workshop:
        made = Path(workshop)
        _train(training, validation, made)
        for version, _, _ in PLAN:
            if (BASE / version).exists():
                (BASE / version).rename(made / f"{version}-before")
            (made / version).rename(BASE / version)
    sys.stdout.write(f"Wrote {', '.join(version for version, _, _ in PLAN)} to {BASE}. python -m training.evaluate\n")


def draw_photos(purpose: Purpose, count: int) -> Pixels:
    """Draw the first `count` photos of a purpose on all cores; returns uint8 (count, 224, 224, 3)."""
    import keras

    progress = keras.utils.Progbar(count, unit_name="photo")
    sys.stdout.write(f"Drawing {count} photos for {purpose.name.lower()}\n")
    photos = np.empty((count, SIDE, SIDE, 3), np.uint8)
    # Spawned, not forked: TensorFlow's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(initializer=_leave_interrupts_to_us) as pool:
        for index, photo in enumerate(pool.imap(partial(photo_pixels, purpose), range(count), chunksize=10)):
            photos[index] = photo
            progress.update(index + 1)
    return photos


def _leave_interrupts_to_us() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def targets(count: int) -> Floats:
    """Give the one-hot classes of the first `count` photos of a purpose; returns (count, 5)."""
    return np.eye(len(LABELS), dtype=np.float32)[np.arange(count) % len(LABELS)]


def _train(training: Pixels, validation: Pixels, directory: Path) -> None:
    import keras

    from training.network import build, export

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        """The training photos in a new order each epoch, half of them mirrored."""

        def __init__(self) -> None:
            super().__init__()
            self.classes = targets(len(training))
            self.rng = np.random.default_rng(SEED)
            self.on_epoch_end()

        def __len__(self) -> int:
            return len(training) // BATCH

        def __getitem__(self, index: int) -> tuple[Floats, Floats]:
            chosen = self.order[index * BATCH : (index + 1) * BATCH]
            photos = scaled(training[chosen])
            mirrored = self.mirrored[chosen]
            photos[mirrored] = photos[mirrored, :, ::-1]
            return photos, self.classes[chosen]

        def on_epoch_end(self) -> None:
            self.order = self.rng.permutation(len(training))
            self.mirrored = self.rng.random(len(training)) < 0.5

    keras.utils.set_random_seed(SEED)
    model, batches = build(), Batches()
    known = scaled(validation), targets(len(validation))
    losses = []
    for version, epochs, rate in PLAN:
        sys.stdout.write(f"Training version {version}\n")
        model.compile(
            keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, epochs * len(batches), alpha=0.02)),
            keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
            metrics=["accuracy"],
        )
        best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True, verbose=1)
        history = model.fit(batches, epochs=epochs, validation_data=known, callbacks=[best])
        losses.append(min(history.history["val_loss"]))
        export(model, directory / version)
    if losses[1] > losses[0]:
        raise SystemExit(f"Nothing written: 002 validates worse than 001, loss {losses[1]:.4f} after {losses[0]:.4f}.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: no version is half-written.")
