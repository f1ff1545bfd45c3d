"""The list of dangerous ops is held to what the installed TensorFlow has registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.graph.dangerous_ops import DANGEROUS_OPS, Danger
from fixtures.model.tensorflow import import_tensorflow

HARMLESS = frozenset(
    word
    for line in Path(__file__).with_name("harmless_ops.txt").read_text().splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""What was looked at and left out."""


def registered() -> list[Any]:
    import_tensorflow()
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    return list(op_def_pb2.OpList.FromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())).op)


def places(danger: Danger) -> set[int]:
    """The inputs that hold a path."""
    return {place for place in (danger.path, danger.nothing) if place is not None}


@pytest.fixture(scope="module")
def ops() -> dict[str, Any]:
    """Every op that the installed TensorFlow has registered."""
    return {op.name: op for op in registered()}


def test_every_op_has_been_judged(ops: dict[str, Any]) -> None:
    assert sorted(ops.keys() - DANGEROUS_OPS.keys() - HARMLESS) == []


def test_nothing_is_called_both_dangerous_and_harmless() -> None:
    assert DANGEROUS_OPS.keys() & HARMLESS == set()


def test_every_op_of_the_lists_is_registered(ops: dict[str, Any]) -> None:
    assert (DANGEROUS_OPS.keys() | HARMLESS) - ops.keys() == set()


@pytest.mark.parametrize("op", [name for name, danger in DANGEROUS_OPS.items() if places(danger)])
def test_input_that_holds_a_path_is_a_string(op: str, ops: dict[str, Any]) -> None:
    string = import_tensorflow().string.as_datatype_enum
    assert {ops[op].input_arg[place].type for place in places(DANGEROUS_OPS[op])} == {string}


@pytest.mark.parametrize("op", [name for name, danger in DANGEROUS_OPS.items() if danger.only_with])
def test_attribute_that_makes_the_difference_is_there(op: str, ops: dict[str, Any]) -> None:
    assert DANGEROUS_OPS[op].only_with in {attribute.name for attribute in ops[op].attr}
