"""In which precision a graph adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.graph.inspection import inspect
from fixtures.model.catalog import ModelVersion
from fixtures.model.tensorflow import import_tensorflow


def save(directory: Path, *dtypes: str, only_cast: bool = False) -> Path:
    """A model that multiplies matrices of these dtypes, one after the other, or only casts to them."""
    tf = import_tensorflow()

    def serve(x: Any) -> Any:
        for dtype in dtypes:
            x = tf.cast(x, dtype)
            x = x + 1 if only_cast else x @ tf.ones((3, 3), dtype)
        return {"y": tf.cast(x, "float32")}

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec((None, 3), "float32", name="x"))
    tf.saved_model.save(tf.Module(), str(directory), signatures={"serving_default": concrete})
    return directory


@pytest.mark.parametrize(
    ("dtypes", "half"),
    [
        (("float32",), ""),
        (("float64",), ""),
        (("float16",), "float16"),
        (("float32", "bfloat16"), "bfloat16"),
        (("bfloat16", "float16", "float32"), "bfloat16"),
    ],
)
def test_the_coarsest_half_is_told(dtypes: tuple[str, ...], half: str, tmp_path: Path) -> None:
    assert inspect(ModelVersion("m", 1, save(tmp_path / "1", *dtypes))).half_precision == (
        {"serving_default": {"y": half}} if half else {}
    )


def test_what_is_only_rounded_is_the_same_in_every_order(tmp_path: Path) -> None:
    assert inspect(ModelVersion("m", 1, save(tmp_path / "1", "float16", only_cast=True))).half_precision == {}


def test_mixed_precision_of_keras_is_told(tmp_path: Path) -> None:
    keras = import_tensorflow().keras
    layers = [keras.layers.Dense(4, dtype="mixed_float16"), keras.layers.Dense(2, dtype="float32")]
    keras.Sequential([keras.Input((3,)), *layers]).export(str(tmp_path / "1"), verbose=False)
    assert inspect(ModelVersion("m", 1, tmp_path / "1")).half_precision == {
        name: {"output_0": "float16"} for name in ("serve", "serving_default")
    }


def test_outputs_that_no_half_goes_into_are_as_precise_as_they_are(tmp_path: Path) -> None:
    tf = import_tensorflow()

    def serve(x: Any) -> Any:
        half = tf.cast(tf.cast(x, "float16") @ tf.ones((3, 3), "float16"), "float32")
        return {"half": half, "whole": x @ tf.ones((3, 3)), "both": half + x}

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec((None, 3), "float32", name="x"))
    tf.saved_model.save(tf.Module(), str(tmp_path / "1"), signatures={"serving_default": concrete})

    assert inspect(ModelVersion("m", 1, tmp_path / "1")).half_precision == {
        "serving_default": {"half": "float16", "both": "float16"}
    }
