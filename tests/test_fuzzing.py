"""Any bytes as an MNIST file, any array as a drawing: correct data or a clear error, in little memory."""

import gzip
import struct
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_numpy

from mnist_lab import preprocess_digit

from .fuzzing import MAGIC, assert_read_correctly_or_refused, preprocess_or_none

CORPUS = sorted((Path(__file__).parent / "corpus" / "idx").iterdir())
fuzzed = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
kinds = some.sampled_from(["images", "labels"])


@some.composite
def files(draw):
    """Draw a kind and the bytes of a file of it, in which each part may be wrong."""
    kind = draw(kinds)
    count = draw(some.integers(1, 4))
    magic = draw(some.sampled_from([MAGIC[kind]] * 4 + list(MAGIC.values()) + [0, 2**32 - 1]))
    announced = draw(some.sampled_from([count] * 4 + [0, count + 1, 5_000_000, 2**32 - 1]))
    shape = draw(some.sampled_from([[28, 28]] * 4 + [[28, 27], [0, 0], [2**16, 2**16]])) if kind == "images" else []
    header = struct.pack(f">{2 + len(shape)}I", magic, announced, *shape)
    size = count * (784 if kind == "images" else 1)
    body = draw(some.binary(min_size=size, max_size=size)) if draw(some.booleans()) else bytes(size)
    data = header + body
    data = data[: draw(some.sampled_from([len(data)] * 4 + list(range(20)) + [len(data) - 1]))]
    data += draw(some.sampled_from([b""] * 4 + [b"\0", bytes(784), b"<html>"]))
    if draw(some.booleans()):
        data = gzip.compress(data, mtime=0)
        data += draw(some.sampled_from([b""] * 4 + [b"\0", b"garbage", gzip.compress(b"more")]))
        if draw(some.booleans()):
            data = data[: -draw(some.integers(5, 20))] + data[-4:]  # without its end, but with its length
        if draw(some.booleans()):
            position, value = draw(some.integers(0, len(data) - 1)), draw(some.integers(0, 255))
            data = data[:position] + bytes([value]) + data[position + 1 :]
    return kind, data


@fuzzed
@given(file=files())
def test_a_nearly_valid_file_is_read_correctly_or_refused(file):
    kind, data = file
    with tempfile.TemporaryDirectory() as folder:
        assert_read_correctly_or_refused(Path(folder, "file"), data, kind)


@fuzzed
@given(data=some.binary(max_size=2_000), kind=kinds)
@example(data=b"", kind="images")
@example(data=b"\x1f\x8b", kind="images")
def test_any_bytes_are_read_correctly_or_refused(data, kind):
    with tempfile.TemporaryDirectory() as folder:
        assert_read_correctly_or_refused(Path(folder, "file"), data, kind)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", ["images", "labels"])
def test_the_corpus_is_read_correctly_or_refused(path, kind, tmp_path):
    assert_read_correctly_or_refused(tmp_path / "file", path.read_bytes(), kind)


def test_a_file_that_unpacks_to_many_times_its_size_is_read(tmp_path):
    zeros = struct.pack(">4I", MAGIC["images"], 20_000, 28, 28) + bytes(20_000 * 784)
    assert_read_correctly_or_refused(tmp_path / "file", gzip.compress(zeros, mtime=0), "images")


sides = some.integers(0, 40)
shapes = some.one_of(
    some.tuples(sides, sides),
    some.tuples(sides, sides, some.integers(0, 5)),
    some_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=30),
)
numbers = some.one_of(
    some_numpy.integer_dtypes(),
    some_numpy.unsigned_integer_dtypes(),
    some_numpy.floating_dtypes(),
    some_numpy.boolean_dtypes(),
    some_numpy.complex_number_dtypes(),
    some_numpy.datetime64_dtypes(),
    some_numpy.byte_string_dtypes(),
)


@fuzzed
@given(image=some_numpy.arrays(numbers, shapes))
def test_any_array_is_preprocessed_or_refused(image):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        preprocess_or_none(image)


def test_signalling_nans_are_refused_without_a_warning():
    signalling = np.full((10, 10), 0x7FA00000, np.uint32).view(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert preprocess_or_none(signalling) is None


drawings = some_numpy.arrays(np.uint8, some.tuples(some.integers(8, 60), some.integers(8, 60)))


@fuzzed
@given(image=drawings)
def test_a_drawing_and_its_negative_give_the_same_digit(image):
    digit, negative = preprocess_or_none(image), preprocess_or_none(255 - image)
    assert (digit is None) == (negative is None)
    if digit is not None:
        np.testing.assert_allclose(digit, negative, atol=1e-5)


@fuzzed
@given(image=drawings, factor=some.sampled_from([np.float32(255), np.float64(255)]))
def test_whole_numbers_and_fractions_give_the_same_digit(image, factor):
    if preprocess_or_none(image) is not None:
        np.testing.assert_allclose(preprocess_digit(image / factor), preprocess_digit(image), atol=1e-5)
