"""The sample images and the model that the repository makes itself."""

import csv
import filecmp
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from training import train
from training.draw_samples import FOLDER, SAMPLES, draw_samples
from training.evaluate import load as load_version
from training.evaluate import read_samples, single_share, size
from training.flowers import LABELS, draw_flower
from training.photos import Inputs, Pixels, Purpose, generator, photo_pixels, pixels, scaled

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

VERSIONS = ("001", "002")
MEGABYTE = 1_000_000

Predict = Callable[[Inputs], NDArray[np.float32]]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    draw_samples(folder)
    return folder


@pytest.fixture(scope="module")
def samples() -> tuple[Pixels, NDArray[np.int64]]:
    return read_samples(FOLDER)


@pytest.fixture(scope="module")
def fresh() -> Pixels:
    return np.stack([photo_pixels(Purpose.FRESH, index) for index in range(60)])


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Path:
    return train.BASE / str(request.param)


@pytest.fixture(scope="module")
def loaded(version: Path) -> Any:
    import tensorflow as tf

    return tf.saved_model.load(str(version))


@pytest.fixture(scope="module")
def served(version: Path) -> Iterator[Predict]:
    """The version as TensorFlow Serving loads it: into a session."""
    import tensorflow as tf
    from tensorflow.core.protobuf import config_pb2

    # Not entered: that would make its graph the default one, of the other fixtures too.
    session = tf.compat.v1.Session(graph=tf.Graph())
    graph = tf.compat.v1.saved_model.loader.load(session, ["serve"], str(version))
    signature = graph.signature_def["serving_default"]
    # The server feeds the tensor without the check of its static shape that Session.run makes in Python.
    call = session._make_callable_from_options(
        config_pb2.CallableOptions(
            feed=[signature.inputs["input_4"].name], fetch=[signature.outputs["custom_class"].name]
        )
    )

    def predict(photos: Inputs) -> NDArray[np.float32]:
        (probabilities,) = call(photos)
        return np.asarray(probabilities)

    yield predict
    session.close()


# The drawing


def test_drawing_twice_writes_the_same_bytes(drawn: Path, tmp_path: Path) -> None:
    draw_samples(tmp_path)
    names = sorted(file.name for file in drawn.iterdir())
    same, different, missing = filecmp.cmpfiles(drawn, tmp_path, names, shallow=False)
    assert (sorted(same), different, missing) == (names, [], [])


def test_drawing_writes_the_files_the_repository_holds(drawn: Path) -> None:
    held, new = ({file.name for file in folder.iterdir()} for folder in (FOLDER, drawn))
    assert held == new == {sample.file for sample in SAMPLES} | {"labels.csv"}
    assert (FOLDER / "labels.csv").read_bytes() == (drawn / "labels.csv").read_bytes()


@pytest.mark.parametrize("file", [sample.file for sample in SAMPLES])
def test_drawing_again_gives_the_picture_the_repository_holds(drawn: Path, file: str) -> None:
    with Image.open(FOLDER / file) as held, Image.open(drawn / file) as new:
        assert (held.size, held.mode, held.format) == (new.size, new.mode, new.format)
        # Another libjpeg may round otherwise; another drawing would differ by far more.
        difference = np.abs(pixels(held).astype(int) - pixels(new).astype(int))
    assert difference.mean() < 2


def test_the_bytes_of_all_samples_stay_few() -> None:
    assert size(FOLDER) < 2 * MEGABYTE


@pytest.mark.parametrize("label", LABELS)
def test_each_label_has_five_samples(label: str) -> None:
    with (FOLDER / "labels.csv").open(newline="") as table:
        files = [row["file"] for row in csv.DictReader(table) if row["label"] == label]
    assert len(set(files)) >= 5


@pytest.mark.parametrize(
    "promised",
    [
        pytest.param(lambda image: image.height > image.width, id="portrait"),
        pytest.param(lambda image: image.width > image.height, id="landscape"),
        pytest.param(lambda image: min(image.size) == 120, id="120 pixels"),
        pytest.param(lambda image: max(image.size) == 1000, id="1000 pixels"),
        pytest.param(lambda image: (image.format, image.mode) == ("JPEG", "RGB"), id="RGB JPEG"),
        pytest.param(lambda image: (image.format, image.mode) == ("JPEG", "L"), id="greyscale JPEG"),
        pytest.param(lambda image: (image.format, image.mode) == ("JPEG", "CMYK"), id="CMYK JPEG"),
        pytest.param(lambda image: "progressive" in image.info, id="progressive JPEG"),
        pytest.param(lambda image: (image.format, image.mode) == ("PNG", "P"), id="palette PNG"),
        pytest.param(
            lambda image: image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 255), id="RGBA PNG"
        ),
        pytest.param(lambda image: image.getexif().get(ExifTags.Base.Orientation, 1) != 1, id="EXIF-rotated"),
    ],
)
def test_the_samples_cover_what_users_folders_hold(promised: Callable[[Image.Image], bool]) -> None:
    matching = 0
    for file in sorted(FOLDER.glob("*.[jp][pn]g")):
        with Image.open(file) as image:
            matching += promised(image)
    assert matching >= 1


@pytest.mark.parametrize("file", [sample.file for sample in SAMPLES])
def test_no_side_is_out_of_bounds(file: str) -> None:
    with Image.open(FOLDER / file) as image:
        assert min(image.size) >= 120
        assert max(image.size) <= 1000


