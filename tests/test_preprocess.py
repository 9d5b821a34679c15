"""A drawing becomes an image like MNIST's: scale, position, polarity, and what is refused."""

import numpy as np
import pytest

from mnist_lab import preprocess_digit, sample_drawings
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from tools import draw_samples

from .conftest import centres_of_mass


def drawn():
    """Return a 7, light on dark, off the middle."""
    image = np.zeros((100, 80), np.uint8)
    image[12:18, 10:50] = 255
    for row in range(18, 72):
        column = 46 - (row - 18) // 2
        image[row, column : column + 6] = 255
    return image


INK = drawn()
NOISE = np.random.default_rng(0).random(INK.shape)


def with_alpha(grey, alpha):
    """Return grey pixels of some opacity as RGBA."""
    return np.dstack([np.broadcast_to(channel, INK.shape) for channel in (grey, grey, grey, alpha)]).astype(np.uint8)


def sides_of(digit):
    square = digit.reshape(28, 28)
    return np.ptp(np.flatnonzero(square.any(1))) + 1, np.ptp(np.flatnonzero(square.any(0))) + 1


def test_the_result_has_mnists_type_range_size_and_centre():
    digit = preprocess_digit(INK)
    assert digit.shape == (784,)
    assert digit.dtype == np.float32
    assert digit.min() == 0
    assert digit.max() == 1
    assert sides_of(digit) == (20, 14)
    assert np.abs(centres_of_mass(digit) - 14).max() <= 0.5


CARD = np.pad(with_alpha(255 - INK, 255), ((6, 6), (6, 6), (0, 0)), constant_values=255)
CORNERS = np.ix_([0, 1, 2, -3, -2, -1], [0, 1, 2, -3, -2, -1])
BOARD = with_alpha(np.where(INK > 0, 230, 40), 255)
BOARD[..., 3][CORNERS] = 0
SPECK = np.where(INK > 0, 70, 150).astype(np.uint8)
SPECK[80, 70] = 255
NOISY = np.where((INK > 0) | (NOISE < 0.6), 0, 255)
SAME = {
    "dark on light": 255 - INK,
    "larger, at the upper left": np.kron(np.pad(INK, ((0, 90), (0, 60))), np.ones((3, 3))),
    "larger, at the lower right": np.kron(np.pad(INK, ((90, 0), (60, 0))), np.ones((3, 3))),
    "0 to 1": INK / 255,
    "grey": INK / 255 * 0.5 + 0.2,
    "a contrast of a tenth": INK / 2550,
    "float 0 to 255": INK.astype(np.float32),
    "bool": INK > 0,
    "channel": INK[:, :, None],
    "RGB": np.repeat(INK[:, :, None], 3, 2),
    "black ink": with_alpha(0, INK),
    "white ink": with_alpha(np.where(INK > 0, 255, 0), INK),
    "white ink on white": with_alpha(255, INK),
    "16 bits": INK.astype(np.uint16) * 257,
    "16 bits, black ink": with_alpha(0, INK).astype(np.uint16) * 257,
    "opaque": with_alpha(255 - INK, 255),
    "one bright speck": SPECK,
    "a card on a transparent ground": np.pad(CARD, ((3, 3), (3, 3), (0, 0))),
    "a small card on a transparent ground": np.pad(CARD, ((60, 60), (60, 60), (0, 0))),
    "a blackboard with transparent corners": BOARD,
    "transparent pixels of any colour": with_alpha(NOISY, np.where(INK > 0, 100, 0)),
    "faint marks on the paper": np.where(INK > 0, INK, 16 * NOISE).astype(np.uint8),
    "paper of varying transparency": with_alpha(np.where(INK > 0, 70, 150), np.where(INK > 0, 255, 130 + 100 * NOISE)),
}


@pytest.mark.parametrize("name", SAME)
def test_type_range_polarity_position_and_paper_make_no_difference(name):
    assert np.abs(preprocess_digit(SAME[name]) - preprocess_digit(INK)).max() < 0.02


@pytest.mark.parametrize("turns", range(4))
def test_a_digit_with_its_mass_at_one_end_stays_in_the_image(turns):
    club = np.zeros((100, 40), np.uint8)
    club[:60, 19:21] = 60
    club[60:, :] = 255
    image = np.rot90(preprocess_digit(np.rot90(np.pad(club, 20), turns)).reshape(28, 28), -turns)
    inked = np.flatnonzero(image.any(1))
    assert len(inked) == 20
    assert inked[0] == 0


