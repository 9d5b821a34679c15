import re
import sys
from types import ModuleType

import keras
import numpy as np
import pytest

from mnist_lab import environment
from mnist_lab.environment import devices, set_seed, show_environment, versions


def random_numbers():
    return np.random.default_rng(np.random.randint(2**31)).random(), float(keras.random.normal(()))  # noqa: NPY002


def test_a_seed_repeats_the_random_numbers_and_another_does_not(monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    set_seed(1)
    first = random_numbers()
    set_seed(1)
    assert random_numbers() == first
    set_seed(2)
    assert random_numbers() != first


def test_the_variable_overrides_the_seed(monkeypatch):
    set_seed(5)
    expected = random_numbers()
    monkeypatch.setenv("MNIST_LAB_SEED", "5")
    set_seed(1)
    assert random_numbers() == expected


@pytest.mark.parametrize("seed", [-1, 2**32, "seven", None])
def test_a_seed_out_of_range_is_refused(seed, monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    with pytest.raises(ValueError, match=r"seed must be a whole number from 0 .* Received"):
        set_seed(seed)


def test_show_environment_prints_versions_device_and_digits(tiny, capsys):
    show_environment()
    found, device, digits = capsys.readouterr().out.splitlines()
    assert f"Keras {keras.__version__}" in found
    assert devices()[0] in device
    assert "images of tiny ($MNIST_LAB_DATA)" in digits


@pytest.mark.parametrize(("found", "advised"), [(["CPU (2 cores)"], True), (["Tesla T4"], False)])
def test_colab_without_a_gpu_gets_advice_what_to_click(found, advised, tiny, capsys, monkeypatch):
    monkeypatch.setattr(environment, "devices", lambda: found)
    show_environment()
    assert "Change runtime type" not in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    show_environment()
    assert ("Runtime → Change runtime type → T4 GPU" in capsys.readouterr().out) == advised


def test_missing_packages_are_named(tiny, capsys, monkeypatch):
    show_environment()
    assert "Missing" not in capsys.readouterr().out
    monkeypatch.setattr(environment, "installed", lambda package: package != "pooch")
    show_environment()
    assert re.search(r"Missing:  pooch: run `%pip install 'pooch>=[\d.]+'`", capsys.readouterr().out)


def test_versions_match_the_imported_packages():
    assert versions()["numpy"] == np.__version__
