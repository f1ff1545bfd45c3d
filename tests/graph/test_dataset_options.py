"""A dataset that asks for threads of its own is told from one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.graph.dataset_options import has_threads_of_its_own
from fixtures.graph.proto import parse
from fixtures.model.tensorflow import import_tensorflow


def options(**asked: Any) -> bytes:
    """What TensorFlow writes of them."""
    data = import_tensorflow().data.Options()
    for name, value in asked.items():
        setattr(data.threading, name, value)
    return bytes(data._to_proto().SerializeToString())


@pytest.mark.parametrize(
    ("content", "has"),
    [
        (lambda: options(), False),
        (lambda: options(max_intra_op_parallelism=1), False),
        (lambda: options(private_threadpool_size=10_000), True),
        (lambda: b"\xff", True),
    ],
)
def test_threads(content: Any, has: bool) -> None:
    node = parse("NodeDef", b"")
    node.attr["serialized_options"].s = content()
    assert has_threads_of_its_own(node) == has
