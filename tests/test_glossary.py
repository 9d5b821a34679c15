"""The glossary: every term in brief is in it, in order and complete, and a lesson's first bold one leads there."""

import re

import pytest

from tools import glossary
from tools.glossary import SOURCE, by_name, find, fold, in_order, read_glossary
from tools.project import read
from tools.sources import read_sources

from .notebooks import APPENDICES, LESSONS, code, notebook, prose

ENTRIES = read_glossary(SOURCE.read_text(encoding="utf-8"))

IN_BRIEF = ("in-brief", "your-words")
APPENDIX_OF = {"appendix_pipeline": "01", "appendix_gpu": "10"}  # whose words it explains
# The terms of the codelab that these lessons follow: those that it sets in bold, defines, or lists in its glossary.
CODELAB = """
    training set, supervised learning, label, class, classifier, pixel, parameter, training, validation set, validation,
    batch, mini-batch, batch size, epoch, iteration, training loop, loss, accuracy, metric, prediction, inference
    tensor, shape, vector, matrix, feature, feature engineering, one-hot encoding, data set, record, shuffle, cache,
    prefetch, notebook, GPU
    neural network, layer, neuron, dense layer, fully connected layer, sequential model, weight, bias, weighted sum,
    matrix multiplication, broadcasting, activation function, sigmoid, softmax, ReLU, rectified linear unit, logit,
    logistic function, argmax
    cross-entropy, gradient, derivative, gradient descent, stochastic gradient descent, saddle point, momentum,
    optimizer, Adam, callback
    hidden layer, deep learning, AI winter, converge, vanishing gradients, initialization, initializer, NaN
    learning rate, learning rate decay, learning rate schedule, exponential decay, noise
    overfitting, regularization, dropout, dropout rate, generalize, degrees of freedom, learning by heart
    convolution, convolutional network, convolutional layer, filter, kernel, channel, padding, stride, pooling,
    max pooling, flatten, cube of data, classification head, global average pooling
    batch normalization, scale, center, hyperparameter, recurrent network, distributed training
"""

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def entry(heading, english=None, lesson="01", definition="A word."):
    names = f"*English:* {english or heading} · *French:* tenseur · *Lesson:* {lesson}"
    return f"### {heading}\n\n{names}\n\n{definition}\n"


def names_of(*entries):
    return by_name(read_glossary("# Glossary\n\nWords.\n\n" + "\n".join(entries)))


def mentions(text, entry):
    """Whether all words of one of its names occur, together or not."""
    words = {plural.removesuffix("s") for plural in re.findall(r"\w+", fold(text).replace("_", " "))}
    names = [re.findall(r"\w+", fold(name).replace("_", " ")) for name in entry.english]
    return any(all(word.removesuffix("s") in words for word in name) for name in names)


@lessons
def test_every_term_in_brief_has_an_entry(path):
    (brief,) = [cell.source for cell in read(path).cells if cell.id in IN_BRIEF]
    assert not [term for term in re.findall(r"\*\*(.+?)\*\*", brief) if find(term, by_name(ENTRIES)) is None]


def test_every_term_of_the_codelab_is_in_bold_in_a_lesson_or_in_the_glossary():
    cells = [cell.source for source in read_sources().values() for cell in source.cells if cell.cell_type == "markdown"]
    bold = {fold(term) for cell in cells for term in re.findall(r"\*\*([^*]+)\*\*", cell)}
    terms = [term.strip() for term in re.split(r"[,\n]", CODELAB) if term.strip()]
    assert not [term for term in terms if fold(term) not in bold and find(term, by_name(ENTRIES)) is None]


@lessons
def test_a_lesson_speaks_of_what_the_glossary_says_it_explains(path):
    files = [path, *(appendix for appendix in APPENDICES if path.stem.startswith(APPENDIX_OF[appendix.stem]))]
    text = "\n".join(cell.source for file in files for cell in read(file).cells if cell.id not in IN_BRIEF)
    assert not [entry.heading for entry in ENTRIES if path.stem.startswith(entry.lesson) and not mentions(text, entry)]


def test_every_entry_names_a_lesson_and_defines_in_a_few_whole_sentences():
    for entry in ENTRIES:
        assert entry.lesson in {path.stem[:2] for path in LESSONS}, entry.heading
        assert fold(entry.heading) in {fold(name) for name in entry.english}, "a heading is one of its names"
        assert re.fullmatch(r"[A-Z].+\.", entry.definition), entry.heading
        assert len(entry.definition.split()) <= 60, entry.heading


