"""A photo is read as upright grey, whatever its format, and a file that is none is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, read_photo

from .test_preprocess import INK

GREY = 255 - INK  # a dark digit on white
ORIENTATION = 0x0112  # EXIF


def with_alpha(mode, shade=0, surround=None):
    """Return ink of a shade on a transparent ground."""
    alpha = Image.fromarray(INK)
    image = Image.new("L", alpha.size, shade if surround is None else surround)
    image.paste(shade, mask=alpha)
    image.putalpha(alpha)
    return image.convert(mode)


def palette(transparent):
    image = Image.fromarray((INK > 0).astype(np.uint8))
    image.putpalette([255, 255, 255, 0, 0, 0] if not transparent else [0, 0, 0, 0, 0, 0])
    image.info.update({"transparency": 0} if transparent else {})
    return image


DARK_ON_WHITE = {
    "grey.png": Image.fromarray(GREY),
    "colour.png": Image.fromarray(GREY).convert("RGB"),
    "colour.jpg": Image.fromarray(GREY).convert("RGB"),
    "cmyk.jpg": Image.fromarray(GREY).convert("CMYK"),
    "cmyk.tiff": Image.fromarray(GREY).convert("CMYK"),
    "lab.tiff": Image.fromarray(np.dstack([GREY, np.zeros_like(GREY), np.zeros_like(GREY)]), "LAB"),
    "one bit.png": Image.fromarray(GREY > 0),
    "16 bits.png": Image.fromarray(GREY.astype(np.uint16) * 257),
    "16 bits.tiff": Image.fromarray(GREY.astype(np.uint16) * 257),
    "32 bits.tiff": Image.fromarray(GREY.astype(np.int32) * 257),
    "palette.png": palette(False),
    "palette.gif": palette(False),
    "transparent palette.png": palette(True),
    "transparent palette.gif": palette(True),
    "transparent grey.png": with_alpha("LA"),
    "transparent.png": with_alpha("RGBA"),
    "transparent.webp": with_alpha("RGBA"),
    "transparent white.png": with_alpha("RGBA", surround=255),
}


@pytest.mark.parametrize("name", DARK_ON_WHITE)
def test_every_kind_of_image_becomes_dark_on_white(name, tmp_path):
    DARK_ON_WHITE[name].save(tmp_path / name, **({"quality": 95} if name.endswith("jpg") else {}))
    photo = read_photo(tmp_path / name)
    assert photo.dtype == np.uint8
    assert photo.shape == INK.shape
    assert np.abs(photo.astype(int) - GREY).mean() < 2
    assert np.abs(preprocess_digit(photo) - preprocess_digit(INK)).max() < 0.06


def test_light_ink_on_a_transparent_ground_is_not_lost(tmp_path):
    with_alpha("RGBA", shade=255).save(tmp_path / "chalk.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "chalk.png"), INK)


def test_a_transparent_colour_is_paper(tmp_path):
    Image.fromarray(np.where(INK > 0, 40, 0).astype(np.uint8)).save(tmp_path / "key.png", transparency=0)
    np.testing.assert_array_equal(read_photo(tmp_path / "key.png"), np.where(INK > 0, 40, 255))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tiff"])
def test_a_photo_is_turned_upright(orientation, suffix, tmp_path):
    flips = (GREY, GREY[:, ::-1], GREY[::-1, ::-1], GREY[::-1])
    stored = (*flips, GREY.T, np.rot90(GREY), GREY[::-1, ::-1].T, np.rot90(GREY, -1))[orientation - 1]
    image = Image.fromarray(np.ascontiguousarray(stored)).convert("RGB")
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    image.save(tmp_path / f"photo{suffix}", exif=exif)
    assert np.abs(read_photo(tmp_path / f"photo{suffix}").astype(int) - GREY).mean() < 4


@pytest.mark.parametrize(
    ("size", "reduced"), [((2000, 1500), (750, 1000)), ((900, 3000), (1000, 300)), ((1000, 30), (30, 1000))]
)
def test_only_a_large_photo_is_reduced(size, reduced, tmp_path):
    Image.new("RGB", size, "white").save(tmp_path / "photo.jpg")
    assert read_photo(tmp_path / "photo.jpg").shape == reduced


def jpeg():
    file = io.BytesIO()
    Image.effect_noise((200, 200), 90).save(file, "JPEG")
    return file.getvalue()


def tiff(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), r"such as JPEG or PNG\. .* HEIC.*export it as JPEG"),
        (b"", "photo .* that Pillow can read"),
        (b"<html>", "photo .* that Pillow can read"),
        (jpeg()[:3000], "expected an undamaged photo.*truncated"),
        (tiff(np.eye(9, dtype=np.float32)), "floating-point numbers"),
        (tiff(np.eye(9, dtype=np.int32) * 70_000), "from 0 to 70000"),
        (tiff(np.zeros((1, 91_000), np.uint8)), "at most 178 megapixels.*exceeds limit"),
    ],
    ids=["HEIC", "empty", "web page", "truncated", "floats", "32 bits", "too many pixels"],
)
def test_a_file_that_is_no_photo_is_refused(content, message, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 45_000)
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_photo(path)


def test_a_missing_photo_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_photo(tmp_path / "nowhere.jpg")
