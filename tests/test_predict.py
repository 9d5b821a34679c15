"""Files of instances are written, read, and refused if an instance is invalid; what is printed are probabilities."""

import json

import keras
import numpy as np
import pytest
from scipy.special import softmax

from mnist_lab.__main__ import main
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.trainer.instances import InstancesError, read_instances

IMAGE = (np.arange(784).reshape(28, 28) % 256).tolist()
GOOD = {"image": IMAGE}


def with_pixel(pixel):
    return {"image": [[*IMAGE[0][:4], pixel, *IMAGE[0][5:]], *IMAGE[1:]]}


def write_instances(tmp_path, content):
    path = tmp_path / "instances.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_sample_writes_the_first_digits_and_refuses_too_many_and_none(tiny, tmp_path, capsys):
    path = tmp_path / "digits.json"
    assert main(["sample", "--count", "7", "--output", str(path)]) == 0
    expected = idx.read_images(find_mnist().validation_images)[:7].reshape(-1, 28, 28)
    np.testing.assert_array_equal(read_instances(path), expected.astype(np.float32))
    for count in ("101", "0"):
        assert main(["sample", "--count", count, "--output", str(path)]) == 1
        assert f"from 1 to 100. Received: {count}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "expected a JSON file"),
        (b"\xff\xfe", "expected a JSON file"),
        ([], "at least one. Received: []"),
        ([GOOD, 5], 'Instance 1: expected {"image": …}. Received: 5'),
        ([GOOD, GOOD, {"pixels": []}], "Instance 2: expected"),
        ([{"image": IMAGE[:27]}], "Instance 0: expected 28 rows of 28"),
        ([GOOD, {"image": [*IMAGE[:27], [0] * 5]}], "Instance 1: expected 28 rows"),
        ([{"image": IMAGE[0] * 28}], "Instance 0: expected"),
        ([with_pixel(256)], "Instance 0, row 0, column 4: expected a number from 0 to 255. Received: 256"),
        ([with_pixel("7")], 'from 0 to 255. Received: "7"'),
        ([with_pixel(True)], "from 0 to 255. Received: true"),
        ([with_pixel(None)], "from 0 to 255. Received: null"),
        ([with_pixel(float("nan"))], "from 0 to 255. Received: NaN"),
        ([GOOD, {"image": [[1.0] * 28] * 28}], "none above 1, as if they were divided by 255. Multiply them by 255."),
    ],
)
def test_an_invalid_instance_is_refused_by_its_number(tmp_path, content, message):
    content = {"instances": content} if isinstance(content, list) and content else content
    with pytest.raises(InstancesError) as error:
        read_instances(write_instances(tmp_path, content))
    assert message in str(error.value)


def test_a_blank_image_and_faint_ink_are_accepted(tmp_path):
    blank, faint = {"image": [[0] * 28] * 28}, {"image": [[2.0] * 28] * 28}
    assert read_instances(write_instances(tmp_path, {"instances": [blank, faint]})).max() == 2


def predict(tmp_path, *flags):
    """Let the command classify two digits with the file model.keras."""
    instances, path = write_instances(tmp_path, {"instances": [GOOD, GOOD]}), tmp_path / "model.keras"
    return main(["predict", "--model", str(path), "--instances", str(instances), *flags])


def save_network(tmp_path, activation, kernel=0.01, pixels=(28, 28)):
    """Save and return a network from stored images to outputs that grow with the class."""
    layers = keras.layers
    weights = keras.initializers.Constant(np.linspace(-kernel, kernel, 10) * np.ones((784, 1)))
    outputs = layers.Dense(10, activation, kernel_initializer=weights, use_bias=False)
    model = keras.Sequential([keras.Input(pixels), layers.Rescaling(1 / 255), layers.Flatten(), outputs])
    model.save(tmp_path / "model.keras")
    return model


@pytest.mark.parametrize(("activation", "told"), [(None, True), ("relu", True), ("sigmoid", True), ("softmax", False)])
def test_a_number_that_is_no_probability_is_never_shown_as_one(activation, told, tmp_path, capsys):
    model = save_network(tmp_path, activation)
    assert predict(tmp_path, "--json") == 0
    out, err = capsys.readouterr()
    outputs = model.predict(np.array([IMAGE] * 2), verbose=0)
    expected = softmax(outputs, axis=1) if told else outputs
    for row, probabilities in zip(json.loads(out)["predictions"], expected, strict=True):
        assert row["classes"] == 9
        assert row["predictions"] == pytest.approx(probabilities, abs=1e-5)
        assert sum(row["predictions"]) == pytest.approx(1, abs=1e-4)
    assert ("so softmax was applied" in err) == told
    assert predict(tmp_path) == 0
    assert [row.split()[:2] for row in capsys.readouterr().out.splitlines()[1:]] == [["0", "9"], ["1", "9"]]


@pytest.mark.parametrize(
    "content", [None, b"no network", b"PK\x05\x06" + bytes(18)], ids=["missing", "no zip", "empty zip"]
)
def test_a_damaged_network_prints_a_message(tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "model.keras").write_bytes(content)
    assert predict(tmp_path) == 1
    assert "model.keras: expected a Keras file. Received: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [({"kernel": np.nan}, "returns NaN or infinity"), ({"pixels": (784,)}, "Received: (None, 784) to (None, 10)")],
)
def test_a_network_that_cannot_classify_is_refused(tmp_path, capsys, options, message):
    save_network(tmp_path, None, **options)
    assert predict(tmp_path) == 1
    assert message in capsys.readouterr().err
