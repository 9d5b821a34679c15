"""What was measured: how it is stored, read and summarized."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mnist_lab.results import store as results
from mnist_lab.results.runs import measured_runs
from mnist_lab.results.store import Variant, run_name, seeds_of, summary
from tools import store_results
from tools.store_results import dump, store

ENVIRONMENT = {"python": "3.11", "processor": "an abacus"}
LESSON = "01_dense_softmax"


def entry(last, first=0.99, **others):
    return {"accuracy": [first, last], "loss": [2.0, 1.0], "misread": [3, 8], "seconds": 4.0, **others}


def put(seed, stored, lesson=LESSON, **arguments):
    store(lesson, seed, stored, ENVIRONMENT, **{"origin": "mnist", **arguments})


def fill(accuracies, **arguments):
    for seed, accuracy in enumerate(accuracies):
        put(seed, entry(accuracy), **arguments)


def test_the_summary_is_of_the_last_epochs_not_the_best(results_file):
    fill([0.88, 0.90, 0.92])
    found = summary(LESSON)
    assert (found.mean, found.std) == (pytest.approx(0.9), pytest.approx(0.02))
    assert (found.lowest, found.highest, found.seeds) == (0.88, 0.92, 3)
    assert [*found.accuracies, *found.losses] == pytest.approx([0.8, 1.0, 0.8, 1.2])


def test_the_expected_ranges_have_a_smallest_width_and_grow_with_the_standard_deviation(results_file):
    for seed, (accuracy, loss) in enumerate([(0.9, 0.9), (0.9002, 1.0), (0.9001, 1.1)]):
        put(seed, entry(accuracy, loss=[2.0, loss]))
    assert [*summary(LESSON).accuracies, *summary(LESSON).losses] == pytest.approx([0.8951, 0.9051, 0.5, 1.5])


def test_too_few_seeds_other_origins_and_other_variants_give_no_summary(results_file):
    other = Variant(parameters={"RATE": 1})
    fill([0.9, 0.91])
    fill([0.5] * 3, variant=other)
    assert summary(LESSON) is None
    assert summary(LESSON, variant=other).mean == pytest.approx(0.5)
    assert summary(LESSON, variant=other, origin="stand-in") is None
    assert summary("02_sigmoid_layers") is None


def test_a_variant_has_one_name_and_the_order_and_spelling_of_parameters_mean_nothing(results_file):
    for name in ("as taught", "1 epoch", "2 epochs, WIDTH=4", "writers known", "long, END=1, PEAK=0.005"):
        assert str(Variant.from_name(name)) == name
    one, other = (Variant.from_name(name) for name in ("END=1.0, HOLDOUT=9", "HOLDOUT=9, END=1"))
    assert len({one, other}) == 1
    put(0, entry(0.9), variant=one)
    put(1, entry(0.8), variant=other)
    assert list(seeds_of(LESSON, variant=one)) == ["0", "1"]
    (group,) = json.loads(results_file.read_text())["results"]["mnist"][LESSON]
    assert group["variant"] == {"parameters": {"END": 1.0, "HOLDOUT": 9}}


def test_concurrent_writers_wait_for_each_other(results_file, monkeypatch):
    write = store_results.write_whole
    monkeypatch.setattr(store_results, "write_whole", lambda *given: time.sleep(0.02) or write(*given))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: put(seed, entry(0.9)), range(4)))
    assert list(seeds_of(LESSON)) == ["0", "1", "2", "3"]


def test_the_file_is_parsed_once_until_it_is_written(results_file):
    fill([0.9] * 3)
    assert seeds_of(LESSON) is seeds_of(LESSON)
    fill([0.8])
    assert summary(LESSON).lowest == 0.8
    assert summary(LESSON).seeds == 3, "a seed measured again is replaced"


def test_seeds_are_ordered_as_numbers_and_each_list_is_on_a_line(results_file):
    fill([0.9] * 11)
    content = json.loads(results_file.read_text())
    assert content["environments"] == [ENVIRONMENT]
    (group,) = content["results"]["mnist"][LESSON]
    assert list(group["seeds"]) == [str(seed) for seed in range(11)]
    without_digits = {name: value for name, value in entry(0.9).items() if name != "misread"}
    assert group == {"variant": {}, "seeds": group["seeds"] | {"10": {**without_digits, "environment": 0}}}
    assert '"accuracy": [ 0.99, 0.9 ]' in results_file.read_text()


def test_lesson_09_keeps_which_digits_were_misclassified(results_file):
    for seed in range(2):
        put(seed, entry(0.9, held_out=20 + seed, misread=[3, 8 + seed]), lesson="09_honest_evaluation")
    misread = measured_runs("09_honest_evaluation").misread
    assert misread.shape == (2, 21)
    assert [np.flatnonzero(row).tolist() for row in misread] == [[3, 8], [3, 9]]
    fill([0.9])
    assert measured_runs(LESSON).misread is None


def test_the_committed_files_are_consistent():
    content = json.loads(results.FILE.read_text(encoding="utf-8"))
    assert dump(content) == results.FILE.read_text(encoding="utf-8")
    with np.load(results.MISCLASSIFIED) as file:
        packed = dict(file)
    for origin, lessons in content["results"].items():
        for lesson, groups in lessons.items():
            for group in groups:
                for seed, stored in group["seeds"].items():
                    assert len(stored["accuracy"]) == len(stored["loss"]) >= 1
                    assert stored["seconds"] > 0
                    assert 0 <= stored["environment"] < len(content["environments"])
                    bits = packed.pop(run_name(origin, lesson, Variant(**group["variant"]), seed), None)
                    if bits is not None:
                        errors = stored.get("held_out", 10_000) * (1 - stored["accuracy"][-1])
                        assert np.unpackbits(bits).sum() == pytest.approx(errors, abs=0.6)
    assert not packed


# Until November 2026 a variant was stored by its name, and each entry held the indices of its misclassified digits.
OLD = {
    LESSON: {"as taught": {"0": entry(0.9)}, "1 epoch": {"0": entry(0.8), "1": entry(0.7)}},
    "09_honest_evaluation": {"END=1.0, RATE=0": {"0": entry(0.6, held_out=12, figures={"raw": 0.5})}},
}


def test_results_migrate_from_their_old_form_and_back(results_file):
    for lesson, variants in OLD.items():
        for name, seeds in variants.items():
            for seed, old in seeds.items():
                put(int(seed), old, lesson=lesson, variant=Variant.from_name(name))
    for lesson, variants in OLD.items():
        for name, seeds in variants.items():
            misread = measured_runs(lesson, variant=name).misread
            for number, (seed, new) in enumerate(seeds_of(lesson, variant=Variant.from_name(name)).items()):
                indices = {} if misread is None else {"misread": np.flatnonzero(misread[number]).tolist()}
                old = {key: value for key, value in seeds[seed].items() if key in new or indices}
                assert new | indices == old | {"environment": 0}
            assert len(seeds) == number + 1
