"""Functions that call each other thousands deep, or in a circle, are looked at as any others are."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.graph.graph import Graph
from fixtures.graph.precision import half_precision
from fixtures.graph.same_function import distinct_signatures
from fixtures.graph.state import State
from tests.helpers.metagraphs import as_read, metagraph

DEEP = 3_000
DT_HALF = 19


def deep(last: str, *, in_a_circle: bool = False) -> Graph:
    """A signature that calls a function that calls the next one, and so on, down to one with a node of its own."""
    functions = {f"f{number}": ("x", ["y PartitionedCall x f=f" + str((number + 1) % DEEP)]) for number in range(DEEP)}
    functions[f"f{DEEP - 1}"] = ("x", [f"y {last} x", *(["again PartitionedCall x f=f0"] if in_a_circle else [])])
    meta_graph: Any = metagraph(["x Placeholder", "y PartitionedCall x f=f0"], functions, output="y:0")
    meta_graph.signature_def["serving_default"].inputs["x"].name = "x:0"
    meta_graph.signature_def["again"].CopyFrom(meta_graph.signature_def["serving_default"])
    for function in meta_graph.graph_def.library.function:
        function.signature.output_arg.add(name="y")
        function.ret["y"] = "y:output:0"
        for node in function.node_def:
            node.attr["T"].type = DT_HALF
    return as_read(meta_graph)


@pytest.mark.parametrize("in_a_circle", [False, True])
def test_what_is_at_the_bottom_is_found(in_a_circle: bool) -> None:
    graph = deep("Softmax", in_a_circle=in_a_circle)
    assert half_precision(graph)["serving_default"] == {"y": "float16"}
    assert distinct_signatures(graph, "serving_default") == ["serving_default"]
    assert State(graph).unused("serving_default") == []


@pytest.mark.parametrize("in_a_circle", [False, True])
def test_draw_at_the_bottom_is_told(in_a_circle: bool) -> None:
    (line,) = State(deep("RandomShuffle", in_a_circle=in_a_circle)).dependent(["serving_default"])
    assert f"a draw: RandomShuffle, the node `y` in the function f{DEEP - 1}" in line
