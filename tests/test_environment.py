import re
import sys
from types import ModuleType

import keras
import numpy as np
import pytest

from mnist_lab import environment
from mnist_lab.environment import devices, set_seed, show_environment, versions


def draw():
    return np.random.default_rng(np.random.randint(2**31)).random(), float(keras.random.normal(()))  # noqa: NPY002


def test_a_seed_repeats_and_another_does_not(monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    set_seed(1)
    first = draw()
    set_seed(1)
    assert draw() == first
    set_seed(2)
    assert draw() != first


def test_the_variable_overrides_the_seed(monkeypatch):
    set_seed(5)
    wanted = draw()
    monkeypatch.setenv("MNIST_LAB_SEED", "5")
    set_seed(1)
    assert draw() == wanted


@pytest.mark.parametrize("seed", [-1, 2**32, "seven", None])
def test_a_seed_that_makes_no_sense(seed, monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    with pytest.raises(ValueError, match=r"A seed must be a whole number from 0 .* Received"):
        set_seed(seed)


def test_the_environment_is_shown_in_three_lines(tiny, capsys):
    show_environment()
    found, device, digits = capsys.readouterr().out.splitlines()
    assert f"Keras {keras.__version__}" in found
    assert devices()[0] in device
    assert "images of tiny ($MNIST_LAB_DATA)" in digits


@pytest.mark.parametrize(("found", "told"), [(["CPU (2 cores)"], True), (["Tesla T4"], False)])
def test_colab_without_a_gpu_is_told_what_to_click(found, told, tiny, capsys, monkeypatch):
    monkeypatch.setattr(environment, "devices", lambda: found)
    show_environment()
    assert "Change runtime type" not in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    show_environment()
    assert ("Runtime → Change runtime type → T4 GPU" in capsys.readouterr().out) == told


def test_what_is_missing_is_named(tiny, capsys, monkeypatch):
    show_environment()
    assert "Missing" not in capsys.readouterr().out
    monkeypatch.setattr(environment, "installed", lambda package: package != "pooch")
    show_environment()
    assert re.search(r"Missing:  pooch: run `%pip install 'pooch>=[\d.]+'`", capsys.readouterr().out)


def test_versions_are_those_imported():
    assert versions()["numpy"] == np.__version__
