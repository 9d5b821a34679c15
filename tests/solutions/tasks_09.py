"""Fillings of exercise 09's tasks, in the form of tasks_02.py."""

CALLS = {
    "09.1": "lab.check_task('09.1', interval)",
    "09.2": "lab.check_task('09.2', p_value=p_value)",
    "09.3": "lab.check_task('09.3', optimism)",
    "09.4": "lab.check_task('09.4', difference)",
}


def _function(signature, *lines):
    body = "\n".join(f"    {line}" for text in lines for line in text.strip("\n").split("\n"))
    return f"rng = np.random.default_rng(1)\ndef {signature}:\n{body}\n"


def _interval(*lines):
    return _function("interval(correct)", "n = len(correct)", *lines)


_LOOP = """
means = []
for _ in range(1000):
    means.append({})
return np.percentile(means, {})
"""
_WILSON = (
    "found = stats.binomtest(int(correct.sum()), n).proportion_ci({}, method='wilson')\nreturn found.low, found.high"
)
_INTERVAL = {
    "unsolved": (_interval("return 0, 1"), "you want that of their mean"),
    "resampled": (_interval(_LOOP.format("rng.choice(correct, n).mean()", "[2.5, 97.5]")), None),
    "resampled, 200 times, sorted": (
        _interval(
            "means = sorted(correct[rng.integers(0, n, n)].mean() for _ in range(200))\nreturn means[5], means[-6]"
        ),
        None,
    ),
    "Wilson": (_interval(_WILSON.format(0.95)), None),
    "two standard errors": (
        _interval("p = correct.mean(); s = (p * (1 - p) / n) ** 0.5\nreturn [p - 2 * s, p + 2 * s]"),
        None,
    ),
    "the spread of resampled means": (
        _interval(
            "means = [np.mean(rng.choice(correct, n)) for _ in range(500)]\nm = np.mean(correct)\n"
            "return tf.stack([m - 1.96 * np.std(means), m + 1.96 * np.std(means)])"
        ),
        None,
    ),
    "Beta": (_interval("k = correct.sum()\nreturn stats.beta(k + 1, n - k + 1).interval(0.95)"), None),
    "exact": (
        _interval("found = stats.binomtest(int(correct.sum()), n).proportion_ci()\nreturn found.low, found.high"),
        None,
    ),
    "sorts its argument, prints": (_interval("correct.sort(); print(correct)", _WILSON.format(0.95)), None),
    "without replacement": (
        _interval(_LOOP.format("rng.permutation(correct).mean()", "[2.5, 97.5]")),
        "every resample is the same digits",
    ),
    "single digits": (
        _interval("return correct.mean() - 1.96 * correct.std(), correct.mean() + 1.96 * correct.std()"),
        "you want that of their mean",
    ),
    "resamples of 100": (
        _interval(_LOOP.format("rng.choice(correct, 100).mean()", "[2.5, 97.5]")),
        "fewer digits varies more",
    ),
    "SciPy's bootstrap": (
        _interval("return stats.bootstrap((correct,), np.mean, n_resamples=999, rng=rng).confidence_interval"),
        None,
    ),
    "half of the digits, without replacement": (
        _interval(_LOOP.format("rng.choice(correct, n // 2, replace=False).mean()", "[2.5, 97.5]")),
        None,
    ),
    "lists": (
        _interval(
            "draw = [np.mean([correct[i] for i in rng.integers(0, n, n)]) for _ in range(200)]\n"
            "draw.sort()\nreturn [draw[5], draw[-6]]"
        ),
        None,
    ),
    "the middle half": (_interval(_LOOP.format("rng.choice(correct, n).mean()", "[25, 75]")), "times as wide"),
    "one standard deviation": (
        _interval(
            "s = (correct.mean() * (1 - correct.mean()) / n) ** 0.5\nreturn correct.mean() - s, correct.mean() + s"
        ),
        "times as wide",
    ),
    "90%": (_interval(_LOOP.format("rng.choice(correct, n).mean()", "[5, 95]")), "times as wide"),
    "99%": (_interval(_WILSON.format(0.99)), "times as wide"),
    "in percent": (_interval(_LOOP.format("100 * rng.choice(correct, n).mean()", "[2.5, 97.5]")), "Expected fractions"),
    "of errors": (_interval(_LOOP.format("1 - rng.choice(correct, n).mean()", "[2.5, 97.5]")), "centred on"),
    "one number": (_interval("return correct.mean()"), "expected numbers in the shape [2]"),
    "no return": (_interval("correct.mean()"), "Does your function end with `return`?"),
    "no argument": (_function("interval()", "return 0, 1"), "takes 0 positional arguments but 1 was given"),
    "a result": ("interval = (0.9, 0.95)", "expected a function"),
    "nan": (_interval("return np.nan, 1"), "not finite"),
    "a text": (_interval("return '0.9 to 0.95'"), "Found '0.9 to 0.95' for the interval"),
    "it ends Python": (_interval("raise SystemExit"), "raised SystemExit"),
}


