"""Where the digits go: training, validation and test sets, the input pipeline, workers, and drawings prepared."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from mnist_lab.data.idx import BOX, SIDE
from mnist_lab.diagrams._arguments import as_image, as_images, as_numbers
from mnist_lab.diagrams._drawing import (
    SMALL,
    canvas,
    colorize,
    draw_arrow,
    draw_box,
    draw_image,
    tint,
    write,
    write_code,
)
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, PALE, VERMILLION

_SETS_Y = 1.2


def train_and_validation(training_digits: npt.ArrayLike, validation_digits: npt.ArrayLike) -> None:
    """Draw both sets as boxes of sample digits, and what each does to the network.

    Args:
        training_digits: `[n, 784]` or `[n, 28, 28]` float, from 0 (paper) to 1 (ink), n of 24 or more.
        validation_digits: the same, n of 4 or more.

    Raises:
        ValueError: there are too few digits, or they have another shape or values outside 0 to 1.
    """
    training = as_images("training_digits", training_digits, 24)  # six times as many as for validation, as in MNIST
    validation = as_images("validation_digits", validation_digits, 4)
    with canvas(2.55) as ax:
        _draw_set(ax, 0.1, training, 6, "60,000 training digits", "-")
        _draw_set(ax, 7.63, validation, 2, "10,000\nvalidation digits", "--")
        draw_box(ax, 4.55, _SETS_Y - 0.55, 1.35, 1.1, BLUE, tint(BLUE, 0.12), linewidth=2)
        write(ax, 5.225, _SETS_Y, "network:\nweights\nand biases")
        draw_arrow(ax, (2.98, _SETS_Y), (4.5, _SETS_Y), BLUE, linewidth=3, mutation_scale=20)
        write(ax, 3.7, _SETS_Y + 0.35, "adjust\nthe weights")
        draw_arrow(ax, (7.58, _SETS_Y), (5.95, _SETS_Y), GREY, linestyle="--")
        write(ax, 6.77, _SETS_Y + 0.35, "only\nmeasure")


def _draw_set(ax: Axes, left: float, digits: np.ndarray, columns: int, title: str, linestyle: str) -> None:
    side, margin = 0.42, 0.15
    width, height = columns * side + 2 * margin, len(digits) // columns * side + 2 * margin
    draw_box(ax, left, _SETS_Y - height / 2, width, height, INK, linestyle=linestyle)
    for number, digit in enumerate(digits):
        row, column = divmod(number, columns)
        x, y = left + margin + column * side, _SETS_Y + height / 2 - margin - (row + 1) * side
        draw_image(ax, digit, x, y, side, side, edge="none")
    write(ax, left + width / 2, _SETS_Y + height / 2 + 0.1, title, weight="bold", va="bottom")


def held_out_and_sealed(holdout: int) -> None:
    """Draw the training digits, the held-out digits and the test digits as boxes, with what each set is for.

    Args:
        holdout: how many of the 60,000 training digits are held out.

    Raises:
        ValueError: `holdout` is not above 0 and below 60,000.
    """
    if not 0 < holdout < 60_000:
        raise ValueError(f"holdout must be above 0 and below 60,000. Received: {holdout!r}")
    sets = (
        (f"{60_000 - holdout:,} to train on", "learn: in every epoch", BLUE, "-"),
        (f"{holdout:,}\nheld out", "choose: as often\nas you like", GREEN, "--"),
        ("10,000\nunder a seal", "judge: once,\nat the very end", VERMILLION, "-"),
    )
    boxes = ((0.1, 4.6), (4.7, 1.75), (6.95, 1.95))  # left and width, not to scale
    bottom, height = 1.05, 0.7
    bracket = bottom + height + 0.2
    with canvas(2.45) as ax:
        for (left, width), (name, use, color, linestyle) in zip(boxes, sets, strict=True):
            middle = left + width / 2
            draw_box(ax, left, bottom, width, height, color, tint(color, 0.12), linestyle=linestyle, linewidth=2)
            write(ax, middle, bottom + height / 2, name, weight="bold")
            draw_arrow(ax, (middle, bottom - 0.06), (middle, bottom - 0.42), color)
            write(ax, middle, bottom - 0.5, use, va="top")
        (first, _), (second, width), (third, last) = boxes
        for left, right, name in (
            (first, second + width, "MNIST's 60,000 training digits"),
            (third, third + last, "its 10,000 test digits"),
        ):
            ax.plot(
                [left, left, right, right],
                [bracket - 0.08, bracket, bracket, bracket - 0.08],
                color=GREY,
                linewidth=1.2,
            )
            write(ax, (left + right) / 2, bracket + 0.22, name)
        ax.plot([third - 0.25] * 2, [0.1, 2.35], color=INK, linewidth=1.2, linestyle=":")


_PAIR_SHAPE, _BATCH_SHAPE = "[784], [10]", "[128, 784],\n[128, 10]"

# Each step, its purpose, and the shape of an element after it.
_READING = (
    ("images file", "holds one digit\nafter another", "bytes"),
    ("FixedLength-\nRecordDataset", "cuts the file\ninto records", "[] of 784 bytes"),
    ("map(decode)", "bytes become numbers\nfrom 0 to 1", "[784]"),
    ("zip", "each image\nwith its label", _PAIR_SHAPE),
    ("cache", "reads and decodes\nonly once", _PAIR_SHAPE),
)
_FEEDING = (
    ("shuffle", "another order\nin every epoch", _PAIR_SHAPE),
    ("batch(128)", "many digits\nfor one step", _BATCH_SHAPE),
    ("prefetch", "prepares the next\nwhile training", _BATCH_SHAPE),
    ("fit", "adjusts the weights,\nbatch by batch", ""),
)
_PIPELINE_LEFT, _PIPELINE_STEP, _STEP_WIDTH, _STEP_HEIGHT = 0.1, 1.82, 1.5, 0.5
_READING_Y, _FEEDING_Y = 2.67, 0.95  # the bottom of the boxes


def input_pipeline() -> None:
    """Draw the steps of the input pipeline as boxes in two lines, each with its purpose and its elements' shape."""
    with canvas(3.65) as ax:
        _draw_steps(ax, _READING, _READING_Y)
        _draw_steps(ax, _FEEDING, _FEEDING_Y)
        _draw_turn(ax)
        middle = _column_middle(3)  # of zip
        write(ax, middle, _READING_Y + 0.83, "labels file, the same way", SMALL + 1)
        draw_arrow(ax, (middle, _READING_Y + 0.73), (middle, _READING_Y + _STEP_HEIGHT + 0.02), GREEN)


