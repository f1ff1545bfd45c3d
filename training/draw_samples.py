"""Draw the sample images: `python -m training.draw_samples`.

Writes 25 images and labels.csv in the formats that users' folders hold. Two runs write the same bytes.
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageDraw, ImageFilter

from training.flowers import draw_flower
from training.photos import Purpose, generator

FOLDER = Path(__file__).parent.parent / "raw_images"


@dataclass(frozen=True)
class Sample:
    """One sample image: its label, its size upright (width, height) in pixels, how it is stored."""

    file: str
    label: str
    size: tuple[int, int]
    store: Callable[[Image.Image], tuple[Image.Image, dict[str, Any]]]


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where to write (default: raw_images)")
    draw_samples(parser.parse_args().folder)


def draw_samples(folder: Path) -> None:
    """Write the images of SAMPLES and labels.csv to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, sample in enumerate(SAMPLES):
        photo = draw_flower(sample.label, generator(Purpose.SAMPLES, index), sample.size)
        stored, options = sample.store(photo)
        stored.save(folder / sample.file, **options)
    with (folder / "labels.csv").open("w", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("file", "label"))
        writer.writerows((sample.file, sample.label) for sample in SAMPLES)


def _plain(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo, {"quality": 82}


def _progressive(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo, {"quality": 80, "progressive": True}


def _grey(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo.convert("L"), {"quality": 85}


def _cmyk(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo.convert("CMYK"), {"quality": 82}


def _palette(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo.convert("P", palette=Image.Palette.ADAPTIVE, colors=128), {}


def _cut_out(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """Round the corners off, softly, into transparency."""
    mask = Image.new("L", photo.size)
    margin = min(photo.size) // 16
    ImageDraw.Draw(mask).rounded_rectangle(
        (margin, margin, photo.width - margin, photo.height - margin), radius=min(photo.size) // 4, fill=255
    )
    photo.putalpha(mask.filter(ImageFilter.GaussianBlur(margin / 3)))
    return photo, {}


def _turned_right(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """Store it as a phone held upright does: lying on its side, with the note to turn it clockwise."""
    return photo.transpose(Image.Transpose.ROTATE_90), {"quality": 82, "exif": _orientation(6)}


def _upside_down(photo: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    return photo.transpose(Image.Transpose.ROTATE_180), {"quality": 82, "exif": _orientation(3)}


def _orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif


SAMPLES = (
    Sample("rose_01.jpg", "roses", (1000, 750), _plain),
    Sample("rose_02.jpg", "roses", (480, 640), _progressive),
    Sample("rose_03.png", "roses", (240, 264), _cut_out),
    Sample("rose_04.jpg", "roses", (400, 300), _grey),
    Sample("rose_05.jpg", "roses", (120, 160), _plain),
    Sample("sunflower_01.jpg", "sunflowers", (800, 600), _plain),
    Sample("sunflower_02.png", "sunflowers", (300, 300), _palette),
    Sample("sunflower_03.jpg", "sunflowers", (420, 560), _cmyk),
    Sample("sunflower_04.jpg", "sunflowers", (640, 1000), _plain),
    Sample("sunflower_05.jpg", "sunflowers", (224, 224), _grey),
    Sample("daisy_01.jpg", "daisy", (640, 480), _plain),
    Sample("daisy_02.jpg", "daisy", (450, 600), _turned_right),
    Sample("daisy_03.jpg", "daisy", (360, 360), _progressive),
    Sample("daisy_04.png", "daisy", (200, 240), _grey),
    Sample("daisy_05.png", "daisy", (180, 140), _plain),
    Sample("dandelion_01.jpg", "dandelion", (500, 700), _plain),
    Sample("dandelion_02.jpg", "dandelion", (720, 540), _progressive),
    Sample("dandelion_03.jpg", "dandelion", (300, 300), _cmyk),
    Sample("dandelion_04.png", "dandelion", (256, 200), _cut_out),
    Sample("dandelion_05.jpg", "dandelion", (540, 440), _grey),
    Sample("tulip_01.jpg", "tulips", (560, 800), _plain),
    Sample("tulip_02.png", "tulips", (260, 320), _palette),
    Sample("tulip_03.jpg", "tulips", (640, 427), _progressive),
    Sample("tulip_04.jpg", "tulips", (500, 500), _grey),
    Sample("tulip_05.jpg", "tulips", (512, 384), _upside_down),
)


if __name__ == "__main__":
    main()
