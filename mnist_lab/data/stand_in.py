"""The stand-in: a data set in the shape of MNIST, drawn from Matplotlib's fonts, for machines without a network.

Each digit is a font's, rotated, slanted, stretched, bent by a smooth random field, and drawn with a random pen. The
amounts are chosen so that the lessons' networks rank in the same order as on MNIST, with similar gaps in accuracy.
"""

from pathlib import Path

import numpy as np

from mnist_lab.data import glyphs, idx

VERSION = "2"  # raise it with every change of the digits: it names the cache folder

# fmt: off
TRAINING_FACES = (
    "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansMono.ttf", "DejaVuSerif-Italic.ttf",
    "DejaVuSerif-BoldItalic.ttf", "STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralBolIta.ttf",
    "cmb10.ttf", "cmmi10.ttf", "cmr10.ttf", "cmtt10.ttf",
)
# fmt: on
VALIDATION_ONLY_FACES = ("DejaVuSerif-Bold.ttf", "STIXGeneralItalic.ttf", "cmss10.ttf")

_TRAINING, _VALIDATION, _BATCH_SIZE = 60_000, 10_000, 2_000

# Standard deviations, unless they are named otherwise.
_HASTE, _MAX_HASTE = 0.6, 3.2  # factor on a writer's bend: standard deviation of its natural logarithm, and its maximum
_ROTATION = 0.12  # radians
_MEAN_SLANT, _SLANT = 0.08, 0.2  # pixels sideways for a pixel of height
_STRETCH = 0.1  # of the natural logarithm of width : height
_BEND = 0.82  # pixels
_BEND_SMOOTHNESS = 4.5  # pixels: the width of a bump, not a standard deviation
_MEAN_PEN, _PEN = 1.4, 0.32  # pixels: half the width of a stroke
_MIN_OFFSET = -0.3  # pixels: moving outlines further inwards would break the hairlines of bold faces

_KNOTS = _BEND_SMOOTHNESS * np.arange(-4, 5)


def write_stand_in(directory: Path) -> None:
    """Draw 60,000 training and 10,000 validation digits and write them into `directory` as MNIST's four raw files."""
    all_faces = TRAINING_FACES + VALIDATION_ONLY_FACES
    for name, count, faces, seed in (("train", _TRAINING, TRAINING_FACES, 1), ("t10k", _VALIDATION, all_faces, 2)):
        images, labels = draw(count, faces, seed)
        idx.write(directory / f"{name}-images-idx3-ubyte", images)
        idx.write(directory / f"{name}-labels-idx1-ubyte", labels)


def draw(count: int, faces: tuple[str, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random digits in random `faces` (font files): images `[count, 28, 28]` and labels `[count]`, uint8."""
    random = np.random.Generator(np.random.PCG64(seed))
    fields = glyphs.distance_fields(faces)
    inside = np.maximum(fields, 0)
    half_widths = 1.5 * (inside**2).sum((1, 2)) / inside.sum((1, 2))  # exact for a straight stroke
    images = np.empty((count, idx.SIDE, idx.SIDE), np.uint8)
    labels = random.integers(idx.CLASSES, size=count)
    for start in range(0, count, _BATCH_SIZE):
        batch = labels[start : start + _BATCH_SIZE]
        glyph = batch + idx.CLASSES * random.integers(len(faces), size=len(batch))
        pen = np.maximum(random.normal(_MEAN_PEN, _PEN, len(batch)) - half_widths[glyph], _MIN_OFFSET)
        ink = glyphs.render(fields, glyph, _random_warp(random, len(batch)), pen)
        images[start : start + len(batch)] = np.rint(255 * ink)
    return images, labels.astype(np.uint8)


def _random_warp(random: np.random.Generator, count: int) -> glyphs.Warp:
    """Return a map from positions in the images to positions in the fields: rotated, slanted, stretched, bent."""
    haste = np.exp(random.normal(0, _HASTE, (count, 1, 1))).clip(max=_MAX_HASTE)
    angle = random.normal(0, _ROTATION, (count, 1, 1))
    slant = random.normal(_MEAN_SLANT, _SLANT, (count, 1, 1))
    stretch = np.exp(random.normal(0, _STRETCH, (count, 1, 1)) / 2)
    # Smoothed noise as a sum of Gaussian bumps on a grid of knots, which can be evaluated at any position.
    bumps = haste * random.normal(0, _BEND / np.sqrt(np.pi), (2, count, len(_KNOTS), len(_KNOTS)))

    def warp(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        bend = _bump(y) @ bumps @ _bump(x).transpose(0, 2, 1)
        y, x = y[:, :, None], x[:, None, :]
        y, x = np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y
        bend[0] += y * stretch
        bend[1] += (x + slant * y) / stretch
        return bend

    return warp


def _bump(positions: np.ndarray) -> np.ndarray:
    """Return the weight of every knot at `positions` `[n, 28]`: `[n, 28, knots]`."""
    return np.exp(-(((positions[:, :, None] - _KNOTS) / _BEND_SMOOTHNESS) ** 2) / 2)
