"""The example outside a notebook runs, trains the network of lesson 08, and stays short."""

import os
import re
import subprocess
import sys

import pytest

from tools.project import read

from .notebooks import LESSONS, ROOT

EXAMPLE = ROOT / "examples" / "batch_norm_mnist.py"


def run(*arguments, folder):
    command = [sys.executable, str(EXAMPLE), *arguments]
    environment = {**os.environ, "MNIST_LAB_DATA": str(folder)}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=240, env=environment, cwd=folder
    )


def test_it_trains_and_prints_the_accuracy(tiny):
    done = run("--epochs", "1", folder=tiny)
    assert done.returncode == 0, done.stderr
    first, epoch, last = done.stdout.splitlines()
    assert "images of tiny" in first
    assert re.fullmatch(r"epoch 1: loss \d+\.\d{4}, accuracy [01]\.\d{4}", epoch)
    assert re.fullmatch(r"validation accuracy: [01]\.\d{4}", last)
    assert epoch.endswith(last.split()[-1])


def test_it_is_one_short_script():
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("name", ["model", "normalized", "learning-rate"])
def test_its_network_and_learning_rate_are_those_of_the_lesson(name):
    (lesson,) = [path for path in LESSONS if path.stem == "08_batch_normalization"]
    (source,) = [cell.source for cell in read(lesson).cells if cell.id == name]
    lines = [line for line in source.splitlines() if not line.startswith(("def ", "lab."))]
    expected, script = (re.sub(r"\s+", "", text) for text in ("\n".join(lines), EXAMPLE.read_text(encoding="utf-8")))
    assert expected in script
