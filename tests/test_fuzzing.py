"""Any bytes as an MNIST file, any array as a drawing: correct data or a clear error, in little memory."""

import gzip
import struct
import tempfile
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_numpy

from mnist_lab import preprocess_digit
from mnist_lab.data import idx

CORPUS = sorted((Path(__file__).parent / "corpus" / "idx").iterdir())
PIXELS = 28 * 28
MAGIC = {"images": 2051, "labels": 2049}
SPARE_BYTES = 2_000_000
fuzzed = settings(max_examples=60, deadline=None)
kinds = some.sampled_from(["images", "labels"])


@some.composite
def files(draw):
    """Draw the bytes of a file and its kind, in which each part may be wrong."""
    kind = draw(kinds)
    count = draw(some.integers(1, 4))
    magic = draw(some.sampled_from([MAGIC[kind]] * 4 + list(MAGIC.values()) + [0, 2**32 - 1]))
    announced = draw(some.sampled_from([count] * 4 + [0, count + 1, 5_000_000, 2**32 - 1]))
    shape = draw(some.sampled_from([[28, 28]] * 4 + [[28, 27], [0, 0], [2**16, 2**16]])) if kind == "images" else []
    header = struct.pack(f">{2 + len(shape)}I", magic, announced, *shape)
    size = count * (PIXELS if kind == "images" else 1)
    body = draw(some.binary(min_size=size, max_size=size)) if draw(some.booleans()) else bytes(size)
    data = header + body
    data = data[: draw(some.sampled_from([len(data)] * 4 + list(range(20)) + [len(data) - 1]))]
    data += draw(some.sampled_from([b""] * 4 + [b"\0", bytes(PIXELS), b"<html>"]))
    if draw(some.booleans()):
        data = gzip.compress(data, mtime=0)
        data += draw(some.sampled_from([b""] * 4 + [b"\0", b"garbage", gzip.compress(b"more")]))
        if draw(some.booleans()):
            data = data[: -draw(some.integers(5, 20))] + data[-4:]  # without its end, but with its length
        if draw(some.booleans()):
            position, value = draw(some.integers(0, len(data) - 1)), draw(some.integers(0, 255))
            data = data[:position] + bytes([value]) + data[position + 1 :]
    return data, kind


def read_independently(data, kind):
    """Return the records, read independently of the package; None if the bytes are not a valid file of this kind."""
    try:
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        return None
    numbers, size = (4, PIXELS) if kind == "images" else (2, 1)
    if len(data) <= 4 * numbers:
        return None
    magic, count, *shape = struct.unpack(f">{numbers}I", data[: 4 * numbers])
    if magic != MAGIC[kind] or shape not in ([], [28, 28]) or len(data) != 4 * numbers + count * size:
        return None
    records = np.frombuffer(data, np.uint8, offset=4 * numbers)
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
    assert peak <= 3 * max(len(data), 0 if expected is None else expected.nbytes) + SPARE_BYTES


@fuzzed
@given(file=files())
def test_a_nearly_valid_file_is_read_correctly_or_refused(file):
    assert_read_correctly_or_refused(*file)


@fuzzed
@given(data=some.binary(max_size=2_000), kind=kinds)
@example(data=b"", kind="images")
@example(data=b"\x1f\x8b", kind="images")
def test_any_bytes_are_read_correctly_or_refused(data, kind):
    assert_read_correctly_or_refused(data, kind)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_corpus_is_read_correctly_or_refused(path):
    for kind in MAGIC:
        assert_read_correctly_or_refused(path.read_bytes(), kind)


def test_a_file_that_unpacks_to_many_times_its_size_is_read():
    zeros = struct.pack(">4I", MAGIC["images"], 2_000, 28, 28) + bytes(2_000 * PIXELS)
    assert_read_correctly_or_refused(gzip.compress(zeros, mtime=0), "images")


def preprocess_or_none(image):
    """Preprocess any array, which must return a digit like MNIST's or raise an error; None if there was an error."""
    try:
        digit = preprocess_digit(image)
    except (TypeError, ValueError) as error:
        assert "Expected" in str(error)  # noqa: PT017
        return None
    assert (digit.shape, digit.dtype) == ((PIXELS,), np.float32)
    assert np.isfinite(digit).all()
    assert 0 <= digit.min() < digit.max() == 1
    square = digit.reshape(28, 28) > 0
    assert max(np.ptp(np.flatnonzero(square.any(axis))) for axis in (0, 1)) < 20
    return digit


sides = some.integers(0, 40)
shapes = some.one_of(
    some.tuples(sides, sides),
    some.tuples(sides, sides, some.integers(0, 5)),
    some_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=30),
)
numbers = some.one_of(some_numpy.scalar_dtypes(), some_numpy.byte_string_dtypes())


@fuzzed
@given(image=some_numpy.arrays(numbers, shapes))
@example(image=np.full((10, 10), 0x7FA00000, np.uint32).view(np.float32))  # signalling NaNs
def test_any_array_is_preprocessed_or_refused_without_a_warning(image):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        preprocess_or_none(image)


@fuzzed
@given(image=some_numpy.arrays(np.uint8, some.tuples(some.integers(8, 60), some.integers(8, 60))))
def test_a_drawing_its_negative_and_its_fractions_give_the_same_digit(image):
    digit, others = preprocess_or_none(image), [255 - image, image / np.float32(255), image / 255]
    for other in others if digit is not None else others[:1]:
        again = preprocess_or_none(other)
        assert (digit is None) == (again is None)
        if digit is not None:
            np.testing.assert_allclose(again, digit, atol=1e-5)
