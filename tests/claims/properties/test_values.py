"""Every dtype can be drawn, with its extremes and with what JSON may round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.claims.properties.values import values
from fixtures.model.signature import DType, TensorSpec
from tests.helpers.search import find_any, find_one

pytestmark = pytest.mark.fast

DTYPES = get_args(DType)


def spec_of(dtype: str) -> TensorSpec:
    return TensorSpec.model_validate({"dtype": dtype, "shape": []})


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_values_are_of_the_dtype(dtype: str, data: st.DataObject) -> None:
    spec = spec_of(dtype)
    value = data.draw(values(spec))

    array = np.empty((), spec.numpy_dtype)
    array[()] = value

    assert isinstance(value, bytes) if dtype == "string" else value.dtype == spec.numpy_dtype
    assert array[()] == value or value != value


@pytest.mark.parametrize("dtype", DTYPES)
def test_simplest_value_is_zero_or_empty(dtype: str) -> None:
    assert not find_one(values(spec_of(dtype)), lambda value: True)


@pytest.mark.parametrize(
    ("dtype", "wanted"),
    [
        ("float32", np.isnan),
        ("float16", np.isinf),
        ("bfloat16", np.isnan),
        ("float32", lambda value: value == np.finfo(np.float32).max),
        ("float16", lambda value: value == -np.finfo(np.float16).max),
        ("float64", lambda value: value == np.finfo(np.float64).smallest_subnormal),
        ("float32", lambda value: 0 < value < np.finfo(np.float32).tiny),
        ("float32", lambda value: value == 0 and np.signbit(value)),
        ("float64", lambda value: 1e200 < value < 1e300),
        ("complex64", lambda value: np.isnan(value.imag) and value.real == 0.5),
        ("int8", lambda value: value == -128),
        ("int64", lambda value: value == 2**53 + 1),
        ("int64", lambda value: value == -(2**63)),
        ("uint64", lambda value: value == 2**64 - 1),
        ("bool", bool),
        ("string", lambda value: b"\xf0\x9f\x98\x80" in value),
        ("string", lambda value: b"\0" in value),
        ("string", lambda value: value.decode(errors="replace").count("\ufffd") > 0),
        ("string", lambda value: len(value) > 200),
    ],
)
def test_value_can_be_drawn(dtype: str, wanted: Callable[[Any], bool]) -> None:
    find_any(values(spec_of(dtype)), wanted)
