"""The form of a lesson and of an exercise: what the build makes of it, and what it refuses."""

import re

import pytest

from tools import sources
from tools.exercises import make_exercises
from tools.notebooks import INVISIBLE, make_lessons
from tools.reading import times, words
from tools.spoilers import check_spoilers
from tools.teacher import PARTS, PATHS, class_times, teacher_sheet

from .notebooks import code, notebook, prose

LESSON = """\
---
predecessor: none
spoilers: ["98.2%", much better]
---

+++ {"name": "title", "slide": "slide"}

# Train

```{code-cell}
:name: setup
```

```{code-cell}
:name: guess
:tags: [guess]

guessed = None  # percent
```

```{code-cell}
:name: train
:alt: Two curves.

print(1)
```

+++ {"name": "caption"}

Look at the left one.

```{code-cell}
:name: compared
:tags: [guess]

print(guessed)
```

+++ {"name": "teacher", "tags": ["teacher"]}

Everybody trained: {{ 01.seeds }}.
"""
EXERCISE = """\
+++ {"name": "title"}

# Exercise 01

```{code-cell}
:name: setup
```

```{code-cell}
:name: model
:from: 01_a/train
```

+++ {"name": "stuck", "tags": ["solution"]}

A [**bias**](glossary.md#bias).

{{ code 01_a/train }}
"""
SHEET = "\n\n".join(f"**{part}:** Text." for part in PARTS)


def read(text, **arguments):
    return sources.parse(text, "01_a.md", **arguments)


def made(text=LESSON):
    return {cell.id: cell for cell in make_lessons({"01_a": read(text)}, {})["01_a"].cells}


def exercise(text=EXERCISE, lesson=LESSON):
    cells = make_exercises({"01_a": read(text, exercise=True)}, {"01_a": read(lesson)}, {})["01_a"].cells
    return {cell.id: cell for cell in cells}


def test_slides_guesses_descriptions_and_sheets_become_what_a_notebook_knows():
    cells = made()
    assert list(cells) == ["title", "setup", "guess", "train", "caption", "compared"], "teachers have their own page"
    assert cells["title"].metadata == {"slideshow": {"slide_type": "slide"}}
    assert cells["guess"].metadata.tags == cells["compared"].metadata.tags == ["guess", "nbval-ignore-output"]
    assert cells["caption"].source == f"![Two curves.]({INVISIBLE})Look at the left one."
    assert cells["train"].metadata == {}


def test_an_exercise_takes_code_from_lessons_folds_solutions_and_links_a_folder_up():
    cells = exercise()
    assert cells["model"].source == "print(1)"
    folded = cells["stuck"].source
    assert folded.startswith("<details><summary>Stuck? Show a solution</summary>\n\nA [**bias**](../glossary.md#bias).")
    assert folded.endswith("\n\n```python\nprint(1)\n```\n\n</details>"), "Markdown is read between empty lines"
    assert "/notebooks/exercises/01_a.ipynb)" in cells["title"].source


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"slide": "slide"', '"slide": "first"', "the cell 'title' has slide: first. There are: slide, sub"),
        ('["98.2%", much better]', "98.2", "expected `spoilers: .* Found 98.2"),
        ("spoilers:", "runs: [1]\nspoilers:", r"expected `runs: \[40, 30\]`.* Found \[1\]"),
        ("guessed = None", "guessed = 3", "the cell 'guess' is tagged `guess`. Expected `NAME = None`"),
        ("print(guessed)", "print(2)", "the cell 'compared' is tagged `guess`"),
        (":tags: [guess]\n\nprint", "\nprint", "the cell 'guess' asks for `guessed`. Expected a later cell"),
        (":alt: Two curves.", ":alt: A *curve*.", "the cell 'train': expected an `alt` without Markdown"),
        ("Look at", "## Look at", "the cell 'train' has an `alt`. Expected a Markdown cell after it"),
    ],
)
def test_a_lesson_in_another_form_is_refused(old, new, message):
    assert old in LESSON
    with pytest.raises(ValueError, match=rf"01_a\.md: .*{message}"):
        made(LESSON.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("01_a/train", "01_a/model", "has no code in a cell 'model'. There are: guess, train, compared"),
        (":from: 01_a/train\n", ":from: 01_a/train\n\nx = 1\n", "the cell 'model' has `from`. Expected a code cell"),
        ("+++", "---\npredecessor: none\n---\n\n+++", "an exercise has no header. Found predecessor"),
    ],
)
def test_an_exercise_in_another_form_is_refused(old, new, message):
    with pytest.raises(ValueError, match=rf"01_a\.md: .*{message}"):
        exercise(EXERCISE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (prose("It gets Much\nbetter.", "told"), r"'Much\\nbetter' in its text"),
        (prose("98.2 % of the digits", "told"), "'98.2 %' in its text"),
        (code("print('98.2%')", "told"), "'98.2%' in its code"),
    ],
)
def test_what_spoils_the_outcome_is_refused_before_the_training_and_only_there(told, where):
    fine = prose("98.25% and muchbetter", "fine")
    train = code("fit", "train")
    check_spoilers(notebook(fine, train, told), ["98.2%", "much better"])
    with pytest.raises(ValueError, match=f"the cell 'told' tells {where}"):
        check_spoilers(notebook(told, train), ["98.2%", "much better"])


