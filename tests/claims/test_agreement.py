"""What agrees, what is a tie, and what a float64 loses in JSON."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from fixtures.claims.agreement import HEADROOM_USED, WARNING, Agree, protocols_apart
from fixtures.compare.tolerance import Tolerance
from fixtures.errors import Fault
from fixtures.model.contract import Severity
from fixtures.model.signature import Tensors
from fixtures.predict.served import Answer
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import Protocol
from fixtures.protocols.rest_column import COLUMN
from fixtures.protocols.rest_row import ROW

pytestmark = pytest.mark.fast

TOLERANCE = {"y": Tolerance(rtol=1e-4, atol=0.0)}
LOCAL = {"y": np.array([[0.40001, 0.4, 0.2]])}
TIED = {"y": np.array([[0.4, 0.40001, 0.2]])}
SWAPPED = {"y": np.array([[0.3, 0.5, 0.2]])}
ANOTHER_BIT = {"y": np.nextafter(LOCAL["y"], 1.0)}


class Recorded:
    """What was recorded of a case."""

    def __init__(self) -> None:
        self.properties: list[tuple[str, object]] = []

    def __call__(self, name: str, value: object) -> None:
        self.properties.append((name, value))

    @property
    def warnings(self) -> list[object]:
        return [value for name, value in self.properties if name == WARNING]


def agree(ties: Severity, recorded: Recorded, probabilities: tuple[str, ...] = ("y",)) -> Agree:
    return Agree(TOLERANCE, probabilities, ("roses", "daisy", "tulips"), ties, recorded)


def test_a_tie_within_the_tolerance_is_a_warning_with_both_margins() -> None:
    recorded = Recorded()
    agree("warn", recorded)(LOCAL, Answer(TIED, None))
    assert recorded.warnings == [
        "a tie within the tolerance: y[0]: class served 1 daisy by 1e-05, local 0 roses by 1e-05"
    ]
    assert HEADROOM_USED in dict(recorded.properties)


def test_a_tie_fails_where_the_contract_says_so() -> None:
    recorded = Recorded()
    with pytest.raises(Fault, match=r"a tie within the tolerance: y\[0\]: class served 1 daisy"):
        agree("fail", recorded)(LOCAL, Answer(TIED, None))
    assert recorded.warnings == []


@pytest.mark.parametrize("ties", ["warn", "fail"])
def test_a_class_that_changes_beyond_the_tolerance_fails(ties: Severity) -> None:
    recorded = Recorded()
    with pytest.raises(Fault, match=r"times the allowance\n.*class served 1 daisy by 0.2, local 0 roses by 1e-05"):
        agree(ties, recorded)(LOCAL, Answer(SWAPPED, None))
    assert recorded.warnings == []


def test_outputs_that_name_no_class_have_no_ties() -> None:
    recorded = Recorded()
    agree("fail", recorded, probabilities=())(LOCAL, Answer(TIED, None))
    assert recorded.warnings == []


@pytest.mark.parametrize(
    ("answers", "exact", "tolerant"),
    [
        ({ROW: LOCAL, COLUMN: LOCAL, GRPC: LOCAL}, [], []),
        ({ROW: LOCAL, COLUMN: LOCAL, GRPC: ANOTHER_BIT}, ["grpc"], []),
        ({ROW: LOCAL, COLUMN: ANOTHER_BIT, GRPC: LOCAL}, ["column"], ["column"]),
        ({ROW: LOCAL, GRPC: SWAPPED}, ["grpc"], ["grpc"]),
        ({COLUMN: LOCAL, GRPC: LOCAL}, [], []),
        ({GRPC: LOCAL}, [], []),
    ],
)
def test_protocols_give_the_same_bits_but_where_json_loses_some(
    answers: Mapping[Protocol, Tensors], exact: list[str], tolerant: list[str]
) -> None:
    assert [line.split()[2] for line in protocols_apart(answers, {})] == exact
    assert [line.split()[2] for line in protocols_apart(answers, TOLERANCE)] == tolerant
