"""Images with their labels, or a signature, become the input arrays of requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from fixtures import samples
from fixtures.errors import SampleError
from fixtures.model.contract import NO_CONTRACT, Contract, PromisedSignature
from fixtures.model.signature import DType, Signature, TensorSpec
from fixtures.samples import GENERATED, GeneratedSample, ImageSample, Sample

pytestmark = pytest.mark.fast

LABELS = ("roses", "daisy")


def contract(
    images: Path, shape: object = (-1, 2, 2, 3), dtype: str = "float32", accuracy: float | None = None, **how: object
) -> Contract:
    """The contract of a model that takes an image."""
    return Contract.model_validate(
        {
            "signatures": {
                "serving_default": {
                    "inputs": {"image": {"dtype": dtype, "shape": shape}},
                    "outputs": {"scores": {"dtype": "float32", "shape": (-1, 2)}},
                }
            },
            "samples": {"images": images, "input": "image", "labels": LABELS} | how,
            "predictions": {"probabilities": ("scores",), "accuracy": accuracy} if accuracy else {},
        }
    )


def find_samples(subject: Contract) -> tuple[Sample, ...]:
    """The samples of the serving signature."""
    return samples.find_samples(subject)[subject.serving_signature if subject.is_pinned else None]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photographs, one of each kind of suffix, and no labels."""
    directory = tmp_path / "photos"
    directory.mkdir()
    for value, name in enumerate(["b.JPG", "a.png", "c.bmp"]):
        Image.new("RGB", (4, 3), (value, value, value)).save(directory / name)
    return directory


@pytest.fixture
def refusal(photos: Path) -> Callable[[str | bytes], str]:
    """Writes labels.csv, and gives what is said against it."""

    def refusal(table: str | bytes) -> str:
        (photos / "labels.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
        with pytest.raises(SampleError) as caught:
            find_samples(contract(photos))
        assert str(photos / "labels.csv") in str(caught.value)
        return str(caught.value)

    return refusal


def labels(found: tuple[Sample, ...]) -> dict[str, int | None]:
    return {sample.name: sample.label for sample in found}


def test_images_are_sorted_by_name_and_unlabelled_without_a_table(photos: Path) -> None:
    for name in ("README.txt", "._a.png", ".DS_Store"):
        (photos / name).write_text("none of them")
    found = find_samples(contract(photos))
    assert list(labels(found).items()) == [("a.png", None), ("b.JPG", None), ("c.bmp", None)]
    assert {(type(sample), sample.generated) for sample in found} == {(ImageSample, False)}


@pytest.mark.parametrize(
    "table",
    [
        "file,label\na.png,daisy\nb.JPG,roses\n",
        "label,file\ndaisy,a.png\nroses,b.JPG\n",
        "file,label,licence\r\na.png,daisy,CC BY\r\nb.JPG,roses\r\n",
        "\ufefffile,label\na.png,daisy\nb.JPG,roses",
        'file,label\n\na.png,"daisy"\n\nb.JPG,roses\n\n\n',
    ],
    ids=["plain", "columns", "crlf", "bom", "blank"],
)
def test_labels(photos: Path, table: str) -> None:
    (photos / "labels.csv").write_bytes(table.encode())
    assert labels(find_samples(contract(photos))) == {"a.png": 1, "b.JPG": 0, "c.bmp": None}


def test_table_counts_only_where_classes_have_names(photos: Path) -> None:
    (photos / "labels.csv").write_text("nonsense")
    assert set(labels(find_samples(contract(photos, labels=()))).values()) == {None}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("file,label\nd.png,daisy\n", "line 2: there is no image 'd.png'"),
        ("file,label\na.png,daisy\n\nA.png,daisy\n", "line 4: there is no image 'A.png'"),
        ("file,label\n,daisy\n", "line 2: there is no image ''"),
        ("file,label\nlabels.csv,daisy\n", "line 2: there is no image 'labels.csv'"),
        ("file,label\n./a.png,daisy\n", "line 2: there is no image './a.png'"),
        ("file,label\n../photos/a.png,daisy\n", "line 2: there is no image '../photos/a.png'"),
        ("file,label\na.png,tulips\n", "line 2: label 'tulips' is none of samples.labels, roses, daisy"),
        ("file,label\na.png,Daisy\n", "line 2: label 'Daisy' is none of"),
        ("file,label\na.png,\n", "line 2: label '' is none of"),
        ("file,label\na.png\n", "line 2: label '' is none of"),
        ("file,label\na.png,daisy\nb.JPG,roses\na.png,daisy\n", "line 4: 'a.png' is labelled twice"),
        ("file,label\na.png,daisy\na.png,roses\n", "line 3: 'a.png' is labelled twice"),
        ("a.png,daisy\n", "needs the columns file and label"),
        ("file;label\na.png;daisy\n", "needs the columns file and label"),
        ("File,Label\na.png,daisy\n", "needs the columns file and label"),
        ("", "needs the columns file and label"),
        (b"file,label\nros\xe9.png,daisy\n", "is no readable table"),
        (b'file,label\n"' + b"x" * 200_000 + b'",daisy\n', "is no readable table"),
    ],
)
def test_table_that_cannot_be_meant(refusal: Callable[[str | bytes], str], table: str | bytes, says: str) -> None:
    assert says in refusal(table)


