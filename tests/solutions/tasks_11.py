"""Fillings of exercise 11's tasks, in the form of tasks_02.py."""

CALLS = {
    "11.1": "lab.check_task('11.1', scale)",
    "11.2": "lab.check_task('11.2', centre)",
    "11.3": "lab.check_task('11.3', occlusion)",
    "11.4": "lab.check_task('11.4', worst)",
}


def _function(signature, *lines):
    body = "\n".join(f"    {line}" for text in lines for line in text.strip("\n").split("\n"))
    return f"from PIL import Image\nfrom scipy import ndimage\n\ndef {signature}:\n{body}\n"


_CUT = """
rows, columns = (np.flatnonzero((drawing > 25).any(axis=axis)) for axis in (1, 0))
digit = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
"""
_SIZE = "height, width = (max(1, round(20 / max(digit.shape) * side)) for side in digit.shape)"
_SMALL = "small = np.asarray(Image.fromarray(digit).resize((width, height)))"
_END = "return small / small.max()"


def _scale(*lines):
    return _function("scale(page)", "drawing = 255 - page", *lines)


_SCALE = {
    "unsolved": (_scale("return np.zeros((20, 20))"), "found only zeros"),
    "Pillow": (_scale(_CUT, _SIZE, _SMALL, _END), None),
    "SciPy's zoom": (
        _scale(_CUT, "small = ndimage.zoom(digit / 255, 20 / max(digit.shape), order=1)", "return small"),
        None,
    ),
    "SciPy's zoom, smoothed before": (
        _scale(
            _CUT,
            "f = 20 / max(digit.shape)\nsoft = ndimage.gaussian_filter(digit / 255, 0.3 / f)",
            "small = ndimage.zoom(soft, f, order=1)",
            "return (small / small.max()).tolist()",
        ),
        None,
    ),
    "nearest pixels": (
        _scale(
            _CUT,
            _SIZE,
            "small = digit[np.ix_(np.arange(height) * digit.shape[0] // height,"
            " np.arange(width) * digit.shape[1] // width)]",
            "return small / 255",
        ),
        None,
    ),
    "any ink at all, bicubic": (
        _scale(
            "i = np.argwhere(drawing)\n(a, b), (c, d) = i.min(0), i.max(0) + 1\ndigit = drawing[a:c, b:d]",
            _SIZE,
            "small = np.asarray(Image.fromarray(digit).resize((width, height), Image.Resampling.BICUBIC))",
            _END,
        ),
        None,
    ),
    "in a box of 20 × 20": (
        _scale(_CUT, _SIZE, _SMALL, "box = np.zeros((20, 20))\nbox[:height, :width] = small / small.max()\nreturn box"),
        None,
    ),
    "the package's, as an image": (_scale("return lab.preprocess_digit(drawing).reshape(28, 28)"), None),
    "as for the pad": (_scale("drawing = page", _CUT, _SIZE, _SMALL, _END), "a page's is 255"),
    "stretched": (_scale(_CUT, "height = width = 20", _SMALL, _END), "use one factor for both sides"),
    "by the shorter side": (
        _scale(_CUT, _SIZE.replace("max(digit.shape)", "min(digit.shape)"), _SMALL, _END),
        "The longer side decides",
    ),
    "not cut out": (
        _scale("digit = drawing", _SIZE, _SMALL, _END),
        "The paper was scaled along: cut the digit out first",
    ),
    "made smaller only": (
        _scale("return drawing.reshape(28, 5, 28, 5).mean((1, 3)) / 255"),
        "The paper was scaled along",
    ),
    "height first": (
        _scale(_CUT, _SIZE, _SMALL.replace("(width, height)", "(height, width)"), _END),
        "takes the width first",
    ),
    "swapped, and turned back": (
        _scale(_CUT, _SIZE, _SMALL.replace("fromarray(digit)", "fromarray(digit[::-1])"), _END),
        "It's upside down",
    ),
    "mirrored": (_scale(_CUT, _SIZE, _SMALL, "return small[:, ::-1] / small.max()"), "It's mirrored"),
    "inverted": (
        _scale(_CUT, _SIZE, _SMALL, "small = 1 - small / small.max()\nsmall[0, 0] = small[-1, -1] = 1\nreturn small"),
        "Ink is 1, paper 0",
    ),
    "grey levels": (_scale(_CUT, _SIZE, _SMALL, "return small"), "Divide by the largest"),
    "pale": (_scale(_CUT, _SIZE, _SMALL, "return 0.5 * small / small.max()"), "Thin strokes turn pale"),
    "to 30 pixels": (_scale(_CUT, _SIZE.replace("20", "30"), _SMALL, _END), "The factor is 20 / the longer side"),
    "flat": (_scale(_CUT, _SIZE, _SMALL, "return small.ravel() / 255"), "Keep rows and columns"),
    "no return": (_scale(_CUT, _SIZE, _SMALL), "Does your function end with `return`?"),
    "it raises": (_scale("return digit"), "your function raised NameError"),
    "half of it": (
        _scale(_CUT, _SIZE, _SMALL, "small = small / small.max()\nsmall[2 : height // 2] = 0\nreturn small"),
        "Is all of it there",
    ),
}


