"""Each benchmark that writes a table has a section in the README, and the table is there."""

import re

from .notebooks import ROOT

BENCHMARKS = ROOT / "benchmarks"
README = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
SECTION = re.compile(r"<!-- measured (\w+) -->\n(.*?)<!-- /measured -->", re.DOTALL)


def test_each_benchmark_has_a_section_with_the_machine_a_table_and_the_bounds():
    scripts = "".join(path.read_text(encoding="utf-8") for path in BENCHMARKS.glob("*.py"))
    sections = SECTION.findall(README)
    assert sorted(name for name, _ in sections) == sorted(re.findall(r'return report\("(\w+)"', scripts))
    assert len(sections) >= 6
    for name, measured in sections:
        assert f"    python benchmarks/{name}.py" in README
        assert re.match(r"\d{4}-\d\d-\d\d, \d+ cores? of .+; .*tensorflow \d", measured), name
        assert re.search(r"^\|( ?---+ ?\|)+$", measured, re.MULTILINE), name
        assert re.search(r"^- (Met|\*\*Missed\*\*): ", measured, re.MULTILINE), name
