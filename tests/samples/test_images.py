"""Images of every kind that people keep become the array that a person would expect."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from fixtures.errors import ImageError
from fixtures.samples.pixels import read_image

pytestmark = pytest.mark.fast

Save = Callable[..., Path]

# a 2 x 3 image of which every pixel is another one
PIXELS = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [10, 20, 30], [255, 255, 255]]],
    np.uint8,
)
NOISE = np.random.default_rng(1).integers(0, 256, (37, 53, 3), np.uint8)


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves an image or an array of pixels."""

    def save(image: Any, name: str = "image.png", **options: Any) -> Path:
        image = image if isinstance(image, Image.Image) else Image.fromarray(image)
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return save


def listed(file: Path) -> object:
    """The pixels of an image in its own size, as nested lists."""
    pixels: object = read_image(file, None, "nearest").tolist()
    return pixels


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp", "gif"])
def test_exact_pixels(save: Save, suffix: str) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    pixels = read_image(save(PIXELS, f"image.{suffix}", **options), None, "nearest")
    assert (pixels.dtype.name, pixels.tolist()) == ("uint8", PIXELS.tolist())


@pytest.mark.parametrize("shape", [(37, 53, 3), (53, 37, 3), (1, 1, 3)], ids=["landscape", "portrait", "pixel"])
def test_height_comes_first(save: Save, shape: tuple[int, ...]) -> None:
    file = save(np.resize(NOISE, shape))
    assert read_image(file, None, "nearest").shape == shape
    assert read_image(file, (8, 9), "nearest").shape == (8, 9, 3)


@pytest.mark.parametrize("resize", ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"])
def test_resize_is_pillows(save: Save, resize: str) -> None:
    expected = Image.fromarray(NOISE).resize((24, 11), Image.Resampling[resize.upper()])
    assert read_image(save(NOISE), (11, 24), resize).tolist() == np.asarray(expected).tolist()


def test_nearest_takes_the_pixel_at_the_centre(save: Save) -> None:
    pixels = np.arange(16, dtype=np.uint8).reshape(1, 16).repeat(2, axis=0)
    assert read_image(save(pixels), (1, 4), "nearest")[0, :, 0].tolist() == [2, 6, 10, 14]


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_decoded_as_pillow_does(save: Save, progressive: bool) -> None:
    file = save(NOISE, "image.jpg", progressive=progressive)
    with Image.open(file) as image:
        assert listed(file) == np.asarray(image).tolist()


def test_greyscale(save: Save) -> None:
    assert listed(save(np.array([[0, 7, 255]], np.uint8))) == [[[0] * 3, [7] * 3, [255] * 3]]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_to_eight(save: Save, suffix: str) -> None:
    file = save(np.array([[0, 255, 256, 0x1234, 0x8000, 0xFFFF]], np.uint16), f"image.{suffix}")
    assert listed(file) == [[[grey] * 3 for grey in (0, 0, 1, 0x12, 0x80, 0xFF)]]


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_pixels_without_a_known_range_are_refused(save: Save, dtype: Any) -> None:
    with pytest.raises(ImageError, match="32-bit"):
        read_image(save(np.array([[0, 1]], dtype), "image.tif"), None, "nearest")


def test_black_and_white(save: Save) -> None:
    assert listed(save(np.array([[False, True]]))) == [[[0] * 3, [255] * 3]]


def test_cmyk(save: Save) -> None:
    inks = Image.fromarray(np.array([[[0, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255]]], np.uint8), "CMYK")
    assert listed(save(inks, "image.tif")) == [[[255, 255, 255], [255, 0, 0], [0, 0, 0]]]


def test_cmyk_jpeg_is_not_inverted(save: Save) -> None:
    inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    pixels = read_image(save(inks, "image.jpg", quality=95), None, "nearest")
    assert np.abs(pixels.astype(int) - [255, 0, 0]).max() <= 4


def test_palette(save: Save) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([1, 2, 3, 40, 50, 60, 255, 254, 253])
    assert listed(save(image)) == [[[1, 2, 3], [40, 50, 60], [255, 254, 253]]]


def test_transparent_colour_of_a_palette_is_white(save: Save) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([1, 2, 3, 40, 50, 60])
    assert listed(save(image, transparency=0)) == [[[255, 255, 255], [40, 50, 60]]]


def test_alpha_lies_over_white(save: Save) -> None:
    rgba = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 51]]], np.uint8)
    # 0.2 of the colour and 0.8 of white
    assert listed(save(rgba)) == [[[10, 20, 30], [255, 255, 255], [204, 224, 244]]]


