"""Signatures that are one function under several names are asked once; others never pass for the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.graph.graph import Graph
from fixtures.graph.proto import read_meta_graph
from fixtures.graph.same_function import distinct_signatures, same_signatures
from fixtures.model.tensorflow import import_tensorflow


def tf() -> Any:
    return import_tensorflow()


def distinct(directory: Path, module: Any, functions: Mapping[str, Callable[..., Any]]) -> list[str]:
    spec = tf().TensorSpec((None,), "float32", name="x")
    signatures = {name: tf().function(serve).get_concrete_function(x=spec) for name, serve in functions.items()}
    tf().saved_model.save(module, str(directory), signatures=signatures)
    return distinct_signatures(Graph(read_meta_graph(directory)), "serving_default")


def tripled(x: Any) -> Mapping[str, Any]:
    return {"y": x * 3.0}


def test_what_keras_exports_is_one_function(tmp_path: Path) -> None:
    keras = tf().keras
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.export(str(tmp_path), verbose=False)
    graph = Graph(read_meta_graph(tmp_path))

    assert list(graph.signatures) == ["serve", "serving_default"]
    assert distinct_signatures(graph, "serving_default") == ["serving_default"]
    assert same_signatures(graph, "serve") == {"serve": "serve", "serving_default": "serve"}


def test_the_same_traced_twice_is_one_function(tmp_path: Path) -> None:
    again = lambda x: {"y": tf().identity(x) * 3.0}  # noqa: E731

    assert distinct(tmp_path / "1", tf().Module(), {"serving_default": tripled, "twin": tripled}) == ["serving_default"]
    assert distinct(tmp_path / "2", tf().Module(), {"serving_default": again, "b": again}) == ["serving_default"]


@pytest.mark.parametrize(
    "other",
    [
        lambda x: {"y": x * 3.5},
        lambda x: {"y": x + 3.0},
        lambda x: {"z": x * 3.0},
        lambda x: {"y": x * 3.0, "z": x},
        lambda x: {"y": 3.0 / x},
        lambda x: {"y": tf().cond(tf().reduce_sum(x) > 1e9, lambda: -x, lambda: x * 3.0)},
    ],
    ids=["another number", "another op", "another name", "one more", "divided", "in a branch"],
)
def test_another_function_is_another(other: Callable[..., Any], tmp_path: Path) -> None:
    assert distinct(tmp_path, tf().Module(), {"serving_default": tripled, "other": other}) == [
        "serving_default",
        "other",
    ]


def test_another_variable_makes_another_function(tmp_path: Path) -> None:
    module = tf().Module()
    module.one, module.two = tf().Variable(3.0), tf().Variable(4.0)

    assert distinct(
        tmp_path,
        module,
        {
            "serving_default": lambda x: {"y": x * module.one},
            "twin": lambda x: {"y": x * module.one},
            "other": lambda x: {"y": x * module.two},
        },
    ) == ["serving_default", "other"]


def test_one_that_counts_besides_is_another(tmp_path: Path) -> None:
    module = tf().Module()
    module.calls = tf().Variable(0)

    def counting(x: Any) -> Mapping[str, Any]:
        module.calls.assign_add(1)
        return tripled(x)

    assert distinct(tmp_path, module, {"serving_default": tripled, "counting": counting}) == [
        "serving_default",
        "counting",
    ]


def test_a_changed_branch_of_a_function_makes_another(tmp_path: Path) -> None:
    def clipped(at: float) -> Callable[..., Any]:
        inner = tf().function(lambda x: tf().cond(tf().reduce_sum(x) > 0, lambda: x, lambda: x + at))
        return lambda x: {"y": inner(x)}

    found = distinct(tmp_path, tf().Module(), {"serving_default": clipped(1), "twin": clipped(1), "other": clipped(2)})

    assert found == ["serving_default", "other"]


def test_an_output_of_a_node_is_not_another_one_whose_number_begins_alike(tmp_path: Path) -> None:
    def column(number: int) -> Callable[..., Any]:
        return lambda x: {"y": tf().unstack(tf().reshape(x, (-1, 12)), axis=1)[number]}

    names = {"serving_default": 1, "ten": 10, "eleven": 11, "first": 0, "one": 1}
    functions = {name: column(number) for name, number in names.items()}
    assert distinct(tmp_path, tf().Module(), functions) == ["serving_default", "eleven", "first", "ten"]
