"""A lesson's source: what is read of it, and that a mistake in it is told in plain words."""

import pytest

from tools import sources
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

+++ {"name": "seen", "tags": ["answer"]}

What became of it: {{ 01.seeds }} runs.
"""


def make(text):
    return make_lessons({"01_a": sources.parse(text, "01_a.md")}, {})["01_a"]


def test_names_become_ids_and_the_rest_of_the_metadata_stays():
    kernel = "kernelspec:\n  name: python3\n  display_name: Python 3\npredecessor"  # as an editor adds it
    lesson = make(SOURCE.replace("predecessor", kernel, 1))
    title, setup, model, seen = lesson.cells
    assert [title.id, setup.id, model.id, seen.id] == ["title", "setup", "model", "seen"]
    assert model.metadata == {"tags": ["exercise"], "starter": "a = 0", "task": "Do **this**:\n\n- more"}
    assert seen.metadata == {"tags": ["answer"]}
    assert lesson.metadata.mnist_lab == {"kind": "lesson", "lesson": "01_a", "predecessor": None, "title": "Train"}
    assert title.source.endswith("/blob/main/notebooks/01_a.ipynb)\n\n# Train")
    assert setup.metadata == {"cellView": "form", "tags": ["setup", "nbval-ignore-output"]}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"name": "seen", ', "", "the markdown cell that begins with 'What became of it.*' has no name"),
        ('"seen"', '"model"', "two cells are named 'model'"),
        ('"seen"', '"About it"', "has the name 'About it'. Expected words in lower case"),
        ('"tags"', '"tag"', "the cell 'seen' has tag. There are: .*tags"),
        ('"answer"]', '"answer"', "Jupytext cannot read it"),
        ("predecessor:", "before:", "expected a header with `predecessor: NAME`.* Found before"),
        ("name: setup\n", "name: setup\n\nimport os\n", "code cell named 'setup' without code"),
        ("# Train", "Train", "a first cell named 'title' that begins with `# `"),
        ("01.seeds", "01.seed", r"the cell 'seen': \{\{ 01.seed \}\}: there is no figure 'seed' .*mean.*seeds"),
        (SOURCE[SOURCE.index("+++") :], "", "a first cell named 'title'"),
        ("**this**", "{{ 77.mean }}", r"the cell 'model': \{\{ 77.mean \}\}: there is no lesson 77"),
    ],
)
def test_a_mistake_is_told_with_the_file_and_the_cell(old, new, message):
    assert old in SOURCE
    with pytest.raises(ValueError, match=rf"^(01_a|notebooks/source/01_a)\.md: .*{message}"):
        make(SOURCE.replace(old, new))


@pytest.mark.parametrize("before", ["01_b", "02_c", "5"])
def test_a_predecessor_that_there_is_not_is_named(tmp_path, monkeypatch, before):
    monkeypatch.setattr(sources, "SOURCES", tmp_path)
    (tmp_path / "01_a.md").write_text(SOURCE)
    (tmp_path / "02_c.md").write_text(SOURCE.replace("none", before))
    with pytest.raises(ValueError, match=rf"02_c.md: the predecessor '{before}' is.* There are: none, 01_a$"):
        sources.read_sources()
