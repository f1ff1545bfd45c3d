"""How a SavedModel is changed: exported anew with something before or behind it, or its files edited."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fixtures.model.signature import INIT_OP
from tests.good_models.export import tf

Change = Callable[[Path], object]
"""Changes a version directory."""
Inputs = Mapping[str, Any]
"""For each input its Spec, or TensorFlow's."""
Outputs = Mapping[str, Any]
Serve = Callable[..., Outputs]
"""Takes tensors by the names of the inputs and gives tensors by those of the outputs."""
Wrap = Callable[[Serve, Any], Serve]
"""Puts something round a serving function; the module keeps what is to be saved with it."""


class Spec(NamedTuple):
    """What an input takes: as TensorFlow's own, which takes seconds to import."""

    dtype: str
    shape: tuple[int | None, ...]


def spec(dtype: str, *shape: int | None) -> Spec:
    """What an input takes, None being a dimension that is open."""
    return Spec(dtype, shape)


def as_it_is(serve: Serve, module: Any) -> Serve:
    """Nothing is put round it."""
    return lambda **inputs: serve(**inputs)


def write_anew(version: Path, module: Any, functions: Mapping[str, Serve], inputs: Mapping[str, Inputs]) -> None:
    """Put a SavedModel in the place of the one that is there: for each signature its function and what that takes."""
    signatures = {}
    for name, function in functions.items():
        specs = {key: tf().TensorSpec(spec.shape, spec.dtype, name=key) for key, spec in inputs[name].items()}
        signatures[name] = tf().function(function, autograph=False).get_concrete_function(**specs)
    written = version.with_name("written-anew")
    tf().saved_model.save(module, str(written), signatures=signatures)
    shutil.rmtree(version)
    written.rename(version)


def exported_anew(
    wrap: Wrap = as_it_is, takes: Inputs | None = None, prepare: Callable[[Any], None] = lambda module: None
) -> Change:
    """Every signature wrapped.

    Args:
        wrap: what is put round it.
        takes: a TensorSpec for each input, where they change.
        prepare: is given the module, which has the loaded model as `base`, before anything is wrapped.
    """

    def change(version: Path) -> None:
        module = tf().Module()
        module.base = tf().saved_model.load(str(version))
        prepare(module)
        loaded = {name: function for name, function in module.base.signatures.items() if name != INIT_OP}
        write_anew(
            version,
            module,
            {name: wrap(function, module) for name, function in loaded.items()},
            {name: takes or function.structured_input_signature[1] for name, function in loaded.items()},
        )

    return change


def before(change: Callable[[Any], Any]) -> Change:
    """What is done to every input first."""
    return exported_anew(
        lambda serve, module: lambda **inputs: serve(**{name: change(tensor) for name, tensor in inputs.items()})
    )


def behind(change: Callable[[Any], Any]) -> Change:
    """What is done to every output last."""
    return exported_anew(
        lambda serve, module: lambda **inputs: {name: change(tensor) for name, tensor in serve(**inputs).items()}
    )


def knowing_input(change: Callable[[Any, Any], Any]) -> Change:
    """What is done to every output, given the first of the inputs."""
    return exported_anew(
        lambda serve, module: (
            lambda **inputs: {
                name: change(tensor, next(iter(inputs.values()))) for name, tensor in serve(**inputs).items()
            }
        )
    )


def with_variables(change: Callable[[str, Any], Any]) -> Change:
    """Every variable given another value, by its name and the one that it has."""

    def prepare(module: Any) -> None:
        found = {
            id(variable): variable
            for function in module.base.signatures.values()
            for variable in function.graph.variables
        }
        for variable in found.values():
            variable.assign(change(variable.name, variable.numpy()))

    return exported_anew(prepare=prepare)


def both(first: Change, second: Change) -> Change:
    """One after the other."""
    return lambda version: (first(version), second(version))
