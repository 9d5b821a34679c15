"""Notebooks as tests: nbval runs and compares their cells; after them stand tests of what `check_lesson` recorded.

Unless `--full-length` is given, a notebook is shortened: the numbers in the metadata `short` of its cell `parameters`
replace those in the cell, those with convolutions learn from a part of the digits, and cells tagged `length` are not
compared. An exercise is run as it is, and then again in
the same kernel with each of its solutions: right, unusual and wrong ones, from tests/solutions/. Where it is shortened,
each trains for one epoch, most of them on a part of the digits.
"""

import json
import math
import re
import shutil
import tempfile
from collections import defaultdict
from functools import cached_property
from importlib import import_module
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from nbval.plugin import IPyNbCell, IPyNbFile

from mnist_lab.checks.lessons import LESSONS
from mnist_lab.commands.notebook_runner import set_parameters
from mnist_lab.data import idx
from mnist_lab.data.find import NAMES, VARIABLE, find_mnist
from mnist_lab.results.store import RECORD_VARIABLE, summary
from tools.project import NOTEBOOKS, read
from tools.sources import code_of, read_sources

JUDGED = ("model", "learning-rate", "train", "check")
OF_THE_ACCURACY = ("its accuracy on the", "classifies more of the sample drawings", "better than guessing")
UNSOLVED = "unsolved"
# of which a shortened lesson learns
LESSON_DIGITS = {"04": 20_000, "05": 20_000, "06": 20_000, "07": 20_000, "08": 20_000, "10": 30_000}
DIGITS = 12_000  # of which a shortened exercise learns, but for these
DIGITS_OF = {"02": 60_000, "08": 30_000, "09": 30_000, "10": 16_000, "13": 30_000}

COLOUR = re.compile(r"\x1b\[[\d;]*m")
LAYER, SIZE = r"\(([A-Z]\w+)\)", r"\(None.*?(\d+)\) +│"  # in a row of model.summary(), which may take two lines


