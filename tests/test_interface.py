"""The promised interface is compared with those of saved_model.pb, the loaded function and the server."""

from __future__ import annotations

import json
from typing import Any, get_args

import numpy as np
import pytest

from fixtures.client import Exchange
from fixtures.contract import DType, Signature, TensorSpec
from fixtures.interface import (
    differences,
    name_differences,
    publication_differences,
    published_signatures,
    row_differences,
)

IMAGE = TensorSpec(dtype="float32", shape=(-1, 8, 8, 3))
SCORES = TensorSpec(dtype="float32", shape=(-1, 5))
SIGNATURE = Signature(inputs={"image": IMAGE}, outputs={"scores": SCORES})


@pytest.mark.parametrize(
    ("saved", "loaded", "lines"),
    [
        (["a", "b"], ["b", "a"], []),
        (["a"], ["a", "b"], ["saved_model.pb has the signatures a, promised are a, b"]),
        (["a", "b"], [], ["the loaded SavedModel has the signatures none, promised are a, b"]),
        (
            ["b", "c", "a"],
            ["A", "b"],
            [
                "saved_model.pb has the signatures a, b, c, promised are a, b",
                "the loaded SavedModel has the signatures A, b, promised are a, b",
            ],
        ),
    ],
)
def test_signature_names(saved: list[str], loaded: list[str], lines: list[str]) -> None:
    assert name_differences(["b", "a"], saved, loaded) == lines


@pytest.mark.parametrize(
    ("outputs", "lines"),
    [
        ({"scores": SCORES}, []),
        ({}, ["output scores of s: promised float32 (-1, 5), it has no such tensor"]),
        (
            {"scores": SCORES, "more": IMAGE},
            ["output more of s: promised no such tensor, it has float32 (-1, 8, 8, 3)"],
        ),
        (
            {"scores": TensorSpec(dtype="float64", shape=(-1, 5))},
            ["output scores of s: promised float32 (-1, 5), it has float64 (-1, 5)"],
        ),
        (
            {"scores": TensorSpec(dtype="float32", shape=(1, 5))},
            ["output scores of s: promised float32 (-1, 5), it has float32 (1, 5)"],
        ),
        (
            {"scores": TensorSpec(dtype="float32", shape="unknown")},
            ["output scores of s: promised float32 (-1, 5), it has float32 unknown"],
        ),
        (
            {"Scores": SCORES},
            [
                "output Scores of s: promised no such tensor, it has float32 (-1, 5)",
                "output scores of s: promised float32 (-1, 5), it has no such tensor",
            ],
        ),
    ],
)
def test_differences_of_outputs(outputs: dict[str, TensorSpec], lines: list[str]) -> None:
    found = Signature(inputs={}, outputs=outputs)
    assert differences("outputs", {"s": SIGNATURE}, {"s": found}, "it has") == lines


def test_differences_are_those_of_one_side() -> None:
    found = Signature(inputs={}, outputs={"scores": SCORES})
    assert differences("outputs", {"s": SIGNATURE}, {"s": found}, "it has") == []
    assert differences("inputs", {"s": SIGNATURE}, {"s": found}, "it has", source="saved_model.pb has") == [
        "input image of s: saved_model.pb has float32 (-1, 8, 8, 3), it has no such tensor"
    ]


def test_signatures_that_only_one_has_are_passed_over() -> None:
    assert differences("inputs", {"s": SIGNATURE}, {"t": SIGNATURE}, "it has") == []


@pytest.mark.parametrize(
    ("spec", "shape", "lines"),
    [
        (SCORES, (1, 5), []),
        (SCORES, (2, 5), ["one sample gives scores of shape (2, 5), promised is one row of float32 (-1, 5)"]),
        (SCORES, (0, 5), ["one sample gives scores of shape (0, 5), promised is one row of float32 (-1, 5)"]),
        (SCORES, (), ["one sample gives scores of shape (), promised is one row of float32 (-1, 5)"]),
        (TensorSpec(dtype="float32", shape=(5,)), (5,), []),
        (TensorSpec(dtype="float32", shape=()), (), []),
        (TensorSpec(dtype="float32", shape="unknown"), (3, 5), []),
    ],
)
def test_one_sample_gives_one_row(spec: TensorSpec, shape: tuple[int, ...], lines: list[str]) -> None:
    signature = Signature(inputs={}, outputs={"scores": spec})
    assert row_differences({"scores": np.zeros(shape)}, signature) == lines


# what a server publishes

