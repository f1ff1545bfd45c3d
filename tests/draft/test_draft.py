"""`python -m fixtures.contract` drafts a contract that the model keeps, and never overwrites one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.draft.command import main
from fixtures.model import toml
from fixtures.model.contract import CONTRACT_FILE, Contract, read_contract
from fixtures.model.tensorflow import import_tensorflow
from tests.helpers import keras_models, telling_models
from tests.helpers.exports import rewrite, save_with_initializer
from tests.helpers.gate import ROOT
from tests.helpers.warm_python import warm_python

WEIRD = "a.b 'c' \"d\" \u00fc\\"


def save(base: Path, function: Callable[..., Any], signature: str = "serving_default", **inputs: Any) -> Path:
    """Write version 1 of a model."""
    tf = import_tensorflow()
    specs = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
    concrete = tf.function(function).get_concrete_function(*specs)
    tf.saved_model.save(tf.Module(), str(base / "1"), signatures={signature: concrete})
    return base


def drafted(base: Path) -> Contract:
    assert main([str(base), "--write"]) == 0
    contract = read_contract(base)
    assert contract.is_pinned
    return contract


@pytest.fixture(autouse=True)
def _not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is promised of a served version is tested elsewhere: a stand-in takes seconds to start."""
    monkeypatch.setattr("fixtures.draft.command.refuses_wrong_ranks", lambda *arguments: None)


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    return save(tmp_path / "identity", lambda x: {"y": x * 1.0}, x=("float32", [None]))


def test_contract_is_printed(identity: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(identity)]) == 0
    said = capsys.readouterr()
    assert (said.err, (identity / CONTRACT_FILE).exists()) == ("", False)
    table = tomllib.loads(said.out)
    assert table == {
        "signatures": {
            "serving_default": {
                "inputs": {"x": {"dtype": "float32", "shape": [-1]}},
                "outputs": {"y": {"dtype": "float32", "shape": [-1]}},
            }
        }
    }


@pytest.mark.parametrize("below", ["", "1"])
def test_contract_is_put_in_place_once(identity: Path, below: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = identity / CONTRACT_FILE
    assert main([str(identity / below)]) == 0
    text = capsys.readouterr().out
    assert main([str(identity / below), "--write"]) == 0
    assert (file.read_text(), Path(capsys.readouterr().out.strip())) == (text, file)

    file.write_text("mine")
    assert main([str(identity / below), "--write"]) == 1
    assert file.read_text() == "mine"
    assert f"{file} is there already; it is not overwritten" in capsys.readouterr().err


def test_newest_version_is_read(identity: Path) -> None:
    save(identity / "v", lambda x: {"new": x * 1.0}, x=("float32", [None]))
    (identity / "v/1").rename(identity / "010")
    (identity / "v").rmdir()
    assert set(drafted(identity).signatures["serving_default"].outputs) == {"new"}


def test_link_to_nothing_is_not_overwritten(identity: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (identity / CONTRACT_FILE).symlink_to(identity / "moved.toml")
    assert main([str(identity), "--write"]) == 1
    assert not (identity / "moved.toml").exists()


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ([], "no such directory; give models/NAME or models/NAME/VERSION"),
        (["model"], "has no version; add"),
        (["model", "model/1"], "holds no SavedModel that can be read"),
        (["model", "model/1", "model/1/saved_model.pb"], "model/1 holds no graph with the tag 'serve'"),
    ],
)
def test_what_is_no_model_is_told_in_a_line(
    tmp_path: Path, there: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in there:
        (tmp_path / name).touch() if name.endswith(".pb") else (tmp_path / name).mkdir()
    assert main([str(tmp_path / "model")]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert says in said.err


def test_graph_that_does_more_than_compute_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    witness = tmp_path / "witness"
    save_with_initializer(tmp_path / "model/1", lambda: import_tensorflow().io.write_file(str(witness), ""))
    witness.unlink(missing_ok=True)
    assert main([str(tmp_path / "model")]) == 1
    assert not witness.exists()
    assert "WriteFile" in capsys.readouterr().err


def test_version_of_two_directories_is_not_guessed(identity: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(identity / "1", identity / "001")
    assert main([str(identity)]) == 1
    assert "001 and 1 in " in capsys.readouterr().err


def test_newer_exporter_is_waived_for_a_while(identity: Path) -> None:
    rewrite(identity / "1", lambda graph: setattr(graph.meta_info_def, "tensorflow_version", "99.0.1"))
    (waiver,) = drafted(identity).waivers
    assert waiver.check == "test_exporter_is_not_newer_than_the_server"
    assert waiver.reason.startswith("exported by TensorFlow 99.0.1; ")
    assert date.today() < waiver.until < date.today() + timedelta(days=100)


def test_names_that_are_no_bare_keys(tmp_path: Path) -> None:
    contract = drafted(save(tmp_path / "weird", lambda x: {WEIRD: x * 1.0}, signature=WEIRD, x=("float32", [None])))
    assert {name: set(one.outputs) for name, one in contract.signatures.items()} == {WEIRD: {WEIRD}}


@pytest.mark.parametrize(
    "name", ["a", "a-b_1", "a.b", "a b", "", "'", '"', "\\", "\n\t\x00\x7f", "\u00fc\U0001f33b", "#"]
)
def test_any_name_survives_as_a_key(name: str) -> None:
    assert tomllib.loads(f"{toml.key(name)} = {toml.text(name)}\n{toml.comment(name)}\n") == {name: name}


def test_non_finite_outputs_are_excused(tmp_path: Path) -> None:
    def logs(x: Any) -> Any:
        return {"finite": x * 1.0, "log": import_tensorflow().math.log(x - 1.0)}

    assert drafted(save(tmp_path / "logs", logs, x=("float32", [None]))).predictions.non_finite == ("log",)


def centre(x: Any) -> Any:
    return {"y": x - import_tensorflow().reduce_mean(x)}


def several_rows(x: Any) -> Any:
    return {"y": import_tensorflow().repeat(x, 3, axis=0)}


def one_at_a_time(x: Any) -> Any:
    tf = import_tensorflow()
    with tf.control_dependencies([tf.debugging.assert_equal(tf.shape(x)[0], 1)]):
        return {"y": x * 1.0}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (centre, "in a batch of 5 y["),
        (several_rows, "for 1 row sent y is of shape (3,), promised are as many rows"),
        (one_at_a_time, "a batch is refused: "),
    ],
)
def test_batching_is_promised_only_where_it_works(tmp_path: Path, function: Callable[..., Any], says: str) -> None:
    base = save(tmp_path / "model", function, x=("float32", [None]))
    assert drafted(base).signatures["serving_default"].batching is False
    assert f"# rows cannot be sent together: {says}" in (base / CONTRACT_FILE).read_text()


def test_shapes_that_differ_between_samples_do_not_forbid_batching(tmp_path: Path) -> None:
    def words(x: Any) -> Any:
        tf = import_tensorflow()
        return {"y": tf.tile(x[:, None], [1, 1 + tf.cast(tf.reduce_max(x) * 10, tf.int32)])}

    assert drafted(save(tmp_path / "model", words, x=("float32", [None]))).signatures["serving_default"].batching


def test_model_that_refuses_generated_samples_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def unpack(data: Any) -> Any:
        return {"y": import_tensorflow().io.decode_compressed(data, "ZLIB")}

    base = save(tmp_path / "zlib", unpack, data=("string", [None]))
    assert main([str(base), "--write"]) == 0
    assert (
        "note: serving_default: give it samples of its own in conformance.toml: the model refuses"
        in capsys.readouterr().err
    )
    assert "# needs samples of its own: the model refuses" in (base / CONTRACT_FILE).read_text()


@pytest.mark.parametrize(("name", "is_drafted"), [("jpeg", True), ("png_in_base64", False), ("vocabulary", False)])
def test_input_that_takes_the_bytes_of_images_is_named(name: str, is_drafted: bool, tmp_path: Path) -> None:
    base = telling_models.save(tmp_path, name).parent
    drafted(base)
    line = '# input = "image_bytes"   # its graph decodes images: each file is sent as it is'
    assert (line in (base / CONTRACT_FILE).read_text().splitlines()) == is_drafted


def test_generated_samples_are_images_where_images_are_decoded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(telling_models.save(tmp_path, "jpeg").parent)]) == 0
    assert capsys.readouterr().err == ""