def _centre(*lines):
    return _function("centre(small)", *lines)


_MIDDLE = """
image, where = np.zeros((28, 28)), []
for axis in (0, 1):
    weights = small.sum(axis=1 - axis)
    middle = np.average(np.arange(len(weights)), weights=weights)
    start = int(np.clip(round(14 - middle), 0, 28 - len(weights)))
    where.append(slice(start, start + len(weights)))
image[tuple(where)] = small
"""
_FLAT = "return image.reshape(784)"
_CORNER = "image = np.zeros((28, 28))\nimage[: small.shape[0], : small.shape[1]] = small"
_ROLLED = """
row, column = ndimage.center_of_mass(small)
image = np.roll(image, (round(14 - row), round(14 - column)), axis=(0, 1))
"""
_CENTRE = {
    "unsolved": (_centre("return np.zeros(784)"), "found only zeros"),
    "by hand": (_centre(_MIDDLE, _FLAT), None),
    "SciPy's centre of mass": (
        _centre(
            "row, column = ndimage.center_of_mass(small)",
            "top = min(max(round(14 - row), 0), 28 - len(small))",
            "left = min(max(round(14 - column), 0), 28 - len(small[0]))",
            "return np.pad(small, [(top, 28 - top - len(small)), (left, 28 - left - len(small[0]))]).ravel()",
        ),
        None,
    ),
    "a list of floats": (_centre(_MIDDLE, "return [float(each) for each in image.ravel()]"), None),
    "to 13.5": (
        _centre(_MIDDLE.replace("round(14 - middle)", "round(13.5 - middle)"), _FLAT),
        None,
    ),
    "between pixels": (
        _centre(
            _CORNER,
            "row, column = ndimage.center_of_mass(small)",
            "move = np.clip([14 - row, 14 - column], 0, 28 - np.array(small.shape))",
            "return ndimage.shift(image, move, order=1, mode='grid-constant').ravel()",
        ),
        None,
    ),
    "the middle of the box": (
        _centre(
            _MIDDLE.replace(
                "middle = np.average(np.arange(len(weights)), weights=weights)", "middle = len(weights) / 2"
            ),
            _FLAT,
        ),
        "weigh the ink instead",
    ),
    "transposed": (
        _centre(_MIDDLE, "return image.T.reshape(784)"),
        "doesn't show the digit",
    ),
    "to the corner": (_centre(_CORNER, _FLAT), "weighted by ink, goes to row 14"),
    "row and column swapped": (
        _centre(
            "row, column = ndimage.center_of_mass(small)",
            "big = np.pad(small, 28)\ntop, left = 28 - round(14 - column), 28 - round(14 - row)",
            "return big[top : top + 28, left : left + 28].ravel()",
        ),
        "Rows and columns are swapped",
    ),
    "wraps around": (_centre(_CORNER, _ROLLED, _FLAT), "comes back on the other"),
    "sticks out": (
        _centre(
            "big = np.pad(small, 28)\nrow, column = ndimage.center_of_mass(big)",
            "top, left = round(row) - 14, round(column) - 14",
            "return big[top : top + 28, left : left + 28].ravel()",
        ),
        "of the ink is lost",
    ),
    "twice": (_centre(_MIDDLE, "return 0.5 * image.ravel() + 0.6 * np.roll(image.ravel(), 1)"), "more ink than before"),
    "grey levels": (_centre(_MIDDLE, "return 255 * image.ravel()"), "They come from 0 to 1"),
    "not flat": (_centre(_MIDDLE, "return image"), "Found the shape [28, 28] for the image"),
    "no return": (_centre(_MIDDLE), "Does your function end with `return`?"),
}


