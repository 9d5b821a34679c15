"""Solutions of exercise 11: the cells that each fills, and the claims that it leaves open."""

# Cells of the lesson that its exercise leaves out, and the cell of the lesson that needs each of them.
NEEDED = {"cut-out": "to-mnist", "scale": "to-mnist", "centre": "to-mnist"}

# Only the function is in question: the network stays as it was loaded.
JUDGED = ("to-mnist", "check")

UNSOLVED = ["fills MNIST's box", "centre of mass"]

_SCALE = "    small = ndimage.zoom(digit / 255, 20 / max(digit.shape), order=1, grid_mode=True, mode='nearest')\n"
_STRETCH = "    small = ndimage.zoom(digit / 255, (20 / digit.shape[0], 20 / digit.shape[1]), order=1)\n"
_CENTRE = """
    whole = np.zeros((68, 68))
    whole[20 : 20 + small.shape[0], 20 : 20 + small.shape[1]] = small.clip(0, 1)
    row, column = ndimage.center_of_mass(whole)
    top, left = round(row) - 14, round(column) - 14
    return whole[top : top + 28, left : left + 28].reshape(784)
"""
_MIDDLE = _CENTRE.replace("ndimage.center_of_mass(whole)", "(20 + side / 2 for side in small.shape)")


def _to_mnist(body, *missing):
    source = f"""
from scipy import ndimage


def to_mnist(drawing):
    rows, columns = np.nonzero(drawing)
    digit = drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
{body}"""
    return {"to-mnist": source}, missing


_EVERY = ["turns a drawing into", "fills MNIST's box", "scaled alike", "centre of mass"]

SOLUTIONS = {
    "the package's": ({"to-mnist": "def to_mnist(drawing):\n    return lab.preprocess_digit(drawing)"}, []),
    "another way": _to_mnist(_SCALE + _CENTRE),
    "wrong: not scaled": _to_mnist("    small = digit[::5, ::5] / 255\n" + _CENTRE, "fills MNIST's box"),
    "wrong: stretched to a square": _to_mnist(_STRETCH + _CENTRE, "scaled alike"),
    "wrong: the middle of the box": _to_mnist(_SCALE + _MIDDLE, "centre of mass"),
    "wrong: not flat": _to_mnist(_SCALE + _CENTRE.replace(".reshape(784)", ""), *_EVERY),
    "wrong: it raises": _to_mnist("    return digit.reshape(784)\n", *_EVERY),
}
