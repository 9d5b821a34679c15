"""Any bytes as an MNIST file, any array as a drawing: correct data or a clear error, in little memory."""

import gzip
import struct
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_numpy

from mnist_lab import preprocess_digit
from mnist_lab.data import idx

PIXELS = 28 * 28
MAGIC = {"images": 2051, "labels": 2049}
fuzzed = settings(max_examples=60, deadline=None)


def mostly(usual, *others):
    return some.sampled_from([usual] * 4 + list(others))


@some.composite
def files(draw):
    """Draw the bytes of a file, in which each part may be wrong, and its kind."""
    kind, count = draw(some.sampled_from(list(MAGIC))), draw(some.integers(1, 4))
    shape = draw(mostly([28, 28], [28, 27], [0, 0], [2**16, 2**16])) if kind == "images" else []
    magic = draw(mostly(MAGIC[kind], *MAGIC.values(), 0, 2**32 - 1))
    announced = draw(mostly(count, 0, count + 1, 5_000_000, 2**32 - 1))
    size = count * (PIXELS if kind == "images" else 1)
    data = struct.pack(f">{2 + len(shape)}I", magic, announced, *shape)
    data += draw(some.one_of(some.just(bytes(size)), some.binary(min_size=size, max_size=size)))
    data = data[: draw(mostly(len(data), *range(20), len(data) - 1))]
    data += draw(mostly(b"", b"\0", bytes(PIXELS), b"<html>"))
    if draw(some.booleans()):
        data = gzip.compress(data, mtime=0) + draw(mostly(b"", b"\0", b"garbage", gzip.compress(b"more")))
        data = data[: -draw(mostly(4, *range(5, 20)))] + data[-4:]  # perhaps without its end, but with its length
        position = draw(some.integers(0, len(data) - 1))
        data = data[:position] + draw(mostly(data[position : position + 1], b"\0", b"\xff")) + data[position + 1 :]
    return data, kind


def read_independently(data, kind):
    """Return the records, read independently of the package; None if the bytes are not a valid file of this kind."""
    try:
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        return None
    length, size = (16, PIXELS) if kind == "images" else (8, 1)
    if len(data) <= length:
        return None
    magic, count, *shape = struct.unpack(f">{length // 4}I", data[:length])
    if magic != MAGIC[kind] or shape not in ([], [28, 28]) or len(data) != length + count * size:
        return None
    records = np.frombuffer(data, np.uint8, offset=length)
    return None if kind == "labels" and records.max() > 9 else records


def assert_read_correctly_or_refused(data, kind):
    expected, found = read_independently(data, kind), None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(data)
        tracemalloc.start()
        try:
            found = (idx.read_images if kind == "images" else idx.read_labels)(path)
        except idx.MnistFileError as error:
            assert str(path) in str(error)  # noqa: PT017
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert (found is None) == (expected is None)
    if found is not None:
        np.testing.assert_array_equal(found.ravel(), expected)
    assert peak <= 3 * max(len(data), 0 if expected is None else expected.nbytes) + 2_000_000


@fuzzed
@given(file=files())
@example(file=(gzip.compress(struct.pack(">4I", 2051, 2_000, 28, 28) + bytes(2_000 * PIXELS)), "images"))
def test_a_nearly_valid_file_is_read_correctly_or_refused(file):
    assert_read_correctly_or_refused(*file)


@pytest.mark.parametrize("kind", MAGIC)
def test_the_corpus_is_read_correctly_or_refused(kind):
    for path in Path(__file__).with_name("corpus").glob("idx/*"):
        assert_read_correctly_or_refused(path.read_bytes(), kind)


SHAPES = some_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40)
DRAWINGS = some_numpy.arrays(np.uint8, some_numpy.array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=60))


@pytest.mark.filterwarnings("error")
@fuzzed
@given(image=some.one_of(DRAWINGS, some_numpy.arrays(some_numpy.scalar_dtypes(), SHAPES)))
@example(image=np.full((10, 10), 0x7FA00000, np.uint32).view(np.float32))  # signalling NaNs
def test_any_array_its_negative_and_its_fractions_are_preprocessed_or_refused_without_a_warning(image):
    try:
        digit = preprocess_digit(image)
    except (TypeError, ValueError) as error:
        assert "Expected" in str(error)  # noqa: PT017
        return
    assert (digit.shape, digit.dtype) == ((PIXELS,), np.float32)
    assert 0 <= digit.min() < digit.max() == 1
    square = digit.reshape(28, 28) > 0
    assert max(np.ptp(np.flatnonzero(square.any(axis))) for axis in (0, 1)) < 20
    if image.dtype == np.uint8:
        np.testing.assert_allclose(preprocess_digit(255 - image), digit, atol=1e-5)
        np.testing.assert_allclose(preprocess_digit(image / 255), digit, atol=1e-5)
