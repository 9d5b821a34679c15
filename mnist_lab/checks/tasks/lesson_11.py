"""The tasks of exercise 11: a drawing scaled and centred, a map of what a covered digit says, the worst subgroup."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.stats import binomtest

from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, numbers, task
from mnist_lab.data.centre_of_mass import centres_of_mass
from mnist_lab.data.idx import BOX, CLASSES, PIXELS, SIDE
from mnist_lab.handwriting.preprocess import preprocess_digit
from mnist_lab.handwriting.samples import sample_drawings

Array = npt.NDArray[np.float64]
_DRAWINGS = (26, 57, 44, 72, 3, 38, 14, 61, 96, 85)  # of each class one: small and large, anywhere on the sheet
_ALIKE = 0.8  # the correlation of two ways to scale a digit, blurred, at least
_FAINT = 0.1
_SAME_PLACE = 1.05  # pixels: MNIST's middle may be taken for 13.5, and a whole number of pixels is moved


@cache
def _cases() -> list[tuple[str, npt.NDArray[np.uint8], Array]]:
    """Return drawings as uint8, each with its name and the digit as the package scales it, cut out to its ink.

    Every other one lies on its side, so that its longer side is its width.
    """
    drawings, cases = sample_drawings()[0], []
    for number in _DRAWINGS:
        turned = number % 2
        drawing = np.rot90(drawings[number]).copy() if turned else drawings[number]
        name = f"drawings[{number}]{', turned by a quarter' * turned}"
        cases.append((name, drawing, _cut_to_ink(preprocess_digit(drawing).reshape(SIDE, SIDE))))
    return cases


def _cut_to_ink(image: Array) -> Array:
    rows, columns = np.nonzero(image > _FAINT * image.max())
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float64)


def _likeness(found: Array, expected: Array) -> float:
    """Return the correlation of two images, both blurred, once the first has the other's size; around them is paper."""
    same_size = Image.fromarray(found.astype(np.float32)).resize(expected.shape[::-1], Image.Resampling.BILINEAR)
    padded = (np.pad(np.asarray(image, np.float64), 3) for image in (same_size, expected))
    return float(np.corrcoef(*[gaussian_filter(image, 1).ravel() for image in padded])[0, 1])


@task(
    "11.1",
    "Scale",
    "your function cuts a digit out of a scanner's page and scales it by one factor until its longer side is 20 pixels",
    """
a page of 140 × 140 pixels: 255 in its corner, so that's paper; 0 is ink. 255 − page has paper 0 and ink 255
in that, the first row with ink is 30, the last 109; the columns are 60 to 99
cut out: 109 − 30 + 1 = 80 rows and 99 − 60 + 1 = 40 columns
the longer side, 80, becomes 20: the factor is 20 / 80 = 0.25
the shorter side takes the same factor: 0.25 × 40 = 10. So 20 × 10, and not 20 × 20.
Pillow's resize takes the width first: resize((10, 20)).""",
)
def scaling(scale: Any) -> None:
    """Judge a function of a page `[140, 140]` uint8, paper 255, that returns the digit `[rows, columns]`, 0 to 1."""
    for name, drawing, expected in _cases():
        found = numbers(call(scale, 255 - drawing), "the digit", None, None)
        case = f"For the page of {name}:"
        if max(found.shape) > 10 * BOX:
            raise NotYet(f"{case} found the shape {list(found.shape)}. Keep rows and columns, [rows, columns].")
        if not found.any():
            raise NotYet(f"{case} found only zeros. Which rows of the drawing hold ink, and which columns?")
        if found.max() > 1.5 or found.min() < -0.05:
            found_range = f"found numbers from {found.min():.3g} to {found.max():.3g}, expected 0 to 1"
            raise NotYet(f"{case} {found_range}. Divide by the largest.")
        _check_size(case, _cut_to_ink(found), found, expected)
        if found.max() < 0.7:
            pale = f"found {found.max():.2f} for the darkest ink"
            raise NotYet(f"{case} the size is right, but {pale}. Thin strokes turn pale: divide by the largest number.")


