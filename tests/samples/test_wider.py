"""Wider inputs have the shapes of a sample, the dtypes of the signature, and keep to what the graph tells."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from fixtures.model.hints import Hint, HintedSignature
from fixtures.model.signature import DType, Signature, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from fixtures.samples import GeneratedSample
from fixtures.samples.wider import wider_inputs


@pytest.mark.parametrize("dtype", get_args(DType))
def test_shapes_and_dtypes_are_those_of_a_sample_and_most_differ(dtype: DType) -> None:
    signature = Signature(
        inputs={"x": TensorSpec(dtype=dtype, shape=(-1, 40)), "y": TensorSpec(dtype=dtype, shape=())}, outputs={}
    )
    like = GeneratedSample(1).inputs(signature)
    found = list(wider_inputs(signature, like))
    assert {(one["x"].shape, one["x"].dtype) for one in found} == {((1, 40), like["x"].dtype)}
    assert {one["y"].shape for one in found} == {()}
    assert len({str(one["x"].tolist()) for one in found}) >= 0.6 * len(found)


def test_numbers_reach_from_one_side_to_the_other_of_a_pixel() -> None:
    signature = Signature(inputs={"x": TensorSpec(dtype="float32", shape=(-1, 8, 8, 3))}, outputs={})
    found = [one["x"] for one in wider_inputs(signature, GeneratedSample(1).inputs(signature))]
    assert min(array.min() for array in found) >= -255
    assert max(array.max() for array in found) == 255
    assert {0.0, 1.0, 255.0} <= {float(array.flat[0]) for array in found if array.min() == array.max()}


def test_what_the_graph_tells_is_kept_to() -> None:
    inputs = {"ids": TensorSpec(dtype="int32", shape=(-1, 3)), "city": TensorSpec(dtype="string", shape=(-1,))}
    hints = {"ids": Hint(low=0, high=3, is_whole=True), "city": Hint(tokens=(b"a", b"b"))}
    signature = HintedSignature(inputs=inputs, outputs={}, hints=hints)
    found = list(wider_inputs(signature, GeneratedSample(1).inputs(signature)))
    assert {value for one in found for value in one["ids"].ravel().tolist()} == {0, 1, 2, 3}
    assert {value for one in found for value in one["city"].tolist()} == {b"a", b"b"}


def test_features_of_examples_vary() -> None:
    signature = HintedSignature(
        inputs={"examples": TensorSpec(dtype="string", shape=(-1,))},
        outputs={},
        features={"id": TensorSpec(dtype="int64", shape=()), "x": TensorSpec(dtype="float32", shape=(2,))},
        hints={"examples": Hint(features={"id": Hint(low=0, high=1, is_whole=True)})},
    )
    example = import_tensorflow().train.Example
    found = [
        example.FromString(one["examples"][0]).features.feature
        for one in wider_inputs(signature, GeneratedSample(1).inputs(signature))
    ]
    assert {features["id"].int64_list.value[0] for features in found} == {0, 1}
    assert np.ptp([features["x"].float_list.value[0] for features in found]) > 255
