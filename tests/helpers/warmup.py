"""Files of warm-up requests, good and bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.model.tensorflow import import_tensorflow

FILE = "assets.extra/tf_serving_warmup_requests"


def write(version: Path, records: Sequence[bytes]) -> Path:
    """Have a version ship these records."""
    tf = import_tensorflow()
    file = version / FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in records:
            writer.write(record)
    return file


def spoil(version: Path, content: bytes) -> Path:
    """Have a version ship a file of these bytes."""
    file = write(version, [])
    file.write_bytes(content)
    return file


def predict(
    inputs: Mapping[str, Any], *, model: str = "", version: int | None = None, signature: str = "", output: str = ""
) -> bytes:
    """A record of a prediction that was asked for."""
    tf = import_tensorflow()
    from tensorflow_serving.apis import prediction_log_pb2

    logged = prediction_log_pb2.PredictionLog()
    request = logged.predict_log.request
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if output:
        request.output_filter.append(output)
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    record: bytes = logged.SerializeToString()
    return record


def examples(kind: str, features: Sequence[Mapping[str, float]], *, signature: str = "") -> bytes:
    """A record of a classification or a regression that was asked for."""
    tf = import_tensorflow()
    from tensorflow_serving.apis import prediction_log_pb2

    logged = prediction_log_pb2.PredictionLog()
    request = getattr(logged, f"{kind}_log").request
    request.model_spec.signature_name = signature
    request.input.example_list.SetInParent()
    for one in features:
        floats = {name: tf.train.Feature(float_list=tf.train.FloatList(value=[x])) for name, x in one.items()}
        example = tf.train.Example(features=tf.train.Features(feature=floats))
        request.input.example_list.examples.append(example)
    record: bytes = logged.SerializeToString()
    return record


def session_run() -> bytes:
    """A record that TensorFlow Serving has no use for."""
    import_tensorflow()
    from tensorflow_serving.apis import prediction_log_pb2

    logged = prediction_log_pb2.PredictionLog()
    logged.session_run_log.SetInParent()
    record: bytes = logged.SerializeToString()
    return record


GOOD_INPUTS = {"x": np.array([1.0, 2.0], np.float32)}
PARSE = "Failed to parse warmup record: "


def good(**spec: object) -> bytes:
    return predict(GOOD_INPUTS, **spec)  # type: ignore[arg-type]


def records(*made: bytes) -> Callable[[Path], object]:
    return lambda version: write(version, made)


def cut_second(version: Path) -> None:
    file = write(version, [b"", good()])
    file.write_bytes(file.read_bytes()[:-8])


# what the version ships, how many records are read, or the error that its status tells
ROWS: dict[str, tuple[Callable[[Path], object], int | str]] = {
    "one": (lambda version: write(version, [good()]), 1),
    "three": (lambda version: write(version, [good()] * 3), 3),
    "thousand": (lambda version: write(version, [good()] * 1000), 1000),
    "too_many": (
        lambda version: write(version, [good()] * 1001),
        "Number of warmup records exceeds the maximum (1000) at FILE",
    ),
    "empty": (records(), 0),
    "empty_record": (records(b""), 1),
    "random": (
        lambda version: spoil(version, bytes(range(200))),
        "corrupted record at 0 (Is this even a TFRecord file?). Please verify your warmup data is in TFRecord format.",
    ),
    "cut": (
        cut_second,
        "truncated record at 16' failed with Read less bytes than requested. "
        "Please verify your warmup data is in TFRecord format.",
    ),
    "no_log": (records(b"\xff\xff no PredictionLog"), PARSE),
    "other_model": (lambda version: write(version, [good(model="other")]), 1),
    "other_version": (lambda version: write(version, [good(model="other_version", version=77)]), 1),
    "other_signature": (
        lambda version: write(version, [good(signature="nope")]),
        'Serving signature key "nope" not found.',
    ),
    "other_input": (
        lambda version: write(version, [predict({"zz": np.array([1.0], np.float32)})]),
        "Signature input alias: x(feed name: serving_default_x:0) not found in request and no default value provided. "
        "Inputs expected to be in the request {zz}, or default input alias set: ",
    ),
    "other_dtype": (lambda version: write(version, [predict({"x": np.array([1], np.int64)})]), "float"),
    "other_output": (
        lambda version: write(version, [good(output="z")]),
        "output tensor alias not found in signature: z Outputs expected to be in the set {y}.",
    ),
    "no_examples": (
        lambda version: write(version, [examples("classify", [])]),
        "No classification inputs found",
    ),
    "session_run": (
        lambda version: write(version, [session_run()]),
        "Unsupported log_type for warmup: 5",
    ),
}
CODES = {"random": "DATA_LOSS", "cut": "DATA_LOSS", "other_signature": "FAILED_PRECONDITION"} | {
    "session_run": "UNIMPLEMENTED"
}