def _check_size(case: str, digit: Array, returned: Array, expected: Array) -> None:
    """Raise `NotYet` unless the digit, cut out to its ink, has the expected sides and shows what was drawn."""
    sides = f"found {digit.shape[0]} × {digit.shape[1]} pixels of ink"
    should = f"expected {expected.shape[0]} × {expected.shape[1]}"
    if any(_near(each.shape, expected.shape) for each in (digit, returned)):
        if _likeness(digit, expected) >= _ALIKE:
            return
        wrong = {
            "Is all of it there?": digit,
            "It's upside down.": digit[::-1],
            "It's mirrored.": digit[:, ::-1],
            "Ink is 1, paper 0: yours is the other way round.": 1 - digit,
        }
        reason = max(wrong, key=lambda each: _likeness(wrong[each], expected))
        raise NotYet(f"{case} the size is right, but it doesn't show what was drawn. {reason} Look at it.")
    negative = returned.max() - returned
    if negative.any() and _likeness(_cut_to_ink(negative), expected) >= _ALIKE:
        raise NotYet(f"{case} {sides}, {should}. That's paper: a page's is 255, and its ink 0. Turn them round first.")
    if not _near(digit.shape, returned.shape):
        raise NotYet(f"{case} {sides}, {should}. The paper was scaled along: cut the digit out first.")
    if _near(digit.shape, (BOX, BOX)):
        raise NotYet(f"{case} {sides}, {should}. You stretched it to a square: use one factor for both sides.")
    if _near(digit.shape, expected.shape[::-1]):
        raise NotYet(f"{case} {sides}, {should}. Pillow's `resize` takes the width first.")
    if abs(min(digit.shape) - BOX) <= 1:
        raise NotYet(f"{case} {sides}, {should}. The longer side decides the factor, not the shorter one.")
    raise NotYet(f"{case} {sides}, {should}. The factor is {BOX} / the longer side, for both sides.")


