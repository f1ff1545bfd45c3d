"""How the good models are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fixtures.model.tensorflow import import_tensorflow

Inputs = Mapping[str, Any]
"""For each input its TensorSpec."""
Signatures = Mapping[str, tuple[Callable[..., Any], Inputs]]
"""For each signature its function and what that takes."""


def tf() -> Any:
    """TensorFlow."""
    return import_tensorflow()


def seeded_keras(seed: int) -> Any:
    """Keras 3, whose weights are drawn from the seed from here on."""
    found = tf().keras
    found.utils.set_random_seed(seed)
    return found


def spec(dtype: str, *shape: int | None, name: str | None = None) -> Any:
    """What an input takes, None being a dimension that is open."""
    return tf().TensorSpec(shape, dtype, name=name)


def export(model: Any, version: Path) -> None:
    """Write a Keras 3 model as its documentation says: with the signatures `serving_default` and `serve`."""
    model.export(str(version), verbose=False)


def save(version: Path, signatures: Signatures, module: Any = None) -> None:
    """Write functions as signatures; `module` has the variables and tables that they use."""
    concrete = {
        key: tf()
        .function(function)
        .get_concrete_function(*(tf().TensorSpec(one.shape, one.dtype, name=name) for name, one in inputs.items()))
        for key, (function, inputs) in signatures.items()
    }
    tf().saved_model.save(module or tf().Module(), str(version), signatures=concrete)
