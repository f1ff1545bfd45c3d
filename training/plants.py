"""The five plants, each drawn around its flower head: the head's centre is the origin, its radius the unit."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from training.brush import Brush, Colour, Floats, mix
from training.parts import GOLDEN_ANGLE, disc, leaf, petal, profile, stem

WHITE = (252.0, 252.0, 248.0)
ROSES: list[Colour] = [
    (196, 22, 40),
    (165, 10, 30),
    (222, 60, 96),
    (240, 130, 160),
    (250, 185, 170),
    (250, 214, 120),
    (248, 238, 224),
]
TULIPS: list[Colour] = [
    (214, 32, 44),
    (232, 70, 120),
    (248, 196, 40),
    (150, 60, 150),
    (246, 240, 230),
    (242, 116, 40),
    (244, 150, 180),
]
DANDELION_STEMS: list[Colour] = [(150, 158, 96), (166, 130, 92), (128, 158, 84)]
YOLK: list[tuple[float, ArrayLike]] = [
    (0.0, (236, 190, 30)),
    (0.5, (250, 206, 40)),
    (0.9, (228, 162, 18)),
    (1.0, (196, 130, 16)),
]


def rose(brush: Brush, ground: float) -> None:
    """Draw a rose down to y = `ground`: broad petals wound about a bud, serrated leaves, thorns."""
    rng = brush.rng
    tint = _one_of(rng, ROSES)
    deep = np.asarray(tint) * (0.42, 0.3, 0.34) if sum(tint) < 480 else np.asarray(tint) * (0.8, 0.58, 0.5)
    foot = stem(brush, ground, width=0.12, colour=_green(rng, (70, 105, 45)), thorns=True)
    for side in (-1, 1):
        for height in rng.uniform(-2.6, -0.75, size=2):
            start = _on(foot, height)
            end = start + np.array([side * rng.uniform(0.7, 1.2), rng.uniform(0.0, 0.7)])
            leaf(brush, start, end, width=rng.uniform(0.26, 0.36), colour=_green(rng, (52, 98, 44)), teeth=11)
    for angle in rng.uniform(0, 2 * math.pi, size=3):
        tip = np.array([math.cos(angle), math.sin(angle) * 0.8]) * rng.uniform(1.25, 1.5)
        leaf(brush, tip * 0.45, tip, width=rng.uniform(0.24, 0.34), colour=_green(rng, (48, 92, 42)), teeth=11)
    squash = rng.uniform(0.72, 1.0)
    head = brush.tilted(squash, rng.uniform(-0.5, 0.5))
    start_angle = rng.uniform(0, 2 * math.pi)
    radii = np.array([1.0, 0.92, 0.73, 0.54, 0.4, 0.28])
    counts = (5, 4, 4, 3, 3, 2)
    lift = 0.12 + 0.4 * (1 - squash)
    for layer, (radius, count) in enumerate(zip(radii, counts, strict=True)):
        start_angle += 0.7 + rng.uniform(-0.2, 0.2)
        cup = head.moved(rng.normal(0, 0.015), lift * (1 - radius))
        for place in rng.permutation(count):
            angle = start_angle + 2 * math.pi * place / count + rng.uniform(-0.15, 0.15)
            span = rng.uniform(1.2, 1.5) * math.pi / count * (1.0 if layer < 4 else 0.85)
            _rose_petal(cup, angle, span, radius * rng.uniform(0.9, 1.05), deep, tint, layer / len(radii))
    bud = head.moved(0, lift * 0.85)
    turns = np.linspace(0, 1.7 * 2 * math.pi, 40)
    arms = (0.03 + 0.14 * turns / turns[-1])[:, None]
    bud.line(np.stack([np.cos(turns + start_angle), np.sin(turns + start_angle)], axis=1) * arms, deep * 0.7, 0.03)


def _rose_petal(
    brush: Brush, angle: float, span: float, radius: float, deep: Floats, tint: ArrayLike, depth: float
) -> None:
    v = np.linspace(-1, 1, brush.steps(2 * span * radius, 8, 40) + 1)
    t = 1 - (1 - np.linspace(0, 1, brush.steps(radius, 8, 30) + 1)) ** 1.6
    wave = 0.03 * np.sin(4 * v + brush.rng.uniform(0, 6))
    rim = radius * (1 + 0.07 * np.exp(-((v / 0.35) ** 2)) - 0.26 * np.abs(v) ** 3 + wave)
    inner = radius * 0.25
    r = inner + (rim[None, :] - inner) * t[:, None]
    theta = angle + v[None, :] * span
    points = np.stack([r * np.cos(theta), r * np.sin(theta)], axis=-1)
    for reach, alpha in ((0.05, 0.16), (0.02, 0.34)):
        edge = np.concatenate([points[0] * 0.4, points[-1, ::-1] * (1 + reach / radius)])
        brush.shape(edge, deep * 0.4, alpha * (0.3 if depth == 0 else 1))
    tm, vm = (t[:-1] + t[1:]) / 2, (v[:-1] + v[1:]) / 2
    facing = brush.light @ np.array([math.cos(angle), math.sin(angle)])
    share = np.clip((tm - 0.2) / 0.6, 0, 1)[:, None] - 0.28 * np.abs(vm)[None, :] ** 2
    colours = mix(deep, tint, np.clip(share - 0.12 * depth, 0, 1))
    rolled = (np.clip((tm - 0.8) / 0.15, 0, 1) * (0.10 + 0.07 * facing))[:, None, None]
    shade = 0.94 + 0.10 * facing + 0.05 * np.sin(3 * vm + angle)[None, :, None] + rolled
    brush.sheet(points, mix(colours * shade, WHITE, np.maximum(rolled[..., 0], 0) * np.ones((1, vm.size))))


def sunflower(brush: Brush, ground: float) -> None:
    """Draw a sunflower down to y = `ground`: pointed golden rays about a broad dark disc, heart-shaped leaves."""
    rng = brush.rng
    foot = stem(brush, ground, width=rng.uniform(0.13, 0.18), colour=_green(rng, (98, 128, 52)))
    for side in (-1, 1):
        start = _on(foot, rng.uniform(-2.2, -1.15))
        end = start + np.array([side * rng.uniform(0.9, 1.3), rng.uniform(-0.35, 0.35)])
        leaf(brush, start, end, width=rng.uniform(0.38, 0.5), colour=_green(rng, (82, 122, 50)), swell=0.45)
    head = brush.tilted(rng.uniform(0.7, 1.0), rng.uniform(-0.5, 0.5))
    for angle in np.linspace(0, 2 * math.pi, 12, endpoint=False):
        petal(head, angle, 0.5, 0.42, 0.12, (0.5, 0.9), _green(rng, (84, 120, 44)), (120, 150, 60))
    middle = rng.uniform(0.42, 0.54)
    tip = np.array(_one_of(rng, [(255, 205, 40), (255, 190, 22), (250, 216, 70)]))
    base = tip * (0.95, 0.72, 0.3)
    count = int(rng.integers(17, 24))
    for layer in range(2):
        offset = rng.uniform(0, 1) + layer * math.pi / count
        for step in rng.permutation(count):
            angle = offset + 2 * math.pi * step / count + rng.normal(0, 0.05)
            length = (1.02 - 0.1 * layer) * rng.uniform(0.9, 1.05) - middle * 0.85
            shade = (0.86 + 0.12 * layer) * rng.uniform(0.93, 1.06)
            petal(
                head, angle, middle * 0.85, length, rng.uniform(0.085, 0.115), (0.45, 0.75), base * shade, tip * shade
            )
    rings: list[tuple[float, ArrayLike]] = [
        (0.0, rng.uniform(0.7, 1.2) * np.array((96, 74, 30))),
        (0.35, (62, 38, 18)),
        (0.72, (84, 50, 20)),
        (0.9, (150, 92, 26)),
        (1.0, (196, 134, 30)),
    ]
    disc(head, middle, rings, florets=int(rng.integers(220, 320)))


def daisy(brush: Brush, ground: float) -> None:
    """Draw a daisy down to y = `ground`: narrow white rays about a small yellow disc, spoon-shaped leaves."""
    rng = brush.rng
    foot = stem(brush, ground, width=rng.uniform(0.06, 0.09), colour=_green(rng, (104, 140, 66)))
    for side in (-1, 1):
        start = _on(foot, ground + rng.uniform(0, 0.4))
        end = start + np.array([side * rng.uniform(0.5, 1.1), rng.uniform(0.4, 1.1)])
        leaf(brush, start, end, width=rng.uniform(0.12, 0.2), colour=_green(rng, (74, 122, 54)), swell=1.3, veins=3)
    head = brush.tilted(rng.uniform(0.62, 1.0), rng.uniform(-0.6, 0.6))
    middle = rng.uniform(0.24, 0.33)
    count = int(rng.integers(13, 19))
    tip = mix(WHITE, (246, 170, 200), rng.choice([0.0, 0.0, 0.0, 0.35]) * rng.uniform(0.4, 1))
    width = rng.uniform(1.9, 2.5) / count
    for layer in range(2):
        offset = rng.uniform(0, 1) + layer * math.pi / count
        for step in rng.permutation(count):
            angle = offset + 2 * math.pi * step / count + rng.normal(0, 0.06)
            length = (1.0 - 0.06 * layer) * rng.uniform(0.9, 1.05) - middle * 0.7
            shade = (0.8 + 0.16 * layer) * rng.uniform(0.96, 1.03)
            petal(
                head,
                angle,
                middle * 0.7,
                length,
                width * rng.uniform(0.85, 1.1) * 0.5,
                (0.4, 0.22),
                np.array((218, 222, 214)) * shade,
                tip * shade,
            )
    disc(head, middle, YOLK, florets=int(rng.integers(90, 150)))


def dandelion(brush: Brush, ground: float) -> None:
    """Draw a dandelion down to y = `ground`: a yellow head of strap florets or a white seed clock, lobed leaves."""
    rng = brush.rng
    foot = stem(
        brush,
        ground,
        width=rng.uniform(0.07, 0.1),
        colour=_one_of(rng, DANDELION_STEMS),
    )
    for side, low in ((-1, False), (1, False), (1, True), (-1, True)):
        start = _on(foot, ground)
        far = (rng.uniform(1.5, 2.2), rng.uniform(0.1, 0.4)) if low else (rng.uniform(0.6, 1.3), rng.uniform(0.6, 1.2))
        end = start + np.array([side * far[0], far[1]])
        leaf(brush, start, end, width=rng.uniform(0.24, 0.34), colour=_green(rng, (66, 116, 46)), lobes=5)
    if rng.random() < 0.5:
        _seed_clock(brush)
    else:
        _strap_florets(brush.tilted(rng.uniform(0.6, 1.0), rng.uniform(-0.4, 0.4)))


def _strap_florets(brush: Brush) -> None:
    rng = brush.rng
    pale, gold = np.array((255, 232, 66)), np.array((250, 190, 14))
    if rng.random() < 0.3:
        pale, gold = np.array((255, 218, 36)), np.array((246, 168, 0))
    rings = 10
    for ring in range(rings):
        depth = ring / (rings - 1)
        reach = 1.0 - 0.84 * depth
        count = int(44 - 28 * depth)
        for step in range(count):
            angle = 2 * math.pi * (step + rng.uniform(-0.35, 0.35)) / count + ring * 1.7
            length = reach * rng.uniform(0.86, 1.06)
            shade = rng.uniform(0.88, 1.07) * (0.97 - 0.1 * depth)
            base = mix(gold * 0.72, gold * 0.8, depth)
            tip = mix(pale, gold * 1.02, depth * 0.75)
            start = length * 0.4 if ring < rings - 2 else 0.0
            petal(brush, angle, start, length - start, 0.036, (0.25, 0.09), base * shade, tip * shade, strap=True)


def _seed_clock(brush: Brush) -> None:
    rng = brush.rng
    ring = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    circle = np.stack([np.cos(ring), np.sin(ring)], axis=1)
    for radius in (0.95, 0.8, 0.62):
        brush.shape(circle * radius, (226, 230, 228), 0.10)
    seeds = int(rng.integers(95, 135))
    index = np.arange(seeds)
    # towards the viewer; the seeds are spread evenly over a sphere
    height = 1 - 2 * (index + 0.5) / seeds
    around = index * GOLDEN_ANGLE + rng.uniform(0, 6)
    flat = np.sqrt(1 - height**2)
    tips = np.stack([flat * np.cos(around), flat * np.sin(around)], axis=1) * 0.86
    order = np.argsort(height)
    gone = rng.random(seeds) < rng.choice([0.0, 0.0, 0.18])
    brush.shape(circle * 0.1, (136, 124, 90), 0.9)
    for seed in order[~gone[order]]:
        tip = tips[seed]
        front = height[seed] > 0
        glow = 0.5 + 0.25 * (height[seed] + 1) / 2 + 0.12 * float(brush.light @ tip)
        brush.line(np.stack([tip * 0.14, tip]), (222, 222, 212), 0.011, 0.55)
        brush.line(np.stack([tip * 0.12, tip * 0.27]), (128, 102, 68), 0.022, 0.8)
        outward = math.atan2(tip[1], tip[0])
        hairs = 11
        spread = np.linspace(-1.5, 1.5, hairs) if not front else np.linspace(0, 2 * math.pi, hairs, endpoint=False)
        reach = 0.17 * rng.uniform(0.85, 1.1, size=hairs)
        turns = spread + outward
        ends = tip + reach[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        brush.strokes(np.broadcast_to(tip, ends.shape), ends, (250, 250, 248), 0.010, min(0.95, glow))
    brush.dots(np.zeros((1, 2)), 0.075, np.array([[168, 150, 110]]), 0.7)


def tulip(brush: Brush, ground: float) -> None:
    """Draw a tulip down to y = `ground`: six petals closed to a cup seen from the side, long sword-shaped leaves."""
    rng = brush.rng
    tint = np.array(_one_of(rng, TULIPS), dtype=np.float64)
    rim = mix(tint, _one_of(rng, [(255, 235, 200), (255, 250, 245), (255, 220, 120)]), rng.uniform(0.1, 0.6))
    foot = stem(brush, ground, width=rng.uniform(0.12, 0.16), colour=_green(rng, (112, 150, 84)), start=-0.75)
    for side in (-1, 1):
        start = _on(foot, ground)
        end = start + np.array([side * rng.uniform(0.5, 1.1), min(-ground - 0.2, rng.uniform(1.6, 2.8))])
        leaf(brush, start, end, width=rng.uniform(0.17, 0.26), colour=_green(rng, (84, 132, 82)), swell=0.7, veins=0)
    head = brush.tilted(rng.uniform(0.92, 1.05), rng.uniform(-0.22, 0.22))
    opening = rng.uniform(0.0, 1.0)
    wide = 0.34 + 0.2 * opening
    for side in (-1, 1):
        _tulip_petal(head, side * 0.3, side * (0.16 + 0.24 * opening), 0.95, 0.3, tint * 0.66, rim * 0.7)
    _tulip_petal(head, 0.0, rng.uniform(-0.08, 0.08), 0.96, 0.34, tint * 0.72, rim * 0.78)
    first = rng.choice([-1, 1])
    for side in (first, -first):
        _tulip_petal(
            head, side * wide, side * (0.2 + 0.42 * opening), rng.uniform(0.86, 1.0), 0.34, tint * 0.9, rim * 0.95
        )
    lean = rng.uniform(-0.12, 0.12)
    _tulip_petal(head, lean, lean + rng.uniform(-0.06, 0.06), rng.uniform(0.74, 0.92), 0.42, tint, rim)


def _tulip_petal(brush: Brush, bulge: float, tip: float, top: float, width: float, tint: Floats, rim: Floats) -> None:
    rng = brush.rng
    t = 0.5 - 0.5 * np.cos(np.linspace(0, math.pi, brush.steps(2, 12, 50) + 1))
    v = np.linspace(-1, 1, brush.steps(2 * width, 8, 40) + 1)
    start, bend, end = np.array([[0.0, -0.8], [bulge * 1.5, -0.35], [tip, top]])
    axis = (1 - t[:, None]) ** 2 * start + 2 * (t * (1 - t))[:, None] * bend + t[:, None] ** 2 * end
    half = width * profile(t, 0.42, 0.62)
    wave = 1 + 0.03 * np.sin(9 * t + rng.uniform(0, 6))
    points = axis[:, None, :] + (half * wave)[:, None, None] * v[None, :, None] * np.array([1.0, 0.0])
    outline = np.concatenate([points[:, 0], points[::-1, -1]])
    centre = outline.mean(axis=0)
    for swell, alpha in ((1.06, 0.12), (1.025, 0.3)):
        brush.shape(centre + (outline - centre) * swell, tint * 0.35, alpha)
    tm, vm = ((t[:-1] + t[1:]) / 2)[:, None], ((v[:-1] + v[1:]) / 2)[None, :]
    pale = np.clip(np.abs(vm) ** 3 * 0.7 + np.clip(tm - 0.75, 0, 1) * 2.2, 0, 1)
    first, second = rng.uniform(0, 2 * math.pi, size=2)
    streaks = (0.03 * np.sin(15 * vm + first) + 0.025 * np.sin(34 * vm + second)) * np.sin(math.pi * tm)
    side = 0.16 * brush.light[0] * (vm + 2.2 * (bulge + 0.25 * vm))
    shade = 0.82 + 0.2 * tm - 0.1 * vm**2 + streaks + side
    colours = mix(tint, rim, pale * 0.8) * np.clip(shade, 0.3, 1.25)[..., None]
    green = np.clip(0.22 - tm, 0, 1) * 2.2 * np.ones_like(vm)
    brush.sheet(points, colours * (1 - green[..., None]) + np.array((176, 190, 110)) * green[..., None])


def _on(path: Floats, height: float) -> Floats:
    """Find the point of a stem's path at a height, or its nearest end."""
    point: Floats = path[int(np.argmin(np.abs(path[:, 1] - height)))]
    return point


def _green(rng: np.random.Generator, colour: Colour) -> Floats:
    green: Floats = np.array(colour) * rng.uniform(0.8, 1.2) * rng.uniform(0.92, 1.08, size=3)
    return green


def _one_of(rng: np.random.Generator, colours: list[Colour]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


PLANTS: dict[str, Callable[[Brush, float], None]] = {
    "roses": rose,
    "sunflowers": sunflower,
    "daisy": daisy,
    "dandelion": dandelion,
    "tulips": tulip,
}