def _near(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return bool(np.abs(np.subtract(shape, expected)).max() <= 1)


@cache
def _smalls() -> list[tuple[str, Array]]:
    """Return scaled digits, each with a name: drawings, those first whose ink lies farthest from the middle of their
    box, and strokes whose ink would pull them over an edge.
    """
    heavy = np.zeros((BOX, BOX))
    heavy[:3], heavy[:, :2] = 1, 0.6
    drawn = [(name, digit) for name, _, digit in _cases()]
    drawn.sort(key=lambda case: -np.abs(_middle(case[1]) - np.array(case[1].shape) / 2).max())
    return [*drawn, ("a digit of 20 × 20 pixels with most of its ink above", heavy), ("the same, turned", heavy.T)]


def _middle(image: Array) -> Array:
    """Return the row and the column of an image's centre of mass."""
    return centres_of_mass(image[np.newaxis])[0]


@task(
    "11.2",
    "Position",
    "your function moves a digit so that its centre of mass lies at row 14 and column 14, as far as it stays inside",
    """
a digit of 4 rows; the ink in row 0 adds up to 3, in rows 1, 2 and 3 to 1 each
the mean row, weighted by ink: (0·3 + 1·1 + 2·1 + 3·1) / (3 + 1 + 1 + 1) = 1.0
(the middle of the box would be 1.5: the ink above pulls it up)
row 1 goes to row 14, so row 0 starts at 14 − 1 = 13. Columns go the same way.
A digit of 20 rows may start at 8 at most: 8 + 20 = 28. `np.clip(start, 0, 28 - rows)` stops there.""",
)
def centring(centre: Any) -> None:
    """Judge a function of a scaled digit `[rows, columns]` from 0 to 1 that returns the image `[784]`."""
    for name, small in _smalls():
        found = numbers(call(centre, small), "the image", PIXELS).reshape(SIDE, SIDE)
        case = f"For {name}:"
        if not found.any():
            raise NotYet(f"{case} found only zeros. Put the digit into an image of zeros, at the right place.")
        sides = np.array(small.shape)
        start = np.clip(np.rint(SIDE / 2 - _middle(small)), 0, SIDE - sides)
        middle, wanted = _middle(found), _middle(small) + start
        _check_ink(case, found, small)
        if _likeness(_cut_to_ink(found), _cut_to_ink(small)) < _ALIKE:
            raise NotYet(f"{case} the image doesn't show the digit. Look at it.")
        if np.abs(middle - wanted).max() <= _SAME_PLACE:
            continue
        where = f"found the centre of mass at row {middle[0]:.1f}, column {middle[1]:.1f}"
        should = f"expected {wanted[0]:.1f} and {wanted[1]:.1f}"
        if np.abs(middle - _middle(small) - (SIDE - sides) / 2).max() <= 0.6:
            raise NotYet(f"{case} {where}, {should}. The box is in the middle: weigh the ink instead.")
        if np.abs(middle - _middle(small) - start[::-1]).max() <= 0.6:
            raise NotYet(f"{case} {where}, {should}. Rows and columns are swapped.")
        raise NotYet(f"{case} {where}, {should}. The mean of the row numbers, weighted by ink, goes to row 14.")


def _check_ink(case: str, found: Array, small: Array) -> None:
    """Raise `NotYet` if ink was lost or added, or left the image on one side and came back on the other."""
    kept = found.sum() / small.sum()
    if found.max() > 1.5:
        raise NotYet(f"{case} found numbers up to {found.max():.3g}. They come from 0 to 1, and stay so.")
    if kept < 0.98:
        raise NotYet(f"{case} {1 - kept:.0%} of the ink is lost. Where the digit would stick out, stop at the edge.")
    if kept > 1.02:
        raise NotYet(f"{case} there's {kept - 1:.0%} more ink than before. Move the digit, and change nothing else.")
    corner = np.zeros((SIDE, SIDE))
    corner[: small.shape[0], : small.shape[1]] = small
    for start in np.ndindex(SIDE, SIDE):
        if np.allclose(np.roll(corner, start, (0, 1)), found, atol=1e-3) and max(np.add(start, small.shape)) > SIDE:
            raise NotYet(f"{case} it leaves the image on one side and comes back on the other. Stop at the edge.")


_PATCH = 5
_POSITIONS = SIDE - _PATCH + 1


class _Reader:
    """A made network that looks at one corner only: the more ink is there, the more probable is class 7, not 1."""

    corner = slice(4, 10), slice(17, 23)

    def __deepcopy__(self, _memo: Any) -> _Reader:
        return self

    def __repr__(self) -> str:
        return "a network"

    def predict(self, images: Any, *_: Any, **__: Any) -> npt.NDArray[np.float32]:
        ink = np.asarray(images, np.float64).reshape(-1, SIDE, SIDE)[:, *self.corner].mean(axis=(1, 2))
        probabilities = np.full((len(ink), CLASSES), 0.01)
        probabilities[:, 7] = 0.06 + 0.8 * ink
        probabilities[:, 1] = 0.86 - 0.8 * ink
        return probabilities.astype(np.float32)

    predict_on_batch = predict

    def __call__(self, images: Any, *_: Any, **__: Any) -> Any:
        import tensorflow as tf

        return tf.constant(self.predict(images))


def _covered_map(image: Array, asked: int, **how: Any) -> Array:
    """Return the right map `[24, 24]`, or one made as learners may: with ink, piling up, with another side."""
    pile, fill, side = how.get("pile", False), how.get("fill", 0.0), how.get("side", _PATCH)
    positions = SIDE - side + 1
    copies, copy = [], image.reshape(SIDE, SIDE).copy()
    for row in range(positions):
        for column in range(positions):
            copy = copy if pile else image.reshape(SIDE, SIDE).copy()
            copy[row : row + side, column : column + side] = fill
            copies.append(copy.copy())
    return _Reader().predict(copies)[:, asked].reshape(positions, positions).astype(np.float64)


@task(
    "11.3",
    "Occlusion",
    "your map says how probable the asked class is, wherever a patch of paper lies",
    """
an image of 3 × 3 pixels, a patch of 2 × 2: 3 − 2 + 1 = 2 positions each way, so 4 covered copies
   paper at rows 0–1, columns 0–1: the network gives a 1 the probability 0.9
   a fresh copy, rows 0–1, columns 1–2: 0.3
   a fresh copy, rows 1–2, columns 0–1: 0.8
   a fresh copy, rows 1–2, columns 1–2: 0.2
the map for a 1: [[0.9, 0.3], [0.8, 0.2]]""",
)
def occlusion_map(occlusion: Any) -> None:
    """Judge a function of a network, an image `[784]` and a class: the map `[24, 24]`, or every second position."""
    for number, asked in enumerate((1, 7)):
        image = np.random.default_rng(number).uniform(0.3, 1, PIXELS)
        found = numbers(call(occlusion, _Reader(), image.astype(np.float32), asked), "the map", None, None)
        strides = {len(range(0, _POSITIONS, stride)): stride for stride in (6, 5, 4, 3, 2, 1)}
        if found.shape[0] != found.shape[1] or found.shape[0] not in strides:
            many = f"expected [{_POSITIONS}, {_POSITIONS}]: {SIDE} − {_PATCH} + 1 positions each way"
            raise NotYet(f"Found a map of the shape {list(found.shape)}, {many}.")
        stride = strides[len(found)]
        expected = _covered_map(image, asked)[::stride, ::stride]
        if np.allclose(found, expected, rtol=0, atol=2e-3):
            continue
        case = f"Asked for class {asked}, by a network that looks at one corner only:"
        raise NotYet(f"{case} {_hint_for_map(found, expected, image, asked, stride)}")


def _hint_for_map(found: Array, expected: Array, image: Array, asked: int, stride: int) -> str:
    if not found.any():
        return "found only zeros. Cover, predict, and take the probability of the class."
    before = float(_Reader().predict(image[np.newaxis])[0, asked])
    highest = np.maximum(_covered_map(image, 1), _covered_map(image, 7))
    wrong = {
        "those are the largest probabilities. Take that of the class asked for": highest,
        "each cover stays while the next comes, so covers pile up. Take a fresh copy each time": _covered_map(
            image, asked, pile=True
        ),
        "that's the class 7's map, or the class 1's. Take column `asked`": _covered_map(image, 8 - asked),
        "you cover with ink. Paper is 0": _covered_map(image, asked, fill=1.0),
        "you cover with the image's mean. Paper is 0": _covered_map(image, asked, fill=float(image.mean())),
        "those are changes. Give the probability itself": _change(image, asked, before),
        "those are changes, with the sign turned. Give the probability itself": -_change(image, asked, before),
    }
    for hint, each in wrong.items():
        if np.allclose(found, each[::stride, ::stride], rtol=0, atol=2e-3):
            return f"{hint}."
    if np.allclose(found, expected.T, rtol=0, atol=2e-3):
        return "rows and columns are swapped. The first number of the map counts rows."
    if np.ptp(found) < 2e-3:
        return "the map is the same everywhere. Is each covered copy an array of its own, and does the network see it?"
    row, column = np.unravel_index(np.abs(found - expected).argmax(), expected.shape)
    at = f"found {found[row, column]:.3f} at position ({row}, {column}), expected {expected[row, column]:.3f}"
    where = f"rows {row * stride} to {row * stride + _PATCH - 1}, columns {column * stride} to"
    return f"{at}. There, {where} {column * stride + _PATCH - 1} are paper."


def _change(image: Array, asked: int, before: float) -> Array:
    """Return how the probability changes with each patch."""
    return _covered_map(image, asked) - before


_GROUPS = (  # right and all, by group: the first is the answer
    {"with an upstroke": (12, 40), "plain": (570, 600), "drawn with a toe": (0, 1), "thick": (188, 200)},
    {"B": (45, 100), "A": (3, 10), "D": (930, 1_000), "C": (50, 60)},
    {"slanted": (30, 60), "round": (1_880, 2_000), "tiny": (1, 3), "open": (290, 300)},
)


@task(
    "11.4",
    "Worst subgroup",
    "your function names the group whose interval ends lowest, and gives both ends",
    """
three groups, right of all: A 90 of 100, B 4 of 10, C 0 of 1. All: 94 of 111, or 85%
95% intervals of the accuracy (Wilson's): A 0.83 to 0.94, B 0.17 to 0.69, C 0.00 to 0.79
C has the lowest accuracy, 0, but one digit says next to nothing: its interval reaches up to 0.79.
A has the most errors, 10, because it's the largest.
The interval that ends lowest is B's: it reaches only up to 0.69. The answer is B, 0.17, 0.69.""",
)
def worst_subgroup(worst: Any) -> None:
    """Judge a function of which digits are classified correctly, `[n]` bool, and each one's group, `[n]` texts.

    It returns the name of the group whose 95% interval ends lowest, and both ends.
    """
    ratios, moved = [], []
    for number, sizes in enumerate(_GROUPS):
        order = np.random.default_rng(number).permutation(sum(count for _, count in sizes.values()))
        correct = np.concatenate([np.arange(count) < right for right, count in sizes.values()])[order]
        groups = np.repeat(list(sizes), [count for _, count in sizes.values()])[order]
        name, low, high = _named_interval(call(worst, correct, groups), sizes)
        listed = ", ".join(f"{each} {right} of {count}" for each, (right, count) in sizes.items())
        _check_group(f"For {listed}: found {name!r}.", name, sizes)
        reference = binomtest(*sizes[name]).proportion_ci(method="wilson")
        width = reference.high - reference.low
        ratios.append((high - low) / width)
        moved.append((low + high - reference.low - reference.high) / width)
        if abs(moved[-1]) > 0.6 * max(ratios[-1], 1):
            found = f"Found {low:.3g} to {high:.3g} for {sizes[name][0]} of {sizes[name][1]} in the group {name!r}"
            raise NotYet(f"{found}. Expected an interval around its accuracy, {sizes[name][0] / sizes[name][1]:.2f}.")
    if not 0.88 <= np.mean(ratios) <= 1.2 or abs(np.mean(moved)) > 0.25:
        found = f"Found the right groups, and intervals {np.mean(ratios):.2f} times as wide as those that hold the true"
        raise NotYet(f"{found} accuracy 95% of the time. How many digits does yours count, and does it cover 95%?")


def _named_interval(returned: Any, sizes: dict[str, tuple[int, int]]) -> tuple[str, float, float]:
    """Return the name and the interval of what a learner's function returned: three values, or a name and a pair."""
    expected = "expected three: the group's name, and both ends of its interval"
    if not isinstance(returned, tuple | list) or len(returned) not in (2, 3):
        raise NotYet(f"Found {shown(returned)}, {expected}.")
    name, *ends = returned
    if not isinstance(name, str):
        raise NotYet(f"Found {shown(name)} for the group's name, {expected}.")
    if str(name) not in sizes:
        raise NotYet(
            f"Found {shown(str(name))}, expected one of the groups. A good average hides them: ask each group."
        )
    low, high = np.sort(numbers(ends[0] if len(ends) == 1 else ends, "the interval", 2))
    return str(name), float(low), float(high)


def _check_group(case: str, name: str, sizes: dict[str, tuple[int, int]]) -> None:
    answer = next(iter(sizes))
    if name == answer:
        return
    right, count = sizes[name]
    least = min(sizes, key=lambda each: sizes[each][0] / sizes[each][1])
    most_errors = max(sizes, key=lambda each: sizes[each][1] - sizes[each][0])
    if name == least:
        small = "a group of one" if count == 1 else f"a group of {count}"
        raise NotYet(f"{case} Its accuracy is lowest, but that's {small}: how high may it be? See where intervals end.")
    if name == most_errors:
        raise NotYet(f"{case} It has the most errors because it's the largest group. Compare accuracies.")
    raise NotYet(f"{case} {right / count:.0%} of it is right. Whose interval ends lowest?")


TASKS = (scaling, centring, occlusion_map, worst_subgroup)
