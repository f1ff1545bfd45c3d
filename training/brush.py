"""Paint on a Pillow image in a plant's own coordinates."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import ImageDraw

Floats = NDArray[np.float64]
Colour = tuple[int, int, int]

PATCH = 11
"""Pixels across a patch of one colour."""


def mix(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Floats:
    """Blend two colours: shape (3,) each, `share` (...) of the second; returns (..., 3)."""
    part = np.asarray(share, dtype=np.float64)[..., None]
    blend: Floats = np.asarray(first, dtype=np.float64) * (1 - part) + np.asarray(second, dtype=np.float64) * part
    return blend


def curve(start: ArrayLike, bend: ArrayLike, end: ArrayLike, steps: int) -> Floats:
    """Sample a quadratic Bezier curve: returns (steps + 1, 2)."""
    t = np.linspace(0, 1, steps + 1)[:, None]
    points: Floats = (1 - t) ** 2 * np.asarray(start) + 2 * t * (1 - t) * np.asarray(bend) + t**2 * np.asarray(end)
    return points


def normals(path: Floats) -> Floats:
    """Unit vectors to the left of a path (n, 2); returns (n, 2)."""
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    return np.stack([-along[:, 1], along[:, 0]], axis=1)


@dataclass(frozen=True)
class Brush:
    """Draws what is given in local coordinates, y upwards, with colours (3,) in 0..255.

    `matrix` (2, 2) and `origin` (2,) take a local point to a pixel; `light` (2,) is the unit vector towards the light.
    """

    draw: ImageDraw.ImageDraw
    rng: np.random.Generator
    origin: Floats
    matrix: Floats
    light: Floats

    def moved(self, x: float, y: float, scale: float = 1.0) -> "Brush":
        """Make a brush whose origin is (x, y) here and whose unit is `scale` units here."""
        return replace(self, origin=self.pixels(np.array([x, y])), matrix=self.matrix * scale)

    def tilted(self, squash: float, turn: float) -> "Brush":
        """Make a brush for a disc that leans away: squashed across its axis, the axis turned by `turn` radians."""
        cos, sin = math.cos(turn), math.sin(turn)
        return replace(self, matrix=self.matrix @ np.array([[cos, -sin], [sin, cos]]) @ np.diag([1.0, squash]))

    def pixels(self, points: Floats) -> Floats:
        """Take local points (..., 2) to pixels (..., 2)."""
        placed: Floats = self.origin + points @ self.matrix.T
        return placed

    def sheet(self, points: Floats, colours: Floats) -> None:
        """Paint a grid of points (n + 1, m + 1, 2) as patches of the colours (n, m, 3)."""
        p = self.pixels(points)
        corners = np.concatenate([p[:-1, :-1], p[1:, :-1], p[1:, 1:], p[:-1, 1:]], axis=-1).reshape(-1, 8)
        fills = np.clip(colours, 0, 255).astype(np.uint8).reshape(-1, 3)
        for corner, fill in zip(corners.tolist(), fills.tolist(), strict=True):
            self.draw.polygon(corner, fill=tuple(fill))

    def shape(self, outline: Floats, colour: ArrayLike, alpha: float = 1.0) -> None:
        """Paint the inside of an outline (n, 2)."""
        self.draw.polygon(self.pixels(outline).ravel().tolist(), fill=_fill(colour, alpha))

    def line(self, path: Floats, colour: ArrayLike, width: float, alpha: float = 1.0) -> None:
        """Paint along a path (n, 2), `width` in local units."""
        pixels = max(1, round(width * self.unit))
        self.draw.line(self.pixels(path).ravel().tolist(), fill=_fill(colour, alpha), width=pixels)

    def strokes(self, starts: Floats, ends: Floats, colour: ArrayLike, width: float, alpha: float = 1.0) -> None:
        """Paint straight lines from starts (n, 2) to ends (n, 2), `width` in local units."""
        pixels, fill = max(1, round(width * self.unit)), _fill(colour, alpha)
        for segment in np.concatenate([self.pixels(starts), self.pixels(ends)], axis=1).tolist():
            self.draw.line(segment, fill=fill, width=pixels)

    def dots(self, centres: Floats, radius: float, colours: Floats, alpha: float = 1.0) -> None:
        """Paint round dots at centres (n, 2), `radius` in local units, colours (n, 3)."""
        size = max(0.6, radius * self.unit)
        boxes = np.concatenate([self.pixels(centres) - size, self.pixels(centres) + size], axis=1)
        for box, colour in zip(boxes.tolist(), colours, strict=True):
            self.draw.ellipse(box, fill=_fill(colour, alpha))

    def steps(self, length: float, least: int, most: int) -> int:
        """How many patches a `length` in local units needs to look smooth."""
        return int(np.clip(length * self.unit / PATCH, least, most))

    @property
    def unit(self) -> float:
        """How many pixels one local unit is."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix))))


def _fill(colour: ArrayLike, alpha: float) -> tuple[int, int, int, int]:
    red, green, blue = np.clip(np.asarray(colour), 0, 255).astype(int).tolist()
    return red, green, blue, round(255 * alpha)
