"""A drawing becomes an image like MNIST's: scale, position, polarity, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from mnist_lab import preprocess_digit, sample_drawings
from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist
from mnist_lab.handwriting.samples import SIDE
from tools import draw_samples

from .conftest import centres_of_mass


def drawn():
    """Return a drawing of a 7, uint8, light on dark, off the middle."""
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
    return np.dstack([grey, grey, grey, np.broadcast_to(alpha, INK.shape)]).astype(np.uint8)


def looks_like_the_7(image, within=0.02):
    return np.abs(preprocess_digit(image) - preprocess_digit(INK)).max() < within


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


@pytest.mark.parametrize("corner", [(0, 0), (0, 60), (90, 0), (90, 60)])
@pytest.mark.parametrize("size", [1, 3])
def test_position_and_size_make_no_difference(corner, size):
    paper = np.zeros((200, 150), np.uint8)
    paper[corner[0] + 5 : corner[0] + 65, corner[1] + 5 : corner[1] + 47] = INK[12:72, 10:52]
    assert looks_like_the_7(np.kron(paper, np.ones((size, size), np.uint8)))


def with_one_bright_speck():
    photo = np.where(INK > 0, 70, 150).astype(np.uint8)
    photo[80, 70] = 255
    return photo


def on_a_card(margin):
    card = np.pad(with_alpha(255 - INK, 255), ((6, 6), (6, 6), (0, 0)), constant_values=255)
    return np.pad(card, ((margin, margin), (margin, margin), (0, 0)))


def on_a_blackboard_with_transparent_corners():
    alpha = np.full(INK.shape, 255)
    alpha[:3, :3] = alpha[-3:, -3:] = 0
    return with_alpha(np.where(INK > 0, 230, 40), alpha)


SAME = {
    "dark on light": 255 - INK,
    "0 to 1": INK / 255,
    "grey": INK / 255 * 0.5 + 0.2,
    "float 0 to 255": INK.astype(np.float32),
    "bool": INK > 0,
    "channel": INK[:, :, None],
    "RGB": np.repeat(INK[:, :, None], 3, 2),
    "black ink": with_alpha(np.zeros_like(INK), INK),
    "white ink": with_alpha(np.where(INK > 0, 255, 0), INK),
    "white ink on white": with_alpha(np.full_like(INK, 255), INK),
    "16 bits": INK.astype(np.uint16) * 257,
    "16 bits, black ink": with_alpha(np.zeros_like(INK), INK).astype(np.uint16) * 257,
    "opaque": with_alpha(255 - INK, 255),
    "one bright speck": with_one_bright_speck(),
    "a card on a transparent ground": on_a_card(3),
    "a small card on a transparent ground": on_a_card(60),
    "a blackboard with transparent corners": on_a_blackboard_with_transparent_corners(),
    "transparent pixels of any colour": with_alpha(
        np.where((INK > 0) | (NOISE < 0.6), 0, 255), np.where(INK > 0, 100, 0)
    ),
    "paper of varying transparency": with_alpha(np.where(INK > 0, 70, 150), np.where(INK > 0, 255, 130 + 100 * NOISE)),
}


@pytest.mark.parametrize("name", SAME)
def test_type_range_polarity_and_paper_make_no_difference(name):
    assert looks_like_the_7(SAME[name])


def test_faint_marks_on_the_paper_are_ignored():
    assert looks_like_the_7(np.where(INK > 0, INK, 16 * NOISE).astype(np.uint8), within=0.05)


def test_colours_become_grey_by_perceived_lightness():
    colours, grey = np.zeros((40, 40, 3)), np.zeros((40, 40))
    for channel, (lightness, column) in enumerate(((0.299, 8), (0.587, 16), (0.114, 24))):
        colours[5:35, column : column + 8, channel] = 1
        grey[5:35, column : column + 8] = lightness
    np.testing.assert_allclose(preprocess_digit(colours), preprocess_digit(grey), atol=1e-5)


@pytest.mark.parametrize("stroke", [np.ones((100, 1)), np.eye(100)], ids=["upright", "slanted"])
def test_a_thin_stroke_reaches_full_ink(stroke):
    assert preprocess_digit(np.pad(stroke, 20)).max() == 1


@pytest.mark.parametrize("turns", range(4))
def test_a_digit_with_its_mass_at_one_end_stays_in_the_image(turns):
    club = np.zeros((100, 40), np.uint8)
    club[:60, 19:21] = 60
    club[60:, :] = 255
    image = np.rot90(preprocess_digit(np.rot90(np.pad(club, 20), turns)).reshape(28, 28), -turns)
    inked = np.flatnonzero(image.any(1))
    assert len(inked) == 20
    assert inked[0] == 0


@pytest.mark.parametrize("turns", range(4))
def test_paper_is_the_shade_of_most_of_the_border(turns):
    image = np.full((20, 20), 255, np.uint8)
    image[0] = image[:, -1] = 0  # 39 of the 76 pixels along the edge, and nothing inside
    image = np.rot90(image, turns)
    framed = np.pad(image, 3)
    np.testing.assert_allclose(preprocess_digit(image), preprocess_digit(framed), atol=1e-6)


def test_a_contrast_of_a_tenth_is_enough():
    stroke = np.eye(28)
    np.testing.assert_allclose(preprocess_digit(0.1 * stroke), preprocess_digit(stroke), atol=1e-6)
    with pytest.raises(ValueError, match="empty"):
        preprocess_digit(0.099 * stroke)


@pytest.mark.parametrize("shades", [30, 90])
def test_dark_ink_of_several_shades_on_a_transparent_ground_is_ink(shades):
    ink = (shades * NOISE).astype(int)
    expected = preprocess_digit(np.where(INK > 0, ink, 255))
    np.testing.assert_allclose(preprocess_digit(with_alpha(ink, INK)), expected, atol=1e-5)


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
    dot = np.zeros((60, 90), np.uint8)
    dot[3, 4] = 200
    assert sides_of(preprocess_digit(dot)) == (20, 20)
    corner = np.zeros((40, 40), np.uint8)
    corner[5:35, 5] = corner[34, 5:35] = 255
    corner[30:35, 5:10] = 255
    assert preprocess_digit(corner).sum() == pytest.approx(preprocess_digit(corner.T[::-1, ::-1]).sum(), rel=0.01)


def test_the_smallest_image_is_accepted():
    image = np.zeros((8, 8))
    image[2:6, 4] = 1
    assert sides_of(preprocess_digit(image))[0] == 20


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (np.zeros((28, 28)), ValueError, "empty"),
        (np.full((28, 28), 255, np.uint8), ValueError, "empty.*255 to 255"),
        (np.eye(28, dtype=np.uint8) * 16, ValueError, "empty.*0 to 16, of 255. If ink is 1 or 16 in the image, divide"),
        (np.eye(28, dtype=np.uint8), ValueError, "empty.*0 to 1, of 255"),
        (np.eye(28) * 2, ValueError, "empty.*0 to 2, of 255"),
        (np.zeros((28, 28, 4), np.uint8), ValueError, "empty"),
        (np.where(np.eye(28) > 0, np.nan, 0.0), ValueError, "NaN"),
        (np.where(np.eye(28) > 0, np.inf, 0.0), ValueError, "NaN or infinity"),
        (np.eye(28) * -1, ValueError, "-1 to 0"),
        (np.eye(28) * 256, ValueError, "0 to 256"),
        (np.eye(28, dtype=np.int64) * 300, ValueError, "0 to 300. If the image has 16 bits, divide it by 257"),
        (np.eye(7), ValueError, r"\[7, 7\]"),
        (np.eye(28, 7), ValueError, r"\[28, 7\]"),
        (np.zeros((28, 28, 2)), ValueError, r"\[28, 28, 2\]"),
        (np.zeros((1, 28, 28)), ValueError, r"\[1, 28, 28\]"),
        (np.eye(28)[:, :, None, None], ValueError, r"\[28, 28, 1, 1\]"),
        (np.zeros(784), ValueError, r"\[784\].*reshape"),
        (np.zeros((0, 28)), ValueError, r"\[0, 28\]"),
        (np.array(0.5), ValueError, r"\[\]"),
        (np.array([["a"] * 28] * 28), TypeError, "<U1"),
        (np.eye(28) * 1j, TypeError, "complex"),
        (None, TypeError, "object"),
    ],
)
def test_arrays_that_are_no_drawings_are_refused(image, error, message):
    with pytest.raises(error, match=message):
        preprocess_digit(image)


def test_the_stored_sample_drawings_match_their_generator():
    with Image.open(draw_samples.SHEET) as stored:
        first_row = np.asarray(stored)[:SIDE].astype(int)
    assert np.abs(first_row - draw_samples.sheet(digits=[0])).max() <= 1


def test_the_sample_drawings_are_ten_of_each_digit_with_an_empty_border():
    drawings, labels = sample_drawings()
    assert drawings.shape == (100, 140, 140)
    assert drawings.dtype == np.uint8
    assert list(np.bincount(labels)) == [10] * 10
    assert all(drawing.max() == 255 for drawing in drawings)
    assert not drawings[:, [0, -1]].any(), "the border is empty"
    zeros = np.stack([preprocess_digit(drawing) for drawing in drawings[labels == 0]]).reshape(-1, 28, 28)
    assert (zeros[:, 12:16, 13:15].mean((1, 2)) < 0.1).all(), "a zero has a hole"
