import keras
import numpy as np
import pytest

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


def test_versions_are_those_imported():
    assert versions()["numpy"] == np.__version__
