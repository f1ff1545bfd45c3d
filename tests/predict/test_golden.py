"""Golden outputs: written once, read back to the bit, and refused where they are not what is promised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fixtures.errors import GoldenError
from fixtures.model.contract import Contract, PromisedSignature
from fixtures.model.signature import TensorSpec
from fixtures.predict import golden
from fixtures.predict.golden import read_golden, write_golden
from fixtures.samples import GeneratedSample
from tests.helpers.gate import RunGate
from tests.model.test_addition import heed

SAMPLES = {"serving_default": (GeneratedSample(1),)}


def promise(dtype: Any, shape: Any = (-1,)) -> Contract:
    signature = PromisedSignature(inputs={}, outputs={"y": TensorSpec(dtype=dtype, shape=shape)})
    return Contract(signatures={"serving_default": signature})


def recorded(array: Any) -> Any:
    return {("serving_default", "generated_1"): {"y": array}}


def texts(*values: bytes) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@pytest.mark.parametrize(
    ("dtype", "array"),
    [
        ("float32", np.array([1 / 3, np.nan, np.inf], np.float32)),
        ("float64", np.array([1 / 3])),
        ("float16", np.array([1 / 3], np.float16)),
        ("bfloat16", np.array([1 / 3, 2.0], ml_dtypes.bfloat16)),
        ("complex64", np.array([1 + 2j], np.complex64)),
        ("uint64", np.array([2**64 - 1], np.uint64)),
        ("int8", np.array([-128], np.int8)),
        ("bool", np.array([True, False])),
        ("string", texts(b"", b"\x00\xff\x00", "blütenweiß".encode())),
        ("string", texts()),
    ],
)
def test_what_is_written_is_read_again(dtype: str, array: Any, tmp_path: Path) -> None:
    write_golden(tmp_path / "golden.npz", recorded(array))
    found = read_golden(tmp_path / "golden.npz", promise(dtype), SAMPLES, tmp_path)["serving_default", "generated_1"]
    assert found["y"].dtype == array.dtype
    np.testing.assert_array_equal(found["y"], array)


def write(tmp_path: Path, **arrays: Any) -> Path:
    np.savez(tmp_path / "golden.npz", **arrays)
    return tmp_path / "golden.npz"


KEY = "serving_default/generated_1/y"
FLOATS = np.zeros(2, np.float32)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, f"lacks {KEY}, which is a sample's output; if what the model computes is right, delete "),
        ({KEY: FLOATS, "serving_default/gone.jpg/y": FLOATS}, "holds serving_default/gone.jpg/y, which is no sample's"),
        ({KEY: np.zeros(2)}, f"{KEY} is float64 (2,), promised is float32 (-1)"),
        ({KEY: np.zeros((1, 2), np.float32)}, f"{KEY} is float32 (1, 2), promised is float32 (-1)"),
        ({KEY: np.array([object()])}, "is no .npz file of plain arrays: Object arrays cannot be loaded"),
    ],
)
def test_file_that_is_not_as_promised_is_refused(arrays: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(GoldenError) as raised:
        read_golden(write(tmp_path, **arrays), promise("float32"), SAMPLES, tmp_path)
    assert says in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04cut short"])
def test_file_that_is_no_npz_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "golden.npz").write_bytes(content)
    with pytest.raises(GoldenError, match=r"golden\.npz, which is no \.npz file"):
        read_golden(tmp_path / "golden.npz", promise("float32"), SAMPLES, tmp_path)


def test_file_that_is_not_there_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(GoldenError, match=r"not there; write it: .* -m fixtures\.golden \S+/7$"):
        read_golden(tmp_path / "golden.npz", promise("float32"), SAMPLES, tmp_path / "7")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "golden.npz").write_bytes(b"mine")
    with pytest.raises(GoldenError, match="is there already; delete it first"):
        write_golden(tmp_path / "golden.npz", recorded(FLOATS))
    assert (tmp_path / "golden.npz").read_bytes() == b"mine"


def test_nothing_is_left_where_writing_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(GoldenError, match="cannot be written: No space left on device"):
        write_golden(tmp_path / "golden.npz", recorded(FLOATS))
    assert list(tmp_path.iterdir()) == []


def test_command_writes_what_the_gate_then_holds_to(
    colour_models: Path, run_gate: RunGate, capsys: pytest.CaptureFixture[str]
) -> None:
    base = colour_models / "colours"
    (base / "golden.npz").unlink()

    assert golden.main([str(base / "2")]) == 0
    _, said = capsys.readouterr().out.removeprefix(f"wrote {base / 'golden.npz'}\n").split("to hold versions to it, ")
    contract = base / "conformance.toml"
    heed(said.rstrip("\n"), contract)
    claim = "test_golden_outputs_hold"
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", f"-k={claim}")
    assert len(run.predicate("colours/2")["passedTests"]) == 9
    run = run_gate(f"--models={colour_models}", "--tfs=embedded", "--versions=1", f"-k={claim}")
    assert run.claims("colours/1", "failures") == {claim}


@pytest.mark.parametrize(
    ("version", "says"),
    [("3", "no such directory; give a version"), ("2", "is there already; delete it first")],
)
def test_command_refuses(version: str, says: str, colour_models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert golden.main([str(colour_models / "colours" / version)]) == 2
    assert says in capsys.readouterr().err


def test_command_wants_a_contract(colour_models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (colour_models / "colours/conformance.toml").unlink()
    assert golden.main([str(colour_models / "colours/2")]) == 2
    assert "has no conformance.toml; have one drafted first: " in capsys.readouterr().err


def test_gate_refuses_to_start_without_the_file(colour_models: Path, run_gate: RunGate) -> None:
    (colour_models / "colours/golden.npz").unlink()
    with (colour_models / "colours/conformance.toml").open("a") as contract:
        contract.write('golden = "golden.npz"\n')
    run = run_gate(f"--models={colour_models}", "--tfs=embedded")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "golden.npz, which is not there; write it: " in run.output
