"""What inputs are known to take: by the graph, and by the samples that somebody gave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fixtures.claims.properties.known import MOST_BYTES, MOST_VALUES, Known, known_values
from fixtures.claims.properties.questions import Question, questions
from fixtures.errors import Refused
from fixtures.model.hints import Hint, HintedSignature
from fixtures.model.signature import Array, Signature, TensorSpec, string_array
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.protocols import examples
from fixtures.protocols.grpc_predict import GRPC
from fixtures.samples import generated_samples
from fixtures.samples.sample import GivenSample
from tests.helpers import telling_models

# imported while an example is drawn it would disturb the random numbers
import_tensorflow()

IDS = TensorSpec(dtype="int32", shape=(-1,))
REAL = TensorSpec(dtype="float32", shape=(-1,))
WORDS = TensorSpec(dtype="string", shape=(-1,))


def signature(hints: Mapping[str, Hint] | None = None, **inputs: TensorSpec) -> HintedSignature:
    return HintedSignature(inputs=inputs, outputs={}, hints=dict(hints or {}))


def known(one: Signature, *given: Mapping[str, Array]) -> dict[str, Known]:
    return known_values(one, [GivenSample(str(number), arrays) for number, arrays in enumerate(given)])


def test_samples_tell_what_is_taken() -> None:
    found = known(
        signature(ids=IDS, words=WORDS, share=REAL),
        {
            "ids": np.array([7, 3], np.int32),
            "words": string_array([b"b", b"a"], (2,)),
            "share": np.array([0.5, np.nan], np.float32),
        },
        {"ids": np.array([5, 3], np.int32), "words": string_array([b"a"], (1,)), "share": np.array([0.25], np.float32)},
    )
    assert found == {
        "ids": Known((3, 5, 7), are_rare=True),
        "words": Known((b"a", b"b"), are_rare=True),
        "share": Known((0.25, 0.5)),
    }


def test_graph_and_samples_are_told_together() -> None:
    one = signature({"words": Hint(tokens=(b"x", b"y"))}, words=WORDS)
    assert known(one, {"words": string_array([b"a"], (1,))}) == {"words": Known((b"x", b"y", b"a"), are_rare=True)}


def test_of_generated_samples_nothing_is_learnt() -> None:
    assert known_values(signature(ids=IDS), generated_samples())["ids"].values == ()


def test_few_values_of_many_and_none_that_fills_a_request() -> None:
    many = known(signature(ids=IDS), {"ids": np.arange(1000, dtype=np.int32)})["ids"].values
    assert (len(many), many[0]) == (MOST_VALUES, 0)
    large = string_array([b"x" * (MOST_BYTES + 1), b"y"], (2,))
    assert known(signature(words=WORDS), {"words": large})["words"].values == (b"y",)
    assert known(signature(words=WORDS), {"words": large[:1]})["words"].values == (large[0],)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "uint8", "int64"])
def test_numbers_of_every_dtype(dtype: str) -> None:
    spec = TensorSpec.model_validate({"dtype": dtype, "shape": (-1,)})
    assert known(signature(x=spec), {"x": np.array([2, 1, 2]).astype(spec.numpy_dtype)})["x"].values == (1, 2)


@pytest.mark.parametrize("dtype", ["bool", "complex64"])
def test_of_what_cannot_be_refused_nothing_is_kept_to(dtype: str) -> None:
    spec = TensorSpec.model_validate({"dtype": dtype, "shape": (-1,)})
    assert known(signature(x=spec), {"x": np.zeros(2, spec.numpy_dtype)})["x"].values == ()


def test_features_of_given_examples_are_told() -> None:
    one = HintedSignature(
        inputs={"examples": WORDS},
        outputs={},
        features={"id": TensorSpec(dtype="int64", shape=()), "tag": TensorSpec(dtype="string", shape=())},
        hints={"examples": Hint(features={"id": Hint(low=0, high=1, is_whole=True)})},
    )
    serialized = examples.serialize({"id": np.array([9]), "tag": string_array([b"red"], (1,))})
    found = known(one, {"examples": string_array([serialized], (1,))})
    assert found["examples"].features == {
        "id": Known((0, 1, 9), are_rare=True),
        "tag": Known((b"red",), are_rare=True),
    }


def test_rare_values_are_kept_to_in_most_turns_and_others_in_one() -> None:
    assert [bool(Known((1,), are_rare=True).in_turn(turn)) for turn in range(4)] == [True, True, True, False]
    assert [bool(Known((1.0,)).in_turn(turn)) for turn in range(4)] == [False, False, False, True]


@pytest.mark.parametrize("name", telling_models.MODELS)
def test_most_questions_are_taken_and_extremes_are_among_them(name: str, tmp_path: Path) -> None:
    local = LocalPredictor(SavedModel(telling_models.save(tmp_path, name)), "serving_default")
    samples = generated_samples()
    like = {key: array.shape for key, array in samples[0].inputs(local.signature).items()}
    taken: list[bool] = []
    asked: list[str] = []

    @settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(questions(local.signature, [GRPC], like, known_values(local.signature, samples)))
    def ask(question: Question) -> None:
        asked.append(str(question))
        try:
            local.compute(question.inputs())
        except Refused:
            taken.append(False)
        else:
            taken.append(True)

    ask()
    assert sum(taken) / len(taken) > 0.6
    assert sum("known to take" not in one for one in asked) > 10
