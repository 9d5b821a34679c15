"""Claims of lesson 11: a drawing reaches the network preprocessed as MNIST's digits were."""

from functools import lru_cache

import numpy as np

from mnist_lab.checks.errors import describe_error
from mnist_lab.checks.evidence import Evidence, NotYet, claim, probabilities_of
from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, PIXELS, SIDE
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings

_MIN_ACCURACY = 0.85
_NEARLY_ALL = 0.95
_SAME_PROPORTION = 0.04
_BLOCK = 5  # a drawing has five times as many pixels each way as a digit


@claim("the function turns a drawing into 784 pixels, from 0 (paper) to 1 (ink)")
def function_returns_images(evidence: Evidence) -> None:
    _images(evidence)


@claim("the longer side of a digit fills MNIST's box")
def digits_fill_the_box(evidence: Evidence) -> None:
    """Check that the longer side of nearly every digit is 20 pixels, one more or less."""
    images = _valid_images(evidence).reshape(-1, SIDE, SIDE)
    inked = [np.nonzero(image > 0.1 * image.max()) for image in images]
    longer = np.array([max(np.ptp(rows), np.ptp(columns)) + 1 for rows, columns in inked])
    if (worst := _worst(longer - BOX, 1)) is not None:
        found = f"Found longer sides from {longer.min()} to {longer.max()} pixels, the worst of drawings[{worst}]"
        raise NotYet(f"{found}; expected {BOX}. Cut the digit out of its paper, then scale it.")


@claim("height and width are scaled alike")
def proportions_are_kept(evidence: Evidence) -> None:
    """Check that nearly every digit's ink is as wide, for its height, as the drawing's."""
    drawn = np.array([_width_share(drawing) for drawing in sample_drawings()[0]])
    found = np.array([_width_share(image.reshape(SIDE, SIDE)) for image in _valid_images(evidence)])
    if (worst := _worst(found - drawn, _SAME_PROPORTION)) is not None:
        found_ratio, drawn_ratio = (share[worst] / (1 - share[worst]) for share in (found, drawn))
        expected = f"expected {drawn_ratio:.2f} times, as drawn. Use one factor for both sides"
        raise NotYet(f"Found drawings[{worst}] {found_ratio:.2f} times as wide as high, {expected}.")


@claim("the centre of mass is in the middle of the image")
def mass_is_centred(evidence: Evidence) -> None:
    """Check that nearly every digit's centre of mass is at row and column 14, within a pixel."""
    centres = centres_of_mass(_valid_images(evidence).reshape(-1, SIDE, SIDE))
    if (worst := _worst(np.abs(centres - SIDE / 2).max(axis=1), 1)) is not None:
        row, column = centres[worst]
        found = f"Found the centre of mass of drawings[{worst}] at row {row:.1f} and column {column:.1f}, expected 14"
        raise NotYet(f"{found} and 14. Don't centre the box: weigh each row and each column by its ink.")


def _worst(differences: np.ndarray, most: float) -> int | None:
    """Return which difference is the largest, None if nearly all are small enough."""
    errors = np.abs(differences)
    return None if np.mean(errors <= most) >= _NEARLY_ALL else int(errors.argmax())


@claim("with it, the network classifies more of the sample drawings correctly, and most of them")
def preprocessing_raises_accuracy(evidence: Evidence) -> None:
    images = _valid_images(evidence)
    raw, accuracy = _accuracy(evidence, _shrunk_drawings()), _accuracy(evidence, images)
    if not (accuracy > raw and accuracy >= _MIN_ACCURACY):
        found = f"Found an accuracy of {accuracy:.0%}, and {raw:.0%} without the function; expected {_MIN_ACCURACY:.0%}"
        raise NotYet(f"{found} or more. Show some of the images beside MNIST's: do they look alike?")


def prepared_drawings() -> tuple[np.ndarray, np.ndarray]:
    """Return the sample drawings as the package prepares them, `[n, 784]` float32, and their classes `[n]`."""
    drawings, classes = sample_drawings()
    return np.stack([preprocess_digit(drawing) for drawing in drawings]), classes


@lru_cache(maxsize=1)
def _images(evidence: Evidence) -> np.ndarray:
    """Return the images `[n, 784]` that the learner's function makes of the sample drawings."""
    function = evidence.extra.get("preprocess")
    if not callable(function):
        raise NotYet("Found no function. Pass yours by name: check_lesson(…, preprocess=to_mnist).")
    try:
        images = np.stack([np.array(function(drawing), float) for drawing in sample_drawings()[0]])
    except Exception as error:  # the learner's function may raise anything
        raise NotYet(f"It raised {describe_error(error)}. Call it with one drawing to see why.") from error
    if images.shape != (len(images), PIXELS):
        raise NotYet(f"Found the shape {list(images.shape[1:])}, expected [{PIXELS}]. Use `.reshape({PIXELS})`.")
    if not (images.min() >= 0 and 0.5 < images.max() <= 1):
        found = f"Found numbers from {images.min():g} to {images.max():g}"
        raise NotYet(f"{found}, expected 0 to 1. Divide by 255, or use `np.clip`.")
    if empty := int(np.sum(images.max(axis=1) < 0.5)):
        raise NotYet(f"Found {empty} images of 100 without dark ink. Is the digit still in the image?")
    return images


def _valid_images(evidence: Evidence) -> np.ndarray:
    """Return the images, or refer to the claim that says why there are none."""
    try:
        return _images(evidence)
    except NotYet:
        raise NotYet("Found no image of a drawing yet. Fix the function first.") from None


def _shrunk_drawings() -> np.ndarray:
    return sample_drawings()[0].reshape(-1, SIDE, _BLOCK, SIDE, _BLOCK).mean((2, 4)).reshape(-1, PIXELS) / 255


def _accuracy(evidence: Evidence, images: np.ndarray) -> float:
    return float(np.mean(probabilities_of(evidence.model, images.astype(np.float32)).argmax(1) == sample_drawings()[1]))


def _width_share(image: np.ndarray) -> float:
    """Return width / (width + height), both measured as the standard deviation of the ink's positions."""
    height, width = np.sqrt(np.diag(np.cov(np.indices(image.shape).reshape(2, -1), aweights=image.ravel(), ddof=0)))
    return width / (width + height)
