"""A lesson's source: what is read of it, and that a mistake in it is told in plain words."""

import pytest

from tools import sources
from tools.exercises import make_exercise
from tools.notebooks import make_lessons

SOURCE = """\
---
predecessor: none
---

+++ {"name": "title"}

# Train

```{code-cell}
:name: setup
```

```{code-cell}
---
name: model
tags: [exercise]
starter: |
  a = 0
task: |
  Do **this**:

  - more
---
a = 1
```

What became of it: {{ 01.seeds }} runs.
"""
NAMED = SOURCE.replace("What became", '+++ {"name": "seen", "tags": ["answer"]}\n\nWhat became')


def make(text):
    return make_lessons({"01_a": sources.parse(text, "01_a.md")}, {})["01_a"]


def test_names_become_ids_and_the_rest_of_the_metadata_stays():
    lesson = make(NAMED)
    title, setup, model, seen = lesson.cells
    assert [title.id, setup.id, model.id, seen.id] == ["title", "setup", "model", "seen"]
    assert model.metadata == {"tags": ["exercise"], "starter": "a = 0", "task": "Do **this**:\n\n- more"}
    assert seen.metadata == {"tags": ["answer"]}
    assert lesson.metadata.mnist_lab == {"kind": "lesson", "lesson": "01_a", "predecessor": None, "title": "Train"}
    assert title.source.endswith("/blob/main/notebooks/01_a.ipynb)\n\n# Train")
    assert setup.metadata == {"cellView": "form", "tags": ["setup", "nbval-ignore-output"]}


def test_what_an_editor_adds_to_the_header_is_no_mistake():
    kernel = "kernelspec:\n  name: python3\n  display_name: Python 3\npredecessor"
    assert make(NAMED.replace("predecessor", kernel, 1)) == make(NAMED)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (NAMED, SOURCE, "the markdown cell that begins with 'What became of it.*' has no name"),
        ('"seen"', '"model"', "two cells are named 'model'"),
        ('"seen"', '"About it"', "has the name 'About it'. Expected words in lower case"),
        ('"tags"', '"tag"', "the cell 'seen' has tag. There are: .*tags"),
        ('"answer"]', '"answer"', "Jupytext cannot read it"),
        ("tags: [exercise]", "tags: [exercise", "Jupytext cannot read it"),
        ("predecessor:", "before:", "expected a header with `predecessor: NAME`.* Found before"),
        ("name: setup\n", "name: setup\n\nimport os\n", "code cell named 'setup' without code"),
        ("# Train", "Train", "a first cell named 'title' that begins with `# `"),
        ("01.seeds", "01.seed", r"the cell 'seen': \{\{ 01.seed \}\}: there is no figure 'seed' .*mean.*seeds"),
        (NAMED[NAMED.index("+++") :], "", "a first cell named 'title'"),
        ("**this**", "{{ 77.mean }}", r"the cell 'model': \{\{ 77.mean \}\}: there is no lesson 77. There are: 01, 02"),
    ],
)
def test_a_mistake_is_told_with_the_file_and_the_cell(old, new, message):
    assert old in NAMED
    with pytest.raises(ValueError, match=rf"^(01_a|notebooks/source/01_a)\.md: .*{message}"):
        make(NAMED.replace(old, new))


@pytest.mark.parametrize("before", ["01_b", "02_c", "5"])
def test_a_predecessor_that_there_is_not_is_named(tmp_path, monkeypatch, before):
    monkeypatch.setattr(sources, "SOURCES", tmp_path)
    (tmp_path / "01_a.md").write_text(NAMED)
    (tmp_path / "02_c.md").write_text(NAMED.replace("none", before))
    with pytest.raises(ValueError, match=rf"02_c.md: the predecessor '{before}' is.* There are: none, 01_a$"):
        sources.read_sources()


def test_an_exercise_without_anything_to_begin_with_is_named():
    lesson = make(NAMED.replace("starter: |\n  a = 0\n", ""))
    with pytest.raises(ValueError, match=r"01_a.md: the cell 'model' is tagged `exercise`"):
        make_exercise("01_a", lesson, None)