def test_image_in_a_subdirectory_cannot_be_labelled(photos: Path, refusal: Callable[[str | bytes], str]) -> None:
    (photos / "more").mkdir()
    Image.new("RGB", (2, 2)).save(photos / "more" / "d.png")
    assert "there is no image 'more/d.png'" in refusal("file,label\nmore/d.png,daisy\n")


@pytest.mark.parametrize("table", [None, "file,label\n"])
def test_accuracy_without_a_labelled_image(photos: Path, table: str | None) -> None:
    if table is not None:
        (photos / "labels.csv").write_text(table)
    with pytest.raises(SampleError, match=r"an accuracy is promised, but .*labels\.csv labels no sample"):
        find_samples(contract(photos, accuracy=0.5))


def test_no_image(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").touch()
    with pytest.raises(SampleError, match=r"holds no image \(\.bmp, "):
        find_samples(contract(tmp_path))


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_no_directory_of_images(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        SampleError, match=rf"samples\.images in conformance\.toml names .*{name}, which is no directory"
    ):
        find_samples(contract(tmp_path / name))


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ("unknown", "not float32 unknown"),
        ((-1, 2, 2), r"not float32 \(-1, 2, 2\)"),
        ((2, 2, 3), "one image at a time"),
        ((-1, 3, 2, 2), "one image at a time"),
        ((-1, 2, 2, 1), "one image at a time"),
        ((-1, 2, 2, 4), "one image at a time"),
        ((-1, -1, 2, 3), "both given or both open"),
        ((-1, 2, -1, 3), "both given or both open"),
        ((4, 2, 2, 3), "one image at a time"),
        ((-1, 0, 0, 3), "one image at a time"),
    ],
)
def test_input_that_takes_no_image(photos: Path, shape: object, says: str) -> None:
    with pytest.raises(SampleError, match=says):
        find_samples(contract(photos, shape))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((-1,), (1,)), ((1,), (1,)), ("unknown", (1,)), ((), ()), ((-1, 1), (1, 1)), ((-1, -1), (1, 1))],
)
def test_input_of_strings_gets_the_file_as_it_is(photos: Path, shape: object, expected: tuple[int, ...]) -> None:
    subject = contract(photos, shape, "string")
    found = find_samples(subject)
    for sample in found:
        sample.prepare()
    arrays = [sample.inputs(subject.signatures["serving_default"])["image"] for sample in found]
    assert [(array.shape, array.dtype) for array in arrays] == [(expected, np.dtype(object))] * 3
    assert [array.item() for array in arrays] == [(photos / name).read_bytes() for name in ("a.png", "b.JPG", "c.bmp")]


@pytest.mark.parametrize("shape", [(2,), (0,), (-1, 2)])
def test_input_of_more_strings_than_one(photos: Path, shape: object) -> None:
    with pytest.raises(SampleError, match=r"one image file at a time, to an input of strings of shape \(-1\) or \(1\)"):
        find_samples(contract(photos, shape, "string"))


def test_files_are_labelled_as_pixels_are(photos: Path) -> None:
    (photos / "labels.csv").write_text("file,label\na.png,daisy\nb.JPG,roses\n")
    assert labels(find_samples(contract(photos, (-1,), "string"))) == {"a.png": 1, "b.JPG": 0, "c.bmp": None}


