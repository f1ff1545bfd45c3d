"""Draw a photograph-like picture of one flower."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.brush import Brush, Colour, Floats, mix
from training.plants import PLANTS

LABELS = tuple(PLANTS)
"""The labels, in the order of the model's classes."""

SUPERSAMPLING = 2
BACKDROP_SIDE = 240
"""Pixels along the longer side of what is out of focus anyway."""


def draw_flower(label: str, rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Draw a flower of `label`, one of LABELS, as an RGB picture of `size` (width, height) in pixels.

    The same state of `rng` draws the same pixels.
    """
    width, height = size
    bearing = rng.uniform(0.15, 0.85) * math.pi
    light = np.array([math.cos(bearing), math.sin(bearing)])
    canvas = _backdrop(label, rng, size, light).resize(
        (width * SUPERSAMPLING, height * SUPERSAMPLING), Image.Resampling.BICUBIC
    )
    reach = (0.30, 0.44) if label != "tulips" else (0.27, 0.40)
    radius = min(canvas.size) * rng.uniform(*reach)
    tall = height > 1.15 * width
    centre = np.array([rng.uniform(0.42, 0.58), rng.uniform(0.34, 0.48) if tall else rng.uniform(0.4, 0.52)])
    _plant(canvas, label, rng, centre, radius, light)
    return _expose(canvas.reduce(SUPERSAMPLING), rng, light)


def _plant(
    canvas: Image.Image, label: str, rng: np.random.Generator, centre: Floats, radius: float, light: Floats
) -> None:
    """Draw a plant with its head at `centre`, in shares of the canvas, and of `radius` pixels."""
    origin = centre * canvas.size
    brush = Brush(ImageDraw.Draw(canvas, "RGBA"), rng, origin, np.diag([radius, -radius]), light)
    PLANTS[label](brush, -(canvas.size[1] - origin[1]) / radius)


def _backdrop(label: str, rng: np.random.Generator, size: tuple[int, int], light: Floats) -> Image.Image:
    """Paint what lies behind: ground and sky, blots of colour, circles of light, further flowers of the kind."""
    scale = BACKDROP_SIDE / max(size)
    width, height = (max(8, round(side * scale)) for side in size)
    far, near, blots = SETTINGS[int(rng.integers(len(SETTINGS)))](rng)
    ramp = np.clip((np.linspace(0, 1, height) - rng.uniform(0.2, 0.5)) * rng.uniform(1.2, 3), 0, 1)
    image = Image.fromarray(np.repeat(np.clip(mix(far, near, ramp), 0, 255)[:, None], width, axis=1).astype(np.uint8))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(int(rng.integers(14, 30))):
        _blot(draw, rng, image.size, rng.uniform(0.06, 0.25), blots, alpha=(30, 120))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(8, 14)))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(int(rng.choice([0, 0, 6, 16]))):
        _blot(draw, rng, image.size, rng.uniform(0.02, 0.06), [mix(blots[0], (255, 250, 225), 0.5)], alpha=(25, 80))
    for _ in range(int(rng.choice([0, 0, 1, 2, 3]))):
        centre = np.array([rng.choice([rng.uniform(0, 0.25), rng.uniform(0.75, 1)]), rng.uniform(0.2, 0.75)])
        _plant(image, label, rng, centre, min(image.size) * rng.uniform(0.1, 0.2), light)
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(2, 4.5)))


def _blot(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    size: tuple[int, int],
    radius: float,
    colours: list[Floats],
    alpha: tuple[int, int],
) -> None:
    reach = radius * max(size)
    x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
    red, green, blue = np.clip(colours[int(rng.integers(len(colours)))], 0, 255).astype(int).tolist()
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(red, green, blue, int(rng.integers(*alpha))))


Setting = tuple[Floats, Floats, list[Floats]]
"""The colour far up, the colour at the ground, and those of the blots between."""


def _setting(far: Colour, near: Colour, *blots: Colour) -> Callable[[np.random.Generator], Setting]:
    def colours(rng: np.random.Generator) -> Setting:
        tint = rng.uniform(0.94, 1.06, size=3) * rng.uniform(0.82, 1.1)
        return np.array(far) * tint, np.array(near) * tint, [np.array(blot) * tint for blot in blots]

    return colours


SETTINGS = (
    _setting((120, 150, 84), (58, 92, 42), (150, 176, 92), (70, 110, 48), (196, 204, 130), (40, 70, 36)),
    _setting((62, 84, 50), (26, 44, 24), (92, 118, 62), (20, 34, 20), (120, 136, 84)),
    _setting((150, 190, 226), (110, 146, 92), (214, 228, 238), (128, 168, 204), (120, 160, 96)),
    _setting((40, 38, 42), (16, 16, 20), (70, 64, 66), (24, 24, 34), (52, 48, 40)),
    _setting((196, 176, 150), (142, 116, 88), (220, 204, 182), (160, 130, 100), (120, 100, 80)),
    _setting((122, 96, 72), (70, 52, 38), (146, 118, 88), (64, 76, 40), (92, 70, 50)),
    _setting((216, 214, 222), (184, 186, 196), (236, 232, 236), (200, 196, 214), (206, 214, 206)),
    _setting((196, 156, 160), (104, 110, 82), (224, 190, 186), (150, 140, 120), (236, 214, 190)),
)


def _expose(image: Image.Image, rng: np.random.Generator, light: Floats) -> Image.Image:
    """Do what a camera does: uneven light, a vignette, white balance, exposure, a little blur, grain."""
    width, height = image.size
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.003) * min(image.size)))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(1, -1, height, dtype=np.float32)[:, None]
    falloff = 1 + np.float32(rng.uniform(0, 0.18)) * (x * np.float32(light[0]) + y * np.float32(light[1]))
    falloff -= np.float32(rng.uniform(0, 0.16)) * (x**2 + y**2)
    balance = rng.uniform(0.95, 1.05, size=3).astype(np.float32) * np.float32(rng.uniform(0.86, 1.18))
    grain = rng.standard_normal((height, width, 1), dtype=np.float32) * np.float32(rng.uniform(1.0, 5.5))
    pixels = np.asarray(image, dtype=np.float32) * (falloff[..., None] * balance) + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
