"""The clinic: which tests tell a patient from the healthy one, and which don't."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_lab.checks import clinic, patients
from mnist_lab.checks.claims import clinic as claims
from mnist_lab.checks.evidence import Evidence
from mnist_lab.environment import set_seed

TOLD_BY = {
    "healthy": set(),
    "A1": {"memorize"},
    "A2": set(),  # but see test_labels_one_row_off_are_seen
    "A3": {"memorize", "flow"},
    "B1": {"memorize"},
    "B2": {"look", "start"},
    "C1": {"look"},
    "C2": {"permuted", "fresh"},
    "C3": {"twice", "fresh"},
    "no softmax": {"start", "memorize"},
    "biases −3": {"memorize", "flow"},
    "dropout left on": {"twice"},
}
TELLS = {
    "look": lambda found: found["highest"] > 1 or found["classes"] < 5,
    "start": lambda found: abs(found["loss"] - np.log(10)) > 1,
    "memorize": lambda found: found["loss"] > 0.5,
    "flow": lambda found: max(found["dead"]) > 0.9,
    "twice": lambda found: found["changed"] > 0.02 or min(found["sorted"], found["alone"]) < found["mixed"] - 0.2,
    "permuted": lambda found: found["accuracy"] > 0.2,
    "fresh": lambda found: 1 - found["accuracy"] > 2 * (1 - found["reported"]),
}


@pytest.fixture(scope="module")
def waiting():
    """Patients by name, not trained."""
    set_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patients, "_digits", cache(patients._digits))
        return {name: clinic.patient(name) for name in ("healthy", "A1", "A2", "B1", "B2", "C1", "C3", "biases −3")}


def weights_of(patient):
    return np.concatenate([weights.ravel() for weights in patient.model.get_weights()])


def told(name, patient):
    found = getattr(clinic, name)(patient)
    plt.close("all")
    assert repr(found) == f"{patient.name}: {found.sentence}"
    assert (found.patient, found.test) == (patient.name, name)
    return TELLS[name](found)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD_BY)
def test_tests_tell_a_patient_from_the_healthy_one(name):
    set_seed(1)
    patient = clinic.patient(name)
    reported = patient.train().history["val_accuracy"][-1]
    tells = {test for test in TELLS if test != "fresh" and told(test, patient)}
    found = clinic.fresh(patient)
    assert tells | ({"fresh"} if TELLS["fresh"]({**found, "reported": reported}) else set()) == TOLD_BY[name]


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("look", ("healthy", "A2", "B2", "C1")),
        ("start", ("healthy", "B2")),
        ("memorize", ("A1",)),
        ("flow", ("healthy", "A1", "biases −3")),
    ],
)
def test_so_do_those_before_training(waiting, test, names):
    for name in names:
        before = weights_of(waiting[name])
        assert told(test, waiting[name]) == (test in TOLD_BY[name]), name
        assert np.array_equal(weights_of(waiting[name]), before), "a test doesn't treat"


def test_two_softmaxes_memorize_down_to_1_4612(waiting):
    found = clinic.memorize(waiting["B1"])
    assert found["accuracy"] == 1
    assert found["loss"] == pytest.approx(np.log(np.e + 9) - 1, abs=1e-3)


@pytest.mark.parametrize(("name", "least", "most"), [("healthy", 0.6, 1), ("A2", 0, 0.4)])
def test_labels_one_row_off_are_seen(waiting, name, least, most):
    known, classes = waiting[name].unseen
    means = np.stack([known[classes == one].mean(axis=0) for one in range(10)])
    images, labels = next(waiting[name].training.as_numpy_iterator())
    nearest = np.linalg.norm(images[:, None] - means, axis=2).argmin(axis=1)
    assert least <= np.mean(nearest == labels.argmax(axis=1)) <= most


def test_batch_norm_in_training_mode_tells_no_digit_from_another_alone(waiting):
    outputs = waiting["C3"].model.predict(waiting["C3"].unseen[0][:3], batch_size=1, verbose=0)
    assert outputs.std(axis=0) == pytest.approx(0, abs=1e-6)


def test_a_patient_is_made_by_what_it_prints_and_a_cure_by_what_it_is_given(waiting, monkeypatch, capsys):
    changed = {"compile": 'model.compile("sgd", "mse", metrics=["accuracy"])'}
    monkeypatch.setitem(patients._CHANGES, "odd", changed)
    odd = clinic.patient("odd")
    odd.opened()
    assert (odd.model.loss, changed["compile"] in capsys.readouterr().out) == ("mse", True)
    odd.model = waiting["biases −3"].model
    assert odd.untrained().loss == "categorical_crossentropy"
    assert odd.untrained().get_weights()[1] == pytest.approx(-3)


def test_a_patient_follows_the_seed(waiting):
    set_seed(0)
    again, other = (clinic.patient("healthy") for _ in range(2))
    assert np.array_equal(weights_of(again), weights_of(waiting["healthy"]))
    assert not np.array_equal(weights_of(again), weights_of(other))


def test_validation_and_unseen_digits_are_apart_and_permuted_labels_are_those_of_other_digits(waiting):
    images, labels = zip(*waiting["healthy"].validation.as_numpy_iterator(), strict=True)
    assert not {image.tobytes() for image in np.concatenate(images)} & {
        image.tobytes() for image in waiting["healthy"].unseen[0]
    }
    same, others = next(clinic.Patient("healthy", permuted=True).validation.as_numpy_iterator())
    assert np.array_equal(images[0], same)
    assert np.mean(labels[0].argmax(axis=1) == others.argmax(axis=1)) < 0.5


CLAIMS = {
    "A1": "memorizes",
    "A2": "labels_fit_the_images",
    "B2": "starts_from_guessing",
    "C1": "batches_are_mixed",
    "C3": "company_does_not_matter",
}


@pytest.mark.parametrize("claim", CLAIMS.values())
def test_a_claim_holds_of_the_healthy_one_and_not_of_its_patient(waiting, claim):
    for name in ("healthy", *(name for name in CLAIMS if CLAIMS[name] == claim)):
        patient = waiting[name]
        evidence = Evidence(patient.model, {}, patient.unseen[0], patient.unseen[1], np.ones((5_000, 10)))
        assert getattr(claims, claim).judge(evidence).holds == (claim == "company_does_not_matter" and name != "C3")
        evidence.extra["training"] = patient.training
        verdict = getattr(claims, claim).judge(evidence)
        assert verdict.holds == (name == "healthy"), verdict
        assert name == "healthy" or "Found" in verdict.hint


def test_a_run_of_your_own_is_examined_too_but_nothing_makes_it_again(waiting):
    healthy = waiting["healthy"]
    own = clinic.admit(healthy.model, healthy.training, healthy.validation, name="mine")
    assert repr(clinic.start(own)).startswith("mine: loss before training 2.")
    images, labels = next(own.validation.unbatch().batch(5_000).as_numpy_iterator())
    assert np.array_equal(own.unseen[0], images)
    assert clinic.fresh(own)["accuracy"] == pytest.approx(np.mean(own.predict(images[:1_000]) == own.unseen[1][:1_000]))
    assert np.array_equal(own.unseen[1], labels.argmax(axis=1))
    with pytest.raises(ValueError, match=r"Received: run\('mine'\)\. For your own run, shuffle the labels"):
        clinic.permuted(own)


def test_a_bed_hides_a_patient_and_digits_are_what_patients_are_made_of(waiting, capsys):
    set_seed(0)
    disguised = clinic.patient("bed 2")
    disguised.opened()
    assert "labels[1:5_001]" in capsys.readouterr().out
    assert repr(disguised) == "patient('bed 2')"
    assert set(patients.BEDS.values()) <= set(patients.NAMES)
    images, labels = clinic.digits()
    assert (images.max(), labels.shape) == (255, (25_000, 10))
    known, _ = next(waiting["B2"].validation.as_numpy_iterator())
    assert np.array_equal(known, images[:100])


def test_the_charts_are_eight_with_the_healthy_run_in_each():
    clinic.charts()
    eight = plt.gcf().axes
    assert [ax.get_title("left") for ax in eight] == ["A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3"]
    healthy = [ax.lines[0].get_ydata() for ax in eight]
    assert all(np.array_equal(healthy[0], line) for line in healthy)
    assert all(ax.lines[0].get_linestyle() == "--" for ax in eight)


def test_errors_name_the_patients_and_the_folder(tiny):
    with pytest.raises(ValueError, match=r"'healthy', 'A1'.*'bed 6'\. Received: 'a1'"):
        clinic.patient("a1")
    with pytest.raises(ValueError, match=r"30,000 training digits. Received: 300, in .*tiny"):
        clinic.patient("A1")
