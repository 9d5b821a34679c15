"""What epochs took on several machines: it is what the benchmarks' page tells, and what is missing is said."""

import re

import pytest

from mnist_lab.results import speed
from mnist_lab.results.speed import measured_seconds, store_seconds

from .notebooks import ROOT

CARD, CORES, LAYER, CNN = "NVIDIA H200", "2 CPU cores", "lesson 01's layer", "lesson 06's CNN"
PAGE = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
IMAGES = 468 * 128  # of an epoch


def measured(name):
    """Return the rows of a table of the benchmarks' page, without its head, as lists of texts."""
    (section,) = re.findall(rf"<!-- measured {name} -->\n(.*?)<!-- /measured -->", PAGE, re.DOTALL)
    rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)[2:]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "FILE", tmp_path / "speed.json")
    speed.FILE.write_text('{"machines": []}')


def test_a_first_and_a_later_epoch_have_their_seconds():
    assert measured_seconds(CARD, CNN, "fit as taught", epoch="first") == 5.43
    assert measured_seconds(CARD, CNN, "fit as taught") == 1.116


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("TPU", CNN, "fit as taught"), rf"machine must be one of .*{CARD}.*{CORES}.*Received: 'TPU'"),
        (("Tesla T4", CNN, "fit as taught"), r"on the Tesla T4 yet: `python benchmarks/gpu.py --write` on a Tesla T4"),
        ((CARD, "06", "fit as taught"), rf"network must be one of {LAYER}; {CNN}.* Received: '06'"),
        (
            (CARD, LAYER, "by hand"),
            rf"way must be one of fit as taught; .* for {LAYER} on {CARD}\. Received: 'by hand'",
        ),
        ((CORES, CNN, "fit as taught", "first"), "epoch must be next of 'fit as taught' on 2 CPU cores: no other was"),
        ((CARD, CNN, "fit as taught", "last"), "epoch must be one of first, next. Received: 'last'"),
    ],
)
def test_what_was_not_measured_is_answered_with_what_was(asked, says):
    machine, network, way, *epoch = asked
    with pytest.raises(ValueError, match=says):
        measured_seconds(machine, network, way, **({"epoch": epoch[0]} if epoch else {}))


def test_a_machine_measured_again_takes_the_place_of_its_old_figures_and_no_other(own_file):
    store_seconds("A", "one", [{"network": "n", "way": "w", "next": 1.0}])
    store_seconds("B", "two", [{"network": "n", "way": "w", "next": 2.0}])
    store_seconds("A", "three", [{"network": "n", "way": "w", "next": 3.0}])
    assert [measured_seconds(machine, "n", "w") for machine in "AB"] == [3.0, 2.0]
    assert speed.on_machine("A")["about"] == "three"


def test_the_cards_figures_are_those_of_the_benchmarks_page():
    def texts(row):
        seconds = [f"{row[name]:.{digits}f}" if name in row else "" for name, digits in (("first", 2), ("next", 3))]
        return [row["network"], row["way"], *seconds, f"{100 * row['accuracy']:.2f}%" if "accuracy" in row else ""]

    machines = [speed.on_machine(name) for name in (CARD, "Tesla T4")]
    assert measured("gpu") in [[texts(row) for row in machine["rows"]] for machine in machines]


def test_the_cores_figures_are_those_of_the_benchmarks_page():
    layer = {way: float(seconds) / 10 for way, seconds, _ in measured("small_models")}  # of ten epochs
    cnn = {way: float(seconds) for way, seconds, *_ in measured("cnn_epoch")}
    (rate,) = [float(later.replace(",", "")) for pipeline, _, later, _ in measured("loader") if pipeline == "project"]
    expected = {
        (LAYER, "fit as taught"): layer["fit without curves"],
        (LAYER, "fit, 10 steps per execution"): layer["without curves, 10 steps per execution"],
        (LAYER, "a raw tf.function loop"): layer["a raw tf.function loop"],
        (CNN, "fit as taught"): cnn["ours"],
        (CNN, "fit with XLA"): cnn["ours, compiled by XLA"],
        (CNN, "fit, 20 steps per execution"): cnn["ours, 20 steps per execution"],
        (CNN, "fit on arrays in memory"): cnn["bare fit on arrays"],
        (CNN, "a raw tf.function loop"): cnn["a raw tf.function loop"],
        (CNN, "the loader alone"): IMAGES / rate,
        (CNN, "PyTorch, digits in memory"): cnn["PyTorch"],
        (CNN, "the arithmetic alone"): cnn["floor"],
    }
    found = {(row["network"], row["way"]): row["next"] for row in speed.on_machine(CORES)["rows"]}
    assert found == pytest.approx(expected, abs=6e-4)
