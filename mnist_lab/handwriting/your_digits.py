"""Ten digits of your own, which a pad gives as a text and lessons test their networks on."""

import os
import sys
import zlib
from base64 import b64decode

import numpy as np

from mnist_lab.data.download import user_cache
from mnist_lab.data.files import write_whole
from mnist_lab.data.idx import CLASSES, PIXELS
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import OF_EACH, sample_drawings
from mnist_lab.results.store import RECORD_VARIABLE

_PREFIX = "mnist-lab-digits-1:"  # the number is the format's version; widgets/ten_digits.js writes it
_INK = 15  # the darkest grey level of a text; 0 is paper
# Which of each class's drawings to show: of those that lesson 08's network classifies correctly, the one to whose class
# lesson 01's gives the lowest probability. So lesson 01 has mistakes to look at, and later lessons mend them.
_SHOWN = (2, 1, 6, 0, 2, 4, 9, 7, 0, 4)


def your_digits(text: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return ten digits of yours, one of each class: images `[10, 784]` float32 and the classes 0 to 9, `[10]` int64.

    Without digits of yours it returns sample drawings, one of each class, that lesson 01's network finds hard, and says
    so. All are prepared as MNIST's were (see `preprocess_digit`), from 0 (paper) to 1 (ink).

    Args:
        text: what *Copy as text* on a pad gave you. It's kept in your cache for later calls, except in Colab and where
            checks are recorded (MNIST_LAB_RESULTS). None: the digits that you passed last, except there.

    Raises:
        ValueError: the text is damaged, or isn't from a pad.

    Example:
        >>> images, classes = lab.your_digits()
        >>> lab.report(model, (images, classes))
    """
    remembers = not os.environ.get(RECORD_VARIABLE) and "google.colab" not in sys.modules
    file, classes = user_cache() / "your-digits.txt", np.arange(CLASSES)
    if text is not None:
        images = _decoded(text)
        if remembers:
            write_whole(file, text)
        return images, classes
    if remembers and file.is_file():
        return _decoded(file.read_text(encoding="utf-8", errors="replace")), classes
    print(
        "Using sample drawings that lesson 01's network finds hard. "
        "For your own digits, pass the text that a pad gives: lab.your_digits(text)."
    )
    drawings, _ = sample_drawings()
    return np.stack([preprocess_digit(drawing) for drawing in drawings[OF_EACH * classes + _SHOWN]]), classes


def _decoded(text: str) -> np.ndarray:
    """Return the images of a text: grey levels, two a byte, deflated with zlib's checksum, in base64."""
    remedy = 'Press "Copy as text" on the pad again, and pass all of it: lab.your_digits(text).'
    compact = "".join(text.split())
    if not compact.startswith(_PREFIX):
        raise ValueError(f"text must begin with {_PREFIX!r}. Received: {compact[:24]!r}. {remedy}")
    try:
        inflater, size = zlib.decompressobj(), CLASSES * PIXELS // 2
        levels = inflater.decompress(b64decode(compact.removeprefix(_PREFIX), validate=True), size + 1)
    except (ValueError, zlib.error) as error:
        raise ValueError(f"text must be undamaged. Received {len(compact):,} characters: {error}. {remedy}") from error
    if len(levels) != size or not inflater.eof:
        raise ValueError(f"text must hold ten whole digits. Received {len(compact):,} characters. {remedy}")
    pairs = np.frombuffer(levels, np.uint8)
    return np.stack([pairs >> 4, pairs & _INK], axis=1).reshape(CLASSES, PIXELS) / np.float32(_INK)
