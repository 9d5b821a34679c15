"""Where the digits go: training, validation and test sets, the input pipeline, workers, and drawings prepared."""

import numpy as np
import numpy.typing as npt

from mnist_lab.data._validation import whole_number
from mnist_lab.data.idx import BOX, SIDE
from mnist_lab.diagrams._arguments import as_image, as_images, as_numbers
from mnist_lab.diagrams._drawing import SMALL, WIDTH, Page, colorize, new_page, tint
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PALE, VERMILLION


def train_and_validation(training_digits: npt.ArrayLike, validation_digits: npt.ArrayLike) -> None:
    """Draw both sets as boxes of sample digits, 24 and 4 images from 0 to 1, and what each does to the network."""
    training = as_images("training_digits", training_digits, 24)  # six times as many as for validation, as in MNIST
    validation = as_images("validation_digits", validation_digits, 4)
    side, margin, middle = 0.42, 0.15, 1.2
    with new_page(2.55) as page:
        for left, digits, columns, title, linestyle in (
            (0.1, training, 6, "60,000 training digits", "-"),
            (7.63, validation, 2, "10,000\nvalidation digits", "--"),
        ):
            width, height = columns * side + 2 * margin, len(digits) // columns * side + 2 * margin
            top = middle + height / 2
            page.box(left, top - height, width, height, INK, "white", linestyle=linestyle)
            for number, digit in enumerate(digits):
                row, column = divmod(number, columns)
                x, y = left + margin + column * side, top - margin - (row + 1) * side
                page.image(digit, x, y, side, side, edgecolor="none")
            page.write(left + width / 2, top + 0.1, title, weight="bold", va="bottom")
        page.box(4.55, middle - 0.55, 1.35, 1.1, BLUE, tint(BLUE, 0.12), linewidth=2)
        page.write(5.225, middle, "network:\nweights\nand biases")
        page.arrow((2.98, middle), (4.5, middle), BLUE, linewidth=3, mutation_scale=20)
        page.write(3.7, middle + 0.35, "adjust\nthe weights")
        page.arrow((7.58, middle), (5.95, middle), linestyle="--")
        page.write(6.77, middle + 0.35, "only\nmeasure")


def held_out_and_sealed(holdout: int) -> None:
    """Draw the 60,000 training digits, of which `holdout` are held out, and the test digits, to scale, with their uses.

    The widths of the three boxes are proportional to the numbers of digits.
    """
    holdout = whole_number("holdout", holdout, 1, 59_999)
    bottom, height, bracket, gap = 1.35, 0.6, 2.15, 0.95
    inch = (WIDTH - 0.2 - gap) / 70_000  # for each digit
    cut, end, sealed = 0.1 + (60_000 - holdout) * inch, 0.1 + 60_000 * inch, 0.1 + 60_000 * inch + gap
    with new_page(2.65) as page:
        for left, right, nearest, farthest, name, use, color in (
            (0.1, cut, 0.95, 9, f"{60_000 - holdout:,} to train on", "learn: in every epoch", BLUE),
            (cut, end, 2.6, end - 0.3, f"{holdout:,} held out", "choose: as often\nas you like", GREEN),
            (sealed, WIDTH - 0.1, 0, 9, "10,000 sealed", "judge: once,\nat the very end", VERMILLION),
        ):
            middle = (left + right) / 2
            write_at = min(max(middle, nearest), farthest)  # the words need more room than a narrow box has
            page.rectangle(left, bottom, right - left, height, tint(color, 0.25), edgecolor=color, linewidth=1.8)
            page.arrow((middle, bottom - 0.06), (write_at, bottom - 0.4), color)
            page.write(write_at, bottom - 0.55, name, weight="bold")
            page.write(write_at, bottom - 0.74, use, va="top")
        brackets = ((0.1, end, "MNIST's 60,000 training digits"), (sealed, WIDTH - 0.1, "its test digits"))
        for left, right, name in brackets:
            ys = (bracket - 0.08, bracket, bracket, bracket - 0.08)
            page.line((left, left, right, right), ys, linewidth=1.2)
            page.write((left + right) / 2, bracket + 0.22, name)
        page.line((end + gap / 2,) * 2, (0.15, 2.55), INK, linewidth=1.2, linestyle=":")


