"""Solutions of exercise 09: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("data", "sealed", "choose", "open", "check")

UNSOLVED = [
    "validated on held-out training digits",
    "did best on the held-out digits",
    "the test digits were opened once",
    "comes with an interval",
]

_DATA = """
training = lab.training_dataset(BATCH_SIZE, holdout=HOLDOUT)
held_out = lab.holdout_dataset(HOLDOUT)
"""
_CHOOSE = """
networks, histories, tried = {{}}, {{}}, {{}}
for rate in {rates}:
    networks[rate] = build(rate)
    histories[rate] = fit(networks[rate])
    tried[rate] = histories[rate].history["val_accuracy"][-1]
best = {best}
model, history = networks[best], histories[best]
"""
_OPEN = """
result = sealed.open({})
low, high = stats.binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="{}")
"""
_TIED = 'min((rate for rate in tried if max(tried.values()) - tried[rate] < 0.002), default="none")'
_BY_HAND = """
share = sealed.open(model).accuracy
low, high = (share + side * 1.96 * (share * (1 - share) / 10_000) ** 0.5 for side in (-1, 1))
"""
_OF_THE_RATES = """
sealed.open(model)
low, high = min(tried.values()) - 0.01, max(tried.values()) + 0.01
"""
_BY_TEST_DIGITS = """
training, held_out = lab.training_dataset(BATCH_SIZE, holdout=HOLDOUT), lab.test_dataset()
"""


def _chosen(*missing, data=_DATA, rates="(0.0, 0.1, 0.25)", best="max(tried, key=tried.get)", then=None, after=""):
    choose = _CHOOSE.format(rates=rates, best=best) + after
    return {"data": data, "choose": choose, "open": then or _OPEN.format("model", "wilson")}, missing


SOLUTIONS = {
    "as in the lesson": _chosen(),
    "four rates, the simplest of those that tie, an exact interval": _chosen(
        rates="(0, 0.1, 0.2, 0.3)", best=_TIED, then=_OPEN.format("model", "exact")
    ),
    "an interval by hand": _chosen(then=_BY_HAND),
    "wrong: held out are the test digits": _chosen("validated on held-out training digits", data=_BY_TEST_DIGITS),
    "wrong: chosen by the test digits": _chosen(
        "validated on held-out training digits", data=_BY_TEST_DIGITS, after="held_out = lab.holdout_dataset(HOLDOUT)\n"
    ),
    "wrong: two rates": _chosen("did best on the held-out digits", rates="(0.0, 0.3)"),
    "wrong: the worst of the rates": _chosen(
        "did best on the held-out digits", rates="(0.0, 0.1, 0.7)", best="min(tried, key=tried.get)"
    ),
    "wrong: the seal broken for another": _chosen(
        "the test digits were opened once", then=_OPEN.format("networks[min(tried, key=tried.get)]", "wilson")
    ),
    "wrong: the seal unbroken": _chosen(
        "the test digits were opened once", "comes with an interval", then="low, high = 0.9, 0.95\n"
    ),
    "wrong: the spread of the rates for an interval": _chosen("comes with an interval", then=_OF_THE_RATES),
}