def test_the_entries_come_in_alphabetical_order_below_their_letters():
    source = "Words.\n\n{{ letters }}\n\n" + entry("tensor") + "\n\n" + entry("one-hot") + "\n" + entry("one cycle")
    expected = [entry(heading) for heading in ("one cycle", "one-hot", "tensor")]
    assert in_order(source) == "Words.\n\n[O](#one-cycle) · [T](#tensor)\n\n" + "\n".join(expected)
    with pytest.raises(ValueError, match=r"glossary: expected no placeholder but {{ letters }}. Found '{{ leters }}"):
        in_order(source.replace("letters", "leters"))


FOUND = names_of(
    *map(entry, ("batch normalization", "bias", "class", "loss", "matrix", "momentum")),
    entry("mini-batch", "mini-batch, minibatch"),
    entry("relu", "ReLU, rectified linear unit"),
    entry("momentum of batch normalization", lesson="08"),
)


@pytest.mark.parametrize(
    ("heading", "terms"),
    [
        ("batch normalization", ["Batch normalisation", "batch-normalization"]),
        ("bias", ["biases"]),
        ("class", ["Classes"]),
        ("loss", ["loss", "losses"]),
        ("matrix", ["matrices"]),
        ("mini-batch", ["Mini-batches.", "mini batch", "minibatches"]),
        ("relu", ["ReLU", "rectified linear units"]),
        (None, ["batch", "relus of old", "", "s"]),
    ],
)
def test_a_term_is_found_in_the_plural_and_in_another_spelling_and_another_word_is_not(heading, terms):
    assert [getattr(find(term, FOUND), "heading", None) for term in terms] == [heading] * len(terms)


def test_a_term_is_short_for_what_its_lesson_explains():
    assert find("Momentum", FOUND, "08").anchor == "momentum-of-batch-normalization"
    assert find("Momentum", FOUND, "03").anchor == find("Momentum", FOUND).anchor == "momentum"


@pytest.mark.parametrize(
    "broken",
    [
        "### word\n",
        entry("word").replace("· *French:* tenseur ", ""),
        entry("word", lesson="one"),
        entry("word", definition=""),
        entry("word", definition="A word.\n\nAnd more."),
        entry("Word"),
        entry("momentum (batch norm)"),
    ],
)
def test_a_broken_entry_is_an_error_that_names_it(broken):
    with pytest.raises(ValueError, match=r"glossary: .*(word|Word|momentum)"):
        names_of(entry("good"), broken)


@pytest.mark.parametrize("second", ["filter", "kernel", "hold out"])
def test_a_name_in_two_entries_is_an_error(second):
    with pytest.raises(ValueError, match="is a name of"):
        names_of(entry("filter", "filter, kernel"), entry("hold-out"), entry(second))


SOFTMAX, BIAS, DENSE_LAYER = (f"(glossary.md#{anchor})" for anchor in ("softmax", "bias", "dense-layer"))


def linked(*cells, known=False):
    lesson = notebook(*cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glossary, "is_known", lambda: known)
        glossary.link_lesson(lesson, names_of(*map(entry, ("bias", "dense layer", "softmax"))))
    return [cell.source for cell in lesson.cells]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **bias**, **Bias**, **biases**, a **tensor**", f"a [**bias**]{BIAS}, **Bias**, **biases**, a **tensor**"),
        ("- **Dense layers.** Many.", f"- [**Dense layers.**]{DENSE_LAYER} Many."),
        ("a **dense\nlayer**", f"a [**dense\nlayer**]{DENSE_LAYER}"),
    ],
)
def test_the_first_occurrence_of_each_term_is_linked_as_it_is_written(text, expected):
    assert linked(prose(text, "text")) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "## About **softmax**",
        "1. See:\n   ```\n   **softmax**\n   ```",
        "in `**softmax**` and ``a ` **softmax**``",
        "$a **softmax** b$ and\n\n$$a\n**softmax**$$",
        "[the **softmax** of it](https://example.org)",
        "** softmax ** and 2**softmax",
        "**You *will* do:** softmax **or not**",
    ],
)
def test_headings_code_and_links_are_left_alone(text):
    assert linked(prose(f"{text}\n\nThen **bias**.", "text")) == [f"{text}\n\nThen [**bias**]{BIAS}."]


def test_title_in_brief_and_code_cells_are_left_alone():
    before = [prose("**bias**", "title"), prose("**bias**", "in-brief"), code("x = 2 # **bias**", "model")]
    *plain, about, more = linked(*before, prose("**bias**", "about"), prose("**bias**", "more"))
    assert [*plain, more] == ["**bias**", "**bias**", "x = 2 # **bias**", "**bias**"]
    assert about == f"[**bias**]{BIAS}"
