"""When the answer of a server is held against it, and when not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from fixtures.claims.properties.compare import EXTREME, Comparison
from fixtures.claims.properties.drawn import Drawn
from fixtures.claims.properties.questions import Question
from fixtures.compare.tolerance import default_tolerance
from fixtures.errors import Exchange, Fault, ModelDown, NoAnswer, Refused
from fixtures.model.signature import Array, Signature, Tensors, TensorSpec
from fixtures.predict.local import LocalPredictor
from fixtures.predict.served import Answer, ServedPredictor
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import Protocol
from fixtures.protocols.rest_column import COLUMN

pytestmark = pytest.mark.fast

FLOAT = TensorSpec(dtype="float32", shape=(-1,))
TEXT = TensorSpec(dtype="string", shape=(-1,))
EXCHANGE = Exchange("POST", "http://server/v1/models/m:predict", b"{}", 200, b"{}")

Model = Callable[[Array], Any]


def refuse(x: Array) -> Any:
    raise Refused("the model refuses")


def go_down(x: Array) -> Any:
    raise ModelDown("the server went away", EXCHANGE)


def drop(x: Array) -> Any:
    raise NoAnswer("the server left a request unanswered", EXCHANGE)


def say_nonsense(x: Array) -> Any:
    raise Fault("the reply has no 'outputs'", EXCHANGE)


class Both:
    """A server and a model in process that compute as they are told."""

    def __init__(self, served: Model, local: Model, over_grpc: Model | None = None) -> None:
        self.signature = Signature(inputs={"x": FLOAT}, outputs={"y": FLOAT})
        self.computed: list[Array] = []
        self._local = local
        self._served = {COLUMN: served, GRPC: over_grpc or served}

    def predict_arrays(self, inputs: Tensors, protocol: Protocol) -> Answer:
        return Answer({"y": np.asarray(self._served[protocol](inputs["x"]))}, EXCHANGE)

    def settled(self, outputs: Tensors) -> Tensors:
        return outputs

    def compute(self, inputs: Tensors) -> Tensors:
        self.computed.append(inputs["x"])
        return {"y": np.asarray(self._local(inputs["x"]))}


class Asked:
    """What came of a question."""

    def __init__(self, both: Both, value: Any = 0.5, size: int = 1, over_grpc: bool = True) -> None:
        self.warnings: list[str] = []
        compare = Comparison(
            cast(ServedPredictor, both),
            cast(LocalPredictor, both),
            {"y": default_tolerance("float32")},
            over_grpc,
            self.warnings.append,
        )
        with np.errstate(all="ignore"):
            self.is_answered = compare(Question(COLUMN, {"x": Drawn(FLOAT, (size,), np.float32(value), {})}))


def double(x: Array) -> Array:
    return x * np.float32(2)


def test_same_answer_passes() -> None:
    asked = Asked(Both(double, double))

    assert (asked.is_answered, asked.warnings) == (True, [])


def test_other_answer_is_a_fault_that_tells_the_question() -> None:
    with pytest.raises(Fault, match=r"^y\[0\]: served 1\.5, local 1\.0, .*\nasked in column .* 0\.5 every") as caught:
        Asked(Both(lambda x: x * 3, double))

    assert caught.value.exchange is EXCHANGE


def test_refused_by_both_passes_unanswered() -> None:
    assert not Asked(Both(refuse, refuse)).is_answered


@pytest.mark.parametrize(
    ("served", "local", "says"),
    [
        (refuse, double, "the model refuses; in process the model computes it"),
        (double, refuse, "the server answers, but the model refuses"),
        (say_nonsense, double, "the reply has no 'outputs'; in process the model computes it"),
        (lambda x: np.zeros(2, np.float32), double, "served shape"),
    ],
)
def test_only_one_answers(served: Model, local: Model, says: str) -> None:
    with pytest.raises(Fault, match=says):
        Asked(Both(served, local))


@pytest.mark.parametrize(("served", "local"), [(refuse, double), (double, refuse)])
def test_batch_of_none_that_one_refuses_is_a_warning(served: Model, local: Model) -> None:
    assert [line.partition(" is refused by ")[0] for line in Asked(Both(served, local), size=0).warnings] == [
        "a batch of none"
    ]


def test_what_brings_the_server_down_is_not_computed_in_process() -> None:
    both = Both(go_down, double)

    with pytest.raises(ModelDown, match="went away\nasked in column") as caught:
        Asked(both)

    assert both.computed == []
    assert caught.value.exchange is EXCHANGE


@pytest.mark.parametrize(
    "local", [double, refuse, lambda x: np.array([b"\xff"], object)], ids=["taken", "refused", "text"]
)
def test_question_left_unanswered_is_no_refusal(local: Model) -> None:
    with pytest.raises(NoAnswer, match="unanswered\nasked in column") as caught:
        Asked(Both(drop, local))

    assert (type(caught.value), caught.value.exchange) == (NoAnswer, EXCHANGE)


def test_text_that_json_cannot_say_passes() -> None:
    assert Asked(Both(say_nonsense, lambda x: np.array([b"\xff"], object))).is_answered


def test_model_that_answers_otherwise_each_time() -> None:
    turns = iter(range(10))

    with pytest.raises(
        Fault, match=r"^the model computes something else each time: y first 1\.0, then 2\.0; served 0\.5"
    ):
        Asked(Both(lambda x: x, lambda x: x * 0 + next(turns) + 1))


def test_noise_passes() -> None:
    assert Asked(Both(lambda x: np.sin(x + 8), np.sin), value=1e8).warnings == []


def test_noise_that_only_rest_has_is_a_fault() -> None:
    with pytest.raises(Fault, match="over gRPC the same server gives something else"):
        Asked(Both(lambda x: np.sin(x + 8), np.sin, over_grpc=np.sin), value=1e8)


def relu_of_zero(x: Array) -> Array:
    return np.where(x > 0, x, np.float32(0))


def test_kernels_may_take_nan_for_something_else() -> None:
    assert Asked(Both(relu_of_zero, lambda x: np.maximum(x, 0)), value=np.nan).warnings == [EXTREME]


@pytest.mark.parametrize(
    ("both", "over_grpc"),
    [
        (Both(relu_of_zero, lambda x: np.maximum(x, 0), over_grpc=lambda x: np.maximum(x, 0)), True),
        (Both(relu_of_zero, lambda x: np.maximum(x, 0)), False),
        (Both(lambda x: np.where(x > 0, x, 1), lambda x: np.maximum(x, 0)), True),
    ],
    ids=["not-over-grpc", "grpc-cannot-tell", "calm-numbers-too"],
)
def test_nan_taken_for_something_else_is_a_fault(both: Both, over_grpc: bool) -> None:
    with pytest.raises(Fault, match="local nan"):
        Asked(both, value=np.nan, over_grpc=over_grpc)
