"""What the plants are put together from: petals, discs of florets, stems, leaves."""

import math

import numpy as np
from numpy.typing import ArrayLike

from training.brush import Brush, Floats, curve, mix, normals

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def petal(
    brush: Brush,
    angle: float,
    start: float,
    length: float,
    width: float,
    outline_of: tuple[float, float],
    base: ArrayLike,
    tip: ArrayLike,
    *,
    strap: bool = False,
) -> None:
    """Draw a petal that points to `angle` (radians) from `start` units off the centre, `width` from midrib to edge.

    `outline_of` is how it widens and narrows, see `profile`; a strap's tip is cut off square.
    """
    rng = brush.rng
    columns = brush.steps(2 * width, 2, 8)
    t = np.append(np.linspace(0, 0.96, brush.steps(length, 3, 18)), 1.0)
    if not strap:
        t = 0.5 - 0.5 * np.cos(np.pi * t)
    v = np.linspace(-1, 1, columns + 1)
    half = width * profile(t, *outline_of)
    sway = rng.normal(0, 0.25) * width * t**2
    x = np.repeat((start + length * t)[:, None], v.size, axis=1)
    y = sway[:, None] + half[:, None] * v[None, :]
    cos, sin = math.cos(angle), math.sin(angle)
    points = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)
    facing = float(brush.light @ np.array([cos, sin]))
    across = float(brush.light @ np.array([-sin, cos]))
    spine = np.array([cos, sin]) * (start + length / 2)
    outline = np.concatenate([points[:, 0], points[::-1, -1]])
    for swell, alpha in ((1.05, 0.1), (1.015, 0.22)):
        brush.shape(spine + (outline - spine) * swell - brush.light * width * 0.1, np.asarray(base) * 0.3, alpha)
    tm, vm = ((t[:-1] + t[1:]) / 2)[:, None], ((v[:-1] + v[1:]) / 2)[None, :]
    ridges = 0.0 if strap else 0.05 * np.cos(vm * math.pi * 2.5)
    shade = 0.93 + 0.07 * facing + 0.10 * across * vm - 0.08 * vm**2 + ridges + 0.05 * tm
    brush.sheet(points, mix(base, tip, np.clip(tm * 1.25, 0, 1) * np.ones_like(vm)) * shade[..., None])


def disc(brush: Brush, radius: float, rings: list[tuple[float, ArrayLike]], florets: int) -> None:
    """Draw a disc of florets set in a spiral; `rings` are its colours from the centre, 0, to the rim, 1."""
    rng = brush.rng
    ring = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    circle = np.stack([np.cos(ring), np.sin(ring)], axis=1)
    stops = np.array([stop for stop, _ in rings])
    palette = np.array([np.asarray(colour, dtype=np.float64) for _, colour in rings])

    def tint(r: Floats) -> Floats:
        return np.stack([np.interp(r, stops, palette[:, channel]) for channel in range(3)], axis=1)

    brush.shape(circle * radius * 1.06 - brush.light * radius * 0.05, palette[-1] * 0.35, 0.5)
    for size in np.linspace(1, 0.1, 12):
        brush.shape(circle * radius * size, tint(np.array([size]))[0] * (0.78 + 0.08 * (1 - size)))
    index = np.arange(florets)
    r = np.sqrt((index + 0.5) / florets)
    theta = index * GOLDEN_ANGLE
    centres = np.stack([r * np.cos(theta), r * np.sin(theta)], axis=1)
    lit = 1 + 0.22 * (centres @ brush.light) * r + rng.normal(0, 0.08, size=florets)
    floret = 0.95 * radius / math.sqrt(florets)
    colours = tint(r) * lit[:, None]
    brush.dots(centres * radius - brush.light * floret * 0.3, floret, colours * 0.55)
    brush.dots(centres * radius, floret * 0.78, colours)
    brush.dots(centres * radius + brush.light * floret * 0.25, floret * 0.35, colours * 1.3)


