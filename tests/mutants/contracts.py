"""Contracts that promise nothing, or excuse everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from tests.good_models.export import tf
from tests.mutants.bases import COLOURS
from tests.mutants.change import Change, behind, both
from tests.mutants.fault import Fault
from tests.mutants.lie import Arrays, Asked, Lie


def numbers(asked: Asked, outputs: Arrays) -> Arrays:
    """The same to everything."""
    return {name: np.full_like(array, 12345) for name, array in outputs.items()}


DRAWN_OTHERWISE = (
    "test_same_input_same_bits",
    "test_same_request_same_bits",
    "test_protocols_give_the_same_numbers",
    "test_many_clients_get_what_one_gets",
    "test_broken_request",
    "test_answers_hold_under_load",
    "test_good_answers_stay_in_any_order_of_requests",
)
"""Claims that a model which draws numbers cannot keep."""


def waiving(*claims: str, days: int = 90) -> Callable[[str], str]:
    until = date.today() + timedelta(days)
    waivers = [f'[[waivers]]\ncheck = "{claim}"\nreason = "it draws numbers"\nuntil = {until}\n' for claim in claims]
    return lambda contract: "\n".join([contract, *waivers])


def waiving_what_it_draws(contract: str) -> str:
    allowed = '[[allowed_ops]]\nop = "RandomStandardNormal"\nreason = "it draws numbers"\n'
    return waiving(*DRAWN_OTHERWISE)(f"{contract}\n{allowed}")


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


TOLERANCES = "test_tolerances_tell_right_from_wrong"
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
        change=behind(drawing),
        contract=waiving_what_it_draws,
        lie=lambda: Lie(numbers),
    ),
    "contract-waives-determinism-of-a-drawing-model": Fault(
        COLOURS, change=behind(drawing), contract=waiving_what_it_draws, lie=Lie, word="INCOMPLETE"
    ),
    "contract-waives-for-a-year": Fault(
        COLOURS, contract=waiving("test_same_input_same_bits", days=365), says="180 days"
    ),
    "contract-tolerates-anything": Fault(
        COLOURS, TOLERANCES, contract=lambda contract: contract + "[tolerance.colour]\nrtol = 1e9\n"
    ),
    "contract-tolerates-one": Fault(
        COLOURS, TOLERANCES, contract=lambda contract: contract + "[tolerance.colour]\natol = 1.0\n"
    ),
    "contract-of-four-labels-for-three": Fault(
        COLOURS,
        contract=lambda contract: contract.replace('"blue"]', '"blue", "grey"]'),
        says="labels",
    ),
    # with fewer than ten labelled, or a class without one, an accuracy means little: a warning, but not to --release
    "contract-of-one-label-and-always-red": Fault(
        COLOURS,
        change=both(behind(always_red), with_labels("red_1.png,red")),
        options=("--release",),
        says="labelled",
    ),
    "contract-of-two-classes-labelled": Fault(
        COLOURS, change=with_labels(*ALL_LABELS[:6]), options=("--release",), says="blue"
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
        says="labels",
    ),
}
