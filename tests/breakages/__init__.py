"""Everything that the gate must reject, by the module of the claims that see it."""

from tests.breakages import agreement, bad_input, predictions, serving, signature
from tests.breakages.breakage import Breakage

__all__ = ["BREAKAGES", "Breakage"]

BREAKAGES: dict[str, Breakage] = {
    **signature.BREAKAGES,
    **serving.BREAKAGES,
    **agreement.BREAKAGES,
    **predictions.BREAKAGES,
    **bad_input.BREAKAGES,
}