def test_output_that_never_varies_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def anchored(x: Any) -> Any:
        return {"y": x * 1.0, "anchors": x * 0.0 + 0.5, "hard": import_tensorflow().cast(x > 100.0, "int32")}

    base = save(tmp_path / "anchored", anchored, x=("float32", [None]))
    assert main([str(base), "--write"]) == 0
    assert capsys.readouterr().err.endswith(
        "give it samples of its own in conformance.toml: anchors: the same for all generated ones\n"
    )
    assert '# constant = ["anchors"]   # the same for all generated samples' in (base / CONTRACT_FILE).read_text()


def test_output_that_no_input_goes_into_is_promised_to_be_constant(tmp_path: Path) -> None:
    def anchored(x: Any) -> Any:
        return {"y": x * 1.0, "anchors": x * 0.0 + 0.5, "score": import_tensorflow().ones_like(x)}

    base = save(tmp_path / "anchored", anchored, x=("float32", [None]))
    assert main([str(base), "--write"]) == 0
    assert read_contract(base).predictions.constant == ("score",)
    assert '# constant = ["anchors", "score"]   # the same for all' in (base / CONTRACT_FILE).read_text()


def test_input_that_is_ignored_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = save(tmp_path / "ignoring", lambda x, aux: {"y": x * 2.0}, x=("float32", [None]), aux=("float32", [None]))
    assert main([str(base), "--write"]) == 0
    assert capsys.readouterr().err.endswith("serving_default: no output depends on its input aux\n")
    assert '# unused = ["aux"]   # no output depends on it' in (base / CONTRACT_FILE).read_text()


def test_command(identity: Path) -> None:
    done = subprocess.run(
        [warm_python(), "-m", "fixtures.contract", str(identity)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error::SyntaxWarning"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(tomllib.loads(done.stdout)["signatures"]) == {"serving_default"}


def test_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


def test_a_wrong_argument_does_not_wait_for_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from fixtures.draft.command import main; "
        f"main([{str(tmp_path / 'none')!r}]); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60).returncode == 0


def test_what_keras_exports_under_two_names_is_promised_once(tmp_path: Path) -> None:
    keras_models.colour_model().export(str(tmp_path / "1"), verbose=False)

    contract = drafted(tmp_path)

    assert {name: one.same_as for name, one in contract.signatures.items()} == {
        "serving_default": None,
        "serve": "serving_default",
    }
    text = (tmp_path / CONTRACT_FILE).read_text()
    assert (text.count("inputs.image"), text.count("same_as")) == (1, 1)


def test_another_function_is_promised_in_full(tmp_path: Path) -> None:
    tf = import_tensorflow()
    spec = tf.TensorSpec([None], "float32", name="x")
    signatures = {
        name: tf.function(lambda x, factor=factor: {"y": x * factor}).get_concrete_function(spec)
        for name, factor in (("serving_default", 1.0), ("twice", 2.0))
    }
    tf.saved_model.save(tf.Module(), str(tmp_path / "1"), signatures=signatures)

    assert [one.same_as for one in drafted(tmp_path).signatures.values()] == [None, None]
