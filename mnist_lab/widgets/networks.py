"""Trained networks in small files, which the widgets compute in the browser, without a kernel.

A file is the length of its header in bytes (uint32, little-endian), the header (JSON in UTF-8, and spaces up to a
multiple of 4 bytes), and its layers' numbers, little-endian: the header says for each layer where, counted from the
header's end. Weights are float16, or int8 times a float32 scale for each output; biases are float32.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mnist_lab.data.idx import PIXELS, SIDE

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import keras

_SUFFIX, _LESSON = ".network", "lesson_"
_LARGEST_INT8 = 127


def load_network(lesson: str) -> keras.Model:
    """Return the trained network of a lesson that comes with the course, as the pad computes it.

    Its batch normalization is part of the layers before it, and its weights are rounded, so that its file is small. It
    isn't compiled: it predicts, and doesn't train.

    Args:
        lesson: the lesson's two digits, as a text: "01", "04", "08" or "10".

    Returns:
        A model that maps images `[n, 784]`, from 0 (paper) to 1 (ink), to probabilities `[n, 10]`.

    Raises:
        ValueError: no network of that lesson comes with the course.

    Example:
        >>> network = lab.load_network("10")
        >>> network.predict(images, verbose=0).argmax(axis=1)
    """
    lessons = [name.removeprefix(_LESSON) for name in _stored() if name.startswith(_LESSON)]
    if lesson not in lessons:
        raise ValueError(f"lesson must be one of {', '.join(map(repr, lessons))}, as a text. Received: {lesson!r}.")
    return as_keras(network_bytes(f"{_LESSON}{lesson}"))


def network_bytes(name: str) -> bytes:
    """Return the file of a trained network.

    Args:
        name: the file's name without its ending, for example "lesson_01".

    Raises:
        ValueError: there is no such network.

    Example:
        >>> model = as_keras(network_bytes("lesson_08"))
    """
    if name not in (stored := _stored()):
        raise ValueError(f"Expected the name of a stored network: {', '.join(stored)}. Received: {name!r}.")
    return stored[name].read_bytes()


def _stored() -> dict[str, Traversable]:
    """Return the files of the stored networks by their names without the ending, in alphabetical order."""
    found = {file.name: file for file in (files("mnist_lab.widgets") / "networks").iterdir()}
    return {name.removesuffix(_SUFFIX): found[name] for name in sorted(found) if name.endswith(_SUFFIX)}


def encode(about: dict[str, Any], layers: list[dict[str, Any]], dtype: Literal["int8", "float16"]) -> bytes:
    """Return the file of a network.

    Args:
        about: what the header says of the network besides its layers.
        layers: dicts with a "kind": "flatten", or "dense" with "activation", "weights" `[in, out]` and "biases"
            `[out]`, or "convolution", whose weights are `[rows, columns, in, out]`, also with "strides" and "padding".
        dtype: how the weights are stored. int8: with the scale max |weight| / 127 for each output.
    """
    payload = bytearray()

    def place(array: np.ndarray) -> int:
        offset = len(payload)
        payload.extend(array.tobytes() + bytes(-array.nbytes % 4))
        return offset

    described = []
    for layer in layers:
        entry = {name: value for name, value in layer.items() if name not in ("weights", "biases")}
        if "weights" in layer:
            weights = layer["weights"]
            entry["shape"] = list(weights.shape)
            if dtype == "int8":
                most = np.abs(weights).max(axis=tuple(range(weights.ndim - 1)))
                scales = (np.where(most > 0, most, 1) / _LARGEST_INT8).astype("<f4")
                offset = place(np.rint(weights / scales).astype("i1"))
                entry["weights"] = {"dtype": dtype, "offset": offset, "scales": place(scales)}
            else:
                entry["weights"] = {"dtype": dtype, "offset": place(weights.astype("<f2"))}
            entry["biases"] = {"offset": place(layer["biases"].astype("<f4"))}
        described.append(entry)
    header = json.dumps({**about, "layers": described}).encode()
    header += b" " * (-len(header) % 4)
    return len(header).to_bytes(4, "little") + header + bytes(payload)


def decode(content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what `encode` was given, the weights as float32 and as they are stored.

    Raises:
        ValueError: the bytes are not a whole network file.
    """
    try:
        start = 4 + int.from_bytes(content[:4], "little")
        header = json.loads(content[4:start])
        layers, end = header.pop("layers"), start

        def array(dtype: str, offset: int, count: int) -> np.ndarray:
            nonlocal end
            found = np.frombuffer(content, dtype, count, start + offset).astype(np.float32)
            end = max(end, start + offset + count * np.dtype(dtype).itemsize)
            return found

        for layer in layers:
            if "weights" in layer:
                shape, stored = layer["shape"], layer["weights"]
                count = int(np.prod(shape))
                if stored["dtype"] == "int8":
                    scales = array("<f4", stored["scales"], shape[-1])
                    layer["weights"] = array("i1", stored["offset"], count).reshape(shape) * scales
                else:
                    layer["weights"] = array("<f2", stored["offset"], count).reshape(shape)
                layer["biases"] = array("<f4", layer["biases"]["offset"], shape[-1])
        if end != len(content):
            raise ValueError(f"its numbers end after {end:,} bytes")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"Expected a whole network file. Received {len(content):,} bytes: {error}") from error
    return header, layers


def as_keras(content: bytes) -> keras.Model:
    """Return the network of a file as a Keras model that maps images `[n, 784]` to probabilities `[n, 10]`.

    Raises:
        ValueError: the bytes are not a whole network file.
    """
    import keras

    _header, layers = decode(content)
    model = keras.Sequential([keras.Input((PIXELS,))])
    for layer in layers:
        if layer["kind"] == "flatten":
            model.add(keras.layers.Flatten())
        elif layer["kind"] == "dense":
            model.add(keras.layers.Dense(layer["shape"][-1], layer["activation"]))
        else:
            if not model.layers:
                model.add(keras.layers.Reshape((SIDE, SIDE, 1)))
            settings = {name: layer[name] for name in ("strides", "padding", "activation")}
            model.add(keras.layers.Conv2D(layer["shape"][-1], layer["shape"][:2], **settings))
    numbers = [layer[name] for layer in layers if "weights" in layer for name in ("weights", "biases")]
    model.set_weights(numbers)
    return model
