"""Samples that the model does not take are told once, with the lines of the contract that mend it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fixtures.claims.samples_fit import expect_each_taken, expect_some_taken
from fixtures.errors import Refused, SampleRefused, SamplesUnfit, SampleUnfit, SignatureDown
from fixtures.model.contract import NO_CONTRACT, read_contract
from fixtures.model.signature import Signature, TensorSpec
from fixtures.predict.local import LocalPredictor
from fixtures.samples import Sample, generated_samples
from fixtures.samples.sample import GivenSample

pytestmark = pytest.mark.fast

PIXELS = TensorSpec(dtype="float32", shape=(-1, 8, 8, 3))
TEXT = TensorSpec(dtype="string", shape=(-1,))
NUMBERS = TensorSpec(dtype="float32", shape=(-1, 4))
GIVEN = tuple(GivenSample(name, {"x": np.zeros(1)}) for name in ("one", "two"))


def local(signature: Signature, takes: Callable[[int], bool]) -> LocalPredictor:
    """A model that takes some of the samples, by the number of the question."""

    class Model:
        signatures = {"serving_default": signature}  # noqa: RUF012
        hints = {"serving_default": {}}  # type: ignore[var-annotated]  # noqa: RUF012
        asked = 0

        def predict(self, name: str, inputs: Any) -> Any:
            self.asked += 1
            if not takes(self.asked):
                raise Refused("the model refuses x in process: no")
            return {"y": np.zeros((1, 1), np.float32)}

    return LocalPredictor(Model(), "serving_default")  # type: ignore[arg-type]


def taking(**inputs: TensorSpec) -> Signature:
    return Signature(inputs=inputs, outputs={"y": TensorSpec(dtype="float32", shape=(-1, 1))})


def under_test(directory: Path, contract: str | None = None) -> Any:
    if contract is not None:
        (directory / "conformance.toml").write_text(contract)
    return SimpleNamespace(
        contract=NO_CONTRACT if contract is None else read_contract(directory),
        contract_file=directory / "conformance.toml",
        model=SimpleNamespace(base_path=directory),
    )


def test_one_that_is_taken_is_enough_to_go_on(tmp_path: Path) -> None:
    version = local(taking(x=NUMBERS), lambda number: number == 2)
    expect_some_taken(version, GIVEN, under_test(tmp_path))
    assert version.refusal(GIVEN[1]) is None


def test_given_samples_of_which_none_is_taken_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SignatureDown, match="takes none of its 2 samples in process; one: the model refuses") as raised:
        expect_some_taken(local(taking(x=NUMBERS), lambda number: False), GIVEN, under_test(tmp_path))
    assert raised.value.way_out


SIGNATURE = """\
[signatures.serving_default]
inputs.{name} = {{ dtype = "{spec.dtype}", shape = {sizes} }}
outputs.y = {{ dtype = "float32", shape = [-1, 1] }}
"""


@pytest.mark.parametrize(
    ("name", "spec", "source"),
    [
        ("image_bytes", TEXT, "images"),
        ("text", TEXT, "requests"),
        ("image", PIXELS, "images"),
        ("x", NUMBERS, "arrays"),
    ],
)
def test_the_lines_for_generated_samples_of_which_none_is_taken_make_a_contract(
    name: str, spec: TensorSpec, source: str, tmp_path: Path
) -> None:
    contract = SIGNATURE.format(name=name, spec=spec, sizes=list(spec.shape))
    model = under_test(tmp_path, contract)

    with pytest.raises(SamplesUnfit, match="do not fit serving_default, which takes none of 5; generated_1") as raised:
        expect_some_taken(local(taking(**{name: spec}), lambda number: False), generated_samples(), model)

    first, *lines = raised.value.way_out.splitlines()
    assert first == f"give it samples of its own: append to {tmp_path}/conformance.toml:"
    # of what is offered one goes in
    until = next((at for at, line in enumerate(lines) if line.startswith("# or")), None)
    assert next(iter(tomllib.loads("\n".join(lines[:until]))["samples"])) == source
    (tmp_path / "conformance.toml").write_text(contract + "\n".join(lines[:until]))
    assert read_contract(tmp_path).samples is not None


def test_without_a_contract_one_is_drafted_first(tmp_path: Path) -> None:
    with pytest.raises(SamplesUnfit) as raised:
        expect_some_taken(local(taking(x=NUMBERS), lambda number: False), generated_samples(), under_test(tmp_path))
    assert f"-m fixtures.contract {tmp_path} --write" in raised.value.way_out


def test_where_others_have_samples_requests_are_for_every_signature(tmp_path: Path) -> None:
    contract = SIGNATURE.format(name="x", spec=NUMBERS, sizes=list(NUMBERS.shape)) + '[samples]\narrays = "a.npz"\n'
    with pytest.raises(SamplesUnfit) as raised:
        expect_some_taken(
            local(taking(x=NUMBERS), lambda number: False), generated_samples(), under_test(tmp_path, contract)
        )
    assert "[samples]" not in raised.value.way_out.splitlines()
    assert raised.value.way_out.splitlines()[1].startswith("requests = ")


@pytest.mark.parametrize(("samples", "error"), [(GIVEN, SampleRefused), (generated_samples()[:2], SampleUnfit)])
def test_each_that_is_refused_is_named(samples: tuple[Sample, ...], error: type[Any], tmp_path: Path) -> None:
    with pytest.raises(error) as raised:
        expect_each_taken(local(taking(x=NUMBERS), lambda number: number > 1), samples, under_test(tmp_path))
    assert raised.value.samples == (samples[0].name,)
    assert str(raised.value) == f"{samples[0].name}: the model refuses x in process: no"


def test_samples_that_are_all_taken_are_fine(tmp_path: Path) -> None:
    version = local(taking(x=NUMBERS), lambda number: True)
    expect_each_taken(version, GIVEN, under_test(tmp_path))
    assert all(version.refusal(sample) is None for sample in GIVEN)