def test_a_drawing_whose_centre_lies_halfway_always_comes_to_the_same_place():
    for side in range(21, 60):
        frame = np.pad(np.pad(np.zeros((side, side)), 2, constant_values=1), 3)
        rows, columns = np.nonzero(preprocess_digit(frame).reshape(28, 28))
        assert (rows[0], columns[0]) == (4, 4)


@pytest.mark.parametrize("turns", range(4))
def test_paper_is_the_shade_of_most_of_the_border(turns):
    image = np.full((20, 20), 255, np.uint8)
    image[0] = image[:, -1] = 0  # 39 of the 76 pixels along the edge, and nothing inside
    image = np.rot90(image, turns)
    np.testing.assert_allclose(preprocess_digit(image), preprocess_digit(np.pad(image, 3)), atol=1e-6)


def test_most_digits_of_the_data_set_stay_the_same():
    files = find_mnist()
    images = idx.read_images(files.validation_images)[:300].reshape(-1, 28, 28)
    again = np.stack([preprocess_digit(image) for image in images]).reshape(images.shape)
    changes = np.abs(again - images / 255)
    assert np.median(changes.mean((1, 2))) < 0.001
    if files.origin == "mnist":  # the centre of mass of one in eleven stand-in digits rounds to the next pixel
        assert np.mean(changes) < 0.005
        assert np.mean(changes.max((1, 2)) < 0.1) > 0.9


def test_a_wide_digit_a_dot_and_a_corner_are_scaled_into_the_box():
    line = np.zeros((60, 90), np.uint8)
    line[30, 5:85] = 255
    assert sides_of(preprocess_digit(line)) == (1, 20)
    assert sides_of(preprocess_digit(line.T)) == (20, 1)
    dot = np.zeros((8, 8), np.uint8)  # the smallest image
    dot[3, 4] = 200
    assert sides_of(preprocess_digit(dot)) == (20, 20)
    corner = np.zeros((40, 40), np.uint8)
    corner[5:35, 5] = corner[34, 5:35] = 255
    corner[30:35, 5:10] = 255
    assert preprocess_digit(corner).sum() == pytest.approx(preprocess_digit(corner.T[::-1, ::-1]).sum(), rel=0.01)


EYE = np.eye(28)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.full((28, 28), 255, np.uint8), "empty.*255 to 255"),
        (EYE.astype(np.uint8) * 16, "empty.*0 to 16, of 255. If ink is 1 or 16 in the image, divide"),
        (EYE * 2, "empty.*0 to 2, of 255"),
        (EYE * 0.099, "empty"),
        (np.zeros((28, 28, 4), np.uint8), "empty"),
        (np.where(EYE > 0, np.nan, 0.0), "NaN or infinity"),
        (-EYE, "-1 to 0"),
        (EYE.astype(np.int64) * 300, "0 to 300. If the image has 16 bits, divide it by 257"),
        (np.eye(28, 7), r"\[28, 7\]"),
        (np.zeros((28, 28, 2)), r"\[28, 28, 2\]"),
        (np.zeros((1, 28, 28)), r"\[1, 28, 28\]"),
        (EYE[:, :, None, None], r"\[28, 28, 1, 1\]"),
        (np.zeros(784), r"\[784\].*reshape"),
        (np.array(0.5), r"\[\]"),
        (np.full((28, 28), "a"), "numbers. Received the type <U1"),
        (None, "numbers. Received the type object"),
    ],
)
def test_arrays_that_are_no_drawings_are_refused(image, message):
    with pytest.raises((TypeError, ValueError), match=message):
        preprocess_digit(image)


def test_the_stored_sample_drawings_match_their_generator():
    drawings, digits = sample_drawings()
    random = np.random.Generator(np.random.PCG64(draw_samples.SEED))
    first = np.stack([draw_samples.draw(digit, random) for digit in digits[:20]])
    assert np.abs(drawings[:20].astype(int) - first).max() <= 1


def test_the_sample_drawings_are_ten_of_each_digit_with_an_empty_border():
    drawings, labels = sample_drawings()
    assert drawings.shape == (100, 140, 140)
    assert drawings.dtype == np.uint8
    assert list(np.bincount(labels)) == [10] * 10
    assert not drawings[:, [0, -1]].any(), "the border is empty"
    zeros = np.stack([preprocess_digit(drawing) for drawing in drawings[labels == 0]]).reshape(-1, 28, 28)
    assert (zeros[:, 12:16, 13:15].mean((1, 2)) < 0.1).all(), "a zero has a hole"