def _p(*lines):
    return _function("p_value(wrong_a, wrong_b)", *lines)


_ONLY = "a, b = np.sum(wrong_a & ~wrong_b), np.sum(wrong_b & ~wrong_a)"
_P = {
    "unsolved": (_p("return 1"), "and wherever else"),
    "exact": (_p(_ONLY, "return stats.binomtest(a, a + b).pvalue"), None),
    "chi-square": (_p(_ONLY, "return stats.chi2.sf((a - b) ** 2 / (a + b), 1)"), None),
    "with Yates's correction": (_p(_ONLY, "return stats.chi2.sf((abs(a - b) - 1) ** 2 / (a + b), 1)"), None),
    "coins thrown": (
        _p(
            _ONLY,
            "heads = rng.binomial(a + b, 0.5, 10_000)\nreturn np.mean(abs(heads - (a + b) / 2) >= abs(a - b) / 2)",
        ),
        None,
    ),
    "signs flipped": (
        _p(
            "d = wrong_a.astype(int) - wrong_b\nflips = rng.choice([-1, 1], (500, len(d)))\n"
            "return np.mean(abs(flips @ d) >= abs(d.sum()))"
        ),
        None,
    ),
    "paired t": (_p("return stats.ttest_rel(wrong_a * 1.0, wrong_b * 1.0).pvalue"), None),
    "twice the smaller tail": (
        _p(_ONLY, "return min(1, 2 * stats.binom.cdf(min(a, b), a + b, 0.5))"),
        None,
    ),
    "two samples": (_p("return stats.ttest_ind(wrong_a, wrong_b).pvalue"), "Both saw the same digits"),
    "a table of two samples": (
        _p("t = [[w.sum(), (~w).sum()] for w in (wrong_a, wrong_b)]\nreturn stats.chi2_contingency(t).pvalue"),
        "Both saw the same digits",
    ),
    "agreement tested": (
        _p(
            "t = [[np.sum(wrong_a & wrong_b), np.sum(wrong_a & ~wrong_b)],"
            " [np.sum(~wrong_a & wrong_b), np.sum(~wrong_a & ~wrong_b)]]\nreturn stats.fisher_exact(t).pvalue"
        ),
        "Both saw the same digits",
    ),
    "one-sided": (_p(_ONLY, "return stats.binomtest(a, a + b, alternative='greater').pvalue"), "The other way"),
    "the smaller tail": (_p(_ONLY, "return stats.binom.cdf(min(a, b), a + b, 0.5)"), "The other way"),
    "shares of all digits": (_p(_ONLY, "return stats.binomtest(a, len(wrong_a)).pvalue"), "Which digits say"),
    "the difference": (_p("return wrong_a.mean() - wrong_b.mean()"), "expected a probability"),
    "McNemar, its square root forgotten": (
        _p(_ONLY, "return 2 * stats.norm.sf(abs(a - b) / (a + b))"),
        "expected 0.12",
    ),
    "digits relabelled at random": (
        _p(
            "d = wrong_a ^ wrong_b; k = d.sum(); gap = abs(wrong_a.sum() - wrong_b.sum())\n"
            "more = [abs(2 * rng.integers(0, 2, k).sum() - k) >= gap for _ in range(1000)]\n"
            "return tf.reduce_mean(tf.cast(more, 'float32'))"
        ),
        None,
    ),
    "only digits of the first": (
        _p("return stats.binomtest(int(wrong_a.sum()), len(wrong_a), wrong_b.mean()).pvalue"),
        "Both saw",
    ),
    "SciPy's result": (_p(_ONLY, "return stats.binomtest(a, a + b)"), "expected a number"),
    "of accuracies": (_p("return stats.binomtest(int(wrong_a), int(wrong_b)).pvalue"), "raised TypeError"),
}


def _optimism(*lines):
    return _function("optimism(wrong)", "runs, n = wrong.shape", *lines)


