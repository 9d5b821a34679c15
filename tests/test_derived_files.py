"""What is derived is up to date, and the tools do what they say."""

import derive_exercises
import fill_in_results
import inject_colab
import link_glossary
import pytest
import show_changes
import tidy_notebooks

from mnist_lab.commands import notebook_format
from mnist_lab.results.store import LONG, Summary

from .notebooks import LESSONS, ROOT, code, notebook, prose

MEASURED = Summary(mean=0.91234, std=0.0012, lowest=0.9, highest=0.92, seeds=20, loss=0.3, loss_std=0.01)


@pytest.mark.parametrize(
    "texts",
    [
        derive_exercises.derived,
        tidy_notebooks.tidied,
        fill_in_results.filled,
        show_changes.shown,
        link_glossary.linked,
        inject_colab.injected,
    ],
)
def test_derived_files_are_up_to_date(texts):
    stale = [path.relative_to(ROOT) for path, text in texts().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run the tool again: see CONTRIBUTING.md"


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(fill_in_results, "summary", lambda lesson, **which: MEASURED)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("mean", "91.23 %"),
        ("lowest", "90.00 %"),
        ("highest", "92.00 %"),
        ("seeds", "20"),
    ],
)
def test_a_number_is_filled_in_between_its_markers(measured, field, text):
    prose = f"<!-- result 01.{field} -->{{0}}<!-- /result -->, <!-- result 01.long.{field} -->{{0}}<!-- /result -->."
    before, after = prose.format("?\n?"), prose.format(text)
    assert fill_in_results.fill(before) == after
    assert fill_in_results.fill(after) == after


def test_a_longer_training_has_numbers_of_its_own(monkeypatch):
    def summary(lesson, variant="as taught"):
        return MEASURED if variant == LONG else None

    monkeypatch.setattr(fill_in_results, "summary", summary)
    text = fill_in_results.fill("<!-- result 01.long.mean -->?<!-- /result --><!-- result 01.mean -->?<!-- /result -->")
    assert ">91.23 %<" in text
    assert ">not yet measured<" in text
    assert fill_in_results.table().count("trained longer: 91.23 % (± 0.12, 20 seeds) |\n") == len(LESSONS)


def test_pairs_of_seeds_are_counted(monkeypatch, measured):
    losses = {"07": {"0": [9, 0.1], "1": [0, 0.4], "5": [0]}, "06": {"0": [0, 0.2], "1": [9, 0.3], "2": [0]}}
    monkeypatch.setattr(
        fill_in_results,
        "seeds_of",
        lambda lesson: {seed: {"loss": loss} for seed, loss in losses[lesson[:2]].items()},
    )
    text = fill_in_results.fill("<!-- result 07.pairs_below_06 -->?<!-- /result -->")
    assert text == "<!-- result 07.pairs_below_06 -->1 of the 2<!-- /result -->"


@pytest.mark.parametrize(("accuracies", "text"), [([0.97, 0.98], "none of 2"), ([0.1135, 0.97, 0.19], "2 of 3")])
def test_runs_that_died_in_their_first_epoch_are_counted(monkeypatch, accuracies, text):
    measured = dict(enumerate(accuracies))
    monkeypatch.setattr(fill_in_results, "first_epochs", lambda lesson: measured)
    prose = "<!-- result 06.deaths -->?<!-- /result -->"
    assert fill_in_results.fill(prose) == f"<!-- result 06.deaths -->{text}<!-- /result -->"


def test_what_was_not_measured_is_said(monkeypatch):
    monkeypatch.setattr(fill_in_results, "summary", lambda lesson, **which: None)
    assert ">not yet measured<" in fill_in_results.fill("<!-- result 01.mean -->5<!-- /result -->")


@pytest.mark.parametrize("marker", ["77.mean", "01.median", "07.pairs_below_77"])
def test_a_marker_that_names_nothing_is_an_error(measured, marker):
    with pytest.raises(ValueError, match=r"there is no"):
        fill_in_results.fill(f"<!-- result {marker} -->5<!-- /result -->")


def test_tidy_keeps_what_matters_and_drops_the_rest():
    cell = code("print(1)", "shown", tags=["check"], collapsed=True, ExecuteTime={"start": 1})
    cell.outputs = [
        {"output_type": "stream", "name": "stdout", "text": "a\n"},
        {"output_type": "stream", "name": "stdout", "text": "b\n"},
        {"output_type": "stream", "name": "stderr", "text": "c\n"},
        {
            "output_type": "display_data",
            "data": {"text/plain": "Pad()", "application/vnd.jupyter.widget-view+json": {"model_id": "1f"}},
            "metadata": {},
        },
    ]
    messy = notebook(cell, prose("text", "words"))
    messy.metadata["widgets"] = {"state": {}}
    messy.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    clean = notebook_format.tidy(messy)
    assert clean.cells[0].metadata == {"tags": ["check"]}
    *streams, pad = clean.cells[0].outputs
    assert [(output.name, output.text) for output in streams] == [("stdout", "a\nb\n"), ("stderr", "c\n")]
    assert pad.data == {"text/plain": "Pad()"}, "a widget's id is another in every run"
    assert set(clean.metadata) == {"accelerator", "colab", "kernelspec", "language_info", "mnist_lab"}
    assert clean.metadata.language_info == {"name": "python"}
    assert notebook_format.tidy(clean) == clean


def test_tidy_gives_pictures_a_palette_and_then_leaves_them(tmp_path):
    import base64
    import io

    import numpy as np
    from PIL import Image

    gradient = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (1, 300, 3))
    file = io.BytesIO()
    Image.fromarray(gradient).save(file, "PNG")
    cell = code("draw()", "drawn")
    png = base64.b64encode(file.getvalue()).decode()
    cell.outputs = [{"output_type": "display_data", "metadata": {"mnist_lab": {}}, "data": {"image/png": png}}]
    once = notebook_format.tidy(notebook(cell))
    output = once.cells[0].outputs[0]
    assert output.metadata == {}
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert image.mode == "P"
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - gradient).max() <= 4
    assert notebook_format.tidy(once) == once
