import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_lab.results import store as results_store
from mnist_lab.results.store import figure, first_epochs, seeds_of, store, summary

ENVIRONMENT = {"python": "3.11", "processor": "an abacus"}


def entry(last, first=0.1):
    return {"accuracy": [first, last], "loss": [2.0, 1.0], "misread": [3, 8], "seconds": 4.0}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "results.json"


def fill(file, accuracies, **arguments):
    for seed, accuracy in enumerate(accuracies):
        store("01_dense_softmax", seed, entry(accuracy), ENVIRONMENT, origin="mnist", file=file, **arguments)


def test_the_summary_uses_the_last_epoch_not_the_best(file):
    for seed in range(3):
        best_first = entry(0.8, first=0.99)
        store("01_dense_softmax", seed, best_first, ENVIRONMENT, origin="mnist", file=file)
    assert summary("01_dense_softmax", file=file).mean == pytest.approx(0.8)


def test_mean_standard_deviation_and_range(file):
    fill(file, [0.88, 0.90, 0.92])
    found = summary("01_dense_softmax", file=file)
    assert (found.mean, found.std) == (pytest.approx(0.9), pytest.approx(0.02))
    assert (found.lowest, found.highest, found.seeds) == (0.88, 0.92, 3)


@pytest.mark.parametrize(("accuracies", "floor"), [([0.88, 0.90, 0.92], 0.8), ([0.9, 0.9002, 0.9001], 0.8951)])
def test_floor_and_ceiling_are_five_standard_deviations_or_half_a_point_from_the_mean(file, accuracies, floor):
    fill(file, accuracies)
    measured = summary("01_dense_softmax", file=file)
    assert measured.floor == pytest.approx(floor)
    assert measured.ceiling - measured.mean == pytest.approx(measured.mean - measured.floor)


def test_the_range_of_losses_is_a_fifth_or_five_standard_deviations_around_the_mean(file):
    fill(file, [0.9, 0.9, 0.9])
    assert summary("01_dense_softmax", file=file).losses == pytest.approx((0.8, 1.2))
    for seed, loss in enumerate((0.9, 1.0, 1.1)):
        varied = {**entry(0.9), "loss": [2.0, loss]}
        store("01_dense_softmax", seed, varied, ENVIRONMENT, origin="mnist", file=file)
    assert summary("01_dense_softmax", file=file).losses == pytest.approx((0.5, 1.5))


def test_concurrent_writers_wait_for_each_other(file, monkeypatch):
    read = results_store._read

    def read_slowly(path):
        content = read(path)
        time.sleep(0.05)
        return content

    monkeypatch.setattr(results_store, "_read", read_slowly)

    def write(seed):
        store("01_dense_softmax", seed, entry(0.9), ENVIRONMENT, origin="mnist", file=file)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert list(seeds_of("01_dense_softmax", file=file)) == ["0", "1", "2", "3"]


def test_the_file_is_parsed_once_until_it_changes_and_readers_cannot_change_it(file, monkeypatch):
    fill(file, [0.9] * 3)
    parsed = []
    monkeypatch.setattr(
        results_store, "_read", lambda path, read=results_store._read: parsed.append(path) or read(path)
    )
    seeds = seeds_of("01_dense_softmax", file=file)
    seeds["0"]["accuracy"].append(7)
    del seeds["1"], seeds["2"]["loss"]
    assert summary("01_dense_softmax", file=file).mean == pytest.approx(0.9)
    assert seeds_of("01_dense_softmax", file=file)["2"] == {**entry(0.9), "environment": 0}
    assert len(parsed) == 1
    fill(file, [0.8])
    assert summary("01_dense_softmax", file=file).lowest == 0.8


def test_two_seeds_give_no_summary(file):
    fill(file, [0.9, 0.91])
    assert summary("01_dense_softmax", file=file) is None
    assert summary("02_sigmoid_layers", file=file) is None


def test_origins_and_variants_are_separate(file):
    fill(file, [0.9] * 3)
    fill(file, [0.5] * 3, variant="a larger learning rate")
    assert summary("01_dense_softmax", file=file).mean == pytest.approx(0.9)
    assert summary("01_dense_softmax", variant="a larger learning rate", file=file).mean == pytest.approx(0.5)
    assert summary("01_dense_softmax", origin="stand-in", file=file) is None


def test_the_file_follows_the_schema_with_one_line_per_list(file):
    fill(file, [0.9] * 11)
    content = json.loads(file.read_text())
    assert content["environments"] == [ENVIRONMENT]
    seeds = content["results"]["mnist"]["01_dense_softmax"]["as taught"]
    assert list(seeds) == [str(seed) for seed in range(11)]
    assert seeds["10"] == {**entry(0.9), "environment": 0}
    assert '"accuracy": [ 0.1, 0.9 ]' in file.read_text()


def test_a_lessons_own_figures_are_averaged_over_seeds(file):
    fill(file, [0.9] * 2)
    assert figure("01_dense_softmax", "raw", file=file) is None
    for seed, raw in enumerate((0.25, 0.75)):
        store("01_dense_softmax", seed, entry(0.9) | {"figures": {"raw": raw}}, ENVIRONMENT, origin="mnist", file=file)
    assert figure("01_dense_softmax", "raw", file=file) == 0.5


def test_a_seed_measured_again_is_replaced(file):
    fill(file, [0.9] * 3)
    fill(file, [0.8] * 3)
    assert summary("01_dense_softmax", file=file).mean == pytest.approx(0.8)


def test_a_failed_write_leaves_the_file_unchanged(file, monkeypatch):
    fill(file, [0.9] * 3)
    before = file.read_text()
    monkeypatch.setattr(results_store.Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        store("01_dense_softmax", 9, entry(0.1), ENVIRONMENT, origin="mnist", file=file)
    assert file.read_text() == before


def test_the_committed_file_is_consistent():
    content = json.loads(results_store.FILE.read_text(encoding="utf-8"))
    for lessons in content["results"].values():
        for variants in lessons.values():
            for seeds in variants.values():
                for seed, stored in seeds.items():
                    assert seed.isdecimal()
                    assert len(stored["accuracy"]) == len(stored["loss"]) >= 1
                    assert stored["seconds"] > 0
                    assert 0 <= stored["environment"] < len(content["environments"])
                    digits = stored.get("held_out", 10_000)
                    assert len(stored["misread"]) == pytest.approx(digits * (1 - stored["accuracy"][-1]), abs=0.6)


def test_first_epochs_come_from_full_runs_and_from_runs_of_one_epoch(file):
    store("06_c", 0, entry(0.99, first=0.97), ENVIRONMENT, origin="mnist", file=file)
    store("06_c", 0, entry(0.5, first=0.5), ENVIRONMENT, origin="mnist", variant="1 epoch", file=file)
    store("06_c", 1, entry(0.96, first=0.96), ENVIRONMENT, origin="mnist", variant="1 epoch", file=file)
    assert first_epochs("06_c", file=file) == {"0": 0.97, "1": 0.96}