# Each step of the input pipeline, its purpose, and the shape of an element after it, in two lines of boxes.
_PAIR_SHAPE, _BATCH_SHAPE = "[784], [10]", "[128, 784],\n[128, 10]"
_STEPS = {
    (0, 0): ("images file", "holds one digit\nafter another", "bytes"),
    (0, 1): ("FixedLength-\nRecordDataset", "cuts the file\ninto records", "[] of 784 bytes"),
    (0, 2): ("map(decode)", "bytes become numbers\nfrom 0 to 1", "[784]"),
    (0, 3): ("zip", "each image\nwith its label", _PAIR_SHAPE),
    (0, 4): ("cache", "reads and decodes\nonly once", _PAIR_SHAPE),
    (1, 0): ("shuffle", "another order\nin every epoch", _PAIR_SHAPE),
    (1, 1): ("batch(128)", "many digits\nfor one step", _BATCH_SHAPE),
    (1, 2): ("prefetch", "prepares the next\nwhile training", _BATCH_SHAPE),
    (1, 3): ("fit", "adjusts the weights,\nbatch by batch", ""),
}


def input_pipeline() -> None:
    """Draw the steps of the input pipeline as boxes in two lines, each with its purpose and its elements' shape."""
    step, width, height = 1.82, 1.5, 0.5
    first, fourth, last = (0.85 + column * step for column in (0, 3, 4))  # the middles of columns
    with new_page(3.65) as page:
        for (line, column), (name, purpose, dimensions) in _STEPS.items():
            x, middle, y = 0.1 + column * step, 0.85 + column * step, 0.95 if line else 2.67
            edge, linewidth, fill = (BLUE, 2, tint(BLUE, 0.12)) if name == "fit" else (GREY, 1.2, PALE)
            page.box(x, y, width, height, edge, "white" if name == "images file" else fill, linewidth=linewidth)
            page.code(middle, y + height / 2, name, 10, weight="bold")
            page.write(middle, y - 0.07, purpose, SMALL, va="top")
            page.code(middle, y - 0.45, dimensions, SMALL, va="top")
            if column:
                page.arrow((x - step + width + 0.02, y + height / 2), (x - 0.02, y + height / 2))
        page.line((last, last, first), (2.0, 1.75, 1.75), linewidth=1.5)
        page.arrow((first, 1.75), (first, 1.47))
        page.write(fourth, 3.5, "labels file, the same way", SMALL + 1)
        page.arrow((fourth, 3.4), (fourth, 3.19), GREEN)


_WORKERS_Y, _WORKER_HEIGHT = 1.61, 0.72


def data_parallel() -> None:
    """Draw a batch that two workers share, the gradients each computes, their average, and the step both take."""
    with new_page(3.2) as page:
        _draw_worker_box(page, 0.1, _WORKERS_Y, 1.25, "one batch", "[128, 784]", GREY)
        for number, (y, sign, level) in enumerate(((2.31, 1, 2.95), (0.91, -1, 0.27))):
            _draw_worker_box(page, 1.95, y, 1.25, "half of it", "[64, 784]", GREY)
            _draw_worker_box(page, 3.75, y, 1.55, f"worker {number}", "its copy", BLUE)
            _draw_worker_box(page, 5.85, y, 1.2, "gradients", "of its half", GREY)
            page.arrow((1.37, _WORKERS_Y), (1.93, y))
            page.arrow((3.22, y), (3.73, y))
            page.arrow((5.32, y), (5.83, y))
            page.arrow((7.07, y), (7.58, _WORKERS_Y + sign * 0.15))
            # The step's way from the average back to the worker's copy, outside the boxes.
            ys, edge = (_WORKERS_Y + sign * _WORKER_HEIGHT / 2, level, level), y + sign * (_WORKER_HEIGHT / 2 + 0.02)
            page.line((8.45, 8.45, 4.53), ys, VERMILLION, linewidth=1.5, linestyle=(0, (4, 2)))
            page.arrow((4.53, level), (4.53, edge), VERMILLION)
            page.write(6.5, level + (0.11 if sign > 0 else -0.13), "the same step", SMALL + 1)
        _draw_worker_box(page, 7.6, _WORKERS_Y, 1.25, "average", "of both", GREEN)


