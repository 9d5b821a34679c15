"""Solutions of exercise 09: the cells that each fills, and the claims that it leaves open."""

JUDGED = ("sealed", "choose", "open", "check")

UNSOLVED = ["did best on the held-out digits", "the test digits were opened once", "comes with an interval"]

_OPEN = """
result = sealed.open(model)
low, high = binomtest(result.correct, len(result.labels)).proportion_ci(0.95, method="wilson")
"""
_BY_HAND = """
share = sealed.open(model).accuracy
low, high = (share + side * 1.96 * (share * (1 - share) / 10_000) ** 0.5 for side in (-1, 1))
"""
_FOR_ANOTHER = """
sealed.open(networks[min(tried, key=tried.get)])
low, high = binomtest(lab.SealedTest().open(model).correct, 10_000).proportion_ci(0.95, method="wilson")
"""
_OF_THE_RATES = """
sealed.open(model)
low, high = min(tried.values()) - 0.01, max(tried.values()) + 0.01
"""


def _chosen(*missing, rates="(0.0, 0.2, 0.4)", by="held_out", then=_OPEN):
    choose = f"""
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
    return {"choose": choose, "open": then}, missing


SOLUTIONS = {
    "four rates, an interval by hand": _chosen(rates="(0, 0.1, 0.2, 0.3)", then=_BY_HAND),
    "chosen by the test digits": _chosen("validated on held-out training digits", by="lab.validation_dataset()"),
    "two rates": _chosen("did best on the held-out digits", rates="(0.0, 0.3)"),
    "the seal broken for another": _chosen(
        "the test digits were opened once", "comes with an interval", then=_FOR_ANOTHER
    ),
    "the spread of the rates for an interval": _chosen("comes with an interval", then=_OF_THE_RATES),
}