_HALVES = """
gaps = []
for _ in range(150):
    half = rng.permutation(n) < n // {}
    by_half, by_other = 1 - wrong[:, half].mean(axis=1), 1 - wrong[:, ~half].mean(axis=1)
    best = {}
    gaps.append({})
return np.mean(gaps)
"""
_FOLDS = """
reported, honest = [], []
for fold in np.array_split(rng.permutation(n), 5):
    chosen = np.delete(wrong, fold, axis=1).mean(axis=1)
    reported.append(1 - chosen.min())
    honest.append(1 - wrong[chosen.argmin(), fold].mean())
return np.mean(reported) - np.mean(honest)
"""
_GAP = "by_half[best] - by_other[best]"
_OPTIMISM = {
    "unsolved": (_optimism("return 0"), "who else could judge?"),
    "random halves": (_optimism(_HALVES.format(2, "by_half.argmax()", _GAP)), None),
    "five folds": (_optimism(_FOLDS), None),
    "a third chooses": (_optimism(_HALVES.format(3, "by_half.argmax()", _GAP)), None),
    "bootstrap, judged by those not drawn": (
        _optimism(
            "gaps = []\nfor _ in range(150):\n    rows = rng.integers(0, n, n)\n"
            "    rest = np.setdiff1d(np.arange(n), rows)\n"
            "    e = wrong[:, rows].mean(1); gaps.append(wrong[e.argmin(), rest].mean() - e.min())\n"
            "return np.mean(gaps)"
        ),
        None,
    ),
    "two halves, both ways": (
        _optimism(
            "gaps = []\nfor a, b in ((0, 1), (1, 0)):\n    c, j = wrong[:, a::2].mean(1), wrong[:, b::2].mean(1)\n"
            "    gaps.append(j[c.argmin()] - c.min())\nreturn np.mean(gaps)"
        ),
        None,
    ),
    "judged by the choosing half": (
        _optimism(_HALVES.format(2, "by_half.argmax()", "by_half[best] - by_half[best]")),
        "who else could judge?",
    ),
    "the lead over the mean": (
        _optimism(_HALVES.format(2, "by_half.argmax()", "by_half[best] - by_half.mean()")),
        "Compare the chosen run with itself",
    ),
    "chosen by all digits": (_optimism(_HALVES.format(2, "wrong.mean(axis=1).argmin()", _GAP)), "the judge had a vote"),
    "chosen anew by the others": (
        _optimism(_HALVES.format(2, "by_half.argmax()", "by_half[best] - by_other.max()")),
        "each flatters a run of its own",
    ),
    "the lead on all digits": (
        _optimism("return wrong.mean() - wrong.mean(axis=1).min()"),
        "Compare the chosen run with itself",
    ),
    "the best minus the worst": (_optimism("return np.ptp(wrong.mean(axis=1))"), "Compare the chosen run with itself"),
    "honest minus reported": (
        _optimism(_HALVES.format(2, "by_half.argmax()", "by_other[best] - by_half[best]")),
        "the sign",
    ),
    "in points": (_optimism(_HALVES.format(2, "by_half.argmax()", f"100 * ({_GAP})")), "Give a fraction"),
    "the worst is chosen": (_optimism(_HALVES.format(2, "by_half.argmin()", _GAP)), "the sign"),
    "leave half out, medians": (
        _optimism(_HALVES.format(2, "by_half.argmax()", _GAP).replace("np.mean(gaps)", "np.median(gaps)")),
        None,
    ),
    "reported on all, judged by the rest": (
        _optimism(_HALVES.format(2, "by_half.argmax()", "1 - wrong.mean(1).min() - by_other[best]")),
        None,
    ),
    "against the mean of the others": (
        _optimism("e = np.sort(wrong.mean(1))\nreturn e[1:].mean() - e[0]"),
        "Compare the chosen run with itself",
    ),
    "resampled, judged by all": (
        _optimism(
            "gaps = []\nfor _ in range(150):\n    e = wrong[:, rng.integers(0, n, n)].mean(1)\n"
            "    gaps.append(wrong[e.argmin()].mean() - e.min())\nreturn np.mean(gaps)"
        ),
        "the judge had a vote",
    ),
    "all gaps": (_optimism("return wrong.mean(axis=0)"), "expected a number"),
}


def _difference(*lines):
    return _function("difference(a, b)", *lines)