def test_a_lesson_that_trains_nothing_may_tell_from_the_first_guess_on_that_it_shows():
    asked, shown = (code(source, name, tags=["guess"]) for source, name in (("guessed = None", "a"), ("guessed", "b")))
    told = prose("98.2 % of the digits", "told")
    check_spoilers(notebook(asked, shown, told), ["98.2%"])
    with pytest.raises(ValueError, match=r"the cell 'told' tells '98\.2 %' in its text"):
        check_spoilers(notebook(asked, told, shown), ["98.2%"])


def test_a_teachers_sheet_has_all_its_parts():
    source = LESSON.replace("Everybody", f"{SHEET}\n\nEverybody")
    assert teacher_sheet("01_a", {"01_a": read(source)}).startswith("# Train: teacher's sheet\n\n**Aim:** Text.")
    assert "Everybody trained: 20." in teacher_sheet("01_a", {"01_a": read(source)})
    with pytest.raises(ValueError, match=r"01_a\.md: the teacher's sheet lacks \*\*Aim:\*\*, "):
        teacher_sheet("01_a", {"01_a": read(LESSON)})


@pytest.fixture
def written():
    """The sources of lessons and exercises, which a test may change."""
    lessons = sources.read_sources()
    return lessons, sources.read_exercises(lessons)


def test_a_class_has_the_minutes_of_titles_sheets_and_first_tasks_and_what_takes_longer_is_marked(written):
    lessons, _ = written
    table = class_times(*written)
    cores = {
        row[0]: [int(minutes) for minutes in row[1:]] for row in re.findall(r"core of (\d+) \| (\d+) \| (\d+)", table)
    }
    told = {
        name[:2]: re.match(r"Core: (\d+) minutes", times(source)) for name, source in lessons.items() if name < "09"
    }
    assert {number: alone for number, (alone, _) in cores.items()} == {n: int(found[1]) for n, found in told.items()}
    assert cores["01"][1] == 5 + 5 + 3 + 2 + 5 + 5 + 5
    paths = re.findall(r"\*\* [^|]+ \| (\d+)( \(too long\))? \| (\d+)( \(too long\))? \| (included|–) \|", table)
    assert len(paths) == len(PATHS)
    for (_, limit, chosen, with_tasks), (alone, alone_mark, in_class, class_mark, tasks) in zip(
        PATHS, paths, strict=True
    ):
        assert (tasks == "included") == with_tasks
        assert with_tasks or int(alone) == sum(cores[number][0] for number in chosen)
        assert with_tasks or int(in_class) == sum(cores[number][1] for number in chosen)
        assert (bool(alone_mark), bool(class_mark)) == (int(alone) > limit, int(in_class) > limit)


@pytest.mark.parametrize(
    ("cell", "old", "new", "message"),
    [
        (
            "teacher",
            "**Minutes:** 5 pad",
            "**Minutes:** some pad",
            r"01_dense_softmax\.md: expected .*Minutes.* in the tea",
        ),
        ("teacher", "**Minutes:**", "Minutes:", r"01_dense_softmax\.md: expected .*Minutes"),
        (
            "build-task",
            "(core, 5 minutes)",
            "(5 minutes)",
            r"exercises/01_dense_softmax\.md: expected one heading .*NN\.0",
        ),
    ],
)
def test_a_sheet_or_a_first_task_without_minutes_is_refused(written, cell, old, new, message):
    (changed,) = [each for source in written for each in source["01_dense_softmax"].cells if each.id == cell]
    assert old in changed.source
    changed.source = changed.source.replace(old, new)
    with pytest.raises(ValueError, match=message):
        class_times(*written)


def test_words_of_code_tags_sheets_and_the_quiz_are_not_counted():
    core = prose(
        "<b>Two</b> words\n\n```python\nnot these\n```\n\n{{ changes model }} – {{ experiment 01-rates loss mean }}",
        "core",
    )
    sheet, deeper = prose("for teachers", "sheet", tags=["teacher"]), prose("## Deeper\n\nand more", "deeper")
    quiz = prose("Do you know this already?", "know-these")
    assert words(notebook(quiz, core, code("x = 1", "x"), sheet, deeper)) == (3, 3)


def test_core_and_deeper_keep_to_their_length():
    for name, source in sources.read_sources().items():
        if any(cell.id == "deeper" for cell in source.cells):
            assert max(words(source)) <= 1_500, f"{name}: {words(source)}"
