"""A signature that is promised to be the same as another is held to it in process and as it is served."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.claims.agreement import Agree
from fixtures.claims.same_signatures import SameSignature
from fixtures.errors import Fault, Refused, SampleRefused
from fixtures.model.signature import Array, Signature, Tensors, TensorSpec
from fixtures.predict.drawing import Drawing
from fixtures.predict.served import Answer
from fixtures.samples.sample import GivenSample

pytestmark = pytest.mark.fast

SPEC = TensorSpec(dtype="float32", shape=(-1,))
SAMPLES = [GivenSample(str(number), {"x": np.array([float(number)], np.float32)}) for number in (1, 2)]
COLUMN: Any = SimpleNamespace(words="in column format")


def predictor(outputs: Callable[[float], Tensors]) -> Any:
    """In place of a signature in process."""
    return SimpleNamespace(
        signature_name="serving_default",
        signature=Signature(inputs={"x": SPEC}, outputs={"y": SPEC}),
        predict=lambda sample: outputs(float(sample.name)),
    )


def server(outputs: Callable[[float], Tensors], together: Callable[[float], Tensors] | None = None) -> Any:
    """In place of a signature as it is served."""

    def in_a_batch(samples: Any, protocol: Any) -> Any:
        return [(sample, {}, Answer((together or outputs)(float(sample.name)), None)) for sample in samples]

    return SimpleNamespace(
        general_protocols=[COLUMN],
        predict=lambda sample, protocol: Answer(outputs(float(sample.name)), None),
        predict_together=in_a_batch,
    )


def doubled(number: float) -> dict[str, Array]:
    return {"y": np.array([2 * number], np.float32)}


def other(number: float) -> dict[str, Array]:
    return {"y": np.array([2 * number + (number > 1)], np.float32)}


def refused(number: float) -> dict[str, Array]:
    if number > 1:
        raise SampleRefused("the model refuses x in process", "2")
    return doubled(number)


def not_served(number: float) -> dict[str, Array]:
    raise Refused("the server answered 400: no")


def expect(local: Any, served: Any, drawing: Drawing | None = None, first: Any = doubled) -> None:
    same = SameSignature("serve", local, served, is_shown=False, samples=SAMPLES, batching=True)
    agree = Agree({}, (), (), "warn", lambda name, value: None, drawing)
    same.expect_same(predictor(first), server(first), agree)


def test_the_same_in_process_and_served_is_right() -> None:
    expect(predictor(doubled), server(doubled))
    assert "was held to the other on 2 inputs" in SameSignature("serve", None, None, False, SAMPLES, True).warnings[0]  # type: ignore[arg-type]
    assert SameSignature("serve", None, None, True, SAMPLES, True).warnings == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("local", "served", "said"),
    [
        (predictor(other), server(doubled), r"^2: y\[0\]: serve 5.0, serving_default 4.0"),
        (predictor(refused), server(doubled), "^serve, 2: the model refuses x in process"),
        (predictor(doubled), server(lambda number: {"y": np.array([7.0], np.float32)}), "^serve, in column format: y"),
        (predictor(doubled), server(doubled, lambda number: {"y": np.ones(1)}), "in a batch of 2: y"),
        (predictor(doubled), server(not_served), "^serve, in column format: the server answered 400: no"),
    ],
    ids=["in-process", "refused", "served", "in-batches", "not-served"],
)
def test_another_answer_names_the_signature(local: Any, served: Any, said: str) -> None:
    with pytest.raises(Fault, match=said):
        expect(local, served)


def test_what_is_drawn_is_held_to_what_the_other_draws_for_each_sample() -> None:
    draw = np.random.default_rng(0)

    def drawn(inputs: Tensors) -> dict[str, Array]:
        return {"y": draw.random(1).astype(np.float32)}

    def elsewhere(number: float) -> dict[str, Array]:
        return {"y": draw.random(1).astype(np.float32) - (1000 if number > 1 else 0)}

    drawing = Drawing(drawn, frozenset({"y"}), {})
    settled = server(lambda number: drawing.settled(drawn({})))
    expect(predictor(lambda number: drawn({})), settled, drawing, lambda number: drawn({}))
    with pytest.raises(Fault, match=r"^serve, 2: .*y\[0\] served is -99"):
        expect(predictor(elsewhere), settled, drawing, lambda number: drawn({}))
