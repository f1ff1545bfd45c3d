"""Questions fit their signature, go where they can be carried, and are the same in every run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fixtures.claims.properties.drawn import Drawn, DrawnExamples, Noise, Picked
from fixtures.claims.properties.questions import Question, batch_sizes, mean_elements, questions
from fixtures.model.signature import Shape, Signature, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from fixtures.protocols.every import PROTOCOLS
from fixtures.protocols.grpc_classify import CLASSIFY
from fixtures.protocols.grpc_predict import GRPC
from fixtures.protocols.protocol import Protocol
from fixtures.protocols.rest_column import COLUMN
from fixtures.protocols.rest_row import ROW
from tests.helpers.search import find_any, find_one

SPECS = st.builds(
    lambda dtype, shape: TensorSpec.model_validate({"dtype": dtype, "shape": shape}),
    st.sampled_from(["float32", "bfloat16", "float64", "int8", "uint64", "bool", "string", "complex64"]),
    st.lists(st.sampled_from([-1, 1, 2, 3]), max_size=4) | st.just("unknown"),
)

# imported while an example is drawn it would disturb the random numbers
import_tensorflow()


def signature_of(**inputs: TensorSpec) -> Signature:
    return Signature(inputs=inputs, outputs={})


def spec_of(dtype: str, shape: Shape) -> TensorSpec:
    return TensorSpec.model_validate({"dtype": dtype, "shape": shape})


def like(signature: Signature) -> dict[str, tuple[int, ...]]:
    return {
        name: () if spec.shape == "unknown" else tuple(5 if size == -1 else size for size in spec.shape)
        for name, spec in signature.inputs.items()
    }


def asked(signature: Signature, *protocols: Protocol) -> st.SearchStrategy[Question]:
    return questions(signature, protocols or (GRPC,), like(signature), {})


IMAGE = signature_of(image=spec_of("float32", (-1, 32, 32, 3)))
TEXT = signature_of(text=spec_of("string", (-1,)))
PAIR = signature_of(ids=spec_of("int32", (-1, -1)), mask=spec_of("int32", (-1, -1)))
EXAMPLES = Signature(
    inputs={"examples": spec_of("string", (-1,))},
    outputs={},
    features={"x": spec_of("float32", (1,)), "tags": spec_of("string", (-1,)), "n": spec_of("int64", ())},
)


@settings(deadline=None)
@given(data=st.data())
def test_arrays_fit_the_signature(data: st.DataObject) -> None:
    signature = data.draw(
        st.dictionaries(st.sampled_from("abc"), SPECS, min_size=1).map(lambda specs: signature_of(**specs))
    )

    inputs = data.draw(asked(signature)).inputs()

    assert inputs.keys() == signature.inputs.keys()
    assert all(inputs[name].dtype == spec.numpy_dtype for name, spec in signature.inputs.items())
    assert all(spec.takes(inputs[name].shape) for name, spec in signature.inputs.items())


@settings(deadline=None)
@given(asked(PAIR))
def test_open_dimensions_are_the_same_for_all_inputs(question: Question) -> None:
    inputs = question.inputs()

    assert inputs["ids"].shape == inputs["mask"].shape


@pytest.mark.parametrize("size", range(9))
def test_every_batch_size_can_be_drawn(size: int) -> None:
    find_any(asked(IMAGE), lambda question: question.inputs()["image"].shape[0] == size)


def test_open_dimension_has_the_size_of_the_sample_first() -> None:
    assert find_one(asked(PAIR), lambda question: question.inputs()["ids"].size > 0).inputs()["ids"].shape == (1, 5)


@pytest.mark.parametrize("rank", range(4))
def test_small_ranks_of_an_unknown_one_can_be_drawn(rank: int) -> None:
    find_any(asked(signature_of(x=spec_of("float32", "unknown"))), lambda question: question.inputs()["x"].ndim == rank)


def test_large_images_come_in_small_batches() -> None:
    large = signature_of(image=spec_of("float32", (-1, 1000, 1000, 1)))

    assert batch_sizes(large, like(large)) == (1, 2, 0)
    assert mean_elements(large, like(large)) == 1_000_000
    assert batch_sizes(IMAGE, like(IMAGE)) == (1, 2, 3, 0, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda array: np.isnan(array).sum() == 1,
        lambda array: np.isnan(array).all(),
        lambda array: len(np.unique(array)) > 1000,
        lambda array: array.max() == np.finfo(np.float32).max and array.min() == 0,
    ],
)
def test_image_can_be_drawn(wanted: Callable[[Any], bool]) -> None:
    find_any(asked(IMAGE), lambda question: len(question.inputs()["image"]) > 0 and wanted(question.inputs()["image"]))


def test_failure_shrinks_to_a_single_element() -> None:
    asked_anyhow = asked(IMAGE, COLUMN, ROW, GRPC)

    question = find_one(asked_anyhow, lambda question: np.isnan(question.inputs()["image"]).sum() == 1)

    assert str(question) == (
        "asked in column format with image float32 (1, 32, 32, 3): 0.0 everywhere, nan at [0, 0, 0, 0]"
    )


@pytest.mark.parametrize(
    ("protocol", "array", "carried"),
    [
        (COLUMN, np.zeros((1, 3)), True),
        (COLUMN, np.zeros((0,)), True),
        (COLUMN, np.zeros((2, 0)), True),
        (COLUMN, np.zeros((0, 3)), False),
        (ROW, np.zeros((0,)), False),
        (ROW, np.zeros((2, 0)), True),
        (ROW, np.zeros(()), False),
        (GRPC, np.zeros((0, 3)), True),
        (CLASSIFY, np.zeros((0,)), False),
        (CLASSIFY, np.zeros((1,)), True),
        (COLUMN, np.array([0.1, 123456.789, 1e5, np.nan, np.inf]), True),
        (COLUMN, np.array([1 / 3]), False),
        (COLUMN, np.array([1e-50]), False),
        (COLUMN, np.array([np.finfo(np.float64).max]), False),
        (COLUMN, np.array([1 / 3, 1e-40], np.float32), True),
        (GRPC, np.array([1 / 3]), True),
    ],
)
def test_question_goes_where_it_can_be_carried(protocol: Protocol, array: Any, carried: bool) -> None:
    assert protocol.carries({"x": array}) is carried


@settings(deadline=None)
@given(asked(signature_of(x=spec_of("float64", (-1, 2))), *PROTOCOLS))
def test_question_is_asked_through_what_carries_it(question: Question) -> None:
    assert question.protocol.carries(question.inputs())


@settings(deadline=None)
@given(asked(EXAMPLES))
def test_examples_hold_the_features(question: Question) -> None:
    example = import_tensorflow().train.Example
    features = [example.FromString(one).features.feature for one in question.inputs()["examples"].tolist()]

    assert all(set(found) <= {"x", "tags", "n"} for found in features)
    assert all(len(found["x"].float_list.value) == 1 for found in features if "x" in found)


def test_feature_can_be_absent() -> None:
    found = find_any(asked(EXAMPLES), lambda question: "tags" not in question.drawn["examples"].kinds[0])

    assert isinstance(found.drawn["examples"], DrawnExamples)


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (Drawn(spec_of("float32", ()), (), np.float32(0.5), {}), "float32 (): 0.5"),
        (Drawn(spec_of("string", (-1,)), (2,), b"a", {(1,): b"\xff"}), "string (2): b'a' everywhere, b'\\xff' at [1]"),
        (Drawn(spec_of("int8", (-1,)), (3,), Noise(7, 255, True), {}), "int8 (3): noise 7 in -255..255 everywhere"),
        (
            Drawn(spec_of("int8", (-1,)), (3,), Picked(7, (1, 2)), {}),
            "int8 (3): values that it is known to take, choice 7, everywhere",
        ),
        (
            Drawn(spec_of("string", (-1,)), (1,), b"\xff\xd8" + b"x" * 5000, {}),
            "string (1): 5002 bytes (b'\\xff\\xd8xxxxxxxxxxxxxx'...) everywhere",
        ),
        (Drawn(spec_of("int8", (-1, 2)), (0, 2), None, {}), "int8 (0, 2): no element"),
        (
            DrawnExamples((2,), ({"n": Drawn(spec_of("int64", ()), (), np.int64(1), {})}, {})),
            "string (2): tf.Examples with n int64 (): 1, in turn with nothing",
        ),
    ],
)
def test_array_is_told_in_a_line(drawn: Drawn | DrawnExamples, text: str) -> None:
    assert str(drawn) == text


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int8", "uint8", "bool", "string", "complex64"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_noise_fills_an_array_of_any_dtype(dtype: str, shape: tuple[int, ...]) -> None:
    array = Drawn(spec_of(dtype, shape), shape, Noise(3, 255, True), {}).array()

    assert (array.dtype, array.shape) == (spec_of(dtype, shape).numpy_dtype, shape)


@pytest.mark.parametrize(("dtype", "known"), [("string", (b"a", b"b\0")), ("int8", (3, 7)), ("bfloat16", (0.5, 2.0))])
def test_picked_values_fill_an_array(dtype: str, known: tuple[bytes | float, ...]) -> None:
    array = Drawn(spec_of(dtype, (9,)), (9,), Picked(1, known), {}).array()

    assert (array.dtype, set(array.tolist())) == (spec_of(dtype, (9,)).numpy_dtype, set(known))


def drawn_in_a_run() -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=50, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    @given(asked(signature_of(x=spec_of("float64", (-1, 2)), text=spec_of("string", (-1,)), n=spec_of("int64", (-1,)))))
    def collect(question: Question) -> None:
        found.append(str(question))

    collect()
    return found


def test_questions_are_the_same_in_every_run() -> None:
    first, *others = [drawn_in_a_run() for _ in range(6)]

    assert others == [first] * 5


def test_questions_are_the_same_whatever_else_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn_in_a_run()
    # Hypothesis draws constants that it finds in the modules of the project
    source = tmp_path / "constants.py"
    source.write_text("NUMBERS = (12345678, 0.123456, 'a certain text', b'certain bytes', 777, 1e77)\n" * 5)
    module = ModuleType("constants")
    module.__file__ = str(source)
    monkeypatch.setitem(sys.modules, "constants", module)

    assert drawn_in_a_run() == before
