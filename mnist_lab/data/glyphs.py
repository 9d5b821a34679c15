"""The ten digits of Matplotlib's own fonts as distance fields, and their rendering as MNIST's images.

Glyph bitmaps differ from one FreeType version to the next, but outlines need not. So an image samples distances to an
outline, and is the same within one grey level on every version. Positions and distances are in pixels of the final
image, y downwards; in its field a glyph's longer side spans `BOX` pixels around (0, 0).
"""

from collections.abc import Callable, Iterator
from functools import cache

import matplotlib
import numpy as np
from matplotlib.bezier import BezierSegment
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextToPath
from scipy.ndimage import map_coordinates

from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, CLASSES, SIDE

_REACH = 14  # pixels from a field's middle to its border
_SAMPLES_PER_PIXEL = 3
_POINTS_PER_CURVE = 6
_EDGE = 1.1  # pixels from paper to full ink
_MEASURING_SCALE = 1.25  # field pixels per image pixel while a digit is measured: a bent digit still fits
_FAINT_EDGES = 0.6  # pixels of the box where the ink is below one half, both sides together

Warp = Callable[[np.ndarray, np.ndarray], np.ndarray]


def distance_fields(faces: tuple[str, ...]) -> np.ndarray:
    """Return the distances in pixels to the outline of each digit of each font file, `[10 * faces, 85, 85]`."""
    return np.stack([_distance_field(face, digit) for face in faces for digit in range(CLASSES)])


def render(fields: np.ndarray, glyphs: np.ndarray, warp: Warp, pen: np.ndarray) -> np.ndarray:
    """Return images in the style of MNIST, `[n, 28, 28]` float64 from 0 (paper) to 1 (ink).

    Each digit's longer side spans 20 pixels; its centre of mass is within half a pixel of row and column 14. `glyphs`
    holds the indices of the `n` fields to draw. `warp` maps rows and columns `[n, 28]` to positions in the fields
    `[2, n, 28, 28]` (y, x). `pen` `[n]` moves the outlines outwards by so many pixels.
    """
    middle = (SIDE - 1) / 2
    from_middle = np.arange(SIDE) - middle
    size = fields.shape[1]

    def inside(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        rows, columns = np.clip((warp(y, x) + _REACH) * _SAMPLES_PER_PIXEL, 0, size - 1)
        rows += (glyphs * size)[:, None, None]  # in all fields, stacked into one tall image
        return map_coordinates(fields.reshape(-1, size), (rows, columns), order=1) + pen[:, None, None]

    positions = np.broadcast_to(_MEASURING_SCALE * from_middle, (len(glyphs), SIDE))
    measured = inside(positions, positions)
    rows, columns = (_MEASURING_SCALE * (_ends(measured.max(axis)) - middle) for axis in (2, 1))
    scale = np.maximum(np.ptp(rows, 0), np.ptp(columns, 0)) / (BOX - _FAINT_EDGES)
    y, x = (box.mean(0)[:, None] + scale[:, None] * from_middle for box in (rows, columns))
    return _centred(np.clip(0.5 + inside(y, x) / _EDGE, 0, 1))


def _outline(face: str, digit: int) -> list[np.ndarray]:
    """Return the closed polygons `[points, 2]` (y, x) of a digit, scaled and centred."""
    text_to_path = TextToPath()
    text_to_path.FONT_SCALE = 8000.0  # a multiple of 1000 and 2048, the units of font design: FreeType rounds nothing
    font = FontProperties(fname=f"{matplotlib.get_data_path()}/fonts/ttf/{face}")
    vertices, codes = text_to_path.get_text_path(font, str(digit))
    segments: Iterator[tuple[BezierSegment, int]] = Path(vertices, codes).iter_bezier()  # type: ignore[assignment]
    steps = np.linspace(0, 1, _POINTS_PER_CURVE + 1)[1:]
    polygons: list[list[np.ndarray]] = []
    for curve, code in segments:
        if code == Path.MOVETO:
            polygons.append([])
        polygons[-1].append(curve(steps if len(curve.control_points) > 2 else steps[-1:]))
    points = [np.concatenate(polygon)[:, ::-1] * (-1, 1) for polygon in polygons]
    low, high = np.concatenate(points).min(0), np.concatenate(points).max(0)
    return [(polygon - (low + high) / 2) * BOX / (high - low).max() for polygon in points]


@cache
def _distance_field(face: str, digit: int) -> np.ndarray:
    """Return the distance to the outline of positions in the field, positive inside."""
    x = np.linspace(-_REACH, _REACH, 2 * _REACH * _SAMPLES_PER_PIXEL + 1)
    y = x[:, None]
    nearest, winding = np.full((len(x), len(x)), np.inf), np.zeros((len(x), len(x)), int)
    for polygon in _outline(face, digit):
        for (y0, x0), (y1, x1) in zip(polygon, np.roll(polygon, -1, 0), strict=True):
            dy, dx = y1 - y0, x1 - x0
            if not (length := dy * dy + dx * dx):
                continue
            along = np.clip(((y - y0) * dy + (x - x0) * dx) / length, 0, 1)
            nearest = np.minimum(nearest, (y - y0 - along * dy) ** 2 + (x - x0 - along * dx) ** 2)
            crossing = (y0 <= y) != (y1 <= y)
            if dy:
                winding += np.sign(dy).astype(int) * (crossing & (x0 + (y - y0) / dy * dx > x))
    return np.where(winding != 0, 1, -1) * np.sqrt(nearest)


def _ends(profile: np.ndarray) -> np.ndarray:
    """Return where each row of `profile` `[n, 28]` first and last crosses zero, `[2, n]`, between its elements."""
    rows = np.arange(len(profile))

    def first(values: np.ndarray) -> np.ndarray:
        values = np.pad(values, ((0, 0), (1, 0)), constant_values=-1)
        inside = (values >= 0).argmax(1)
        value, before = values[rows, inside], values[rows, inside - 1]
        return inside - 1 - value / (value - before)

    return np.stack([first(profile), profile.shape[1] - 1 - first(profile[:, ::-1])])


def _centred(images: np.ndarray) -> np.ndarray:
    """Move images by whole pixels, so that their centres of mass are as near as possible to row and column 14."""
    axis, margin = np.arange(SIDE), SIDE // 2
    offsets = np.rint(centres_of_mass(images) - SIDE / 2).astype(int)
    y, x = (margin + axis + offset[:, None] for offset in offsets.T)
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    return padded[np.arange(len(images))[:, None, None], y[:, :, None], x[:, None, :]]
