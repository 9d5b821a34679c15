"""The glossary: every term in brief is in it, in order, complete, and its links and lessons are right."""

import re

import pytest

from tools.glossary import GLOSSARY, by_name, find, fold, in_order, read_glossary
from tools.project import read

from .notebooks import LESSONS

COURSE = tuple(f"{number:02}" for number in range(1, 13))
TEXT = GLOSSARY.read_text(encoding="utf-8")
ENTRIES = read_glossary()
NAMES = by_name(ENTRIES)

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def entry(heading, english=None, french="tenseur", lesson="01", definition="A word."):
    return (
        f"### {heading}\n\n*English:* {english or heading} · *French:* {french} · *Lesson:* {lesson}\n\n{definition}\n"
    )


def glossary(*entries):
    return "# Glossary\n\nWords.\n\n" + "\n".join(entries)


def not_in_glossary(brief, names):
    return [term for term in re.findall(r"\*\*(.+?)\*\*", brief) if find(term, names) is None]


def dead_links(text, entries):
    return sorted(set(re.findall(r"\]\(#([^)]*)\)", text)) - {entry.anchor for entry in entries})


def mentions(text, entry):
    """Whether all words of one of its names occur, together or not."""
    folded = fold(text).replace("_", " ")
    return any(
        all(re.search(rf"\b{re.escape(word)}(?:s|es)?\b", folded) for word in fold(name).replace("_", " ").split())
        for name in (entry.heading, *entry.english)
    )


@lessons
def test_every_term_in_brief_has_an_entry(path):
    (brief,) = [cell.source for cell in read(path).cells if cell.id == "in-brief"]
    assert not not_in_glossary(brief, NAMES)


@lessons
def test_a_lesson_speaks_of_what_the_glossary_says_it_explains(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.id != "in-brief")
    assert not [entry.heading for entry in ENTRIES if path.stem.startswith(entry.lesson) and not mentions(text, entry)]


def test_the_entries_come_in_alphabetical_order_below_their_letters():
    source = "Words.\n\n{{ letters }}\n\n" + entry("tensor") + "\n\n" + entry("one-hot") + "\n" + entry("one cycle")
    expected = [entry(heading) for heading in ("one cycle", "one-hot", "tensor")]
    assert in_order(source) == "Words.\n\n[O](#one-cycle) · [T](#tensor)\n\n" + "\n".join(expected)
    assert in_order(in_order(source)) == in_order(source)
    with pytest.raises(ValueError, match=r"glossary.md: {{ leters }}: .* There are: letters"):
        in_order(source.replace("letters", "leters"))


def test_every_entry_is_complete():
    for entry in ENTRIES:
        assert all(entry.english), entry.heading
        assert all(entry.french), entry.heading
        assert entry.lesson in COURSE, entry.heading
        assert fold(entry.heading) in {fold(name) for name in entry.english}, "a heading is one of its names"
        assert re.fullmatch(r"[A-Z].+\.", entry.definition), f"{entry.heading}: whole sentences on one line"
        assert len(entry.definition.split()) <= 60, f"{entry.heading}: a few short sentences"


def test_its_own_links_lead_to_entries():
    assert not dead_links(TEXT, ENTRIES)


def test_a_term_is_found_in_the_plural_and_in_another_spelling():
    names = by_name(
        read_glossary(
            glossary(
                entry("batch normalization"),
                entry("bias"),
                entry("class"),
                entry("loss"),
                entry("matrix"),
                entry("mini-batch", "mini-batch, minibatch"),
                entry("relu", "ReLU, rectified linear unit"),
            )
        )
    )
    for term, heading in {
        "Batch normalisation": "batch normalization",
        "batch-normalization": "batch normalization",
        "biases": "bias",
        "Classes": "class",
        "loss": "loss",
        "losses": "loss",
        "matrices": "matrix",
        "Mini-batches.": "mini-batch",
        "mini batch": "mini-batch",
        "minibatches": "mini-batch",
        "ReLU": "relu",
        "rectified linear units": "relu",
    }.items():
        found = find(term, names)
        assert found is not None, term
        assert found.heading == heading
    for term in ("batch", "relus of old", "", "s"):
        assert find(term, names) is None


def test_a_term_is_short_for_what_its_lesson_explains():
    names = by_name(read_glossary(glossary(entry("momentum"), entry("momentum of batch normalization", lesson="08"))))
    assert [find("Momentum", names, lesson).anchor for lesson in ("03", "08", "")] == [
        "momentum",
        "momentum-of-batch-normalization",
        "momentum",
    ]


def test_an_entry_is_read():
    (read_back,) = read_glossary(glossary(entry("dense layer", "dense layer, dense", "couche dense", "03", "A layer.")))
    assert read_back.english == ("dense layer", "dense")
    assert read_back.french == ("couche dense",)
    assert (read_back.anchor, read_back.lesson, read_back.definition) == ("dense-layer", "03", "A layer.")


@pytest.mark.parametrize(
    "broken",
    [
        "### word\n",
        "### word\n\nA word.\n",
        "### word\n\n*English:* word · *Lesson:* 01\n\nA word.\n",
        "### word\n\n*English:*  · *French:*  · *Lesson:* 01\n\nA word.\n",
        "### word\n\n*English:* word · *French:* tenseur · *Lesson:* one\n\nA word.\n",
        "### word\n\n*English:* word · *French:* tenseur · *Lesson:* 01\n",
        entry("word", definition="A word.\n\nAnd more."),
        entry("Word"),
        entry("momentum (batch norm)"),
        entry("he's"),
    ],
)
def test_a_broken_entry_is_an_error_that_names_it(broken):
    with pytest.raises(ValueError, match=r"glossary: .*(word|Word|momentum|he's)"):
        read_glossary(glossary(entry("good"), broken))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry("word"), entry("word")),
        (entry("filter", "filter, kernel"), entry("kernel")),
        (entry("hold-out"), entry("hold out")),
    ],
)
def test_a_name_in_two_entries_is_an_error(first, second):
    with pytest.raises(ValueError, match="is a name of"):
        by_name(read_glossary(glossary(first, second)))


def test_the_rules_can_fail():
    entries = read_glossary(glossary(entry("one-hot"), entry("one cycle"), entry("tensor"), entry("tensor")))
    assert not_in_glossary("A **tensor**, two **tensors** and a **shape**.", {"tensor": entries[2]}) == ["shape"]
    assert dead_links("[one](#one-hot), [two](#two), [three](https://example.org/#three)", entries) == ["two"]
    assert mentions("These are One-Hot.", entries[0])
    assert mentions("Two **tensors**.", entries[2])
    assert mentions("`one_hot`", entries[0])
    assert mentions("A cycle; and one more.", entries[1])
    assert not mentions("Nothing of the kind; tensorflow.", entries[2])
