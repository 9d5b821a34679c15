"""Each benchmark that writes a table has a section in the README, and the table is there."""

import re

import pytest

from .notebooks import ROOT

BENCHMARKS = ROOT / "benchmarks"
README = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
NAMES = [
    name
    for path in sorted(BENCHMARKS.glob("*.py"))
    for name in re.findall(r'return report\("(\w+)"', path.read_text(encoding="utf-8"))
]


def measured(name):
    """Return the text between the markers of a benchmark, or None."""
    found = re.search(rf"<!-- measured {name} -->\n(.*?)<!-- /measured -->", README, re.DOTALL)
    return found and found[1]


@pytest.mark.parametrize("name", NAMES)
def test_its_section_holds_the_machine_a_table_and_the_bounds(name):
    assert f"    python benchmarks/{name}.py" in README
    date_and_machine, *_ = measured(name).splitlines()
    assert re.match(r"\d{4}-\d\d-\d\d, \d+ cores? of .+; .*tensorflow \d", date_and_machine)
    assert re.search(r"^\|( ?---+ ?\|)+$", measured(name), re.MULTILINE)
    assert re.search(r"^- (Met|\*\*Missed\*\*): ", measured(name), re.MULTILINE)


def test_each_section_belongs_to_one_benchmark():
    assert sorted(re.findall(r"<!-- measured (\w+) -->", README)) == sorted(NAMES)
    assert len(NAMES) == len(set(NAMES)) >= 6
