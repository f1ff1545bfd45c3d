"""Everything that the gate must reject, by the module of the claims that see it."""

from tests.breakages import agreement, artifact, bad_input, latency, predictions, properties, serving, signature
from tests.breakages.breakage import Breakage

__all__ = ["BREAKAGES", "Breakage"]

BREAKAGES: dict[str, Breakage] = {
    **artifact.BREAKAGES,
    **signature.BREAKAGES,
    **serving.BREAKAGES,
    **agreement.BREAKAGES,
    **predictions.BREAKAGES,
    **latency.BREAKAGES,
    **bad_input.BREAKAGES,
    **properties.BREAKAGES,
}
