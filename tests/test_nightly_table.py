"""The nightly table: a part that was run again replaces its row, the others stay."""

from nightly_table import HEAD, updated


def test_the_first_rows():
    table = updated("", ["| one | passed | 3 |", "| two | failed | 4 |"], "a day", "abc")
    assert table == HEAD + "| one | passed | 3 | a day | abc |\n| two | failed | 4 | a day | abc |\n"


def test_a_part_that_was_run_again_replaces_its_row_and_no_other():
    first = updated("", ["| one | failed | 3 |", "| two | passed | 4 |"], "a day", "abc")
    again = updated(first, ["| one | passed | 5 |", "| three | passed | 6 |"], "another", "def")
    assert again.removeprefix(HEAD).splitlines() == [
        "| one | passed | 5 | another | def |",
        "| three | passed | 6 | another | def |",
        "| two | passed | 4 | a day | abc |",
    ]