@pytest.mark.parametrize("left", [0, 40, -10])
def test_broken_file_is_refused_before_it_is_sent(photos: Path, left: int) -> None:
    (photos / "b.JPG").write_bytes((photos / "b.JPG").read_bytes()[:left])
    (_, second, _) = find_samples(contract(photos, (-1,), "string"))
    with pytest.raises(SampleError, match=r"b\.JPG holds no complete image: .*; replace it or take it out of .*photos"):
        second.prepare()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((-1, 2, 2, 3), (1, 2, 2, 3)),
        ((1, 5, 6, 3), (1, 5, 6, 3)),
        ((-1, 5, 6, -1), (1, 5, 6, 3)),
        ((-1, -1, -1, 3), (1, 3, 4, 3)),
    ],
)
def test_shape_of_an_image(photos: Path, shape: object, expected: tuple[int, ...]) -> None:
    subject = contract(photos, shape)
    inputs = find_samples(subject)[0].inputs(subject.signatures["serving_default"])
    assert {name: array.shape for name, array in inputs.items()} == {"image": expected}


def pixel(photos: Path, value: int, **how: Any) -> Any:
    """The number that becomes of a pixel's value, of the input's dtype."""
    Image.new("RGB", (1, 1), (value, value, value)).save(photos / "0.png")
    subject = contract(photos, (-1, 1, 1, 3), **how)
    (first, *_) = find_samples(subject)
    return first.inputs(subject.signatures["serving_default"])["image"][0, 0, 0, 0]


@pytest.mark.parametrize(
    ("value", "how", "expected"),
    [
        (255, {}, np.float32(1.0)),
        (51, {}, np.float32(0.2)),
        (0, {}, np.float32(0.0)),
        (100, {"scale": 1.0}, np.float32(100)),
        (255, {"scale": 2 / 255, "offset": -1.0}, np.float32(1.0)),
        (0, {"scale": 2 / 255, "offset": -1.0}, np.float32(-1.0)),
        (128, {"scale": 0.5, "offset": 1.5, "dtype": "float64"}, np.float64(65.5)),
        (255, {"dtype": "float16"}, np.float16(1.0)),
        (200, {"dtype": "uint8"}, np.uint8(200)),
        (200, {"scale": 1, "dtype": "uint8"}, np.uint8(200)),
        (200, {"dtype": "int64"}, np.int64(200)),
        (0, {"scale": 1, "offset": -128, "dtype": "int8"}, np.int8(-128)),
        (7, {"scale": -3, "offset": 1, "dtype": "int32"}, np.int32(-20)),
    ],
)
def test_scale_and_offset(photos: Path, value: int, how: dict[str, Any], expected: Any) -> None:
    found = pixel(photos, value, **how)
    assert found.dtype == expected.dtype
    assert found == pytest.approx(expected, rel=1e-6)


def two_tone(photos: Path, bright: int, **how: Any) -> Sample:
    """An image of a black pixel and another one."""
    Image.fromarray(np.array([[0, bright]], np.uint8)).save(photos / "0.png")
    return find_samples(contract(photos, (-1, 1, 2, 3), **how))[0]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"dtype": "uint8", "scale": 0}, "scale = 0 and offset = 0 make every pixel 0 in uint8"),
        ({"scale": 0, "offset": 0.5}, "scale = 0 and offset = 0.5 make every pixel 0.5 in float32"),
        ({"dtype": "float16", "offset": 1000}, "scale = 0.00392157 and offset = 1000 make every pixel 1000.0 in float"),
        ({"scale": 1e-9, "offset": 1.0}, "scale = 1e-09 and offset = 1 make every pixel 1.0 in float32"),
        ({"dtype": "bool", "offset": 1}, "scale = 1 and offset = 1 make every pixel True in bool"),
    ],
)
def test_image_of_which_nothing_is_left(photos: Path, how: dict[str, Any], says: str) -> None:
    with pytest.raises(SampleError) as caught:
        two_tone(photos, 40, **how).prepare()
    assert f"{photos / '0.png'}: {says}" in str(caught.value)
    assert "leave both out of samples for pixels" in str(caught.value)


@pytest.mark.parametrize(("bright", "how"), [(0, {}), (0, {"dtype": "uint8"}), (1, {}), (1, {"dtype": "uint8"})])
def test_dark_image_is_no_mistake(photos: Path, bright: int, how: dict[str, Any]) -> None:
    sample = two_tone(photos, bright, **how)
    sample.prepare()
    assert bool(np.ptp(next(iter(sample.inputs(Signature(inputs={}, outputs={})).values())))) == bool(bright)


def test_image_is_resized_as_promised(photos: Path) -> None:
    Image.fromarray(np.array([[0, 100]], np.uint8)).save(photos / "0.png")
    subject = contract(photos, (-1, 1, 1, 3), resize="box", scale=1.0)
    found = find_samples(subject)[0].inputs(subject.signatures["serving_default"])["image"]
    assert found.tolist() == [[[[50.0, 50.0, 50.0]]]]