def _column_middle(column: int) -> float:
    return _PIPELINE_LEFT + column * _PIPELINE_STEP + _STEP_WIDTH / 2


def _draw_steps(ax: Axes, steps: tuple[tuple[str, str, str], ...], y: float) -> None:
    for column, (name, purpose, dimensions) in enumerate(steps):
        x, middle = _PIPELINE_LEFT + column * _PIPELINE_STEP, _column_middle(column)
        if name == "fit":
            draw_box(ax, x, y, _STEP_WIDTH, _STEP_HEIGHT, BLUE, tint(BLUE, 0.12), linewidth=2)
        else:
            draw_box(ax, x, y, _STEP_WIDTH, _STEP_HEIGHT, GREY, "white" if name == "images file" else PALE)
        write_code(ax, middle, y + _STEP_HEIGHT / 2, name, 10, weight="bold")
        write(ax, middle, y - 0.07, purpose, SMALL, va="top")
        write_code(ax, middle, y - 0.45, dimensions, SMALL, va="top")
        if column:
            before = x - _PIPELINE_STEP + _STEP_WIDTH
            draw_arrow(ax, (before + 0.02, y + _STEP_HEIGHT / 2), (x - 0.02, y + _STEP_HEIGHT / 2))


def _draw_turn(ax: Axes) -> None:
    start, end, level = _column_middle(len(_READING) - 1), _column_middle(0), _FEEDING_Y + _STEP_HEIGHT + 0.3
    ax.plot((start, start, end), (_READING_Y - 0.67, level, level), color=GREY, linewidth=1.5)
    draw_arrow(ax, (end, level), (end, _FEEDING_Y + _STEP_HEIGHT + 0.02))


