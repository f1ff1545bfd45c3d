"""Arrays come out of the shared memory as they went in."""

from __future__ import annotations

import os

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fixtures.model.signature import string_array
from fixtures.predict.shared_memory import SharedMemory, Stored

DTYPES = ["float16", "float32", "float64", "int8", "uint16", "int64", "bool", "complex64", "complex128"]


@pytest.fixture
def memory() -> SharedMemory:
    return SharedMemory()


@settings(max_examples=50)
@given(st.sampled_from(DTYPES).flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, min_side=0, max_side=3))))
def test_numbers(array: np.ndarray) -> None:
    memory = SharedMemory()
    read = memory.read(memory.write({"first": np.arange(3), "a": array}))["a"]
    memory.close()
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=4), max_size=6))
def test_strings(values: list[bytes]) -> None:
    memory = SharedMemory()
    read = memory.read(memory.write({"a": string_array(values, [1, len(values)])}))["a"]
    memory.close()
    assert (read.shape, read.ravel().tolist()) == ((1, len(values)), values)


def test_what_is_turned_and_what_numpy_does_not_know(memory: SharedMemory) -> None:
    turned = np.arange(12, dtype=np.float32).reshape(3, 4).T[::2]
    brain = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    read = memory.read(memory.write({"turned": turned, "brain": brain, "scalar": np.array(3, np.int32)}))
    assert read["turned"].tolist() == turned.tolist()
    assert (read["brain"].dtype, read["brain"].tolist()) == (brain.dtype, [1.5, -2.0])
    assert (read["scalar"].shape, read["scalar"].tolist()) == ((), 3)


@pytest.mark.parametrize(
    "stored",
    [
        Stored(dtype="float32", shape=[2**50], start=0, end=8),
        Stored(dtype="float32", shape=[1], start=0, end=8),
        Stored(dtype="float32", shape=[2], start=8, end=0),
        Stored(dtype="float32", shape=[2**40], start=0, end=2**42),
        Stored(dtype="string", shape=[3], start=0, end=8),
        Stored(dtype="string", shape=[1], start=0, end=8),
        Stored(dtype="object", shape=[1], start=0, end=8),
    ],
)
def test_what_is_not_there_is_refused(memory: SharedMemory, stored: Stored) -> None:
    memory.write({"a": np.array([1], np.int64)})
    with pytest.raises(ValueError, match=r"bytes|cut short"):
        memory.read({"a": stored})


def test_memory_is_given_back(memory: SharedMemory) -> None:
    memory.write({"a": np.zeros(10_000)})
    memory.write({"a": np.zeros(10)})
    assert os.fstat(memory.file).st_size == 80