def _draw_worker_box(page: Page, x: float, y: float, width: float, title: str, text: str, color: str) -> None:
    """Draw a box of one height around the height y."""
    bottom, middle = y - _WORKER_HEIGHT / 2, x + width / 2
    fill, linewidth = (PALE, 1.2) if color == GREY else (tint(color, 0.15), 2)
    page.box(x, bottom, width, _WORKER_HEIGHT, color, fill, linewidth=linewidth)
    page.write(middle, bottom + 0.47, title, weight="bold")
    (page.code if text.startswith("[") else page.write)(middle, bottom + 0.2, text, SMALL)


def where_they_stand(drawings: npt.ArrayLike, digits: npt.ArrayLike) -> None:
    """Draw the first twelve drawings above as many training digits, from 0 to 1, framed, to compare their positions."""
    rows = as_images("drawings", drawings, 12), as_images("digits", digits, 12)
    with new_page(1.5) as page:
        for name, bottom, images in zip(("drawings", "training"), (0.82, 0.08), rows, strict=True):
            page.write(0.1, bottom + 0.3, name, ha="left")
            for number, image in enumerate(images):
                page.image(colorize(image), 0.98 + 0.67 * number, bottom, 0.6, 0.6)


def preparation(drawing: npt.ArrayLike, digit: npt.ArrayLike, small: npt.ArrayLike, image: npt.ArrayLike) -> None:
    """Draw four stages of a drawing: as drawn, cut out, scaled to fit a box of 20 × 20 pixels, centred by its mass.

    Three are `[rows, columns]`, with 0 for paper, the last the network's input, `[784]` or `[28, 28]`, from 0 to 1.
    Each is drawn with its largest number as ink.
    """
    stages = {"drawing": drawing, "digit": digit, "small": small, "image": as_image(image)}
    drawing, digit, small, image = (_as_inked(name, stage) for name, stage in stages.items())
    side, bottom, middle, top = 1.9, 0.45, 0.45 + 1.9 / 2, 0.45 + 1.9
    with new_page(3.05) as page:
        for left, stage, pixels, title in (
            (0.25, drawing, max(drawing.shape), "as drawn"),
            (2.5, digit, max(digit.shape), "cut out"),
            (4.75, small, max(BOX, *small.shape), f"longer side: {BOX} pixels"),
            (7.0, image, SIDE, "centred by its mass"),
        ):
            height, width = stage.shape[0] * side / pixels, stage.shape[1] * side / pixels
            page.image(colorize(stage), left + (side - width) / 2, middle - height / 2, width, height)
            page.write(left + side / 2, top + 0.28, title)
            page.write(left + side / 2, 0.2, f"{stage.shape[0]} × {stage.shape[1]}", SMALL, color=GREY)
            if stage is not drawing:
                page.arrow((left - 0.3, middle), (left - 0.06, middle))
        inch, pixel, centres = side / max(drawing.shape), side / SIDE, np.arange(SIDE) + 0.5
        (first_row, last_row), (left, right) = (np.flatnonzero(drawing.any(axis))[[0, -1]] + (0, 1) for axis in (1, 0))
        left, right, high, low = 0.25 + left * inch, 0.25 + right * inch, top - first_row * inch, top - last_row * inch
        page.line((left, right, right, left, left), (high, high, low, low, high), VERMILLION, linewidth=1.6)
        x = 7.0 + np.average(centres, weights=image.sum(0)) * pixel
        y = np.average(centres, weights=image.sum(1)) * pixel
        page.line((x, x), (bottom, top), VERMILLION, linewidth=1.2)
        page.line((7.0, 7.0 + side), (top - y, top - y), VERMILLION, linewidth=1.2)


def _as_inked(name: str, values: npt.ArrayLike) -> np.ndarray:
    expected = "an image, [rows, columns], with ink, numbers above 0"
    array = as_numbers(name, values, expected, lambda found: found.ndim == 2 and found.min() >= 0 and found.max() > 0)
    return array / array.max()