PROTO_NAMES = {
    "DT_HALF": "float16",
    "DT_BFLOAT16": "bfloat16",
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_INT8": "int8",
    "DT_UINT8": "uint8",
    "DT_INT16": "int16",
    "DT_UINT16": "uint16",
    "DT_INT32": "int32",
    "DT_UINT32": "uint32",
    "DT_INT64": "int64",
    "DT_UINT64": "uint64",
    "DT_BOOL": "bool",
    "DT_STRING": "string",
    "DT_COMPLEX64": "complex64",
    "DT_COMPLEX128": "complex128",
}


def tensor_info(dtype: str = "DT_FLOAT", *sizes: int, unknown_rank: bool = False) -> dict[str, Any]:
    """A TensorInfo as the metadata API prints it."""
    dim = [{"size": str(size), "name": ""} for size in sizes]
    return {"dtype": dtype, "tensor_shape": {"dim": dim, "unknown_rank": unknown_rank}, "name": "x:0"}


def signature_def(output: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": {"image": tensor_info("DT_FLOAT", -1, 8, 8, 3)}, "outputs": {"scores": output}}


def metadata(version: str = "2", **signatures: Any) -> Any:
    return {
        "model_spec": {"name": "flower", "signature_name": "", "version": version},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def exchange(reply: Any, status: int = 200) -> Exchange:
    body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    return Exchange("GET", "http://localhost/v1/models/flower/metadata", None, status, body, "")


GOOD = signature_def(tensor_info("DT_FLOAT", -1, 5))
INIT = {"inputs": {}, "outputs": {"__saved_model_init_op": tensor_info("DT_INVALID", unknown_rank=True)}}


def test_every_dtype_has_its_name_in_the_metadata() -> None:
    assert set(PROTO_NAMES.values()) == set(get_args(DType))


@pytest.mark.parametrize(("published", "dtype"), PROTO_NAMES.items())
def test_published_dtype(published: str, dtype: DType) -> None:
    found = published_signatures(metadata(s=signature_def(tensor_info(published, -1))))
    assert found["s"].outputs["scores"] == TensorSpec(dtype=dtype, shape=(-1,))


@pytest.mark.parametrize(
    ("info", "shape"),
    [
        (tensor_info("DT_FLOAT"), ()),
        (tensor_info("DT_FLOAT", -1, 5), (-1, 5)),
        (tensor_info("DT_FLOAT", unknown_rank=True), "unknown"),
    ],
)
def test_published_shape(info: dict[str, Any], shape: object) -> None:
    assert published_signatures(metadata(s=signature_def(info)))["s"].outputs["scores"].shape == shape


def test_what_is_published_as_saved_is_right() -> None:
    reply = metadata(serving_default=GOOD, __saved_model_init_op=INIT)
    assert publication_differences(exchange(reply), {"serving_default": SIGNATURE}, 2) == []


@pytest.mark.parametrize(
    ("reply", "lines"),
    [
        (metadata("3", s=GOOD), ["the server publishes version 3"]),
        (metadata(t=GOOD), ["the server publishes the signatures t, not s"]),
        (metadata(), ["the server publishes the signatures none, not s"]),
        (metadata(s=GOOD, t=GOOD), ["the server publishes the signatures s, t, not s"]),
        (
            metadata(s=signature_def(tensor_info("DT_DOUBLE", -1, 5))),
            ["output scores of s: saved_model.pb has float32 (-1, 5), the server publishes float64 (-1, 5)"],
        ),
        (
            metadata(s=GOOD | {"inputs": {}}),
            ["input image of s: saved_model.pb has float32 (-1, 8, 8, 3), the server publishes no such tensor"],
        ),
    ],
)
def test_what_is_published_otherwise(reply: Any, lines: list[str]) -> None:
    assert publication_differences(exchange(reply), {"s": SIGNATURE}, 2) == lines


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ({"error": "Servable not found"}, 404),
        (b"<html>", 200),
        (b"", 200),
        ([], 200),
        (None, 200),
        ({}, 200),
        (metadata(s={}), 200),
        (metadata(s={"inputs": [], "outputs": {}}), 200),
        (metadata(s=signature_def({"dtype": "DT_FLOAT"})), 200),
        (metadata(s=signature_def(tensor_info("DT_QINT8"))), 200),
        (metadata(s=signature_def({"dtype": 1, "tensor_shape": {"unknown_rank": True}})), 200),
        ({"metadata": metadata(s=GOOD)["metadata"]}, 200),
        ({"metadata": metadata(s=GOOD)["metadata"], "model_spec": []}, 200),
    ],
)
def test_answer_that_is_no_metadata(reply: Any, status: int) -> None:
    (line,) = publication_differences(exchange(reply, status), {"s": SIGNATURE}, 2)
    assert line.startswith(f"the server answered {status} b")
    assert line.endswith("to a request for metadata")
