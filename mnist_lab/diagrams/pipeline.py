"""The input pipeline: from a file of records to fit."""

from mnist_lab.diagrams._drawing import SMALL, arrow, box, canvas, shape, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, PALE

_PAIR, _BATCH = "[784], [10]", "[128, 784],\n[128, 10]"

# Each step, what it is for, and the shape of an element after it.
_READ = (
    ("images file", "holds one digit\nafter another", "bytes"),
    ("FixedLength-\nRecordDataset", "cuts the file\ninto records", "[] of 784 bytes"),
    ("map(decode)", "bytes become numbers\nfrom 0 to 1", "[784]"),
    ("zip", "each image\nwith its label", _PAIR),
    ("cache", "reads and decodes\nonly once", _PAIR),
)
_FEED = (
    ("shuffle", "another order\nin every epoch", _PAIR),
    ("batch(128)", "many digits\nfor one step", _BATCH),
    ("prefetch", "prepares the next\nwhile training", _BATCH),
    ("fit", "adjusts the weights,\nbatch by batch", ""),
)
_LEFT, _STEP, _WIDTH, _HEIGHT = 0.1, 1.82, 1.5, 0.5
_READ_Y, _FEED_Y = 2.67, 0.95  # the bottom of the boxes
_ZIP = 3


def input_pipeline() -> None:
    """Draw the pipeline's steps as boxes in two lines, each with its purpose and its elements' shape."""
    with canvas(3.65) as ax:
        _draw_line(ax, _READ, _READ_Y)
        _draw_line(ax, _FEED, _FEED_Y)
        _turn(ax)
        middle = _middle(_ZIP)
        words(ax, middle, _READ_Y + 0.83, "labels file, the same way", SMALL + 1)
        arrow(ax, (middle, _READ_Y + 0.73), (middle, _READ_Y + _HEIGHT + 0.02), GREEN)


def _middle(column: int) -> float:
    return _LEFT + column * _STEP + _WIDTH / 2


def _draw_line(ax, steps: tuple, y: float) -> None:
    for column, (name, purpose, dimensions) in enumerate(steps):
        x, middle = _LEFT + column * _STEP, _middle(column)
        edge, fill = {"images file": (GREY, "white"), "fit": (BLUE, tint(BLUE, 0.12))}.get(name, (GREY, PALE))
        box(ax, x, y, _WIDTH, _HEIGHT, edge, fill, linewidth=2 if name == "fit" else 1.2)
        shape(ax, middle, y + _HEIGHT / 2, name, 10, weight="bold")
        words(ax, middle, y - 0.07, purpose, SMALL, va="top")
        shape(ax, middle, y - 0.45, dimensions, SMALL, va="top")
        if column:
            arrow(ax, (x - _STEP + _WIDTH + 0.02, y + _HEIGHT / 2), (x - 0.02, y + _HEIGHT / 2))


def _turn(ax) -> None:
    start, end, level = _middle(len(_READ) - 1), _middle(0), _FEED_Y + _HEIGHT + 0.3
    ax.plot((start, start, end), (_READ_Y - 0.67, level, level), color=GREY, linewidth=1.5)
    arrow(ax, (end, level), (end, _FEED_Y + _HEIGHT + 0.02))
