"""A zoo of good models: small ones of the kinds that people deploy, none of which the gate may reject."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.good_models import heads, images, legacy, sequences, tables, text

Build = Callable[[Path, int], None]
"""Writes the SavedModel into a version directory, with weights drawn from a seed."""

GOOD_MODELS: dict[str, Build] = {
    build.__name__: build
    for module in (tables, images, sequences, text, heads, legacy)
    for build in vars(module).values()
    if callable(build) and getattr(build, "__module__", "") == module.__name__ and not build.__name__.startswith("_")
}
