"""What a version ships to be warmed up with is taken in process exactly where the server takes it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from fixtures.claims.warmup import warm_up
from fixtures.errors import VersionDown
from fixtures.model.catalog import ModelVersion
from fixtures.model.signature import Signature, Tensors, TensorSpec
from fixtures.model.tensorflow import import_tensorflow
from fixtures.predict.records import read_records
from fixtures.predict.saved_model import SavedModel
from tests.helpers import tiny_models, warmup


@pytest.fixture(scope="module")
def adder(tmp_path_factory: pytest.TempPathFactory) -> SavedModel:
    path = tmp_path_factory.mktemp("adder") / "1"
    tiny_models.save_adder(path, 1.0)
    return SavedModel(path)


@pytest.mark.parametrize("name", warmup.ROWS)
def test_agrees_with_the_server(name: str, tmp_path: Path, adder: SavedModel) -> None:
    ship, outcome = warmup.ROWS[name]
    (tmp_path / "2").mkdir()
    ship(tmp_path / "2")
    warnings: list[str] = []
    version = ModelVersion("adder", 2, tmp_path / "2")
    if isinstance(outcome, str):
        with pytest.raises(VersionDown, match=f"^{tmp_path}.*{warmup.FILE}: record \\d+ .*; TensorFlow Serving does"):
            warm_up(version, lambda: adder, read_records, warnings.append)
    else:
        warm_up(version, lambda: adder, read_records, warnings.append)
    said = {"other_model": "for the model other, not for adder", "other_version": "for the model other_version"}
    assert [said.get(name, "") in line for line in warnings] == [True] * (name in said)


def test_another_version_is_a_warning(tmp_path: Path, adder: SavedModel) -> None:
    record = warmup.predict(warmup.GOOD_INPUTS, model="adder", version=77)
    warmup.write(tmp_path, [record] * 5)
    warnings: list[str] = []
    warm_up(ModelVersion("adder", 2, tmp_path), lambda: adder, read_records, warnings.append)
    assert len(warnings) == 1
    assert "it holds a request for version 77, not for 2" in warnings[0]


def test_nothing_is_loaded_where_nothing_is_shipped(tmp_path: Path) -> None:
    warm_up(ModelVersion("adder", 2, tmp_path), lambda: pytest.fail("loaded"), read_records, pytest.fail)


class Parser:
    """A model that takes tf.Examples."""

    signatures: ClassVar = {
        "serving_default": Signature(
            inputs={"inputs": TensorSpec(dtype="string", shape=(-1,))},
            outputs={"scores": TensorSpec(dtype="float32", shape=(-1, 2))},
        )
    }

    def __init__(self) -> None:
        self.asked: list[Tensors] = []

    def predict(self, signature: str, inputs: Tensors) -> Tensors:
        self.asked.append(inputs)
        return {}


@pytest.mark.parametrize("kind", ["classify", "regress"])
def test_examples_are_asked_serialized(kind: str, tmp_path: Path) -> None:
    warmup.write(tmp_path, [warmup.examples(kind, [{"age": 3.0}, {"age": 4.0}])])
    parser: Any = Parser()
    warm_up(ModelVersion("m", 1, tmp_path), lambda: parser, read_records, pytest.fail)
    ((rows,),) = (asked.values() for asked in parser.asked)
    example = import_tensorflow().train.Example
    assert [example.FromString(row).features.feature["age"].float_list.value[0] for row in rows] == [3.0, 4.0]


@pytest.mark.parametrize("kind", ["classify", "regress"])
def test_no_example_is_refused(kind: str, tmp_path: Path) -> None:
    warmup.write(tmp_path, [warmup.examples(kind, [])])
    parser: Any = Parser()
    with pytest.raises(VersionDown, match=r"record 1 sends no tf\.Example"):
        warm_up(ModelVersion("m", 1, tmp_path), lambda: parser, read_records, pytest.fail)


def test_request_that_the_model_refuses(tmp_path: Path) -> None:
    tf = import_tensorflow()
    module = tf.Module()

    def serve(x: Any) -> Any:
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(x > 0.0), ["too small"])]):
            return {"y": tf.identity(x)}

    concrete = tf.function(serve).get_concrete_function(tf.TensorSpec([None], tf.float32, name="x"))
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": concrete})
    good, bad = (warmup.predict({"x": np.array([x], np.float32)}) for x in (1.0, -1.0))
    warmup.write(tmp_path, [good, good, bad])
    with pytest.raises(VersionDown, match=r"record 3 is refused: .*too small"):
        warm_up(ModelVersion("m", 1, tmp_path), lambda: SavedModel(tmp_path), read_records, pytest.fail)


@pytest.mark.parametrize("sizes", [[2**40], [-1, 2**40], [2**32, 2**32]])
def test_tensor_that_claims_more_than_it_holds(sizes: list[int], tmp_path: Path, adder: SavedModel) -> None:
    from tensorflow_serving.apis import prediction_log_pb2

    logged = prediction_log_pb2.PredictionLog.FromString(warmup.predict({"x": np.array([1.0], np.float32)}))
    shape = logged.predict_log.request.inputs["x"].tensor_shape
    del shape.dim[:]
    for size in sizes:
        shape.dim.add(size=size)
    warmup.write(tmp_path, [logged.SerializeToString()])
    with pytest.raises(VersionDown, match=r"record 1 sends x in a tensor of shape \["):
        warm_up(ModelVersion("m", 1, tmp_path), lambda: adder, read_records, pytest.fail)


def test_directory_in_its_place_cannot_be_read(tmp_path: Path, adder: SavedModel) -> None:
    shutil.copytree(adder.path, tmp_path / "1")
    (tmp_path / "1" / warmup.FILE).mkdir(parents=True)
    with pytest.raises(VersionDown, match=r"record 1 cannot be read: .*Is a directory"):
        warm_up(ModelVersion("m", 1, tmp_path / "1"), lambda: adder, read_records, pytest.fail)


def test_bytes_that_are_no_request_are_a_warning(tmp_path: Path, adder: SavedModel) -> None:
    file = tmp_path / warmup.FILE
    file.parent.mkdir()
    file.write_bytes(b"warm me up")
    warnings: list[str] = []
    warm_up(ModelVersion("adder", 2, tmp_path), lambda: adder, read_records, warnings.append)
    assert warnings == [f"{file} holds no request, though it is not empty"]