def stem(
    brush: Brush, ground: float, width: float, colour: ArrayLike, *, thorns: bool = False, start: float = 0.0
) -> Floats:
    """Draw a stem from y = `start` to the ground; returns its path (n, 2), the head first."""
    rng = brush.rng
    sway = rng.uniform(-0.5, 0.5)
    path = curve((0.0, start), (sway * 0.2, ground / 2), (sway, ground - 0.3), 20)
    if thorns:
        for at in rng.uniform(0.3, 0.95, size=5):
            root = path[int(at * 20)]
            side = rng.choice([-1, 1])
            thorn = np.array([[0.0, 0.07], [side * 0.17, 0.05], [0.0, -0.07]])
            brush.shape(root + thorn, np.asarray(colour) * (1.1, 0.8, 0.8))
    _ribbon(brush, path, np.full(path.shape[0], width / 2), np.asarray(colour, dtype=np.float64))
    return path


def _ribbon(brush: Brush, path: Floats, half: Floats, colour: Floats) -> None:
    v = np.linspace(-1, 1, 6)
    points = path[:, None, :] + normals(path)[:, None, :] * (half[:, None] * v[None, :])[..., None]
    vm = (v[:-1] + v[1:]) / 2
    shade = 1.02 - 0.28 * vm**2 + 0.2 * vm * -brush.light[0]
    brush.sheet(points, colour * np.repeat(shade[None, :, None], len(path) - 1, axis=0))


def leaf(
    brush: Brush,
    start: Floats,
    end: Floats,
    width: float,
    colour: Floats,
    *,
    teeth: int = 0,
    lobes: int = 0,
    swell: float = 0.6,
    veins: int = 6,
) -> None:
    """Draw a leaf from `start` to `end`, `width` from midrib to edge, with teeth or lobes; `swell` moves its bulge."""
    rng = brush.rng
    rows = 44 if teeth or lobes else 24
    across = np.array([-(end - start)[1], (end - start)[0]])
    path = curve(start, (start + end) / 2 + across * rng.uniform(-0.25, 0.25), end, rows)
    t = np.linspace(0, 1, rows + 1)
    half = width * profile(t, swell, 0.8)
    if teeth:
        half *= 1 - 0.14 * ((t * teeth) % 1)
    if lobes:
        half *= 1 - 0.72 * ((t * lobes) % 1) * (t < 0.8)
    v = np.linspace(-1, 1, 2 * brush.steps(width, 3, 12) + 1)
    points = path[:, None, :] + normals(path)[:, None, :] * (half[:, None] * v[None, :])[..., None]
    outline = np.concatenate([points[:, 0], points[::-1, -1]])
    brush.shape(outline, colour * 0.3)
    tm, vm = (t[:-1] + t[1:]) / 2, (v[:-1] + v[1:]) / 2
    side = rng.choice([-1, 1])
    shade = 0.95 + side * 0.3 * np.sign(vm) * np.abs(vm) ** 0.5 * (1 - 0.6 * np.abs(vm)) - 0.1 * np.abs(vm)
    brush.sheet(points, colour * (shade[None, :] * (0.92 + 0.14 * np.sin(math.pi * tm))[:, None])[..., None])
    roots = np.linspace(0.1, 0.75, veins) * rows
    veined, reach = roots.astype(int), np.minimum(roots + rows * 0.14, rows).astype(int)
    for edge in (0, -1):
        brush.strokes(path[veined], path[reach] * 0.25 + points[reach, edge] * 0.75, colour * 1.35, 0.012, 0.45)
    brush.line(path, colour * 1.4, 0.02, 0.7)


def profile(t: Floats, rise: float, fall: float) -> Floats:
    """Half-width along a petal or leaf, 0..1: t ** rise * (1 - t) ** fall, its peak at 1."""
    peak = rise / (rise + fall)
    shape: Floats = t**rise * (1 - t) ** fall / (peak**rise * (1 - peak) ** fall)
    return shape
