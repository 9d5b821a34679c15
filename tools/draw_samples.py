"""Draw the sample drawings of `mnist_lab/handwriting/sample_drawings.png`: `python -m tools.draw_samples`.

A row for each digit. A pen follows one of the digit's paths, which are bent, turned, slanted, stretched, enlarged and
placed at random, as somebody draws who does not know how MNIST's digits were centred. The amounts were chosen by eye,
before any network had read a drawing.
"""

import numpy as np
from PIL import Image
from scipy.interpolate import CubicHermiteSpline
from scipy.ndimage import map_coordinates
from scipy.spatial import KDTree

from mnist_lab.handwriting.samples import OF_EACH, SIDE
from tools.project import ROOT

SHEET = ROOT / "mnist_lab" / "handwriting" / "sample_drawings.png"
SEED = 2026

# Ways to write each digit: smooth pieces that meet in corners, apart by a |; x,y in a box of height 1, y downwards.
WAYS = """\
0: 0.5,0 0.2,0.12 0.08,0.5 0.22,0.9 0.5,1 0.76,0.88 0.9,0.5 0.76,0.1 0.48,0
1: 0.5,0 0.5,0.5 0.5,1
1: 0.22,0.25 0.38,0.14 0.52,0 | 0.52,0 0.52,0.5 0.52,1
2: 0.1,0.26 0.3,0.03 0.65,0.03 0.78,0.3 0.5,0.65 0.06,0.98 | 0.06,0.98 0.9,0.97
2: 0.1,0.22 0.4,0 0.75,0.2 0.55,0.62 0.2,0.95 0.06,0.85 0.22,0.74 0.9,0.96
3: 0.1,0.12 0.42,0 0.74,0.18 0.62,0.4 0.34,0.46 | 0.34,0.46 0.7,0.54 0.8,0.78 0.45,1 0.05,0.86
4: 0.24,0 0.16,0.3 0.08,0.56 | 0.08,0.56 0.86,0.54 | 0.64,0.08 0.62,0.5 0.58,1
4: 0.66,0 0.36,0.34 0.04,0.66 | 0.04,0.66 0.9,0.66 | 0.66,0 0.66,0.5 0.66,1
5: 0.24,0.02 0.2,0.2 0.16,0.44 | 0.16,0.44 0.48,0.36 0.8,0.6 0.64,0.93 0.3,1 0.06,0.88 | 0.24,0.02 0.82,0
6: 0.72,0 0.34,0.28 0.12,0.7 0.36,1 0.72,0.86 0.66,0.58 0.38,0.54 0.15,0.74
7: 0.06,0.06 0.86,0.03 | 0.86,0.03 0.56,0.5 0.36,1
7: 0.06,0.06 0.86,0.03 | 0.86,0.03 0.56,0.5 0.36,1 | 0.3,0.5 0.8,0.47
8: 0.72,0.14 0.46,0 0.2,0.2 0.46,0.46 0.78,0.76 0.48,1 0.16,0.76 | 0.16,0.76 0.46,0.48 0.78,0.22 0.72,0.14
9: 0.76,0.18 0.44,0 0.14,0.26 0.38,0.52 0.74,0.24 | 0.74,0.24 0.72,0.6 0.68,1
9: 0.76,0.18 0.44,0 0.14,0.26 0.38,0.52 0.74,0.24 | 0.74,0.24 0.7,0.8 0.22,0.98
"""


def smooth(points):
    """Return a Catmull-Rom curve through the points, close enough together to draw."""
    pieces = len(points) - 1
    curve = CubicHermiteSpline(np.arange(pieces + 1), points, np.gradient(points, axis=0))
    return curve(np.linspace(0, pieces, 59 * pieces + 1))


def draw(digit, random):
    """Return one drawing, `[SIDE, SIDE]` uint8."""
    ways = [way.split(":")[1] for way in WAYS.splitlines() if way.startswith(f"{digit}:")]
    pieces = [piece.split() for piece in ways[random.integers(len(ways))].split("|")]
    detours = random.normal(0, 0.035, (4, 4, 2))  # what a point is moved by, depending on where it lies

    def led_astray(points):
        row_and_column = 2.999 * np.clip(points, 0, 1).T[::-1]
        return points + np.stack([map_coordinates(detours[..., axis], row_and_column, order=1) for axis in (0, 1)], 1)

    corners = [np.array([point.split(",") for point in piece], float) for piece in pieces]
    path = np.concatenate([smooth(led_astray(points)) for points in corners]) - 0.5
    turn, slant, stretch = random.normal(0, (0.1, 0.15, 0.12))
    path[:, 0] = (path[:, 0] - slant * path[:, 1]) * np.exp(stretch)
    path = path @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    path *= SIDE * random.uniform(0.35, 0.85) / np.ptp(path, axis=0).max()
    pen = SIDE * random.uniform(0.02, 0.04)  # half the width of the stroke
    path += random.uniform(pen + 2 - path.min(0), SIDE - pen - 2 - path.max(0))
    rows, columns = np.indices((SIDE, SIDE))
    distance, _ = KDTree(path).query(np.stack([columns, rows], axis=-1))
    return np.rint(255 * np.clip(pen + 0.5 - distance, 0, 1)).astype(np.uint8)


def sheet(digits=range(10)):
    """Return all drawings as one picture, a row for each digit."""
    random = np.random.Generator(np.random.PCG64(SEED))
    return np.vstack([np.hstack([draw(digit, random) for _ in range(OF_EACH)]) for digit in digits])


if __name__ == "__main__":
    Image.fromarray(sheet()).save(SHEET, optimize=True)
