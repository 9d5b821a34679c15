"""The environment of a notebook: seeds, what is shown of it, Keras' settings, and the quiet first use of a GPU."""

import os
import re
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab import environment
from mnist_lab.environment import devices, set_seed, show_environment, versions


def random_numbers():
    return np.random.default_rng(np.random.randint(2**31)).random(), float(keras.random.normal(()))  # noqa: NPY002


def test_a_seed_repeats_the_random_numbers_and_the_variable_overrides_it(monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    drawn = [(set_seed(seed), random_numbers()) for seed in (1, 1, 2)]
    monkeypatch.setenv("MNIST_LAB_SEED", "1")
    set_seed(2)
    assert drawn[0] == drawn[1] == (None, random_numbers()) != drawn[2]


@pytest.mark.parametrize("seed", [-1, 2**32, "seven", None])
def test_a_seed_out_of_range_is_refused(seed, monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    with pytest.raises(ValueError, match=r"seed must be a whole number from 0 .* Received"):
        set_seed(seed)


def test_show_environment_prints_versions_device_and_digits_and_a_missing_package(tiny, capsys, monkeypatch):
    show_environment()
    found, device, digits = capsys.readouterr().out.splitlines()
    assert f"Keras {keras.__version__}, NumPy {np.__version__}" in found
    assert devices()[0] in device
    assert "images of tiny ($MNIST_LAB_DATA)" in digits
    monkeypatch.setattr(environment, "installed", lambda package: package != "pooch")
    show_environment()
    assert re.search(r"Missing:  pooch: run `%pip install 'pooch>=[\d.]+'`", capsys.readouterr().out)


@pytest.mark.parametrize(("found", "advised"), [(["CPU (2 cores)"], True), (["Tesla T4"], False)])
def test_colab_without_a_gpu_gets_advice_what_to_click(found, advised, tiny, capsys, monkeypatch):
    monkeypatch.setattr(environment, "devices", lambda: found)
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    show_environment()
    assert ("Runtime → Change runtime type → T4 GPU" in capsys.readouterr().out) == advised


def test_without_metadata_one_line_says_so_and_a_version_may_be_unknown(tiny, without_metadata, capsys, monkeypatch):
    monkeypatch.setattr(environment, "_SHOWN", {"mnist-lab": "of another package"})
    assert versions()["mnist-lab"] == "unknown"
    show_environment()
    *_, last = capsys.readouterr().out.splitlines()
    assert last == f"mnist-lab is not installed: it runs from {Path(environment.__file__).parents[1]}"
    assert "numpy" in dict(environment.requirements()), "read from pyproject.toml"
    monkeypatch.setattr(environment, "__file__", str(tiny / "mnist_lab" / "environment.py"))
    assert environment.requirements() == []


@pytest.mark.parametrize("content", [None, "", "[]", "{broken", '{"backend": "tensorflow"}'])
def test_usual_settings_of_keras_fit(tmp_path, monkeypatch, content):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if content is not None:
        (tmp_path / "keras.json").write_text(content)
    assert [fits for fits, _ in environment.keras_settings()] == [True] * 3


@pytest.mark.parametrize("variable", ["torch", ""])
def test_settings_of_keras_that_do_not_fit_are_named_with_what_to_do(variable, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", variable)
    file = tmp_path / "keras.json"
    file.write_text('{"image_data_format": "channels_first", "backend": "jax"}')
    show_environment()
    remedy = "unset the environment variable KERAS_BACKEND" if variable else f"change it in {file}"
    assert re.findall("^Warning:  Keras' (.*), then restart", capsys.readouterr().out, re.MULTILINE) == [
        f"backend: {variable or 'jax'}; the lessons need tensorflow: {remedy}",
        f"image_data_format: channels_first; the lessons need channels_last: change it in {file}",
    ]


@pytest.fixture
def used(monkeypatch):
    """Let this process believe that it has a GPU, which reports its first use; return the list of its uses."""
    uses = []
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setattr(environment, "_gpus", lambda: ["GPU:0"])
    monkeypatch.setattr(environment, "_use_gpu", lambda: uses.append(os.write(2, b"Created device")))
    return uses


def test_the_first_use_of_a_gpu_is_quiet(used, capfd):
    with environment.quiet_imports():
        pass
    assert (len(used), capfd.readouterr().err) == (1, "")


@pytest.mark.parametrize("case", ["no TensorFlow", "no GPU", "an error", "one of several workers"])
def test_a_gpu_is_not_used_without_need(case, used, monkeypatch):
    if case == "no TensorFlow":
        monkeypatch.delitem(sys.modules, "tensorflow")
    elif case == "one of several workers":
        monkeypatch.setenv("TF_CONFIG", "{}")
    else:
        monkeypatch.setattr(environment, "_gpus", list if case == "no GPU" else lambda: 1 / 0)
    with environment.quiet_imports():
        pass
    assert used == []


def test_the_warm_up_compiles_and_leaves_errors_to_the_lesson(monkeypatch):
    function = Mock(side_effect=RuntimeError("the GPU is broken"))
    monkeypatch.setattr(tf, "function", function)
    environment._use_gpu()
    assert function.call_args.kwargs == {"jit_compile": True}


def test_an_exception_in_a_quiet_block_is_raised_and_standard_error_restored(capfd):
    def import_something_broken():
        with environment.quiet_imports():
            os.write(2, b"hidden")
            raise ImportError("broken")

    with pytest.raises(ImportError):
        import_something_broken()
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"