class Notebook(IPyNbFile):
    """A notebook whose kernel records checks into a file of its own."""

    def collect(self):
        self.full_length = self.config.option.full_length
        self._judged = 0
        yield from self.items(list(super().collect()))

    def setup(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mnist-lab-checks-")
        self._records = Path(self._folder.name, "checks.jsonl")
        with pytest.MonkeyPatch.context() as patch:  # the kernel inherits them
            patch.setenv(RECORD_VARIABLE, str(self._records))
            for name, value in self.variables().items():
                patch.setenv(name, value)
            super().setup()

    def variables(self):
        return {}

    def fewer_digits(self, count):
        """Return the variable that lets the kernel find only the first training digits, if a number is given."""
        return {VARIABLE: str(_part_of_the_digits(Path(self._folder.name), count))} if count else {}

    def teardown(self):
        super().teardown()
        self._folder.cleanup()

    def new_record(self):
        """Return the one record that the lesson's check has written since the last call; tasks have others."""
        lines = self._records.read_text(encoding="utf-8").splitlines() if self._records.exists() else []
        records = [record for record in map(json.loads, lines[self._judged :]) if "task" not in record]
        self._judged = len(lines)
        assert len(records) == 1, f"expected one record of the check. Received: {len(records)}"
        return records[0]


class Lesson(Notebook):
    """A lesson or an appendix: its cells, and at full length whether a lesson's accuracy, loss and network are those
    measured over seeds; of a lesson that trains nothing, whether the network classifies enough drawings.
    """

    def variables(self):
        return {} if self.full_length else self.fewer_digits(LESSON_DIGITS.get(self.path.stem[:2]))

    def items(self, cells):
        if not self.full_length:
            for item in cells:
                item.options["check"] &= "length" not in item.cell.metadata.get("tags", [])
                set_parameters(self.nb, item.cell.metadata.get("short", {}), self.path)
        yield from cells
        if self.full_length and self.path.stem in LESSONS:
            for figure in ("accuracy", "loss", "network") if LESSONS[self.path.stem].trains else ("accuracy",):
                yield AsMeasured.from_parent(self, name=f"its {figure}", figure=figure)

    @cached_property
    def record(self):
        return self.new_record()


class Exercise(Notebook):
    """An exercise: its cells as they are, then those of each solution, each followed by what the check says of it."""

    def variables(self):
        return {} if self.full_length else self.fewer_digits(DIGITS_OF.get(self.path.stem[:2], DIGITS))

    def items(self, cells):
        unsolved, solutions, judged_cells = solutions_of(self.path.stem)
        judged = {item.cell.id: item.cell.source for item in cells if item.cell.id in judged_cells}
        (parameters,) = [item.cell for item in cells if item.cell.id == "parameters"]
        long = parameters.source
        if LESSONS[self.path.stem].trains:
            set_parameters(self.nb, {"EPOCHS": 1}, self.path)
        short = parameters.source
        yield from cells
        yield Verdict.from_parent(self, name=UNSOLVED, expected=unsolved, accuracy_too=False)
        for name, (filled, missing) in solutions.items():
            assert set(filled) <= set(judged), f"{name!r} fills a cell that is not judged"
            in_full = self.full_length and not missing
            sources = {"parameters": long if in_full else short, **judged, **filled}
            for number, (cell, source) in enumerate(sources.items()):
                about = {"name": f"{name}: {cell}", "cell_num": number, "cell": new_code_cell(source)}
                yield IPyNbCell.from_parent(self, options=defaultdict(bool), **about)
            yield Verdict.from_parent(self, name=name, expected=missing, accuracy_too=in_full)


class AsMeasured(pytest.Item):
    """Whether a figure of the lesson is within what was measured over seeds, or its network is the stored one."""

    def __init__(self, *, figure, **arguments):
        super().__init__(**arguments)
        self.figure = figure

    def runtest(self):
        name, record = self.parent.path.stem, self.parent.record
        measured = summary(name, origin=record["origin"])
        if self.figure == "accuracy":
            floor = LESSONS[name].floor(record["origin"])
            assert floor <= record["evaluated"] <= (measured.accuracies[1] if measured else 1)
        elif self.figure == "loss":
            least, largest = measured.losses if measured else (0, math.inf)
            assert least <= record["loss"][-1] <= largest
        else:
            stored = _stored_layers(name, self.parent.nb)
            assert [layer.split()[0] for layer in record["network"]] == [kind for kind, _ in stored]
            for layer, (_, size) in zip(record["network"], stored, strict=True):
                assert re.search(r"(units|filters)=(\d+)|$", layer)[2] in (size, None), layer


class Verdict(pytest.Item):
    """Whether the check left open the expected claims of a solution, each with a hint."""

    def __init__(self, *, expected, accuracy_too, **arguments):
        super().__init__(**arguments)
        self.expected = expected
        self.left_out = () if accuracy_too else OF_THE_ACCURACY

    def runtest(self):
        missed = [verdict for verdict in self.parent.new_record()["verdicts"] if not verdict["holds"]]
        left_out = [part for part in self.left_out if not any(part in named for named in self.expected)]
        hints = {v["claim"]: v["hint"] for v in missed if not any(part in v["claim"] for part in left_out)}
        assert len(hints) == len(self.expected), hints
        assert all(any(part in claim for claim in hints) for part in self.expected), hints
        assert all(hints.values()), hints


def solutions_of(name):
    """Return the claims open in an exercise as it is, its solutions, and the names of the cells that run with each."""
    module = import_module(f"tests.solutions.lesson_{name[:2]}")
    lesson = {cell.id: cell for cell in read(NOTEBOOKS / f"{name}.ipynb").cells}
    taught = {cell.id: cell.source for cell in lesson.values() if "exercise" in cell.metadata.get("tags", [])}
    for needed, by in getattr(module, "NEEDED", {}).items():
        taught[by] = f"{lesson[needed].source}\n\n\n{taught[by]}"
    solutions = {"as in the lesson": (taught, []), **module.SOLUTIONS}
    return module.UNSOLVED, solutions, getattr(module, "JUDGED", JUDGED)


def _stored_layers(name, lesson):
    """Return a lesson's layers, class and size: from the stored `model.summary()`, or else from its source."""
    for cell in lesson.cells:
        if cell.cell_type == "code" and "model.summary()" in cell.source:
            shown = COLOUR.sub("", "".join(output.data["text/plain"] for output in cell.outputs))
            return list(zip(re.findall(LAYER, shown), re.findall(SIZE, shown), strict=True))
    return re.findall(r"keras\.layers\.(\w+)\((\d*)", code_of(f"{name}/model", read_sources()))


def _part_of_the_digits(folder, count):
    """Write the first training digits and all validation digits into a folder, and return it."""
    whole = find_mnist()
    idx.write(folder / NAMES["train_images"], idx.read_images(whole.train_images)[:count].reshape(-1, 28, 28))
    idx.write(folder / NAMES["train_labels"], idx.read_labels(whole.train_labels)[:count])
    for name in ("validation_images", "validation_labels"):
        shutil.copy(getattr(whole, name), folder)
    return folder