def test_image_is_decoded_once(photos: Path) -> None:
    subject = contract(photos)
    (first, *_) = find_samples(subject)
    before = first.inputs(subject.signatures["serving_default"])["image"]
    (photos / "a.png").unlink()
    assert np.array_equal(before, first.inputs(subject.signatures["serving_default"])["image"])


def test_broken_image_is_named_with_the_way_out(photos: Path) -> None:
    (photos / "a.png").write_bytes(b"none")
    (first, *_) = find_samples(contract(photos))
    with pytest.raises(SampleError, match=r"a\.png holds no complete image: .*; replace it or take it out of .*photos"):
        first.prepare()


def test_images_are_for_the_serving_signature_and_others_get_generated_samples(photos: Path) -> None:
    subject = contract(photos)
    other = PromisedSignature(inputs={}, outputs={})
    found = samples.find_samples(subject.model_copy(update={"signatures": {"a": other, **subject.signatures}}))
    assert {name: {type(sample) for sample in those} for name, those in found.items()} == {
        "serving_default": {ImageSample},
        "a": {GeneratedSample},
    }
    assert list(found) == ["serving_default", "a"]


# generated


def generated(number: int = 1, **inputs: TensorSpec) -> dict[str, Any]:
    return dict(GeneratedSample(number).inputs(Signature(inputs=inputs, outputs={})))


def without_images() -> Contract:
    return Contract(signatures={"serving_default": PromisedSignature(inputs={}, outputs={})})


@pytest.mark.parametrize("subject", [NO_CONTRACT, without_images()], ids=["no contract", "no samples"])
def test_without_images_samples_are_generated(subject: Contract) -> None:
    found = find_samples(subject)
    assert [sample.name for sample in found] == [f"generated_{number}" for number in range(1, GENERATED + 1)]
    assert {(sample.generated, sample.label) for sample in found} == {(True, None)}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), ()),
        ((-1,), (1,)),
        ((3,), (3,)),
        ((-1, 5), (1, 5)),
        ((-1, -1, 2), (1, 4, 2)),
        ((2, -1), (2, 4)),
        ((-1, 0), (1, 0)),
        ("unknown", (1,)),
    ],
)
@pytest.mark.parametrize("dtype", get_args(DType))
def test_generated_shape_and_dtype(dtype: DType, shape: Any, expected: tuple[int, ...]) -> None:
    spec = TensorSpec(dtype=dtype, shape=shape)
    array = generated(x=spec)["x"]
    assert (array.shape, array.dtype) == (expected, spec.numpy_dtype)


@pytest.mark.parametrize("dtype", get_args(DType))
def test_generated_samples_are_the_same_in_every_run(dtype: DType) -> None:
    spec = TensorSpec(dtype=dtype, shape=(-1, 20))
    assert np.array_equal(generated(2, x=spec)["x"], generated(2, x=spec)["x"])


def test_generated_samples_are_the_same_as_ever() -> None:
    array = generated(1, x=TensorSpec(dtype="int32", shape=(-1, 8)))["x"]
    assert array.tolist() == [[2, 9, 8, 6, 2, 4, 9, 4]]


@pytest.mark.parametrize("dtype", get_args(DType))
def test_generated_samples_differ_from_each_other(dtype: DType) -> None:
    spec = TensorSpec(dtype=dtype, shape=(-1, 20))
    arrays = [generated(number, x=spec)["x"].ravel().tolist() for number in range(1, GENERATED + 1)]
    assert len({tuple(array) for array in arrays}) == GENERATED


def test_generated_inputs_of_one_sample_differ_from_each_other() -> None:
    spec = TensorSpec(dtype="float32", shape=(-1, 5))
    arrays = generated(a=spec, b=spec)
    assert not np.array_equal(arrays["a"], arrays["b"])


@pytest.mark.parametrize(("dtype", "least", "most"), [("float32", 0, 1), ("int8", 0, 9), ("uint64", 0, 9)])
def test_generated_numbers_are_small(dtype: DType, least: int, most: int) -> None:
    array = generated(x=TensorSpec(dtype=dtype, shape=(-1, 1000)))["x"]
    assert least <= array.min() < array.max() <= most


def test_generated_strings_are_bytes() -> None:
    array = generated(x=TensorSpec(dtype="string", shape=(-1, 2)))["x"]
    assert [type(word) for word in array.ravel()] == [bytes, bytes]