def _occlusion(*lines):
    return _function("occlusion(network, image, asked)", *lines)


_LOOP = """
copies = []
for row in range(24):
    for column in range(24):
        copy = image.reshape(28, 28).copy()
        copy[row : row + 5, column : column + 5] = 0
        copies.append(copy.reshape(784))
probabilities = network.predict(np.stack(copies), verbose=0)
"""
_MAP = "return probabilities[:, asked].reshape(24, 24)"
_OCCLUSION = {
    "unsolved": (_occlusion("return np.zeros((24, 24))"), "found only zeros"),
    "all at once": (_occlusion(_LOOP, _MAP), None),
    "one at a time, a tensor": (
        _occlusion(
            "found = np.zeros((24, 24))\nfor row, column in np.ndindex(24, 24):\n"
            "    copy = image.reshape(28, 28).copy()\n"
            "    copy[row : row + 5, column : column + 5] = 0\n"
            "    found[row, column] = network(copy.reshape(1, 784))[0, asked]\nreturn tf.constant(found)"
        ),
        None,
    ),
    "every second position": (
        _occlusion(
            _LOOP.replace("range(24)", "range(0, 24, 2)")
            .replace("network.predict", "network.predict_on_batch")
            .replace(", verbose=0", ""),
            "return probabilities[:, asked].reshape(12, 12)",
        ),
        None,
    ),
    "a mask": (
        _occlusion(
            "masks = np.ones((24, 24, 28, 28))\nfor row, column in np.ndindex(24, 24):\n"
            "    masks[row, column, row : row + 5, column : column + 5] = 0",
            "return network.predict((masks * image.reshape(28, 28)).reshape(576, 784))[:, asked].reshape(24, 24)",
        ),
        None,
    ),
    "the largest": (
        _occlusion(_LOOP, "return probabilities.max(axis=1).reshape(24, 24)"),
        "that of the class asked for",
    ),
    "piles up": (
        _occlusion(
            _LOOP.replace("        copy = image.reshape(28, 28).copy()\n", "")
            .replace("copies = []", "copies, copy = [], image.reshape(28, 28).copy()")
            .replace("copy.reshape(784)", "copy.reshape(784).copy()"),
            _MAP,
        ),
        "Take a fresh copy each time",
    ),
    "only the last cover": (
        _occlusion(
            _LOOP.replace("        copy = image.reshape(28, 28).copy()\n", "").replace(
                "copies = []", "copies, copy = [], image.reshape(28, 28).copy()"
            ),
            _MAP,
        ),
        "an array of its own",
    ),
    "another class": (_occlusion(_LOOP, "return probabilities[:, 7].reshape(24, 24)"), "Take column `asked`"),
    "with ink": (_occlusion(_LOOP.replace("] = 0", "] = 1"), _MAP), "Paper is 0"),
    "with the mean": (_occlusion(_LOOP.replace("] = 0", "] = image.mean()"), _MAP), "you cover with the image's mean"),
    "changes": (
        _occlusion(_LOOP, _MAP + " - network.predict(image[None])[0, asked]"),
        "Give the probability itself",
    ),
    "losses": (
        _occlusion(_LOOP, "return network.predict(image[None])[0, asked] - probabilities[:, asked].reshape(24, 24)"),
        "with the sign turned",
    ),
    "columns first": (_occlusion(_LOOP, _MAP + ".T"), "The first number of the map counts rows"),
    "not covered": (
        _occlusion(_LOOP.replace("copies.append(copy.reshape(784))", "copies.append(image)"), _MAP),
        "the same everywhere",
    ),
    "a smaller patch": (_occlusion(_LOOP.replace("+ 5", "+ 3"), _MAP), "are paper"),
    "28 positions": (_occlusion("return np.ones((28, 28))"), "28 − 5 + 1 positions each way"),
    "flat": (_occlusion(_LOOP, "return probabilities[:, asked]"), "Found a map of the shape [576, 1]"),
    "it raises": (_occlusion("return network.explain(image)"), "your function raised AttributeError"),
}


