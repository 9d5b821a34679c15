"""The example outside a notebook runs, and trains the network of lesson 08."""

import re
import runpy

import pytest

from tools.project import NOTEBOOKS, ROOT, read

EXAMPLE = ROOT / "examples" / "batch_norm_mnist.py"


def test_it_trains_and_prints_the_accuracy(tiny, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [EXAMPLE.name, "--epochs", "1"])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    _, epoch, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"epoch 1: loss \d+\.\d{4}, accuracy [01]\.\d{4}", epoch)
    assert last == f"validation accuracy: {epoch.split()[-1]}"


@pytest.mark.parametrize("name", ["model", "normalized", "learning-rate"])
def test_its_network_and_learning_rate_are_those_of_the_lesson(name):
    (cell,) = [cell for cell in read(NOTEBOOKS / "08_batch_normalization.ipynb").cells if cell.id == name]
    taught = "".join(line for line in cell.source.splitlines() if not line.startswith(("def ", "lab.")))
    assert re.sub(r"\s+", "", taught) in re.sub(r"\s+", "", EXAMPLE.read_text(encoding="utf-8"))
