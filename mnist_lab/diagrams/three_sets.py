"""The training digits in two parts, and the test digits under a seal."""

from mnist_lab.diagrams._drawing import arrow, box, canvas, tint, words
from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, VERMILLION

_TRAINING, _TEST = 60_000, 10_000
_PLACES = ((0.1, 4.6), (4.7, 1.75), (6.95, 1.95))  # left and width of each box; not to scale
_BOTTOM, _HEIGHT = 1.05, 0.7
_ABOVE = _BOTTOM + _HEIGHT + 0.2


def held_out_and_sealed(holdout: int) -> None:
    """Draw three boxes of digits: to learn from, to choose by, and to judge by, once.

    Args:
        holdout: how many of the 60,000 training digits are held out.

    Raises:
        ValueError: it is not between 0 and 60,000.
    """
    if not 0 < holdout < _TRAINING:
        raise ValueError(f"holdout must be above 0 and below {_TRAINING:,}. Received: {holdout!r}")
    sets = (
        (f"{_TRAINING - holdout:,} to train on", "learn: in every epoch", BLUE, "-"),
        (f"{holdout:,}\nheld out", "choose: as often\nas you like", GREEN, "--"),
        (f"{_TEST:,}\nunder a seal", "judge: once,\nat the very end", VERMILLION, "-"),
    )
    with canvas(2.45) as ax:
        for (left, width), (name, use, color, line) in zip(_PLACES, sets, strict=True):
            middle = left + width / 2
            box(ax, left, _BOTTOM, width, _HEIGHT, color, tint(color, 0.12), linestyle=line, linewidth=2)
            words(ax, middle, _BOTTOM + _HEIGHT / 2, name, weight="bold")
            arrow(ax, (middle, _BOTTOM - 0.06), (middle, _BOTTOM - 0.42), color)
            words(ax, middle, _BOTTOM - 0.5, use, va="top")
        (first, _), (second, width), (third, last) = _PLACES
        for left, right, name in (
            (first, second + width, f"MNIST's {_TRAINING:,} training digits"),
            (third, third + last, f"its {_TEST:,} test digits"),
        ):
            ax.plot(
                [left, left, right, right], [_ABOVE - 0.08, _ABOVE, _ABOVE, _ABOVE - 0.08], color=GREY, linewidth=1.2
            )
            words(ax, (left + right) / 2, _ABOVE + 0.22, name)
        ax.plot([third - 0.25] * 2, [0.1, 2.35], color=INK, linewidth=1.2, linestyle=":")
