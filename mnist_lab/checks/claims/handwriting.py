"""Claims of lesson 11: a drawing reaches the network preprocessed as MNIST's digits were."""

from functools import cache

import numpy as np

from mnist_lab.checks.evidence import Evidence, NotYet, claim, describe_error, once
from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, PIXELS, SIDE
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings

MIN_ACCURACY = 0.85
_NEARLY_ALL = 0.95
_SAME_PROPORTION = 0.04
_BLOCK = 5  # a drawing has five times as many pixels each way as a digit


@claim("the function makes an image of a drawing: a list of pixels from paper, zero, to ink, one")
def function_returns_images(evidence: Evidence) -> None:
    """Check that the function returns 784 numbers from 0 to 1 for a drawing."""
    _images(evidence)


@claim("the longer side of a digit fills the box that MNIST scaled its digits into")
def digits_fill_the_box(evidence: Evidence) -> None:
    """Check that the longer side of nearly every digit is 20 pixels, one more or less."""
    longer = np.array([max(_height_and_width(image)) for image in _valid_images(evidence)])
    error = abs(longer - BOX)
    if np.mean(error <= 1) < _NEARLY_ALL:
        raise NotYet(
            f"Found longer sides from {longer.min()} to {longer.max()} pixels, expected {BOX}; "
            f"drawings[{error.argmax()}] is farthest off. Cut the digit out of its paper, then scale it."
        )


@claim("height and width are scaled alike")
def proportions_are_kept(evidence: Evidence) -> None:
    """Check that nearly every digit's ink is as wide, for its height, as the drawing's."""
    drawn = np.array([_width_share(drawing) for drawing in sample_drawings()[0]])
    found = np.array([_width_share(image.reshape(SIDE, SIDE)) for image in _valid_images(evidence)])
    error = np.abs(found - drawn)
    if np.mean(error < _SAME_PROPORTION) < _NEARLY_ALL:
        worst = error.argmax()
        found_ratio, drawn_ratio = (share[worst] / (1 - share[worst]) for share in (found, drawn))
        raise NotYet(
            f"Found drawings[{worst}] {found_ratio:.2f} times as wide as high, expected {drawn_ratio:.2f} times, as "
            "drawn. Use one factor for both sides."
        )


@claim("the centre of mass stands in the middle of the image")
def mass_is_centred(evidence: Evidence) -> None:
    """Check that nearly every digit's centre of mass is at row and column 14, within a pixel."""
    centres = centres_of_mass(_valid_images(evidence).reshape(-1, SIDE, SIDE))
    error = np.abs(centres - SIDE / 2).max(axis=1)
    if np.mean(error <= 1) < _NEARLY_ALL:
        row, column = centres[error.argmax()]
        raise NotYet(
            f"Found the centre of mass of drawings[{error.argmax()}] at row {row:.1f} and column {column:.1f}, "
            f"expected {SIDE // 2} and {SIDE // 2}. Don't centre the box: weigh each row and each column by its ink."
        )


@claim("with it the network reads more of the sample drawings than without, and most of them")
def preprocessing_raises_accuracy(evidence: Evidence) -> None:
    """Check that the network classifies more sample drawings with the function than without, and most of them."""
    images = _valid_images(evidence)
    raw, accuracy = _accuracy(evidence, _shrunk_drawings()), _accuracy(evidence, images)
    if not (accuracy > raw and accuracy >= MIN_ACCURACY):
        raise NotYet(
            f"Found an accuracy of {accuracy:.0%}, and {raw:.0%} without the function; expected {MIN_ACCURACY:.0%} or "
            "more. Show some of the images beside MNIST's: do they look alike?"
        )


def sample_accuracies(evidence: Evidence) -> dict[str, float]:
    """Return the model's accuracy on the sample drawings, shrunk only ("raw") and preprocessed by the package."""
    prepared = np.stack([preprocess_digit(drawing) for drawing in sample_drawings()[0]])
    return {"raw": _accuracy(evidence, _shrunk_drawings()), "prepared": _accuracy(evidence, prepared)}


@once
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
        raise NotYet(
            f"Found the shape {list(images.shape[1:])}, expected [{PIXELS}]. Return the image as a list of pixels: "
            f"`.reshape({PIXELS})`."
        )
    if not (images.min() >= 0 and images.max() <= 1 and images.max() > 0.5):
        found = f"Found numbers from {images.min():g} to {images.max():g}, expected 0 to 1"
        raise NotYet(f"{found}. Divide by 255, or use `np.clip`.")
    if empty := int(np.sum(images.max(axis=1) < 0.5)):
        raise NotYet(f"Found {empty} images of 100 without dark ink. Is the digit still in the image?")
    return images


def _valid_images(evidence: Evidence) -> np.ndarray:
    """Return the images, or refer to the claim that says why there are none."""
    try:
        return _images(evidence)
    except NotYet:
        raise NotYet("Found no image of a drawing yet. Fix the function first.") from None


@cache
def _shrunk_drawings() -> np.ndarray:
    blocks = sample_drawings()[0].reshape(-1, SIDE, _BLOCK, SIDE, _BLOCK)
    return blocks.mean((2, 4)).reshape(-1, PIXELS) / 255


def _accuracy(evidence: Evidence, images: np.ndarray) -> float:
    predictions = evidence.model.predict(images.astype(np.float32), verbose=0).argmax(axis=1)
    return float(np.mean(predictions == sample_drawings()[1]))


def _height_and_width(image: np.ndarray) -> list[int]:
    inked = image.reshape(SIDE, SIDE) > 0.1 * image.max()
    return [int(np.ptp(np.flatnonzero(inked.any(axis)))) + 1 for axis in (1, 0)]


def _width_share(image: np.ndarray) -> float:
    """Return width / (width + height), both measured as the standard deviation of the ink's positions."""
    ink = image / image.sum()
    deviations = []
    for axis in (1, 0):
        positions, weights = np.arange(image.shape[axis]), ink.sum(axis=1 - axis)
        deviations.append(np.sqrt(weights @ (positions - weights @ positions) ** 2))
    return deviations[0] / sum(deviations)
