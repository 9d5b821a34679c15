"""Files of instances are written, read, and refused if an instance is invalid; what is printed are probabilities."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.trainer.export import export
from mnist_lab.trainer.instances import InstancesError, first_instances, read_instances

GOOD = {"image": np.arange(784).reshape(28, 28).__mod__(256).tolist()}


def instance_with(row=0, column=0, pixel=None, rows=None):
    image = [list(line) for line in GOOD["image"]]
    image[row][column] = pixel
    return {"image": image if rows is None else rows(image)}


def divided(number):
    return {"image": [[pixel / number for pixel in row] for row in GOOD["image"]]}


def write_instances(tmp_path, content):
    path = tmp_path / "instances.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_sample_writes_the_first_digits_and_refuses_too_many(tiny, tmp_path, capsys):
    path = tmp_path / "digits.json"
    assert main(["sample", "--count", "7", "--output", str(path)]) == 0
    images = read_instances(path)
    assert images.dtype == np.float32
    expected = idx.read_images(find_mnist().validation_images)[:7].reshape(-1, 28, 28)
    np.testing.assert_array_equal(images, expected)
    assert main(["sample", "--count", "101", "--output", str(path)]) == 1
    assert "from 1 to 100. Received: 101" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "expected a JSON file"),
        (b"\xff\xfe", "expected a JSON file"),
        ([], "at least one. Received: []"),
        ({"instances": []}, "at least one"),
        ({"images": [GOOD]}, "at least one"),
        ({"instances": [GOOD, 5]}, 'Instance 1: expected {"image": …}. Received: 5'),
        ({"instances": [GOOD, GOOD, {"pixels": []}]}, "Instance 2: expected"),
        ({"instances": [instance_with(rows=lambda image: image[:27])]}, "Instance 0: expected 28 rows of 28"),
        (
            {"instances": [GOOD, instance_with(rows=lambda image: [*image[:27], image[0][:5]])]},
            "Instance 1: expected 28 rows",
        ),
        (
            {"instances": [instance_with(rows=lambda image: [pixel for row in image for pixel in row])]},
            "Instance 0: expected",
        ),
        ({"instances": [instance_with(3, 4, 256)]}, "Instance 0, row 3, column 4: expected a number from 0 to 255"),
        ({"instances": [instance_with(0, 0, -0.5)]}, "Received: -0.5"),
        ({"instances": [instance_with(0, 1, "7")]}, 'expected a number. Received: "7"'),
        ({"instances": [instance_with(0, 1, True)]}, "expected a number. Received: true"),
        ({"instances": [instance_with(0, 1, None)]}, "expected a number. Received: null"),
        ({"instances": [instance_with(0, 1, float("nan"))]}, "expected a number. Received: NaN"),
        (
            {"instances": [GOOD, divided(255)]},
            "Instance 1: expected 28 rows of 28 numbers from 0 (paper) to 255 (ink). "
            "Received: none above 1, as if they were divided by 255. Multiply them by 255.",
        ),
        ({"instances": [divided(500)]}, "Instance 0: expected 28 rows"),
    ],
)
def test_an_invalid_instance_is_refused_by_its_number(tmp_path, content, message):
    with pytest.raises(InstancesError) as error:
        read_instances(write_instances(tmp_path, content))
    assert message in str(error.value)


def test_a_sample_of_no_digits_is_refused(tiny):
    with pytest.raises(InstancesError, match="Received: 0"):
        first_instances(0)


@pytest.mark.parametrize("flag", ["--model", "--export"])
@pytest.mark.parametrize("damage", ["missing", "another zip", "no zip"])
def test_a_damaged_network_prints_a_message(tmp_path, capsys, flag, damage):
    (tmp_path / "one.json").write_text(json.dumps({"instances": [{"image": np.zeros((28, 28), int).tolist()}]}))
    model = tmp_path / "model.keras"
    if damage == "another zip":
        with zipfile.ZipFile(model, "w") as file:
            file.writestr("notes.txt", "no network")
    elif damage == "no zip":
        model.write_bytes(b"no network")
    assert main(["predict", flag, str(model), "--instances", str(tmp_path / "one.json")]) == 1
    expected = "a Keras file" if flag == "--model" else "the folder of a SavedModel"
    assert f"model.keras: expected {expected}. Received: " in capsys.readouterr().err


def test_a_blank_image_and_faint_ink_are_accepted(tmp_path):
    blank, faint = {"image": np.zeros((28, 28), int).tolist()}, instance_with(rows=lambda image: [[2.0] * 28] * 28)
    assert read_instances(write_instances(tmp_path, {"instances": [blank, faint]})).max() == 2


def network(activation, kernel=0.01):
    """Return a network from stored images to outputs that grow with the class."""
    layers = keras.layers
    weights = keras.initializers.Constant(np.linspace(-kernel, kernel, 10) * np.ones((784, 1)))
    outputs = layers.Dense(10, activation, kernel_initializer=weights, use_bias=False, name="predictions")
    return keras.Sequential([keras.Input((28, 28), name="image"), layers.Rescaling(1 / 255), layers.Flatten(), outputs])


def write_network(model, folder, form):
    """Write the network as a Keras file or as a SavedModel; return the flag that names it."""
    path = str(folder / "model.keras")
    if form == "--model":
        model.save(path)
        return [form, path]
    export(model, path, str(folder / "export"))
    return [form, str(folder / "export")]


@pytest.mark.parametrize("form", ["--model", "--export"])
@pytest.mark.parametrize(("activation", "told"), [(None, True), ("relu", True), ("sigmoid", True), ("softmax", False)])
def test_a_number_that_is_no_probability_is_never_shown_as_one(form, activation, told, tmp_path, capsys):
    instances = write_instances(tmp_path, {"instances": [GOOD, GOOD]})
    model = network(activation)
    flags = ["predict", *write_network(model, tmp_path, form), "--instances", str(instances)]
    capsys.readouterr()
    assert main([*flags, "--json"]) == 0
    out, err = capsys.readouterr()
    outputs = model.predict(read_instances(instances), verbose=0)
    expected = softmax(outputs, axis=1) if told else outputs
    for row, probabilities in zip(json.loads(out)["predictions"], expected, strict=True):
        assert row["classes"] == 9
        assert row["predictions"] == pytest.approx(probabilities, abs=1e-5)
        assert sum(row["predictions"]) == pytest.approx(1, abs=1e-4)
    assert ("so softmax was applied" in err) == told
    assert main(flags) == 0
    assert f"{expected[0, 9]:.4f}" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["--model", "--export"])
def test_a_network_that_returns_nan_is_refused(form, tmp_path, capsys):
    instances = write_instances(tmp_path, {"instances": [GOOD]})
    flags = write_network(network(None, float("nan")), tmp_path, form)
    assert main(["predict", *flags, "--instances", str(instances)]) == 1
    assert "The network returns NaN or infinity" in capsys.readouterr().err


def test_a_saved_model_of_other_shapes_is_refused(tmp_path, capsys):
    class Other(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 784), tf.float32, "image")])
        def serve(self, image):
            return {"predictions": image[:, :10]}

    other = Other()
    tf.saved_model.save(other, tmp_path / "other", {"serving_default": other.serve})
    instances = write_instances(tmp_path, {"instances": [GOOD]})
    assert main(["predict", "--export", str(tmp_path / "other"), "--instances", str(instances)]) == 1
    assert "Expected a SavedModel from images [n, 28, 28]" in capsys.readouterr().err