_WORKER_HEIGHT = 0.72
_WORKER_BOTTOMS = 1.95, 0.55  # the bottom of each worker's boxes
_WORKERS_Y = 1.61


def data_parallel() -> None:
    """Draw a batch that two workers share, the gradients each computes, their average, and the step both take."""
    with canvas(3.2) as ax:
        _draw_worker_box(ax, 0.1, _WORKERS_Y - _WORKER_HEIGHT / 2, 1.25, "one batch", "[128, 784]", GREY)
        for number, y in enumerate(_WORKER_BOTTOMS):
            centre = y + _WORKER_HEIGHT / 2
            _draw_worker_box(ax, 1.95, y, 1.25, "half of it", "[64, 784]", GREY)
            _draw_worker_box(ax, 3.75, y, 1.55, f"worker {number}", "its copy", BLUE)
            _draw_worker_box(ax, 5.85, y, 1.2, "gradients", "of its half", GREY)
            draw_arrow(ax, (1.37, _WORKERS_Y), (1.93, centre))
            draw_arrow(ax, (3.22, centre), (3.73, centre))
            draw_arrow(ax, (5.32, centre), (5.83, centre))
            draw_arrow(ax, (7.07, centre), (7.58, _WORKERS_Y + (0.15 if number == 0 else -0.15)))
            _draw_step_back(ax, number)
        _draw_worker_box(ax, 7.6, _WORKERS_Y - _WORKER_HEIGHT / 2, 1.25, "average", "of both", GREEN)


def _draw_worker_box(ax: Axes, x: float, y: float, width: float, title: str, text: str, color: str) -> None:
    fill = PALE if color == GREY else tint(color, 0.15)
    draw_box(ax, x, y, width, _WORKER_HEIGHT, color, fill, linewidth=1.2 if color == GREY else 2)
    write(ax, x + width / 2, y + 0.47, title, weight="bold")
    write_text = write_code if text.startswith("[") else write
    write_text(ax, x + width / 2, y + 0.2, text, SMALL)


def _draw_step_back(ax: Axes, number: int) -> None:
    """Draw the step's way from the average back to a worker's copy, outside the boxes."""
    top = number == 0
    copy = _WORKER_BOTTOMS[number] + (_WORKER_HEIGHT if top else 0)
    average = _WORKERS_Y + (_WORKER_HEIGHT / 2 if top else -_WORKER_HEIGHT / 2)
    level = 2.95 if top else 0.27
    ax.plot((8.45, 8.45, 4.53), (average, level, level), color=VERMILLION, linewidth=1.5, linestyle=(0, (4, 2)))
    draw_arrow(ax, (4.53, level), (4.53, copy + (0.02 if top else -0.02)), VERMILLION)
    write(ax, 6.5, level + (0.11 if top else -0.13), "the same step", SMALL + 1)


def where_they_stand(drawings: npt.ArrayLike, digits: npt.ArrayLike) -> None:
    """Draw two rows of twelve framed images, drawings above training digits, to show where in its frame each digit is.

    Args:
        drawings: `[n, 784]` or `[n, 28, 28]`, from 0 to 1; the first twelve are drawn.
        digits: training digits in the same form.

    Raises:
        ValueError: there are fewer than twelve, or they have another shape or values outside 0 to 1.
    """
    rows = (
        ("drawings", 0.78, as_images("drawings", drawings, 12)),
        ("training", 0.06, as_images("digits", digits, 12)),
    )
    with canvas(1.5) as ax:
        for name, bottom, images in rows:
            write(ax, 0.1, bottom + 0.33, name, ha="left")
            for number, image in enumerate(images):
                draw_image(ax, colorize(image), 0.98 + 0.665 * number, bottom, 0.66, 0.66)


_STAGE_SIDE = 1.9
_STAGE_LEFTS = (0.25, 2.5, 4.75, 7.0)
_STAGE_BOTTOM = 0.45