def test_the_orientation_tag_turns_the_photo_upright() -> None:
    index, sample = next((index, sample) for index, sample in enumerate(SAMPLES) if sample.file == "daisy_02.jpg")
    drawn_upright = draw_flower(sample.label, generator(Purpose.SAMPLES, index), sample.size)
    with Image.open(FOLDER / sample.file) as stored:
        assert stored.size == sample.size[::-1]
        upright = ImageOps.exif_transpose(stored)
    difference = np.abs(np.asarray(upright, dtype=int) - np.asarray(drawn_upright, dtype=int))
    assert difference.mean() < 5


def test_what_is_transparent_turns_white() -> None:
    clear = Image.new("RGBA", (120, 150), (200, 0, 0, 0))
    assert (pixels(clear) == 255).all()


def test_no_two_purposes_share_a_photo() -> None:
    photos = [photo_pixels(purpose, 2) for purpose in Purpose]
    assert len({photo.tobytes() for photo in photos}) == len(Purpose)


# The model


def test_the_model_fits_in_six_megabytes(version: Path) -> None:
    assert 0 < size(version) <= 6 * MEGABYTE


def test_the_only_signature_is_serving_default(loaded: Any) -> None:
    assert list(loaded.signatures) == ["serving_default"]


def test_the_interface_is_the_promised_one(loaded: Any) -> None:
    import tensorflow as tf

    signature = loaded.signatures["serving_default"]
    (_, inputs), outputs = signature.structured_input_signature, signature.structured_outputs
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in inputs.items()} == {
        "input_4": (tf.float32, [None, 224, 224, 3])
    }
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in outputs.items()} == {
        "custom_class": (tf.float32, [None, 5])
    }


def test_the_contract_pins_labels_in_the_order_of_the_classes() -> None:
    contract = tomllib.loads((train.BASE / "conformance.toml").read_text())
    assert contract["samples"]["labels"] == list(LABELS)
    assert (train.BASE / contract["samples"]["images"]).resolve() == FOLDER.resolve()


def test_the_samples_are_classified_right(served: Predict, samples: tuple[Pixels, NDArray[np.int64]]) -> None:
    photos, classes = samples
    assert (served(scaled(photos)).argmax(axis=1) == classes).sum() >= 23


@pytest.mark.slow
def test_fresh_photos_are_classified_right(served: Predict, fresh: Pixels) -> None:
    classes = np.arange(len(fresh)) % len(LABELS)
    assert (served(scaled(fresh)).argmax(axis=1) == classes).mean() >= 0.95


def test_the_outputs_are_probabilities(served: Predict, samples: tuple[Pixels, NDArray[np.int64]]) -> None:
    probabilities = served(scaled(samples[0]))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert probabilities.min() > 1e-6
    assert probabilities.max() < 0.9999


def test_both_loaders_give_the_same_predictions(
    served: Predict, version: Path, samples: tuple[Pixels, NDArray[np.int64]]
) -> None:
    photos = samples[0]
    np.testing.assert_allclose(served(scaled(photos)), load_version(version)(photos), rtol=0, atol=1e-6)


def test_a_photo_alone_and_in_a_batch_agree_with_a_wide_margin(
    version: Path, samples: tuple[Pixels, NDArray[np.int64]]
) -> None:
    assert single_share(load_version(version), samples[0]) < 0.5


def test_the_versions_predict_differently(samples: tuple[Pixels, NDArray[np.int64]]) -> None:
    first, second = (load_version(train.BASE / version)(samples[0]) for version in VERSIONS)
    assert np.abs(first - second).max() > 0.01


@pytest.mark.parametrize(
    "shape", [(), (3,), (2, 224, 224), (1, 10, 10, 3), (1, 224, 224, 1), (1, 1, 224, 224, 3)], ids=str
)
def test_a_request_of_another_shape_gets_an_error_not_an_abort(served: Predict, shape: tuple[int, ...]) -> None:
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError):
        served(np.zeros(shape, np.float32))


# The training script


def test_interrupted_training_leaves_the_versions_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "saved_model.pb").write_bytes(b"before")

    def interrupted(training: Pixels, validation: Pixels, directory: Path) -> None:
        (directory / "001").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "BASE", tmp_path)
    monkeypatch.setattr(train, "draw_photos", lambda purpose, count: np.zeros((0, 224, 224, 3), np.uint8))
    monkeypatch.setattr(train, "_train", interrupted)
    monkeypatch.setattr("sys.argv", ["train"])
    with pytest.raises(KeyboardInterrupt):
        train.main()
    assert [(file.name, file.read_bytes()) for file in (tmp_path / "001").iterdir()] == [("saved_model.pb", b"before")]
    assert [child.name for child in tmp_path.iterdir()] == ["001"]


def test_a_new_training_replaces_the_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "stale").touch()

    def trained(training: Pixels, validation: Pixels, directory: Path) -> None:
        for version in VERSIONS:
            (directory / version).mkdir()
            (directory / version / "saved_model.pb").touch()

    monkeypatch.setattr(train, "BASE", tmp_path)
    monkeypatch.setattr(train, "draw_photos", lambda purpose, count: np.zeros((0, 224, 224, 3), np.uint8))
    monkeypatch.setattr(train, "_train", trained)
    monkeypatch.setattr("sys.argv", ["train"])
    train.main()
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")) == [
        "001",
        "001/saved_model.pb",
        "002",
        "002/saved_model.pb",
    ]