def test_grey_alpha_lies_over_white(save: Save) -> None:
    image = Image.fromarray(np.array([[[10, 255], [10, 0], [100, 51]]], np.uint8), "LA")
    assert listed(save(image)) == [[[10] * 3, [255] * 3, [224] * 3]]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_colour_key_is_white(save: Save, mode: str) -> None:
    key, other = (0, 9) if mode == "L" else ((0, 0, 0), (9, 9, 9))
    image = Image.new(mode, (2, 1), other)
    image.putpixel((0, 0), key)
    assert listed(save(image, transparency=key)) == [[[255] * 3, [9] * 3]]


TURNED_BACK = {
    1: PIXELS,
    2: PIXELS[:, ::-1],
    3: PIXELS[::-1, ::-1],
    4: PIXELS[::-1],
    5: PIXELS.transpose(1, 0, 2),
    6: np.rot90(PIXELS, -1),
    7: PIXELS[::-1, ::-1].transpose(1, 0, 2),
    8: np.rot90(PIXELS),
}


@pytest.mark.parametrize(("orientation", "upright"), TURNED_BACK.items())
def test_exif_orientation_turns_the_image_upright(save: Save, orientation: int, upright: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert listed(save(PIXELS, exif=exif)) == upright.tolist()


def test_exif_orientation_of_a_jpeg_comes_before_the_size(save: Save) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    left_dark = np.zeros((16, 32, 3), np.uint8)
    left_dark[:, 16:] = 255
    pixels = read_image(save(left_dark, "image.jpg", exif=exif, quality=95), (2, 3), "box")
    # a quarter turn clockwise puts the left side on top
    assert pixels[..., 0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_exif_that_makes_no_sense_is_no_reason_to_refuse(save: Save) -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    assert listed(save(PIXELS, exif=exif)) == PIXELS.tolist()


def test_colour_profile_is_ignored(save: Save) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert listed(save(PIXELS, icc_profile=profile)) == PIXELS.tolist()


def test_first_frame_of_an_animation_counts(save: Save) -> None:
    frames = [Image.new("RGB", (2, 1), colour) for colour in ("red", "blue")]
    assert listed(save(frames[0], "image.gif", save_all=True, append_images=frames[1:])) == [[[255, 0, 0]] * 2]


def encoded(suffix: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, suffix)
    return buffer.getvalue()


@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("suffix", ["jpeg", "png", "bmp", "tiff", "gif", "webp"])
def test_truncated_image(tmp_path: Path, suffix: str, share: float) -> None:
    whole = encoded(suffix)
    file = tmp_path / f"cut.{suffix}"
    file.write_bytes(whole[: max(1, int(len(whole) * share))])
    with pytest.raises(ImageError, match=r"cut\.\w+ holds no complete image: "):
        read_image(file, (8, 8), "nearest")


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 1000, b"I am no image\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n"],
    ids=["empty", "zeros", "text", "svg", "eps"],
)
def test_no_image(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(content)
    with pytest.raises(ImageError, match=r"photo\.jpg holds no complete image: "):
        read_image(file, None, "nearest")


def test_corrupt_png(tmp_path: Path) -> None:
    whole = bytearray(encoded("png"))
    whole[len(whole) // 2] ^= 0xFF
    (tmp_path / "bad.png").write_bytes(whole)
    with pytest.raises(ImageError):
        read_image(tmp_path / "bad.png", None, "nearest")


@pytest.mark.parametrize("name", ["nowhere.jpg", "."])
def test_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImageError):
        read_image(tmp_path / name, None, "nearest")


@pytest.mark.parametrize("limit", [999, 499], ids=["warning", "error"])
def test_decompression_bomb(save: Save, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(ImageError, match="decompression bomb"):
        read_image(save(np.zeros((20, 50), np.uint8)), None, "nearest")


def test_another_suffix_than_the_content_is_no_matter(save: Save) -> None:
    assert listed(save(PIXELS, "image.jpg", format="PNG")) == PIXELS.tolist()
