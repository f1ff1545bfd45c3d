"""What becomes of a drawn flower between the camera and the model: formats, and the model's view of a file."""

import io
import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fixtures.samples.pixels import to_pixels
from training.flowers import LABELS, draw_flower

SIDE = 224
SHORTEST, LONGEST = 120, 1000
"""Limits of a photo's sides, in pixels."""

Pixels = NDArray[np.uint8]
Inputs = NDArray[np.float32]


class Purpose(IntEnum):
    """What a photo is drawn for.

    The purpose is the first word of every photo's seed and its index the second, so no photo of one purpose can
    have the seed of another's.
    """

    SAMPLES = 0
    TRAINING = 1
    VALIDATION = 2
    FRESH = 3


def generator(purpose: Purpose, index: int) -> np.random.Generator:
    """Make the random generator of one photo, which no other photo has."""
    return np.random.default_rng((int(purpose), index))


def pixels(photo: Image.Image) -> Pixels:
    """Turn a photo into what the gate gives the model before scaling: uint8 (224, 224, 3)."""
    return to_pixels(photo, (SIDE, SIDE), "nearest")


def scaled(photos: Pixels) -> Inputs:
    """Turn pixels into the model's input: float32 of the same shape, in 0..1."""
    return photos.astype(np.float32) / np.float32(255)


def photo_pixels(purpose: Purpose, index: int) -> Pixels:
    """Draw the photo of a purpose and index, its class being `index` modulo 5; returns uint8 (224, 224, 3).

    Its size, aspect ratio, tone and compression vary as those of users' photos do.
    """
    rng = generator(purpose, index)
    photo = draw_flower(LABELS[index % len(LABELS)], rng, _size(rng))
    if rng.random() < 0.15:
        photo = photo.convert("L")
    if rng.random() < 0.7:
        stored = io.BytesIO()
        photo.save(stored, "JPEG", quality=int(rng.integers(55, 96)))
        photo = Image.open(stored)
    elif rng.random() < 0.3:
        photo = photo.convert("P", palette=Image.Palette.ADAPTIVE)
    return pixels(photo)


def _size(rng: np.random.Generator) -> tuple[int, int]:
    longer = math.exp(rng.uniform(math.log(SHORTEST * 1.4), math.log(LONGEST)))
    shorter = max(longer * rng.uniform(0.6, 1.0), SHORTEST)
    size = round(longer), round(shorter)
    return size if rng.random() < 0.5 else size[::-1]
