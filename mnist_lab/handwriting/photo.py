"""Read a photo or a scan of a digit, in whatever form a camera, a scanner or a drawing program saved it."""

import os
import warnings

import numpy as np
from PIL import Image, ImageOps

from mnist_lab.handwriting.preprocess import grey_on_paper

_LONGER_SIDE = 1000  # pixels, at most


def read_photo(path: str | os.PathLike) -> np.ndarray:
    """Read an image file as grey, `[height, width]` uint8 from 0 (black) to 255 (white).

    The photo is turned upright as its camera noted, transparent pixels become paper (white, unless the ink is light),
    16 bits are scaled to 8, and a larger photo is reduced until its longer side has 1,000 pixels.

    Raises:
        ValueError: Pillow cannot read the file, or its pixels are not whole numbers of up to 16 bits.

    Example:
        >>> photo = lab.read_photo("digit.jpg")
        >>> image = lab.preprocess_digit(photo)
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # a camera's 108 megapixels are no attack
            with Image.open(path) as file:
                image = _with_8_bits(ImageOps.exif_transpose(file))
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:  # Pillow's, also for damaged and huge files
        raise ValueError(
            f"{path}: expected an undamaged photo of at most 178 megapixels that Pillow can read, such as JPEG or PNG. "
            f"Received: {error}. If it is HEIC, as iPhones save photos, export it as JPEG."
        ) from error
    transparent = "A" in image.getbands() or "transparency" in image.info
    image = image.convert("RGBA" if transparent else "RGB")
    image.thumbnail((_LONGER_SIDE, _LONGER_SIDE))
    if transparent:
        return np.rint(255 * grey_on_paper(np.asarray(image) / 255)).astype(np.uint8)
    return np.asarray(image.convert("L"))


def _with_8_bits(image: Image.Image) -> Image.Image:
    """Return the image, a grey one of 16 bits with 8."""
    if image.mode == "F":
        raise OSError("pixels that are floating-point numbers")
    if not image.mode.startswith("I"):
        return image
    numbers = np.asarray(image).astype(np.int64)
    if numbers.min() < 0 or numbers.max() > 65_535:
        raise OSError(f"pixels from {numbers.min()} to {numbers.max()}")
    return Image.fromarray((numbers // 257).astype(np.uint8))
