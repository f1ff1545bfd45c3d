"""Answers to several samples are put together along the batch dimension."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from traceback import walk_stack
from types import SimpleNamespace
from typing import Any

import numpy as np
import orjson
import pytest
import requests

from fixtures.errors import CannotTellError, Exchange, Fault, NotTried, Refused
from fixtures.model.signature import Signature, TensorSpec
from fixtures.predict import served as predictions
from fixtures.predict.local import LocalPredictor, like_shaped
from fixtures.predict.served import Answer, ServedPredictor
from fixtures.protocols.rest import RestConnection
from fixtures.protocols.rest_column import COLUMN
from fixtures.samples import GeneratedSample
from tests.helpers.gate import ROOT

pytestmark = pytest.mark.fast

FIXTURES = str(ROOT / "fixtures")

SIGNATURE = Signature(
    inputs={"x": TensorSpec(dtype="float32", shape=(-1,))}, outputs={"y": TensorSpec(dtype="float32", shape="unknown")}
)


class Model:
    """In place of a SavedModel: counts what it is asked."""

    signatures = {"serving_default": SIGNATURE}  # noqa: RUF012
    hints = {"serving_default": {}}  # type: ignore[var-annotated]  # noqa: RUF012

    def __init__(self, outputs: Any) -> None:
        self.asked = 0
        self._outputs = outputs

    def predict(self, signature: str, inputs: Any) -> Any:
        self.asked += 1
        return self._outputs(inputs["x"])


def refuse(x: Any) -> Any:
    raise Refused("the model refuses it")


def local(model: Model) -> LocalPredictor:
    return LocalPredictor(model, "serving_default")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outputs", "shape"),
    [
        (lambda x: x, (2,)),
        (lambda x: np.zeros((1, 3)), (2, 3)),
        (lambda x: np.zeros((2, 3)), (4, 3)),
        (lambda x: np.float32(1.0), (2,)),
    ],
    ids=["values", "rows", "two-rows", "scalar"],
)
def test_outputs_of_each_sample_follow_each_other(outputs: Any, shape: tuple[int, ...]) -> None:
    version = local(Model(lambda x: {"y": outputs(x)}))
    assert version.predict_each([GeneratedSample(1), GeneratedSample(2)])["y"].shape == shape


def test_each_sample_is_computed_once() -> None:
    model = Model(lambda x: {"y": x})
    version = local(model)
    first = version.predict(GeneratedSample(1))
    assert version.predict(GeneratedSample(1)) is first
    assert model.asked == 1


@pytest.mark.parametrize(("generated", "error"), [(True, CannotTellError), (False, Fault)])
def test_only_a_sample_that_somebody_vouches_for_shows_a_fault(generated: bool, error: type[Exception]) -> None:
    sample: Any = SimpleNamespace(name="s", generated=generated, inputs=lambda signature: {"x": np.ones(1)})
    with pytest.raises(error, match="refuses it"):
        local(Model(refuse)).predict(sample)


def test_an_answer_that_the_signature_does_not_allow_is_told_and_not_compared() -> None:
    version = local(Model(lambda x: {"y": x if x[0] > 0 else np.float64(x)}))
    good, bad = numbered("good", 1.0), numbered("bad", -1.0)

    assert version.misfits([good, bad]) == ["bad: y is float64 (1), promised is float32 unknown"]
    assert version.accepted([good, bad]) == [good]
    with pytest.raises(NotTried, match="the signature does not allow what bad gets"):
        version.predict(bad)
    with pytest.raises(Fault, match="in process: y is float64"):
        version.compute(bad.inputs(version.signature))


@pytest.mark.parametrize(("batching", "lines"), [(True, 1), (False, 0)])
def test_rows_are_counted_unless_any_number_is_promised(batching: bool, lines: int) -> None:
    model: Any = Model(lambda x: {"y": np.repeat(x, 2)})
    model.signatures = {"serving_default": ECHO}
    version = LocalPredictor(model, "serving_default", batching=batching)
    assert len(version.misfits([GeneratedSample(1)])) == lines


def numbered(name: str, number: float) -> Any:
    return SimpleNamespace(name=name, generated=False, inputs=lambda signature: {"x": np.array([number], np.float32)})


class Server:
    """In place of a model's server and its connection: answers a column request with its input, and keeps the bodies.

    `answer` gives the outputs for the inputs.
    """

    model = SimpleNamespace(name="m")
    has_grpc = True
    answering = nullcontext

    def __init__(self, answer: Callable[[Any], Any] = lambda inputs: inputs) -> None:
        self.bodies: list[bytes] = []
        self._answer = answer

    def connection(self, transport: str) -> Server:
        return self

    def sampling_connection(self, transport: str) -> Any:
        return nullcontext(self.connection(transport))

    def ask(self, method: str, path: str, body: bytes) -> Exchange:
        self.bodies.append(body)
        reply = orjson.dumps({"outputs": self._answer(orjson.loads(body)["inputs"])})
        return Exchange(method, f"http://127.0.0.1{path}", body, 200, reply)


ECHO = Signature(inputs=SIGNATURE.inputs, outputs={"y": TensorSpec(dtype="float32", shape=(-1,))})


def test_shares_of_a_batch_are_what_each_sample_gets_alone() -> None:
    samples = [GeneratedSample(number) for number in range(1, 6)]
    version = ServedPredictor(Server(), 1, "serving_default", ECHO)  # type: ignore[arg-type]

    answered = list(version.predict_together(samples[::-1], COLUMN))

    assert [sample.name for sample, _, _ in answered] == [sample.name for sample in samples[::-1]]
    assert [answer.outputs["y"].tolist() for _, _, answer in answered] == [
        sample.inputs(ECHO)["x"].tolist() for sample in samples[::-1]
    ]
    assert [alone["y"].tolist() for _, alone, _ in answered] == [
        answer.outputs["y"].tolist() for _, _, answer in answered
    ]


@pytest.mark.parametrize(("largest", "requests"), [(10_000, 1), (12, 2), (1, 5)])
def test_samples_are_batched_into_requests_of_limited_size(
    largest: int, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "MOST_BYTES", largest)
    server = Server()
    version = ServedPredictor(server, 1, "serving_default", ECHO)  # type: ignore[arg-type]
    samples = [GeneratedSample(number) for number in range(1, 6)]
    for sample in samples:
        version.predict(sample, COLUMN)
    server.bodies.clear()

    answered = list(version.predict_together(samples, COLUMN))

    assert len(server.bodies) == requests
    assert [sample.name for sample, _, _ in answered] == [sample.name for sample in samples]


def test_server_that_gives_one_row_too_many_is_at_fault() -> None:
    generous = Server(lambda inputs: inputs + inputs[:1] if len(inputs) > 1 else inputs)
    version = ServedPredictor(generous, 1, "serving_default", ECHO)  # type: ignore[arg-type]
    with pytest.raises(Fault, match=r"in column format: for 2 rows sent y is of shape \(3,\)") as raised:
        list(version.predict_together([GeneratedSample(1), GeneratedSample(2)], COLUMN))
    assert raised.value.exchange is not None


class Counting(Model):
    """Gives another number each time."""

    def __init__(self) -> None:
        super().__init__(lambda x: {"y": x + self.asked})


def test_what_counts_is_not_steady() -> None:
    version = local(Counting())
    lines = version.nondeterminism(GeneratedSample(1))
    assert [line.split(":")[1] for line in lines] == [" y[0]"]
    assert version.nondeterminism(GeneratedSample(1)) is lines


def test_what_changes_its_shape_is_not_steady() -> None:
    model: Model = Model(lambda x: {"y": np.zeros(model.asked)})
    assert local(model).nondeterminism(GeneratedSample(1)) == ["generated_1: y: time 2 shape (2,), time 1 shape (1,)"]


def test_what_gives_nan_each_time_is_steady() -> None:
    assert local(Model(lambda x: {"y": x * np.nan})).nondeterminism(GeneratedSample(1)) == []


def sample(name: str, *rows: int) -> Any:
    return SimpleNamespace(name=name, generated=False, inputs=lambda signature: {"x": np.zeros(rows, np.float32)})


def test_rows_of_other_shapes_cannot_follow_each_other() -> None:
    version = local(Model(lambda x: {"y": np.zeros((1, *x.shape), np.float32)}))
    with pytest.raises(Fault, match=r"y has rows of other shapes for other samples, \(2,\) and \(3,\)"):
        version.predict_each([sample("a", 2), sample("b", 3)])


def test_samples_of_like_shapes_are_those_that_make_a_batch() -> None:
    samples = [sample("a", 1, 2), sample("b", 1, 3), sample("c", 4, 3), sample("d", 1, 2, 1)]
    assert like_shaped(samples, local(Model(lambda x: {"y": x}))) == samples[1:3]
    assert like_shaped(samples[1:3], local(Model(lambda x: {"y": np.zeros((1, len(x)), np.float32)}))) == [samples[1]]


def test_outputs_are_known_of_samples_that_the_model_takes() -> None:
    def only_one(x: Any) -> Any:
        return {"y": x} if len(x) == 1 else refuse(x)

    found = local(Model(only_one)).known_outputs([sample("a", 1), sample("b", 2)])
    assert [outputs["y"].shape for outputs in found] == [(1,)]


def test_promised_features_count_where_the_graph_tells_none() -> None:
    features = {"x": TensorSpec(dtype="int64", shape=(1,))}
    version = LocalPredictor(Model(None), "serving_default", features)  # type: ignore[arg-type]
    assert version.signature.features == features


def test_claim_is_four_frames_from_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = importlib.import_module("conformance.test_agreement").test_rest_row
    asking = threading.get_ident()
    ours: list[str] = []

    def request(session: requests.Session, method: str, url: str, **others: Any) -> Any:
        for stack in (sys._current_frames()[asking], sys._getframe()):
            codes = [frame.f_code for frame, _ in walk_stack(stack)]
            ours.extend(code.co_qualname for code in codes if FIXTURES in code.co_filename)
        stream = BytesIO(b'{"predictions": [1.0]}')
        reply = SimpleNamespace(read1=lambda size, decode_content: stream.read(size))
        return nullcontext(SimpleNamespace(status_code=200, headers={}, raw=reply))

    monkeypatch.setattr(requests.Session, "request", request)
    server: Any = Server()
    server.connection = lambda transport: RestConnection("http://127.0.0.1", "m", 60, trust_env=False)
    answers: list[Answer] = []
    claim(
        GeneratedSample(1),
        local(Model(lambda x: {"y": x})),
        ServedPredictor(server, 1, "serving_default", ECHO),
        lambda expected, answer: answers.append(answer),
    )
    assert answers[0].outputs["y"] == [1.0]
    assert len(ours) <= 4, ours
