"""What breaks a promise: a model, a server or a contract, and how the gate says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.model.signature import Array, Signature, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from fixtures.options import Effort
from tests.helpers import colours
from tests.helpers.low_effort import LOW
from tests.helpers.middleman import Tamper
from tests.helpers.puppet import SIGNATURE, Puppet

CANDIDATE = "colours/2"
COLOUR = SIGNATURE.outputs["colour"]
IMAGE = SIGNATURE.inputs["image"]


@dataclass(frozen=True)
class Breakage:
    """What breaks a promise, and how the gate says so."""

    claims: set[str]
    """The claims that fail, and no others; what they say is in a snapshot."""
    function: Callable[[Any], Any] | None = None
    """The serving function of version 2, None for the good one."""
    saved: dict[str, Any] = field(default_factory=dict)
    """How the SavedModel is written."""
    spoil: Callable[[Path], object] = lambda base: None
    """What becomes of the model base directory after that."""
    candidate: str = CANDIDATE
    """The version that is rejected for it."""
    puppet: Callable[[], Puppet] = Puppet
    """What plays the server, unless it is one of the next two."""
    tamper: Tamper | None = None
    """What comes between the gate and a stand-in that serves the good versions, whatever the models directory holds."""
    served: bool = False
    """Whether a stand-in serves what the models directory holds."""
    brittle: bool = False
    """Whether what serves it is a stand-in that deep nesting ends, and is asked to survive that."""
    contract: Callable[[str], str] = lambda contract: contract
    effort: Effort = LOW
    """What it takes to find it."""
    onednn: bool = False
    """Whether only oneDNN's kernels break it: those that TensorFlow Serving has on Intel's processors."""
    skipped_by_good: bool = False
    """Whether the claims say nothing of the good colour model, which has no integers, behind a server at a URL."""


def without_accuracy(contract: str) -> str:
    return contract.replace("accuracy = 1.0\n", "")


def published(**signatures: Signature) -> Callable[[], Puppet]:
    return lambda: Puppet(published=signatures)


def with_outputs(outputs: dict[str, TensorSpec]) -> Signature:
    return Signature(inputs=SIGNATURE.inputs, outputs=outputs)


def with_inputs(inputs: dict[str, TensorSpec]) -> Signature:
    return Signature(inputs=inputs, outputs=SIGNATURE.outputs)


def tf() -> Any:
    return import_tensorflow()


def good(image: Any) -> Any:
    return colours.good(2)(image)["colour"]


def numpy_good(image: Array) -> Array:
    return colours.softmax(image, colours.SHARPNESS[2])
