"""What the diagrams are drawn with: a figure, a page measured in inches, boxes, arrows, images, text, colours."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.typing import ColorType

from mnist_lab.plots.style import BLUE, GREEN, GREY, INK, new_figure, style

WIDTH = 9
SMALL = 9  # points, the smallest size of any text
SUBSCRIPTED = 13  # points, the size at which a subscript still has nine
CHANNELS = {"#c8322b": "red", GREEN: "green", BLUE: "blue"}  # of a colour image

Point = tuple[float, float]
Options = dict[str, Any]  # keyword arguments of Matplotlib's artists


@contextmanager
def styled_figure(height: float) -> Iterator[Figure]:
    """Yield a new pyplot figure of 9 × `height` inches; the project's style holds inside the block."""
    with style():
        figure = new_figure(WIDTH, height)
        yield figure
        figure.draw_without_rendering()  # Matplotlib makes ticks at the first draw, so draw while the style holds


@contextmanager
def new_page(height: float) -> Iterator["Page"]:
    """Yield a page that fills a new figure of 9 × `height` inches."""
    with styled_figure(height) as figure:
        figure.set_layout_engine("none")
        yield Page(figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height)))


class Page:
    """Axes without a frame, measured in inches from the bottom left. Options are those of Matplotlib's artists."""

    def __init__(self, ax: Axes):
        self.ax = ax
        ax.set_axis_off()

    def around(self, x: float, y: float, reach: float = 1) -> "Page":
        """Return a page for what lies within `reach` of (x, y), which is its (0, 0)."""
        bounds = (x - reach, y - reach, 2 * reach, 2 * reach)
        return Page(self.ax.inset_axes(bounds, transform=self.ax.transData, xlim=(-reach, reach), ylim=(-reach, reach)))

    def write(self, x: float, y: float, text: str, size: float = 11, **options: Any) -> None:
        """Write `text`, centred at (x, y) unless `options` align it otherwise."""
        self.ax.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": size, **options})

    def code(self, x: float, y: float, text: str, size: float = 11, **options: Any) -> None:
        """Write a tensor's shape or a piece of code, in a monospaced font."""
        self.write(x, y, text, size, family="monospace", **options)

    def write_in(self, texts: np.ndarray, dark: np.ndarray, x: float, y: float, side: float, size: float) -> None:
        """Write `texts`, `[rows, columns]`, into the cells of a square at (x, y), in white where they are `dark`."""
        rows, columns = texts.shape
        for (row, column), text in np.ndenumerate(texts):
            at = x + (column + 0.5) * side / columns, y + side - (row + 0.5) * side / rows
            self.write(*at, text, size, color="white" if dark[row, column] else INK)

    def box(
        self, x: float, y: float, width: float, height: float, edge: ColorType, fill: ColorType, **look: Any
    ) -> None:
        """Draw a box with rounded corners whose bottom left corner is (x, y)."""
        look = {"boxstyle": "round,pad=0,rounding_size=0.08", "linewidth": 1.2, **look}
        self.ax.add_patch(FancyBboxPatch((x, y), width, height, edgecolor=edge, facecolor=fill, **look))

    def rectangle(self, x: float, y: float, width: float, height: float, fill: ColorType = "none", **look: Any) -> None:
        """Draw a rectangle whose bottom left corner is (x, y)."""
        self.ax.add_patch(Rectangle((x, y), width, height, facecolor=fill, **look))

    def circle(self, x: float, y: float, radius: float, edge: ColorType, fill: ColorType, **options: Any) -> None:
        """Draw a circle around (x, y)."""
        self.ax.add_patch(Circle((x, y), radius, edgecolor=edge, facecolor=fill, **options))

    def arrow(self, start: Point, end: Point, color: ColorType = GREY, **options: Any) -> None:
        """Draw an arrow from `start` to `end`."""
        look = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.5, **options}
        self.ax.add_patch(FancyArrowPatch(start, end, color=color, shrinkA=0, shrinkB=0, **look))

    def line(self, x: npt.ArrayLike, y: npt.ArrayLike, color: ColorType = GREY, **options: Any) -> None:
        """Draw a line through points whose coordinates are `x` and `y`."""
        self.ax.plot(x, y, color=color, **{"linewidth": 0.8, **options})

    def connect(self, before: Iterable[Point], after: Iterable[Point], **options: Any) -> None:
        """Draw a line from each point of `before` to each of `after`."""
        self.ax.plot(*np.transpose(list(product(before, after))), **{"zorder": 1, **options})

    def image(self, image: np.ndarray, x: float, y: float, width: float, height: float, **options: Any) -> None:
        """Draw an image, `[rows, columns]` from 0 (paper) to 1 (ink) or RGB, in a thin frame."""
        frame = {"edgecolor": GREY, "linewidth": 0.8, **options}
        self.ax.imshow(image, extent=(x, x + width, y, y + height), vmin=0, vmax=1, zorder=frame.get("zorder", 1))
        self.rectangle(x, y, width, height, **frame)


def colorize(image: np.ndarray, ink: ColorType = INK, paper: ColorType = "white") -> np.ndarray:
    """Return an image as RGB, `[rows, columns, 3]`: 0 becomes the colour `paper`, 1 becomes `ink`."""
    return image[..., np.newaxis] * (np.array(to_rgb(ink)) - to_rgb(paper)) + to_rgb(paper)


def tint(color: ColorType, strength: float) -> tuple[float, float, float]:
    """Return `color` mixed with white: strength 1 leaves it unchanged, 0 gives white."""
    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(color))
    return red, green, blue