_DRAWN = """
found = []
for _ in range(400):
    rows, more, digits = (rng.integers(0, n, n) for n in (len(a), len(b), a.shape[1]))
    found.append({})
return np.percentile(found, [2.5, 97.5])
"""
_NORMAL = "middle = b.mean() - a.mean()\nreturn middle - 1.96 * variance**0.5, middle + 1.96 * variance**0.5"
_OF_SEEDS = "a.mean(1).var(ddof=1) / len(a) + b.mean(1).var(ddof=1) / len(b)"
_OF_DIGITS = "(b.mean(0) - a.mean(0)).var() / a.shape[1]"
_DIFFERENCE = {
    "unsolved": (_difference(f"variance = {_OF_SEEDS}", _NORMAL), "Other digits would have moved it"),
    "rows and columns resampled": (
        _difference(_DRAWN.format("b[more][:, digits].mean() - a[rows][:, digits].mean()")),
        None,
    ),
    "variances added": (_difference(f"variance = {_OF_SEEDS} + {_OF_DIGITS}", _NORMAL), None),
    "pairs of seeds, and digits, resampled": (
        _difference(_DRAWN.format("(b * 1.0 - a)[rows][:, digits].mean()")),
        None,
    ),
    "the difference beside its interval": (
        _difference(
            f"variance = {_OF_SEEDS} + {_OF_DIGITS}; middle = b.mean() - a.mean(); s = 2 * variance**0.5",
            "return middle, middle - s, middle + s",
        ),
        None,
    ),
    "the difference and a pair": (
        _difference(
            f"variance = {_OF_SEEDS} + {_OF_DIGITS}; middle = b.mean() - a.mean(); s = 2 * variance**0.5",
            "return middle, (middle - s, middle + s)",
        ),
        None,
    ),
    "a text beside it": (_difference("return 'ahead by', (0, 1)"), "expected numbers in the shape [n]"),
    "a bootstrap of seeds": (_difference(_DRAWN.format("b[more].mean() - a[rows].mean()")), "Other digits would have"),
    "t-test of seeds": (
        _difference("t = stats.ttest_ind(b.mean(1), a.mean(1)).confidence_interval()\nreturn t.low, t.high"),
        "Other digits would have",
    ),
    "digits alone": (_difference(f"variance = {_OF_DIGITS}", _NORMAL), "Other seeds would have"),
    "every cell independent": (
        _difference("variance = a.var() / a.size + b.var() / b.size", _NORMAL),
        "twenty networks share each digit",
    ),
    "digits of each recipe's own": (
        _difference(f"variance = {_OF_SEEDS} + (a.mean(0).var() + b.mean(0).var()) / a.shape[1]", _NORMAL),
        "draw these once",
    ),
    "it spoils its arguments": (
        _difference(
            f"variance = {_OF_SEEDS} + {_OF_DIGITS}; c, d = a.copy(), b.copy()",
            "a[:], b[:] = 1, 0",
            _NORMAL.replace("b.mean() - a.mean()", "d.mean() - c.mean()"),
        ),
        None,
    ),
    "single runs": (
        _difference(f"variance = a.mean(1).var() + b.mean(1).var() + {_OF_DIGITS}", _NORMAL),
        "that of the recipes' means",
    ),
    "accuracies confused": (
        _difference(
            f"variance = {_OF_SEEDS} + {_OF_DIGITS}", _NORMAL.replace("b.mean() - a.mean()", "a.mean() - b.mean()")
        ),
        "the sign",
    ),
    "one bootstrap of cells": (
        _difference(
            "d = [rng.choice(b.ravel(), b.size).mean() - rng.choice(a.ravel(), a.size).mean() for _ in range(100)]",
            "return np.percentile(d, [2.5, 97.5])",
        ),
        "twenty networks share each digit",
    ),
    "standard errors, squared by hand": (
        _difference(
            "s1 = a.mean(1).std() / 20**0.5; s2 = b.mean(1).std() / 20**0.5",
            "s3 = (b.mean(0) - a.mean(0)).std() / len(a[0])**0.5",
            "m = b.mean() - a.mean(); s = np.sqrt(s1**2 + s2**2 + s3**2)\nreturn [float(m - 2 * s), float(m + 2 * s)]",
        ),
        None,
    ),
    "one seed's digits": (
        _difference(_DRAWN.format("(b[0] * 1.0 - a[0])[digits].mean()")),
        "Expected an interval around that difference",
    ),
    "points": (_difference("return 0, 1.3"), "Give fractions"),
    "the means": (_difference("return a.mean(1)"), "Found 20 numbers"),
}

FILLINGS = {
    "09.1": _INTERVAL,
    "09.2": _P,
    "09.3": _OPTIMISM,
    "09.4": _DIFFERENCE,
}
TRAINED: dict[str, dict] = {}
