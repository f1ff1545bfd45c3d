"""SavedModels that TensorFlow Serving serves and that no photograph fits, small enough to be made anew in every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fixtures.model.tensorflow import import_tensorflow

Signatures = Mapping[str, tuple[Callable[..., Any], Mapping[str, tuple[str, Any]]]]
"""For each signature its function, and the dtype and shape of each input."""


def _positive_only(x: Any) -> Any:
    return {"y": import_tensorflow().boolean_mask(x, x > 0.5), "z": x + 1.0}


def _scalar_string(s: Any) -> Any:
    return {"shout": import_tensorflow().strings.upper(s)}


def _binary(s: Any) -> Any:
    tf = import_tensorflow()
    return {"binary": tf.strings.join([s, tf.constant(b"\xff")])}


def _binary_bytes(s: Any) -> Any:
    return {"as_bytes": _binary(s)["binary"]}


def _padded(x: Any) -> Any:
    tf = import_tensorflow()
    # no more columns than a busy machine can write as JSON in time, whatever numbers are drawn
    columns = tf.minimum(tf.reduce_max(x) * 5, 1000.0)
    return {"y": tf.tile(x[:, None], [1, 1 + tf.cast(columns, tf.int32)])}


def _examples(serialized: Any) -> Any:
    tf = import_tensorflow()
    features = {"x": tf.io.FixedLenFeature([2], tf.float32), "ids": tf.io.VarLenFeature(tf.int64)}
    parsed = tf.io.parse_example(serialized, features)
    return {"y": parsed["x"] * 2.0, "sum": tf.sparse.reduce_sum(parsed["ids"], axis=1)}


def _unknown_output(x: Any) -> Any:
    return {"y": import_tensorflow().compat.v1.placeholder_with_default(x * 2.0, None)}


def _logs(x: Any) -> Any:
    return {"log": import_tensorflow().math.log(x - 2.0), "y": x * 2.0}


MODELS: dict[str, Signatures] = {
    "any_number_of_rows": {"serving_default": (_positive_only, {"x": ("float32", [None])})},
    "scalar_string": {"serving_default": (_scalar_string, {"s": ("string", [])})},
    "binary_output": {"serving_default": (_binary, {"s": ("string", [None])})},
    "binary_bytes": {"serving_default": (_binary_bytes, {"s": ("string", [None])})},
    "other_shapes_for_other_samples": {"serving_default": (_padded, {"x": ("float32", [None])})},
    "examples_for_predict": {"serving_default": (_examples, {"examples": ("string", [None])})},
    "unknown_output": {"serving_default": (_unknown_output, {"x": ("float32", [None])})},
    "not_finite": {"serving_default": (_logs, {"x": ("float32", [None])})},
    "half_to_single": {
        "serving_default": (lambda x: {"y": import_tensorflow().cast(x, "float32")}, {"x": ("float16", [None])})
    },
    "single_to_half": {
        "serving_default": (lambda x: {"y": import_tensorflow().cast(x, "float16")}, {"x": ("float32", [None])})
    },
    "double_complex": {"serving_default": (lambda x: {"y": x * 2}, {"x": ("complex128", [None])})},
    "no_input": {
        "serving_default": (lambda x: {"y": x * 1.0}, {"x": ("float32", [None])}),
        "about": (lambda: {"names": import_tensorflow().constant(["a", "b"])}, {}),
    },
    "quoted names": {
        'say "it\'s" {a.b}': (lambda x: {'out "put"': x * 1.0}, {"x": ("float32", [None, 2])}),
        "other": (lambda a, b: {"sum": a + b}, {"a": ("int32", [None]), "b": ("int32", [None])}),
    },
    "mixed_batch": {
        "serving_default": (lambda x, scale: {"y": x * scale}, {"x": ("float32", [None, 3]), "scale": ("float32", [])})
    },
}


def save_all(directory: Path) -> None:
    """Write version 1 of each model."""
    tf = import_tensorflow()
    for name, signatures in MODELS.items():
        concrete = {
            key: tf.function(function, autograph=False).get_concrete_function(
                *(tf.TensorSpec(shape, dtype, name=one) for one, (dtype, shape) in inputs.items())
            )
            for key, (function, inputs) in signatures.items()
        }
        tf.saved_model.save(tf.Module(), str(directory / name / "1"), signatures=concrete)
