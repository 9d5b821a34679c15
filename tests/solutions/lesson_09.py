"""Ways to solve the exercise of lesson 09, right and wrong, by the cells they replace."""

JUDGED = ("sealed", "choose", "open", "check")

_CHOOSE = """
networks, histories, tried = {{}}, {{}}, {{}}
for rate in {rates}:
    networks[rate] = new_network(rate)
    histories[rate] = networks[rate].fit(
        training, validation_data={by}, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=[decay]
    )
    tried[rate] = histories[rate].history["val_accuracy"][-1]
best = max(tried, key=tried.get)
model, history = networks[best], histories[best]
"""
_OPEN = """
result = sealed.open(model)
low, high = binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="wilson")
"""


def _chosen(rates="(0.0, 0.2, 0.4)", by="held_out", then=_OPEN):
    return {"choose": _CHOOSE.format(rates=rates, by=by), "open": then}


SOLUTIONS = {
    "four rates, the exact interval": _chosen(
        "(0, 0.1, 0.2, 0.3)",
        then="result = sealed.open(model)\nlow, high = binomtest(result.correct, 10_000).proportion_ci(0.95)\n",
    ),
    "an interval by hand": _chosen(
        then=(
            "result = sealed.open(model)\nshare = result.accuracy\n"
            "low, high = (share + side * 1.96 * (share * (1 - share) / 10_000) ** 0.5 for side in (-1, 1))\n"
        )
    ),
    "chosen by the test digits": _chosen(by="lab.validation_dataset()"),
    "two rates": _chosen("(0.0, 0.3)"),
    "the seal broken for another": _chosen(
        then=_OPEN.replace("result = sealed.open(model)", "sealed.open(networks[min(tried, key=tried.get)])").replace(
            "result.correct, len(result.labels)", "lab.SealedTest().open(model).correct, 10_000"
        )
    ),
    "the spread of the rates for an interval": _chosen(
        then="result = sealed.open(model)\nlow, high = min(tried.values()) - 0.01, max(tried.values()) + 0.01\n"
    ),
}

EXPECTED = {
    "unsolved": ["did best on the digits held out", "the seal was broken once", "reported with an interval"],
    "four rates, the exact interval": [],
    "an interval by hand": [],
    "chosen by the test digits": ["training was watched on digits held out"],
    "two rates": ["did best on the digits held out"],
    "the seal broken for another": ["the seal was broken once"],
    "the spread of the rates for an interval": ["reported with an interval"],
}
