"""The outputs are computed from the inputs, all of them, and from nothing else that changes: read off the graph."""

from __future__ import annotations

import pytest

from fixtures.claims.agreement import Warn
from fixtures.errors import expect_no
from fixtures.graph.state import State
from fixtures.model.addition import names_in

pytestmark = [pytest.mark.place(3), pytest.mark.quick]


def test_outputs_depend_on_inputs_alone(
    state: State, asked_signatures: list[str], allowed_ops: frozenset[str], warn: Warn
) -> None:
    """No output depends on the clock, on a draw, or on what a signature changes: an answer hangs on its request alone.

    A variable that is changed and that no output depends on is a warning.

    Fails when: a path of data leads to an output, or to an assertion, from a timestamp, a random op, or from what any
    signature of the SavedModel changes: a variable, a table, a queue.
    Then: compute the output from the inputs; name in `allowed_ops` the op that is meant.
    """
    for line in state.changed(asked_signatures, allowed_ops):
        warn(line)
    expect_no(state.dependent(asked_signatures, allowed_ops))


def test_nothing_grows_with_each_request(state: State, allowed_ops: frozenset[str]) -> None:
    """No table, queue or list that is kept between requests is added to.

    Fails when: a signature adds to a table, a queue, an accumulator or a list that is kept, whatever depends on it.
    Then: take it out of what is exported, or name in `allowed_ops` the op where what it adds is bounded.
    """
    expect_no(state.growing(allowed_ops))


def test_every_input_is_used(state: State, asked_signatures: list[str], unused_inputs: frozenset[str]) -> None:
    """From each input a path leads to an output of its signature.

    Fails when: no output of a signature depends on one of its inputs.
    Then: look why the model ignores it; name in `predictions.unused` what is meant to be ignored.
    """
    unused = {name: state.unused(name) for name in asked_signatures}
    every = unused_inputs.union(*unused.values())
    way_out = f"where that is meant, write {names_in('unused', every)} in [predictions]"
    expect_no(
        [
            f"no output of {name} depends on its input {alias}; {way_out}"
            for name, aliases in unused.items()
            for alias in aliases
            if alias not in unused_inputs
        ]
    )
