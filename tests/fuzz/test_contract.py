"""Whatever a contract holds, it is read, or refused in words of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.errors import ContractError
from fixtures.model import toml
from fixtures.model.contract import CONTRACT_FILE, Contract, PromisedSignature, Samples, read_contract
from tests.helpers.colours import CONTRACT, with_everything
from tests.helpers.fuzz import mutated, no_error_but, tried
from tests.helpers.gate import ROOT

REAL = [with_everything(CONTRACT).encode(), (ROOT / "models/flowerclassifier/conformance.toml").read_bytes()]
KEYS = sorted({*Contract.model_fields, *PromisedSignature.model_fields, *Samples.model_fields, "x", "dtype", "shape"})
SCALARS = (
    st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["float32", "string", "unknown", "x", "y", "row", "predict", "serving_default", "latest"])
    | st.dates()
    | st.datetimes()
)
KEY = st.sampled_from(KEYS) | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=5))
SPEC = st.fixed_dictionaries({"dtype": SCALARS, "shape": st.lists(st.integers(-2, 10**12), max_size=4) | SCALARS})
SIGNATURE = st.fixed_dictionaries(
    {"inputs": st.dictionaries(KEY, SPEC, max_size=3), "outputs": st.dictionaries(KEY, SPEC, max_size=3)},
    optional={"features": VALUES, "rest": VALUES, "method": SCALARS, "same_as": SCALARS},
)


def expect_read(content: bytes, directory: Path) -> None:
    """Read a contract that holds this; what is no contract is a ContractError, and nothing else."""
    (directory / CONTRACT_FILE).write_bytes(content)
    with no_error_but(ContractError):
        read_contract(directory)


def written(value: Any) -> str:
    """A value in TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml.key(key)} = {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return toml.text(value) if isinstance(value, str) else str(value)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contract")


@tried(500)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")))
def test_any_bytes(content: bytes, directory: Path) -> None:
    expect_read(content, directory)


@tried(1500)
@given(content=st.sampled_from(REAL).flatmap(mutated))
def test_real_contract_with_changes(content: bytes, directory: Path) -> None:
    expect_read(content, directory)


@tried(800)
@given(
    table=st.dictionaries(KEY, VALUES, max_size=5),
    signatures=st.dictionaries(KEY, SIGNATURE, min_size=1, max_size=3) | VALUES,
)
def test_any_tables(table: dict[str, Any], signatures: Any, directory: Path) -> None:
    lines = [f"{toml.key(key)} = {written(value)}" for key, value in {**table, "signatures": signatures}.items()]
    expect_read("\n".join(lines).encode(errors="replace"), directory)
