"""The promised interface is compared with those of saved_model.pb, the loaded function and the server."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from fixtures.compare.interface import (
    differences,
    method_differences,
    name_differences,
)
from fixtures.errors import Exchange
from fixtures.model.signature import DType, Signature, TensorSpec
from fixtures.protocols.metadata import publication_differences, published_signatures

pytestmark = pytest.mark.fast

IMAGE = TensorSpec(dtype="float32", shape=(-1, 8, 8, 3))
SCORES = TensorSpec(dtype="float32", shape=(-1, 5))
SIGNATURE = Signature(inputs={"image": IMAGE}, outputs={"scores": SCORES})


def named(*names: str) -> dict[str, Signature]:
    return dict.fromkeys(names, SIGNATURE)


@pytest.mark.parametrize(
    ("saved", "loaded", "lines"),
    [
        (["a", "b"], ["b", "a"], []),
        (["a"], ["a", "b"], ["saved_model.pb has the signatures a, promised are a, b"]),
        (["a"], ["a"], ["saved_model.pb and the loaded SavedModel have the signatures a, promised are a, b"]),
        (
            ["a", "c"],
            ["a", "c"],
            [
                "saved_model.pb and the loaded SavedModel have the signatures a, c, promised are a, b",
                "c has the inputs and outputs of b: is it renamed?",
            ],
        ),
        (["a", "b"], [], ["the loaded SavedModel has the signatures none, promised are a, b"]),
        (
            ["b", "c", "a"],
            ["A", "b"],
            [
                "saved_model.pb has the signatures a, b, c, promised are a, b",
                'promise c too, or write unpromised_signatures = "allow" at the top of conformance.toml',
                "the loaded SavedModel has the signatures A, b, promised are a, b",
            ],
        ),
    ],
)
def test_signature_names(saved: list[str], loaded: list[str], lines: list[str]) -> None:
    assert name_differences(named("b", "a"), named(*saved), loaded) == lines


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
            ["output scores of s is now Scores"],
        ),
        (
            {"Scores": IMAGE},
            [
                "output Scores of s: promised no such tensor, it has float32 (-1, 8, 8, 3)",
                "output scores of s: promised float32 (-1, 5), it has no such tensor",
            ],
        ),
        (
            {"one": SCORES, "other": SCORES},
            [
                "output one of s: promised no such tensor, it has float32 (-1, 5)",
                "output other of s: promised no such tensor, it has float32 (-1, 5)",
                "output scores of s: promised float32 (-1, 5), it has no such tensor",
            ],
        ),
    ],
)
def test_differences_of_outputs(outputs: dict[str, TensorSpec], lines: list[str]) -> None:
    found = Signature(inputs={}, outputs=outputs)
    assert differences("outputs", {"s": SIGNATURE}, {"it": {"s": found}}) == lines


def test_what_signatures_and_readers_have_in_common_is_told_once() -> None:
    found = named("s", "t") | dict.fromkeys(["s", "t"], SIGNATURE.model_copy(update={"inputs": {"picture": IMAGE}}))
    assert differences("inputs", named("s", "t"), {"the file": found, "the function": found}) == [
        "input image of s and t is now picture"
    ]
    assert differences("inputs", named("s", "t"), {"the file": found, "the function": named("s", "t")}) == [
        "input image of s and t: promised image, the file has picture in its place"
    ]
    wider = dict.fromkeys(["s", "t"], SIGNATURE.model_copy(update={"inputs": {"image": SCORES}}))
    assert differences("inputs", named("s", "t"), {"the file": wider, "the function": wider}) == [
        "input image of s and t: promised float32 (-1, 8, 8, 3), the file and the function have float32 (-1, 5)"
    ]


def test_differences_are_those_of_one_side() -> None:
    found = Signature(inputs={}, outputs={"scores": SCORES})
    assert differences("outputs", {"s": SIGNATURE}, {"it": {"s": found}}) == []
    assert differences("inputs", {"s": SIGNATURE}, {"it": {"s": found}}, source="saved_model.pb has") == [
        "input image of s: saved_model.pb has float32 (-1, 8, 8, 3), it has no such tensor"
    ]


def test_signatures_that_only_one_has_are_passed_over() -> None:
    assert differences("inputs", {"s": SIGNATURE}, {"it": {"t": SIGNATURE}}) == []


@pytest.mark.parametrize(
    ("saved", "lines"),
    [
        (["a", "b"], []),
        (["a", "b", "c"], []),
        (["a"], ["saved_model.pb has the signatures a, promised are a, b"]),
    ],
)
def test_a_contract_can_allow_more_signatures(saved: list[str], lines: list[str]) -> None:
    assert name_differences(named("b", "a"), named(*saved), ["a", "b"], allow_unpromised=True) == lines


def test_signatures_too_many_have_a_way_out() -> None:
    assert name_differences(named("a"), named("a", "b"), ["a", "b"]) == [
        "saved_model.pb and the loaded SavedModel have the signatures a, b, promised are a",
        'promise b too, or write unpromised_signatures = "allow" at the top of conformance.toml',
    ]


def test_a_signature_of_another_interface_is_not_the_same_renamed() -> None:
    other = SIGNATURE.model_copy(update={"outputs": {}})
    assert name_differences(named("a"), {"b": other}, ["b"]) == [
        "saved_model.pb and the loaded SavedModel have the signatures b, promised are a"
    ]


@pytest.mark.parametrize(
    ("promised", "found", "lines"),
    [
        ("predict", "predict", []),
        ("classify", "predict", ["method of s: promised classify, it has predict"]),
        ("predict", "", ["method of s: promised predict, it has none"]),
    ],
)
def test_methods(promised: str, found: str, lines: list[str]) -> None:
    one, other = (SIGNATURE.model_copy(update={"method": method}) for method in (promised, found))
    assert method_differences({"s": one, "t": one}, {"s": other}, "it has") == lines


FLOAT, INT = TensorSpec(dtype="float32", shape=(1,)), TensorSpec(dtype="int64", shape=(1,))


@pytest.mark.parametrize(
    ("promised", "read", "lines"),
    [
        ({"x": FLOAT}, {"x": FLOAT}, []),
        ({"x": FLOAT}, {"x": INT}, ["feature x of s: promised float32 (1), the graph reads int64 (1)"]),
        (
            {"x": FLOAT},
            {"y": INT},
            [
                "feature x of s: promised float32 (1), the graph reads no such feature",
                "feature y of s: promised no such feature, the graph reads int64 (1)",
            ],
        ),
        ({}, {"x": FLOAT}, []),
        ({"x": FLOAT}, {}, []),
    ],
)
def test_features(promised: dict[str, TensorSpec], read: dict[str, TensorSpec], lines: list[str]) -> None:
    one, other = (SIGNATURE.model_copy(update={"features": features}) for features in (promised, read))
    assert differences("features", {"s": one}, {"the graph": {"s": other}}, ("reads", "read")) == lines


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
    inputs = {"image": tensor_info("DT_FLOAT", -1, 8, 8, 3)}
    return {"inputs": inputs, "outputs": {"scores": output}, "method_name": "tensorflow/serving/predict"}


def metadata(version: str = "2", **signatures: Any) -> Any:
    return {
        "model_spec": {"name": "flower", "signature_name": "", "version": version},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def exchange(reply: Any, status: int = 200) -> Exchange:
    body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    return Exchange("GET", "http://localhost/v1/models/flower/metadata", None, status, body)


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
        (
            metadata(s=GOOD | {"method_name": "tensorflow/serving/classify"}),
            ["method of s: saved_model.pb has predict, the server publishes classify"],
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
