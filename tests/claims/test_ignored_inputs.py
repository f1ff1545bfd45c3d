"""An input that changes nothing although a path leads from it to an output is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.claims.predictions import ignored_inputs
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import Sample, generated_samples
from fixtures.samples.sample import GivenSample

GIVEN = [GivenSample(f"{n}", {"x": np.full(1, n, np.float32), "aux": np.ones(1, np.float32)}) for n in (1, 2, 3)]


def tf() -> Any:
    return import_tensorflow()


@pytest.mark.parametrize("samples", [generated_samples(), GIVEN], ids=["generated", "given"])
@pytest.mark.parametrize(
    ("function", "ignored"),
    [
        (lambda x, aux: {"y": x + aux}, []),
        (lambda x, aux: {"y": x, "z": aux > 0.5}, []),
        (lambda x, aux: {"y": x + 0.0 * aux}, ["aux"]),
        (lambda x, aux: {"y": x + tf().zeros_like(aux)}, ["aux"]),
    ],
)
def test_inputs_of_which_no_value_changes_anything(
    function: Callable[..., Mapping[str, Any]], ignored: list[str], samples: Sequence[Sample], tmp_path: Path
) -> None:
    vector = tf().TensorSpec((None,), "float32")
    signatures = {"serving_default": tf().function(function).get_concrete_function(x=vector, aux=vector)}
    tf().saved_model.save(tf().Module(), str(tmp_path), signatures=signatures)
    local = LocalPredictor(SavedModel(tmp_path), "serving_default")

    assert ignored_inputs(samples, local) == ignored
