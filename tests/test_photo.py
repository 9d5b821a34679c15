"""A photo is read as upright grey, whatever its format, and a file that is none is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, read_photo

from .test_preprocess import INK

GREY = 255 - INK  # a dark digit on white
IMAGE = Image.fromarray(GREY)
BITS_16 = GREY.astype(np.uint16) * 257


def with_alpha(mode, shade=0, surround=None):
    """Return ink of a shade on a transparent ground."""
    alpha = Image.fromarray(INK)
    image = Image.new("L", alpha.size, shade if surround is None else surround)
    image.paste(shade, mask=alpha)
    image.putalpha(alpha)
    return image.convert(mode)


def palette(paper, **info):
    """Return black ink, colour 1 of a palette, on a paper of colour 0."""
    image = Image.fromarray((INK > 0).astype(np.uint8))
    image.putpalette([*paper, 0, 0, 0])
    image.info |= info
    return image


TRANSPARENT_PALETTE = palette((0, 0, 0), transparency=0)
DARK_ON_WHITE = {
    "grey.png": IMAGE,
    "colour.jpg": IMAGE.convert("RGB"),
    "cmyk.jpg": IMAGE.convert("CMYK"),
    "one bit.png": Image.fromarray(GREY > 0),
    "16 bits.png": Image.fromarray(BITS_16),
    "16 bits.tiff": Image.fromarray(BITS_16),
    "palette.png": palette((255, 255, 255)),
    "transparent palette.png": TRANSPARENT_PALETTE,
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


def test_light_ink_on_a_transparent_ground_is_not_lost_and_a_transparent_colour_is_paper(tmp_path):
    with_alpha("RGBA", shade=255).save(tmp_path / "chalk.png")
    np.testing.assert_array_equal(read_photo(tmp_path / "chalk.png"), INK)
    Image.fromarray(np.where(INK > 0, 40, 0).astype(np.uint8)).save(tmp_path / "key.png", transparency=0)
    np.testing.assert_array_equal(read_photo(tmp_path / "key.png"), np.where(INK > 0, 40, 255))


def test_a_photo_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    Image.fromarray(np.rot90(GREY)).save(tmp_path / "photo.jpg", exif=exif)
    assert np.abs(read_photo(tmp_path / "photo.jpg").astype(int) - GREY).mean() < 4


@pytest.mark.parametrize(
    ("size", "reduced"), [((2000, 1500), (750, 1000)), ((900, 3000), (1000, 300)), ((1000, 30), (30, 1000))]
)
def test_only_a_large_photo_is_reduced(size, reduced, tmp_path):
    Image.new("RGB", size, "white").save(tmp_path / "photo.jpg")
    assert read_photo(tmp_path / "photo.jpg").shape == reduced


def saved(image, kind):
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), r"such as JPEG or PNG\. .* HEIC.*export it as JPEG"),
        (b"", "photo .* that Pillow can read"),
        (saved(Image.effect_noise((200, 200), 90), "JPEG")[:3000], "expected an undamaged photo.*truncated"),
        (saved(Image.new("F", (9, 9)), "TIFF"), "floating-point numbers"),
        (saved(Image.new("I", (9, 9), 70_000), "TIFF"), "from 70000 to 70000"),
        (saved(Image.new("L", (91_000, 1)), "TIFF"), "at most 178 megapixels.*exceeds limit"),
    ],
    ids=["HEIC", "empty", "truncated", "floats", "32 bits", "too many pixels"],
)
def test_a_file_that_is_no_photo_is_refused(content, message, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 45_000)
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_photo(tmp_path / "file")


def test_a_missing_photo_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_photo(tmp_path / "nowhere.jpg")
