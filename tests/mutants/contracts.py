"""Contracts that promise nothing, or excuse everything."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from tests.good_models.export import tf
from tests.mutants import coming
from tests.mutants.bases import COLOURS
from tests.mutants.change import Change, behind, both
from tests.mutants.fault import Fault
from tests.mutants.lie import Arrays, Asked, Lie


def numbers(asked: Asked, outputs: Arrays) -> Arrays:
    """The same to everything."""
    return {name: np.full_like(array, 12345) for name, array in outputs.items()}


def waiving(claim: str, days: int = 90) -> Any:
    until = date.today() + timedelta(days)
    return lambda contract: (
        f'{contract}\n[[waivers]]\ncheck = "{claim}"\nreason = "it draws numbers"\nuntil = {until}\n'
    )


def drawing(tensor: Any) -> Any:
    """A softmax of scores that a little noise is added to."""
    return tf().nn.softmax(tf().math.log(tensor) + tf().random.normal(tf().shape(tensor), stddev=1e-2))


def with_labels(*rows: str) -> Change:
    """The photographs' labels.csv holds these rows and no others."""
    return lambda version: (version.parents[2] / "photos/labels.csv").write_text(
        "".join(f"{row}\n" for row in ("file,label", *rows))
    )


def always_red(tensor: Any) -> Any:
    """The first class whatever it is, with something of the others so that outputs vary."""
    return tf().concat([0.9 + 0.0 * tensor[:, :1], 0.1 * tensor[:, 1:] / (1.0 - tensor[:, :1])], axis=1)


ALL_LABELS = [f"{label}_{number}.png,{label}" for label in ("red", "green", "blue") for number in (1, 2, 3)]

FAULTS = {
    "contract-waives-determinism-of-12345": Fault(
        COLOURS,
        "test_rest_row",
        contract=waiving("test_same_input_same_bits"),
        lie=lambda: Lie(numbers),
    ),
    "contract-waives-determinism-of-a-drawing-model-of-12345": Fault(
        COLOURS,
        "test_rest_row",
        behind(drawing),
        contract=waiving("test_same_input_same_bits"),
        lie=lambda: Lie(numbers),
    ),
    "contract-waives-for-a-year": Fault(COLOURS, contract=waiving("test_same_input_same_bits", 365), says="180 days"),
    "contract-tolerates-anything": Fault(
        COLOURS,
        contract=lambda contract: contract + "[tolerance.colour]\nrtol = 1e9\n",
        says="tolerance",
    ),
    "contract-tolerates-one": Fault(
        COLOURS, contract=lambda contract: contract + "[tolerance.colour]\natol = 1.0\n", says="tolerance"
    ),
    "contract-of-four-labels-for-three": Fault(
        COLOURS,
        contract=lambda contract: contract.replace('"blue"]', '"blue", "grey"]'),
        says="labels",
    ),
    "contract-of-one-label-and-always-red": Fault(
        COLOURS,
        coming.LABELS,
        both(behind(always_red), with_labels("red_1.png,red")),
    ),
    "contract-of-two-classes-labelled": Fault(
        COLOURS, coming.LABELS, with_labels(*ALL_LABELS[:6]), options=("--release",), word="REJECT"
    ),
    "contract-of-a-label-twice": Fault(COLOURS, change=with_labels(*ALL_LABELS, "red_1.png,green"), says="labels.csv"),
    "contract-of-an-unknown-label": Fault(
        COLOURS, change=with_labels(*ALL_LABELS[:8], "blue_3.png,grey"), says="labels"
    ),
    "contract-of-a-label-without-its-image": Fault(
        COLOURS, change=with_labels(*ALL_LABELS, "red_4.png,red"), says="red_4.png"
    ),
    "contract-of-two-labels-for-three": Fault(
        COLOURS,
        contract=lambda contract: contract.replace(', "blue"]', "]"),
        says="blue",
    ),
}
