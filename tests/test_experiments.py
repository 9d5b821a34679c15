import json

import numpy as np
import pytest

from mnist_lab.results import experiments as results
from tools.experiments import EXPERIMENTS, Experiment, grid, runner
from tools.experiments.lessons_09_11 import gain_with_interval

ARMS = tuple(grid(rate=(0.1, 1.0)))


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FILE", tmp_path / "experiments.json")
    results.contents.cache_clear()
    yield results.FILE
    results.contents.cache_clear()


def stored(*values, arm=ARMS[0]):
    for seed, value in values:
        runner.store("99-rates", arm, seed, {"accuracy": value, "seconds": 1.0})


def test_an_arms_values_stand_in_the_order_of_the_seeds(own_file):
    stored((10, 0.3), (2, 0.2), (1, 0.1))
    assert results.measured_values("99-rates", rate=0.1).keys() == {"accuracy"}
    np.testing.assert_array_equal(results.measured_values("99-rates", rate=0.1)["accuracy"], [0.1, 0.2, 0.3])


def test_lists_of_different_lengths_stay_lists(own_file):
    stored((0, [1, 2]), (1, [3]))
    assert list(results.measured_values("99-rates", rate=0.1)["accuracy"]) == [[1, 2], [3]]


def test_only_what_is_not_stored_is_run(own_file):
    stored((0, 0.5), (2, 0.6))
    stored((1, 0.7), arm=ARMS[1])
    planned = Experiment("99-rates", "", ARMS, 3, print)
    assert runner.missing([planned], None) == [
        ("99-rates", ARMS[1], 0),
        ("99-rates", ARMS[0], 1),
        ("99-rates", ARMS[1], 2),
    ]
    assert runner.missing([planned], 1) == [("99-rates", ARMS[1], 0)]


def test_an_entry_says_on_which_versions_it_was_measured(own_file):
    stored((0, 1 / 3))
    content = json.loads(own_file.read_text())
    (group,) = content["experiments"]["99-rates"]
    assert content["environments"][group["seeds"]["0"]["environment"]]["keras"]


def test_a_name_or_arm_that_was_not_measured_is_answered_with_those_that_were(own_file):
    stored((0, 0.5))
    with pytest.raises(ValueError, match=r"99-rates\. Received: '98-rates'"):
        results.measured_values("98-rates")
    with pytest.raises(ValueError, match=r"rate=0\.1\. Received: \{'rate': 2\}"):
        results.measured_values("99-rates", rate=2)


def test_every_stored_arm_is_one_that_an_experiment_has():
    runner.load()
    for name, groups in results.contents()["experiments"].items():
        assert all(group["arm"] in EXPERIMENTS[name].arms for group in groups), name
        assert all(int(seed) < EXPERIMENTS[name].seeds for group in groups for seed in group["seeds"]), name


def test_an_experiments_values_have_six_digits_and_follow_the_seed():
    runner.load()
    once, again, other = (runner.run("02-first-layer", {"hidden": "200-60 relu"}, seed) for seed in (3, 3, 4))
    assert once["relative"] == again["relative"] != other["relative"]
    assert all(value == float(f"{value:.6g}") for value in once["relative"])


def test_a_gains_interval_covers_other_seeds_and_other_digits():
    rng = np.random.default_rng(5)
    whole, without = np.zeros((6, 400), bool), np.zeros((6, 400), bool)
    without[:, :20] = True  # the same twenty digits in every run: only other digits would have moved it
    gain, low, high = gain_with_interval(whole, without)
    assert gain == pytest.approx(5)
    assert (low, high) == pytest.approx((5 - 1.97 * 1.09, 5 + 1.97 * 1.09), abs=0.02)
    without = rng.random((6, 400)) < np.linspace(0, 0.1, 6)[:, np.newaxis]  # now only other seeds would
    gain, low, high = gain_with_interval(whole, without)
    alone = 100 * without.mean(axis=1).std(ddof=1) / np.sqrt(6)
    assert gain - low == pytest.approx(high - gain)
    assert 2.0 < (high - gain) / alone < 3.2, "few seeds: a wider quantile than 1.96"
