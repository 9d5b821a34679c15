"""The claims of lesson 11: a drawing comes to the network as MNIST's digits did."""

from functools import cache

import numpy as np

from mnist_lab.checks.evidence import Evidence, Verdict, judging
from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, PIXELS, SIDE
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings

LEAST_READ = 0.85
_NEARLY_ALL = 0.95
_MADE = "images of the sample drawings"
_BLOCK = 5  # a drawing has five times as many pixels each way as a digit


_NOT_YET = "it can be looked for once the function makes an image of a drawing."
_of_the_images = judging(lambda evidence: _NOT_YET if _trouble(evidence) else _images(evidence))


def makes_an_image(evidence: Evidence) -> Verdict:
    """The function answers a drawing with 784 numbers from 0 to 1."""
    claim = "the function makes an image of a drawing: a list of pixels from paper, zero, to ink, one"
    return Verdict(claim, not (trouble := _trouble(evidence)), trouble)


@_of_the_images("the longer side of a digit fills the box that MNIST scaled its digits into")
def fills_the_box(images: np.ndarray, evidence: Evidence) -> tuple[bool, str]:
    """The longer side of nearly every drawing is 20 pixels, one more or less."""
    longer = np.array([max(_sides(image)) for image in images])
    holds = np.mean(abs(longer - BOX) <= 1) >= _NEARLY_ALL
    return holds, (
        f"found longer sides from {longer.min()} to {longer.max()} pixels, looked for {BOX}; the one of "
        f"drawings[{abs(longer - BOX).argmax()}] is farthest off. Cut the digit out of its paper, then scale it."
    )


@_of_the_images("height and width are scaled alike")
def keeps_its_proportions(images: np.ndarray, evidence: Evidence) -> tuple[bool, str]:
    """Height and width are scaled alike."""
    wanted = np.array([_narrowness(drawing) for drawing in sample_drawings()[0]])
    found = np.array([_narrowness(image.reshape(SIDE, SIDE)) for image in images])
    off = np.abs(found - wanted)
    ratios = [share[off.argmax()] / (1 - share[off.argmax()]) for share in (found, wanted)]
    return np.mean(off < 0.04) >= _NEARLY_ALL, (
        f"the ink of drawings[{off.argmax()}] spreads {ratios[0]:.2f} times as far across as down; as drawn, "
        f"{ratios[1]:.2f} times. Use one factor for both sides."
    )


@_of_the_images("the centre of mass stands in the middle of the image")
def is_centred(images: np.ndarray, evidence: Evidence) -> tuple[bool, str]:
    """The centre of mass is at row and column 14, within a pixel."""
    centres = centres_of_mass(images.reshape(-1, SIDE, SIDE))
    off = np.abs(centres - SIDE / 2).max(axis=1)
    row, column = centres[off.argmax()]
    return np.mean(off <= 1) >= _NEARLY_ALL, (
        f"found that of drawings[{off.argmax()}] at row {row:.1f} and column {column:.1f}, looked for {SIDE // 2} "
        f"and {SIDE // 2}. The middle of the box is not it: weigh each row and each column by its ink."
    )


@_of_the_images("with it the network reads more of the sample drawings than without, and most of them")
def drawings_are_read(images: np.ndarray, evidence: Evidence) -> tuple[bool, str]:
    """With the function, the network reads more of the sample drawings, and most of them."""
    raw, read = (_share_read(evidence.model, each) for each in (_shrunk(), images))
    return read > raw and read >= LEAST_READ, (
        f"found {100 * read:.0f} of 100, without it {100 * raw:.0f}; looked for {100 * LEAST_READ:.0f} or more. "
        "Show some of the images, and hold them against MNIST's: do they look alike?"
    )


def samples_read(evidence: Evidence) -> dict[str, float]:
    """Return which share of the sample drawings the model reads, shrunk and prepared by the package."""
    prepared = np.stack([preprocess_digit(drawing) for drawing in sample_drawings()[0]])
    return {name: _share_read(evidence.model, images) for name, images in (("raw", _shrunk()), ("prepared", prepared))}


def _trouble(evidence: Evidence) -> str:
    """Return what keeps the function from making images of the sample drawings, or ""."""
    if not callable(evidence.extra.get("preprocess")):
        return "no function was handed in. Give it by its name: check_lesson(…, preprocess=to_mnist)."
    try:
        images = _images(evidence)
    except Exception as error:
        return f"it raised {type(error).__name__}: {error}. Call it with one drawing, and look at what it does."
    if images.shape != (len(images), PIXELS):
        found = f"found the shape {list(images.shape[1:])}, looked for [{PIXELS}]"
        return f"{found}. Does it return the image, and as a list of pixels, `.reshape({PIXELS})`?"
    if not (images.min() >= 0 and images.max() <= 1 and images.max() > 0.5):
        found = f"found numbers from {images.min():g} to {images.max():g}, looked for 0 to 1"
        return f"{found}. Divide by 255, or use `np.clip`."
    empty = int(np.sum(images.max(axis=1) < 0.5))
    return f"found {empty} images of 100 without dark ink. Is the digit still in the image?" if empty else ""


def _images(evidence: Evidence) -> np.ndarray:
    """Return what the function makes of the sample drawings, or raise what it raised; it is asked once."""
    if _MADE not in evidence.kept:
        function = evidence.extra["preprocess"]
        try:
            made = [np.array(function(drawing), float) for drawing in sample_drawings()[0]]
            evidence.kept[_MADE] = np.stack(made)
        except Exception as error:  # the learner's function may raise anything
            evidence.kept[_MADE] = error
    if isinstance(evidence.kept[_MADE], Exception):
        raise evidence.kept[_MADE]
    return evidence.kept[_MADE]


@cache
def _shrunk() -> np.ndarray:
    blocks = sample_drawings()[0].reshape(-1, SIDE, _BLOCK, SIDE, _BLOCK)
    return blocks.mean((2, 4)).reshape(-1, PIXELS) / 255


def _share_read(model, images: np.ndarray) -> float:
    read = model.predict(images.astype(np.float32), verbose=0).argmax(axis=1)
    return float(np.mean(read == sample_drawings()[1]))


def _sides(image: np.ndarray) -> tuple[int, int]:
    inked = image.reshape(SIDE, SIDE) > 0.1 * image.max()
    return tuple(int(np.ptp(np.flatnonzero(inked.any(axis)))) + 1 for axis in (1, 0))


def _narrowness(image: np.ndarray) -> float:
    """Return the width's share of width and height together, both as standard deviations of the ink's places."""
    ink = image / image.sum()
    spreads = []
    for axis in (1, 0):
        places, weights = np.arange(image.shape[axis]), ink.sum(axis=1 - axis)
        spreads.append(np.sqrt(weights @ (places - weights @ places) ** 2))
    return spreads[0] / sum(spreads)
