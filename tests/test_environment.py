import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

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
    set_seed(1)
    first = random_numbers()
    set_seed(1)
    assert random_numbers() == first
    set_seed(2)
    assert random_numbers() != first
    monkeypatch.setenv("MNIST_LAB_SEED", "1")
    set_seed(2)
    assert random_numbers() == first


@pytest.mark.parametrize("seed", [-1, 2**32, "seven", None])
def test_a_seed_out_of_range_is_refused(seed, monkeypatch):
    monkeypatch.delenv("MNIST_LAB_SEED", raising=False)
    with pytest.raises(ValueError, match=r"seed must be a whole number from 0 .* Received"):
        set_seed(seed)


def test_show_environment_prints_versions_device_and_digits(tiny, capsys):
    show_environment()
    found, device, digits = capsys.readouterr().out.splitlines()
    assert f"Keras {keras.__version__}, NumPy {np.__version__}" in found
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


def test_without_metadata_one_line_says_so(tiny, without_metadata, capsys, monkeypatch):
    show_environment()
    *_, last = capsys.readouterr().out.splitlines()
    assert last == f"mnist-lab is not installed: it runs from {Path(environment.__file__).parents[1]}"
    assert "numpy" in dict(environment.requirements()), "read from pyproject.toml"
    monkeypatch.setattr(environment, "__file__", str(tiny / "mnist_lab" / "environment.py"))
    assert environment.requirements() == []


def test_a_module_from_a_package_of_another_name_has_an_unknown_version(without_metadata, monkeypatch):
    monkeypatch.setattr(environment, "_SHOWN", {"mnist-lab": "as if it were tensorflow, installed as tensorflow-cpu"})
    assert versions()["mnist-lab"] == "unknown"


@pytest.mark.parametrize("content", [None, "", "[]", "{broken", '{"backend": "tensorflow"}'])
def test_usual_settings_of_keras_are_not_mentioned(tiny, tmp_path, monkeypatch, capsys, content):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if content is not None:
        (tmp_path / "keras.json").write_text(content)
    show_environment()
    assert "Keras'" not in capsys.readouterr().out


def test_settings_of_keras_that_do_not_fit_are_named_with_what_to_do(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    file = tmp_path / "keras.json"
    file.write_text('{"image_data_format": "channels_first", "floatx": "float16", "backend": "tensorflow"}')
    show_environment()
    warnings = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Warning:  ")]
    assert [line.removeprefix("Warning:  Keras' ") for line in warnings] == [
        "backend: torch; the lessons need tensorflow: unset the environment variable KERAS_BACKEND, then restart",
        f"image_data_format: channels_first; the lessons need channels_last: change it in {file}, then restart",
        f"floatx: float16; the lessons need float32: change it in {file}, then restart",
    ]
    monkeypatch.delenv("KERAS_BACKEND")
    file.write_text('{"backend": "jax"}')
    show_environment()
    assert f"backend: jax; the lessons need tensorflow: change it in {file}, then restart" in capsys.readouterr().out


BEFORE = """
import os, sys, time
from mnist_lab import environment

def use_gpu():
    os.write(2, b"Created device")
    print("used")
    raise RuntimeError("the GPU is broken")

def import_tensorflow():
    sys.modules["tensorflow"] = object()

environment._gpus = lambda: ["GPU:0"]
environment._use_gpu = use_gpu
"""


def run_with_fake_gpu(code, **variables):
    """Run code in a process that believes it has a GPU; return its standard output and its standard error."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"} | variables
    command = [sys.executable, "-c", BEFORE + code]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    return result.stdout, result.stderr


def test_the_first_use_of_a_gpu_is_quiet_and_its_errors_are_left_to_the_lesson():
    code = "with environment.quiet_imports(): import_tensorflow()\nos.write(2, b'shown')"
    assert run_with_fake_gpu(code) == ("used\n", "shown")


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("with environment.quiet_imports(): pass", {}),
        ("environment._gpus = lambda: []\nwith environment.quiet_imports(): import_tensorflow()", {}),
        ("environment._gpus = lambda: 1 / 0\nwith environment.quiet_imports(): import_tensorflow()", {}),
        ("with environment.quiet_imports(): import_tensorflow()", {"TF_CONFIG": "{}"}),
        ("with environment.quiet_stderr(): import_tensorflow()", {}),
    ],
    ids=["no TensorFlow", "no GPU", "an error", "one of several workers", "quiet only"],
)
def test_a_gpu_is_not_used_without_need(code, variables):
    assert run_with_fake_gpu(f"{code}\nprint({{'numpy', 'keras'}} & set(sys.modules))", **variables) == ("set()\n", "")


def test_a_slow_gpu_is_not_waited_for():
    code = """
environment._WARM_UP_SECONDS = 0.1
environment._use_gpu = lambda: time.sleep(60)
with environment.quiet_imports(): import_tensorflow()
print("went on")
"""
    assert run_with_fake_gpu(code) == ("went on\n", "")


def test_the_warm_up_computes_and_compiles(monkeypatch):
    options = []
    function = tf.function
    monkeypatch.setattr(tf, "function", lambda f, **named: options.append(named) or function(f, **named))
    environment._use_gpu()
    assert options == [{"jit_compile": True}]


def test_an_exception_in_a_quiet_block_is_raised_and_standard_error_restored(capfd):
    def import_something_broken():
        with environment.quiet_imports():
            os.write(2, b"hidden")
            raise ImportError("broken")

    with pytest.raises(ImportError):
        import_something_broken()
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"