def _worst(*lines):
    return _function("worst(correct, groups)", *lines)


_EACH = """
found = {}
for name in np.unique(groups):
    right = correct[groups == name]
    k, n = int(right.sum()), len(right)
    found[str(name)] = INTERVAL
"""
_WILSON = "stats.binomtest(k, n).proportion_ci(method='wilson')"
_LEAST = "name = min(found, key=lambda each: found[each][1])\nreturn name, found[name][0], found[name][1]"
_OVERALL = "all_of_them = correct.mean()\nreturn 'all', all_of_them, all_of_them"


def _by(choice, interval=_WILSON):
    return _worst(
        _EACH.replace("INTERVAL", interval), f"name = {choice}", "return name, found[name][0], found[name][1]"
    )


_WORST = {
    "unsolved": (_worst(_OVERALL), "A good average hides them"),
    "Wilson": (_worst(_EACH.replace("INTERVAL", _WILSON), _LEAST), None),
    "posterior": (
        _worst(_EACH.replace("INTERVAL", "stats.beta(k + 1, n - k + 1).interval(0.95)"), _LEAST),
        None,
    ),
    "exact, a pair, another order": (
        _worst(
            _EACH.replace("INTERVAL", "stats.binomtest(k, n).proportion_ci()"),
            "name = sorted(found, key=lambda each: found[each].high)[0]\nreturn [name, found[name][::-1]]",
        ),
        None,
    ),
    "Jeffreys": (
        _worst(_EACH.replace("INTERVAL", "stats.beta(k + 0.5, n - k + 0.5).interval(0.95)"), _LEAST),
        None,
    ),
    "the lowest accuracy": (
        _by("min(found, key=lambda each: correct[groups == each].mean())"),
        "a group of one",
    ),
    "two standard errors": (
        _worst(_EACH.replace("INTERVAL", "[right.mean() + s * 1.96 * right.std() / n**0.5 for s in (-1, 1)]"), _LEAST),
        "a group of one",
    ),
    "the most errors": (_by("max(found, key=lambda each: (~correct[groups == each]).sum())"), "it's the largest group"),
    "the best": (_by("'thick' if 'thick' in found else 'C'"), "Whose interval ends lowest?"),
    "90%": (
        _worst(_EACH.replace("INTERVAL", "stats.binomtest(k, n).proportion_ci(0.9, method='wilson')"), _LEAST),
        "times as wide",
    ),
    "of all digits": (
        _worst(
            _EACH.replace("INTERVAL", _WILSON),
            "name = min(found, key=lambda each: found[each][1])",
            "found = stats.binomtest(int(correct.sum()), len(correct)).proportion_ci(method='wilson')",
            "return name, found.low, found.high",
        ),
        "an interval around its accuracy",
    ),
    "a name": (_worst("return 'plain'"), "expected three: the group's name"),
    "a number for the name": (_worst("return 0, 0.1, 0.2"), "for the group's name"),
    "one end": (
        _worst(_EACH.replace("INTERVAL", _WILSON), _LEAST.replace(", found[name][1]", "")),
        "for the interval, expected numbers in the shape [2]",
    ),
    "no return": (_worst("correct.mean()"), "Found None"),
}
FILLINGS = {"11.1": _SCALE, "11.2": _CENTRE, "11.3": _OCCLUSION, "11.4": _WORST}
TRAINED = {}
