"""Whatever the index of a checkpoint claims, it is told what is wrong with it: TensorFlow never ends the process."""

from __future__ import annotations

import functools
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.errors import OutOfBounds, UnreadableError, VersionDown
from fixtures.graph.checkpoint import Restored
from fixtures.graph.checkpoint_index import parse_index
from fixtures.model.tensorflow import import_tensorflow
from fixtures.options import Limits
from fixtures.predict.worker_process import WorkerProcess
from tests.helpers.fuzz import mutated, tried
from tests.helpers.tables import blocks, rebuilt, table

FLOAT = 1
MOST_KIB = 300_000


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version directory with a checkpoint of a few variables, one of them in slices."""
    tf = import_tensorflow()
    directory = tmp_path_factory.mktemp("checkpoint")
    (directory / "variables").mkdir()
    values = [np.zeros((2, 3), np.float32), np.ones(4), np.array([b"x", b"yy"], object), np.ones((2, 3), np.float32)]
    tf.raw_ops.SaveV2(
        prefix=str(directory / "variables/variables"),
        tensor_names=["a", "b", "c", "d"],
        shape_and_slices=["", "", "", "4 3 0,2:-"],
        tensors=[tf.constant(value) for value in values],
    )
    return directory


def held_against(content: bytes, checkpoint: Path) -> list[str]:
    """What is found at an index that holds this, by a process that TensorFlow may end."""
    (checkpoint / "variables/variables.index").write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        found = reader().checkpoint_faults(checkpoint, [Restored(key, FLOAT, None) for key in "abcd"])
    except (VersionDown, OutOfBounds) as ended:
        found = [str(ended)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KIB
    return found


@functools.cache
def reader() -> WorkerProcess:
    """The process that reads them all."""
    return WorkerProcess(Limits(60.0, "1g"))


@pytest.fixture(scope="module")
def real(checkpoint: Path) -> bytes:
    return (checkpoint / "variables/variables.index").read_bytes()


def test_table_is_written_as_it_was(real: bytes) -> None:
    assert table(blocks(real)) == real


@tried(500)
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_index(content, Path("variables"))


@tried(1200)
@given(data=st.data())
def test_changed_bytes(data: st.DataObject, real: bytes, checkpoint: Path) -> None:
    held_against(data.draw(mutated(real)), checkpoint)


@tried(1200)
@given(data=st.data())
def test_changed_blocks_with_right_checksums(data: st.DataObject, real: bytes, checkpoint: Path) -> None:
    data_block, *others = blocks(real)
    held_against(table([data.draw(mutated(data_block)), *others]), checkpoint)


SIZES = st.sampled_from([-(2**62), -1, 0, 1, 2, 3, 4, 6, 2**20, 2**31, 2**40, 2**62, 2**63 - 1])
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.integers(0, 30),
        "shape": st.builds(lambda sizes: {"dim": [{"size": one} for one in sizes]}, st.lists(SIZES, max_size=5)),
        "shardId": st.integers(-1, 2),
        "offset": SIZES,
        "size": SIZES,
        "slices": st.lists(
            st.builds(
                lambda extents: {"extent": [{"start": start, "length": length} for start, length in extents]},
                st.lists(st.tuples(SIZES, SIZES), max_size=3),
            ),
            max_size=2,
        ),
    },
)


@tried(1200)
@given(changes=st.dictionaries(st.sampled_from("abcd"), ENTRIES, min_size=1))
def test_claims_of_any_shape_with_right_checksums(changes: dict[str, Any], real: bytes, checkpoint: Path) -> None:
    from google.protobuf import json_format

    def change(key: bytes, entry: Any) -> None:
        for name, value in changes.get(key.decode(errors="replace"), {}).items():
            entry.ClearField({"shardId": "shard_id"}.get(name, name))
            json_format.ParseDict({name: value}, entry)

    held_against(rebuilt(real, change), checkpoint)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"shape": {"dim": [{"size": 2**31}, {"size": 2**31}]}, "size": 2**62}, "a is of 4611686018427387904 elements"),
        ({"shape": {"dim": [{"size": 2**40}]}}, "a is of 1099511627776 elements of 4 bytes, in 24 bytes"),
        ({"shape": {"dim": [{"size": 2**32}]}, "size": 2**34}, "the data is shorter than its index says"),
        ({"dtype": 7, "shape": {"dim": [{"size": 2**40}]}}, "a is of 1099511627776 strings in 24 bytes"),
        ({"dtype": 7, "shape": {"dim": [{"size": 2}]}}, "the lengths of its strings are not those of its data"),
        ({"shape": {"dim": [{"size": -5}]}}, "a has no shape"),
        ({"shape": {"unknownRank": True}}, "a has no shape"),
        ({"dtype": 77}, "it has a tensor of dtype 77, which is none"),
        ({"shardId": 5}, "a is in file 5 of 1"),
        ({"offset": 2**62}, "the data is shorter than its index says"),
    ],
)
def test_absurd_claims_are_told(change: dict[str, Any], says: str, real: bytes, checkpoint: Path) -> None:
    from google.protobuf import json_format

    def changed(key: bytes, entry: Any) -> None:
        if key == b"a":
            for name in change:
                entry.ClearField({"shardId": "shard_id"}.get(name, name))
            json_format.ParseDict(change, entry)

    assert any(says in line for line in held_against(rebuilt(real, changed), checkpoint))
