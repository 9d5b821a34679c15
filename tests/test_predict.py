"""Files of instances are written, read, and refused if an instance is invalid; what is printed are probabilities."""

import json
import zipfile

import keras
import numpy as np
import pytest
from scipy.special import softmax

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.trainer.instances import InstancesError, first_instances, read_instances

GOOD = {"image": np.arange(784).reshape(28, 28).__mod__(256).tolist()}


def with_pixel(row, column, pixel):
    image = [list(line) for line in GOOD["image"]]
    image[row][column] = pixel
    return {"image": image}


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


TOO_SHORT, FLAT = [*GOOD["image"][:27], [0] * 5], [pixel for row in GOOD["image"] for pixel in row]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "expected a JSON file"),
        (b"\xff\xfe", "expected a JSON file"),
        ([], "at least one. Received: []"),
        ({"instances": []}, "at least one"),
        ({"images": [GOOD]}, "at least one"),
        ([GOOD, 5], 'Instance 1: expected {"image": …}. Received: 5'),
        ([GOOD, GOOD, {"pixels": []}], "Instance 2: expected"),
        ([{"image": GOOD["image"][:27]}], "Instance 0: expected 28 rows of 28"),
        ([GOOD, {"image": TOO_SHORT}], "Instance 1: expected 28 rows"),
        ([{"image": FLAT}], "Instance 0: expected"),
        ([with_pixel(3, 4, 256)], "Instance 0, row 3, column 4: expected a number from 0 to 255. Received: 256"),
        ([with_pixel(0, 0, -0.5)], "from 0 to 255. Received: -0.5"),
        ([with_pixel(0, 1, "7")], 'from 0 to 255. Received: "7"'),
        ([with_pixel(0, 1, True)], "from 0 to 255. Received: true"),
        ([with_pixel(0, 1, None)], "from 0 to 255. Received: null"),
        ([with_pixel(0, 1, float("nan"))], "from 0 to 255. Received: NaN"),
        (
            [GOOD, divided(255)],
            "Instance 1: expected 28 rows of 28 numbers from 0 (paper) to 255 (ink). "
            "Received: none above 1, as if they were divided by 255. Multiply them by 255.",
        ),
        ([divided(500)], "Instance 0: expected 28 rows"),
    ],
)
def test_an_invalid_instance_is_refused_by_its_number(tmp_path, content, message):
    content = {"instances": content} if isinstance(content, list) and content else content
    with pytest.raises(InstancesError) as error:
        read_instances(write_instances(tmp_path, content))
    assert message in str(error.value)


def test_a_sample_of_no_digits_is_refused(tiny):
    with pytest.raises(InstancesError, match="Received: 0"):
        first_instances(0)


def test_a_blank_image_and_faint_ink_are_accepted(tmp_path):
    blank, faint = {"image": [[0] * 28] * 28}, {"image": [[2.0] * 28] * 28}
    assert read_instances(write_instances(tmp_path, {"instances": [blank, faint]})).max() == 2


def predict(tmp_path, model, *flags):
    """Save a network, unless `model` is the path of a file, and let the command classify two digits with it."""
    instances, path = write_instances(tmp_path, {"instances": [GOOD, GOOD]}), tmp_path / "model.keras"
    if isinstance(model, keras.Model):
        model.save(path)
    return main(["predict", "--model", str(path), "--instances", str(instances), *flags])


@pytest.mark.parametrize("damage", ["missing", "another zip", "no zip"])
def test_a_damaged_network_prints_a_message(tmp_path, capsys, damage):
    path = tmp_path / "model.keras"
    if damage == "another zip":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("notes.txt", "no network")
    elif damage == "no zip":
        path.write_bytes(b"no network")
    assert predict(tmp_path, path) == 1
    assert "model.keras: expected a Keras file. Received: " in capsys.readouterr().err


def network(activation, kernel=0.01, pixels=(28, 28)):
    """Return a network from stored images to outputs that grow with the class."""
    layers = keras.layers
    weights = keras.initializers.Constant(np.linspace(-kernel, kernel, 10) * np.ones((784, 1)))
    outputs = layers.Dense(10, activation, kernel_initializer=weights, use_bias=False)
    return keras.Sequential([keras.Input(pixels), layers.Rescaling(1 / 255), layers.Flatten(), outputs])


@pytest.mark.parametrize(("activation", "told"), [(None, True), ("relu", True), ("sigmoid", True), ("softmax", False)])
def test_a_number_that_is_no_probability_is_never_shown_as_one(activation, told, tmp_path, capsys):
    model = network(activation)
    assert predict(tmp_path, model, "--json") == 0
    out, err = capsys.readouterr()
    outputs = model.predict(np.array([GOOD["image"]] * 2), verbose=0)
    expected = softmax(outputs, axis=1) if told else outputs
    for row, probabilities in zip(json.loads(out)["predictions"], expected, strict=True):
        assert row["classes"] == 9
        assert row["predictions"] == pytest.approx(probabilities, abs=1e-5)
        assert sum(row["predictions"]) == pytest.approx(1, abs=1e-4)
    assert ("so softmax was applied" in err) == told


def test_a_table_shows_the_class_and_its_probability(tmp_path, capsys):
    assert predict(tmp_path, network("softmax", kernel=1)) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split("  ") == ["instance", "predicted class", "probability"]
    assert [row.split()[:2] for row in rows] == [["0", "9"], ["1", "9"]]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (network(None, float("nan")), "The network returns NaN or infinity"),
        (network(None, pixels=(784,)), "Received: (None, 784) to (None, 10)"),
    ],
    ids=["nan", "another shape"],
)
def test_a_network_that_cannot_classify_is_refused(tmp_path, capsys, model, message):
    assert predict(tmp_path, model) == 1
    assert message in capsys.readouterr().err