def preparation(drawing: npt.ArrayLike, digit: npt.ArrayLike, small: npt.ArrayLike, image: npt.ArrayLike) -> None:
    """Draw four stages of a drawing: as drawn, cut out, scaled to fit a box of 20 × 20 pixels, centred by its mass.

    Args:
        drawing: `[height, width]`, where 0 is paper; each of the images is drawn with its largest number as ink.
        digit: the inked part of the drawing, `[rows, columns]`.
        small: the digit scaled so that its longer side has 20 pixels, `[rows, columns]`.
        image: the network's input, `[784]` or `[28, 28]`, from 0 to 1.

    Raises:
        ValueError: an image is empty or has another shape, or `image` has values outside 0 to 1.
    """
    drawing, digit, small = _as_inked("drawing", drawing), _as_inked("digit", digit), _as_inked("small", small)
    image = as_image(image)
    if not image.any():
        raise ValueError("image must have ink, numbers above 0. Received: zeros only")
    rows, columns = (np.flatnonzero(drawing.any(axis)) for axis in (1, 0))
    with canvas(3.05) as ax:
        scale = _STAGE_SIDE / max(drawing.shape)
        _draw_stage(ax, 0, drawing, scale)
        left, top = _STAGE_LEFTS[0] + columns[0] * scale, _STAGE_BOTTOM + (drawing.shape[0] - rows[0]) * scale
        width, height = (columns[-1] + 1 - columns[0]) * scale, (rows[-1] + 1 - rows[0]) * scale
        ax.plot(
            [left, left + width, left + width, left, left],
            [top, top, top - height, top - height, top],
            color=VERMILLION,
            linewidth=1.6,
        )
        _draw_stage(ax, 1, digit, _STAGE_SIDE / max(digit.shape))
        _draw_stage(ax, 2, small, _STAGE_SIDE / max(BOX, *small.shape))
        _draw_stage(ax, 3, image, _STAGE_SIDE / SIDE)
        mass, axis = image.sum(), np.arange(SIDE) + 0.5
        row, column = (image.sum(1) @ axis / mass, image.sum(0) @ axis / mass)
        x, y = _STAGE_LEFTS[3] + column * _STAGE_SIDE / SIDE, _STAGE_BOTTOM + _STAGE_SIDE - row * _STAGE_SIDE / SIDE
        ax.plot([x, x], [_STAGE_BOTTOM, _STAGE_BOTTOM + _STAGE_SIDE], color=VERMILLION, linewidth=1.2)
        ax.plot([_STAGE_LEFTS[3], _STAGE_LEFTS[3] + _STAGE_SIDE], [y, y], color=VERMILLION, linewidth=1.2)
        for left in _STAGE_LEFTS[1:]:
            middle = _STAGE_BOTTOM + _STAGE_SIDE / 2
            draw_arrow(ax, (left - 0.3, middle), (left - 0.06, middle))
        titles = ("as drawn", "cut out", f"longer side: {BOX} pixels", "centred by its mass")
        for left, title, stage in zip(_STAGE_LEFTS, titles, (drawing, digit, small, image), strict=True):
            write(ax, left + _STAGE_SIDE / 2, _STAGE_BOTTOM + _STAGE_SIDE + 0.28, title)
            write(ax, left + _STAGE_SIDE / 2, 0.2, f"{stage.shape[0]} × {stage.shape[1]}", SMALL, color=GREY)


def _as_inked(name: str, values: npt.ArrayLike) -> np.ndarray:
    array = as_numbers(name, values)
    if array.ndim != 2 or not array.size or not (array.min() >= 0 and array.max() > 0):
        raise ValueError(
            f"{name} must be an image [rows, columns] with ink, numbers above 0. Received: shape {list(array.shape)}"
        )
    return array / array.max()


def _draw_stage(ax: Axes, number: int, image: np.ndarray, scale: float) -> None:
    height, width = image.shape[0] * scale, image.shape[1] * scale
    left, bottom = _STAGE_LEFTS[number] + (_STAGE_SIDE - width) / 2, _STAGE_BOTTOM + (_STAGE_SIDE - height) / 2
    draw_image(ax, colorize(image), left, bottom, width, height)
