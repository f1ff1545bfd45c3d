"""Everything that the gate must reject: `BREAKAGES` of each module here, by the claims that see it."""

from importlib import import_module
from pkgutil import iter_modules

from tests.breakages.breakage import Breakage

__all__ = ["BREAKAGES", "Breakage"]

BREAKAGES: dict[str, Breakage] = {
    name: breakage
    for module in iter_modules(__path__, f"{__name__}.")
    for name, breakage in getattr(import_module(module.name), "BREAKAGES", {}).items()
}
