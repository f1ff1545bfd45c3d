"""Recorded requests become samples, each line for the signature that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.errors import SampleError
from fixtures.model.contract import Contract
from fixtures.protocols import examples, tensor_json
from fixtures.samples import Sample, find_samples


def row_body(tensors: Any, signature: str) -> bytes:
    return tensor_json.row_body(tensor_json.instances(tensors), signature)


def spec(dtype: str, *shape: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape}


SIGNATURES = {
    "serving_default": {"inputs": {"x": spec("float32", -1, 2)}, "outputs": {}},
    "several": {"inputs": {"a": spec("int8", -1), "b": spec("string", -1)}, "outputs": {}},
    "scalar": {"inputs": {"x": spec("string")}, "outputs": {}},
    "examples": {"inputs": {"inputs": spec("string", -1)}, "outputs": {}, "method": "classify"},
}


def read(tmp_path: Path, text: str) -> tuple[Contract, Any]:
    file = tmp_path / "samples.jsonl"
    file.write_text(text)
    subject = Contract.model_validate({"signatures": SIGNATURES, "samples": {"requests": file}})
    return subject, find_samples(subject)


def inputs(tmp_path: Path, line: str, signature: str) -> dict[str, Any]:
    """The tensors of one line, as lists."""
    subject, found = read(tmp_path, line)
    (sample,) = found[signature]
    assert isinstance(sample, Sample)
    return {name: array.tolist() for name, array in sample.inputs(subject.signatures[signature]).items()}


def test_lines_are_samples_of_their_signatures(tmp_path: Path) -> None:
    _, found = read(
        tmp_path,
        '{"inputs": [[1, 2]]}\n\n{"signature_name": "scalar", "inputs": "a"}\r\n{"instances": [[1, 2], [3, 4]]}',
    )
    assert {name: [sample.name for sample in those] for name, those in found.items()} == {
        "serving_default": ["line_1", "line_4"],
        "several": [f"generated_{number}" for number in range(1, 6)],
        "scalar": ["line_3"],
        "examples": [f"generated_{number}" for number in range(1, 6)],
    }


@pytest.mark.parametrize(
    ("line", "signature", "expected"),
    [
        ('{"inputs": [[1, 2.5]]}', "serving_default", {"x": [[1.0, 2.5]]}),
        ('{"inputs": {"x": [[1, 2]]}, "unknown": 3}', "serving_default", {"x": [[1.0, 2.0]]}),
        ('{"instances": [[1, 2], [3, 4]]}', "serving_default", {"x": [[1.0, 2.0], [3.0, 4.0]]}),
        ('{"instances": [{"x": [1, 2]}]}', "serving_default", {"x": [[1.0, 2.0]]}),
        (
            '{"signature_name": "several", "instances": [{"a": 1, "b": "x"}, {"b": {"b64": "/w=="}, "a": 2}]}',
            "several",
            {"a": [1, 2], "b": [b"x", b"\xff"]},
        ),
        ('{"signature_name": "several", "inputs": {"a": [], "b": []}}', "several", {"a": [], "b": []}),
        ('{"signature_name": "scalar", "inputs": {"b64": "/w=="}}', "scalar", {"x": b"\xff"}),
        ('{"signature_name": "scalar", "inputs": {"x": {"b64": "/w=="}}}', "scalar", {"x": b"\xff"}),
    ],
)
def test_request(tmp_path: Path, line: str, signature: str, expected: dict[str, Any]) -> None:
    assert inputs(tmp_path, line, signature) == expected


def test_examples(tmp_path: Path) -> None:
    line = '{"signature_name": "examples", "context": {"c": 1, "x": [9]}, "examples": [{"x": [1, 2]}, {"y": "a"}]}'
    found = inputs(tmp_path, line, "examples")
    assert [examples.to_json(row) for row in found["inputs"]] == [
        {"c": [1], "x": [1, 2]},
        {"c": [1], "x": [9], "y": [{"b64": "YQ=="}]},
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"inputs": ', "no JSON: "),
        ("[1]", "[1] is no JSON object with instances, inputs, examples"),
        ("{}", "give one of instances, inputs, examples, here is none"),
        ('{"inputs": [[1, 2]], "instances": [[1, 2]]}', "here is instances and inputs"),
        ('{"signature_name": "severel", "inputs": 1}', "signature_name 'severel', but promised are"),
        ('{"signature_name": "severel", "inputs": 1}', "did you mean 'several'?"),
        ('{"inputs": [1, 2]}', "input x is of shape (2,), promised is float32 (-1, 2)"),
        ('{"inputs": [[1, 2], [3]]}', "which is no float32 (-1, 2)"),
        ('{"inputs": [["1", 2]]}', "input x is [['1', 2]], which is no float32 (-1, 2): it holds str"),
        ('{"instances": {"x": [1, 2]}}', "not a list of rows"),
        ('{"instances": []}', "instances is [], not a list of rows"),
        ('{"instances": [{"y": [1, 2]}]}', "a row of instances has y, wanted x"),
        ('{"inputs": {"x": [[1, 2]], "y": 1}}', "inputs has x, y, wanted x"),
        ('{"signature_name": "several", "inputs": [1]}', "inputs must be an object with a, b"),
        ('{"signature_name": "several", "instances": [1]}', "a row of instances must be an object with a, b"),
        (
            '{"signature_name": "several", "inputs": {"a": [300], "b": ["x"]}}',
            "is no int8 (-1): Python integer 300",
        ),
        ('{"signature_name": "several", "inputs": {"a": [1.5], "b": ["x"]}}', "it holds float"),
        ('{"signature_name": "several", "inputs": {"a": [1], "b": [{"b64": "?"}]}}', "which is no string (-1)"),
        (
            '{"examples": [{"x": 1}]}',
            "examples are for a signature with one string input, which serving",
        ),
        ('{"signature_name": "examples", "examples": []}', "examples is [], not a list of examples"),
        ('{"signature_name": "examples", "examples": [1]}', "an example is 1, not an object"),
        ('{"signature_name": "examples", "examples": [{}], "context": 1}', "an example is 1, not an object"),
        ('{"signature_name": "examples", "examples": [{"x": [1, 2.5]}]}', "feature x mixes float_list and int64_list"),
        ('{"signature_name": "examples", "examples": [{"x": null}]}', "feature x holds None"),
        (
            '{"signature_name": "examples", "examples": [{"x": 9223372036854775808}]}',
            "feature x holds 9223",
        ),
    ],
)
def test_line_that_is_no_request(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(SampleError) as caught:
        read(tmp_path, '{"inputs": [[1, 2]]}\n' + line + "\n")
    assert str(caught.value).startswith(f"{tmp_path / 'samples.jsonl'}, line 2: ")
    assert says in str(caught.value)


def test_request_without_a_signature_name_needs_the_default_one(tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text('{"inputs": 1}')
    subject = Contract.model_validate({"signatures": {"other": SIGNATURES["scalar"]}, "samples": {"requests": file}})
    with pytest.raises(SampleError, match="without a signature_name it is for serving_default, but promised are other"):
        find_samples(subject)


def test_no_request(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="holds no request"):
        read(tmp_path, "\n \n")


def test_no_file_of_requests(tmp_path: Path) -> None:
    subject = Contract.model_validate({"signatures": SIGNATURES, "samples": {"requests": tmp_path / "none"}})
    with pytest.raises(SampleError, match=r"samples\.requests in conformance\.toml names .*none, which is no file"):
        find_samples(subject)


@pytest.mark.parametrize("body", [tensor_json.column_body, row_body], ids=["column", "row"])
def test_what_the_gate_sends_can_be_a_sample(tmp_path: Path, body: Any) -> None:
    sent = {"a": np.array([1, -2], np.int8), "b": np.array([b"\xff", b""], object)}
    found = inputs(tmp_path, body(sent, "several").decode(), "several")
    assert found == {name: array.tolist() for name, array in sent.items()}
