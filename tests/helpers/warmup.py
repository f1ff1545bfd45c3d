"""Files of warm-up requests, good and bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
