"""The diff at the head of a lesson is made from the two lessons' cells."""

import pytest
import show_changes

from .notebooks import code, notebook

BEFORE = notebook(code("a = 1\nb = 2\nc = 3\nd = 4", "model"), code("x", "train"))
AFTER = notebook(code("a = 1\nb = 2\nc = 3\nd = 5", "model"), code("x", "train"), code("new", "learning-rate"))


def test_the_changed_lines_stand_in_a_diff_with_a_line_around_them():
    prose = "Text.\n\n<!-- changes model learning-rate -->\nold\n<!-- /changes -->\n\nMore."
    expected = (
        "Text.\n\n<!-- changes model learning-rate -->\n```diff\n c = 3\n-d = 4\n+d = 5\n+new\n```\n"
        "<!-- /changes -->\n\nMore."
    )
    assert show_changes.with_changes(prose, BEFORE, AFTER) == expected
    assert show_changes.with_changes(expected, BEFORE, AFTER) == expected


@pytest.mark.parametrize("name", ["train", "nowhere"])
def test_a_cell_in_which_nothing_changed_is_an_error(name):
    with pytest.raises(ValueError, match=name):
        show_changes.with_changes(f"<!-- changes {name} --><!-- /changes -->", BEFORE, AFTER)
