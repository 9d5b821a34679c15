import functools
import io
import re
from types import SimpleNamespace

import keras
import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from mnist_lab.plots import plot_training
from mnist_lab.plots.plot_training import PlotTraining
from mnist_lab.plots.training_figure import MAX_POINTS, TrainingFigure, _downsample

STEPS, BATCH = 23, 8


class Notebook:
    """The parts of a notebook's shell that PlotTraining uses; records what was shown and the registered hooks."""

    def __init__(self):
        self.kernel, self.events, self.hooks = object(), self, []
        self.pictures, self.headlines, self.displays = [], [], 0

    def register(self, event, hook):
        assert event == "post_run_cell"
        self.hooks.append(hook)

    def unregister(self, event, hook):
        self.hooks.remove(hook)

    def display(self, data, *, display_id, **arguments):
        self.displays += 1
        self.update(data, **arguments)
        return self

    def update(self, data, *, raw, metadata):
        assert data["text/plain"] == "<training curves>"
        self.pictures.append(data["image/png"])
        self.headlines.append(metadata["mnist_lab"]["headline"])


@pytest.fixture
def notebook(monkeypatch):
    shell = Notebook()
    monkeypatch.setattr(plot_training, "_notebook_shell", lambda: shell)
    monkeypatch.setattr("IPython.display.display", shell.display)
    return shell


@pytest.fixture(scope="module")
def batches():
    rng = np.random.default_rng(0)
    images = rng.random((STEPS * BATCH, 784), np.float32)
    labels = keras.utils.to_categorical(rng.integers(0, 10, STEPS * BATCH), 10)
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(BATCH)


@functools.cache
def compiled(metric, steps_per_execution):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    optimizer = keras.optimizers.SGD(0.05)
    model.compile(optimizer, "categorical_crossentropy", metrics=[metric], steps_per_execution=steps_per_execution)
    return model


def network(metric="accuracy", steps_per_execution=1):
    """Return a network that starts at zero; it is compiled once."""
    model = compiled(metric, steps_per_execution)
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    return model


def train(callback, batches, model=None, *others, **arguments):
    arguments = {"epochs": 2, "validation_data": batches, "verbose": 0, "shuffle": False, **arguments}
    return (model or network()).fit(batches, callbacks=[callback, *others], **arguments)


def simulate(callback, logs, epochs=2, steps=None, batches=0):
    """Call the callback as `fit` does, with given logs after each epoch and each of its batches."""
    callbacks = keras.callbacks.CallbackList([callback], epochs=epochs, steps=steps)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for batch in range(batches):
            callbacks.on_train_batch_begin(batch)
            callbacks.on_train_batch_end(batch, logs(epoch))
        callbacks.on_epoch_end(epoch, logs(epoch))
    callbacks.on_train_end()


def batch_losses(batches):
    """Return the loss of every batch of two epochs, each measured on its own."""
    model = network()
    losses = []
    for images, labels in batches.repeat(2):
        model.reset_metrics()
        losses.append(model.train_on_batch(images, labels)[0])
    return np.split(np.array(losses), 2)


@pytest.mark.parametrize(
    ("sample_rate", "steps_per_execution", "ends"),
    [(1, 1, range(1, STEPS + 1)), (5, 1, [5, 10, 15, 20]), (100, 1, [STEPS]), (3, 5, [5, 10, 15, 20, STEPS])],
)
def test_a_point_is_the_mean_over_the_last_batches_not_over_the_epoch(batches, sample_rate, steps_per_execution, ends):
    callback = PlotTraining(sample_rate)
    train(callback, batches, network(steps_per_execution=steps_per_execution))
    expected = [np.mean(part) for losses in batch_losses(batches) for part in np.split(losses, ends)[:-1]]
    training = callback.history["training"]
    np.testing.assert_allclose(training["loss"], expected, atol=2e-4)
    np.testing.assert_allclose(training["epoch"], [epoch + end / STEPS for epoch in (0, 1) for end in ends])


def test_validation_has_one_point_per_epoch_equal_to_keras_history_in_each_training_run(batches):
    callback = PlotTraining()
    for epochs in (3, 1):
        history = train(callback, batches, epochs=epochs).history
        expected = {"loss": history["val_loss"], "accuracy": history["val_accuracy"]}
        assert callback.history["validation"] == {"epoch": list(range(1, epochs + 1)), **expected}


def test_an_unknown_number_of_steps_is_counted_in_the_first_epoch(batches, notebook):
    callback = PlotTraining(sample_rate=10)
    train(callback, batches.filter(lambda images, labels: True))
    np.testing.assert_allclose(callback.history["training"]["epoch"], [10 / 23, 20 / 23, 33 / 23, 43 / 23])


@pytest.mark.parametrize(("steps", "metric"), [(None, "accuracy"), (STEPS, "acc"), (STEPS, "categorical_accuracy")])
def test_an_epoch_without_reported_batches_is_one_point(notebook, steps, metric):
    callback = PlotTraining()
    validation = {"val_loss": 0.6, "val_" + metric: 0.8}
    simulate(callback, lambda epoch: {"loss": 0.5, metric: [0.6, 0.7][epoch], **validation}, steps=steps)
    assert callback.history["training"] == {"epoch": [1, 2], "loss": [0.5, 0.5], "accuracy": [0.6, 0.7]}
    assert notebook.headlines[-1] == "epoch 2/2  validation accuracy 0.8000"


def test_one_figure_is_updated_with_the_newest_accuracy_of_each_epoch(batches, notebook):
    callback = PlotTraining(sample_rate=STEPS)
    train(callback, batches, epochs=3, validation_freq=2)
    assert callback.history["validation"]["epoch"] == [2]
    first, _, third = (f"accuracy {accuracy:.4f}" for accuracy in callback.history["training"]["accuracy"])
    second = f"validation accuracy {callback.history['validation']['accuracy'][0]:.4f}"
    last_of_epoch = dict(line.split("  ") for line in notebook.headlines if "accuracy" in line)
    assert last_of_epoch == {"epoch 1/3": first, "epoch 2/3": second, "epoch 3/3": third}
    assert notebook.displays == 1 < len(notebook.pictures)
    assert notebook.hooks == []


def test_a_terminal_gets_a_line_per_epoch_with_the_validation_only_where_there_was_one(batches, capsys):
    train(PlotTraining(), batches, epochs=3, validation_freq=2)
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub(r"\d+\.\d+", "#", line) for line in lines] == [
        "epoch 1/3  loss #  accuracy #",
        "epoch 2/3  loss #  accuracy #  validation loss #  validation accuracy #",
        "epoch 3/3  loss #  accuracy #",
    ]


@pytest.mark.parametrize("in_notebook", [True, False])
def test_after_an_early_stop_the_axis_ends_where_training_did(batches, request, in_notebook):
    if in_notebook:
        request.getfixturevalue("notebook")
    stop = keras.callbacks.EarlyStopping("loss", mode="max", patience=2)
    callback = PlotTraining()
    train(callback, batches, None, stop, epochs=99, validation_data=None)
    for figure in filter(None, (callback._new_figure(), callback._figure)):
        assert [ax.get_xlim() for ax in figure._axes.values()] == [(0, pytest.approx(3.03))] * 2


def test_the_error_for_a_model_without_accuracy_says_what_to_do(batches):
    with pytest.raises(ValueError, match=r'metrics=\["accuracy"\].*Received: .*loss'):
        train(PlotTraining(), batches, network("mse"))


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [("sample_rate", [0, 2.5], "whole number"), ("zoom", [0, -2, "big", float("nan")], "number")],
)
def test_arguments_that_are_not_positive_numbers_are_refused(name, values, kind):
    for value in values:
        with pytest.raises(ValueError, match=rf"{name} must be a positive {kind}. Received"):
            PlotTraining(**{name: value})


def test_the_figure_can_be_saved(batches, tmp_path):
    callback = PlotTraining()
    train(callback, batches)
    callback.save(tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (864, 326)
        assert np.array_equal(np.asarray(image), pixels(callback._new_figure(), callback.history))


def test_the_curves_are_drawn_one_last_time_on_interrupt(batches, notebook):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 20:
                raise KeyboardInterrupt

    callback = PlotTraining()
    callback._may_draw = lambda: False
    with pytest.raises(KeyboardInterrupt):
        train(callback, batches, None, Interrupt())
    before = notebook.pictures[-1]
    notebook.hooks[0]("the cell's result")
    assert notebook.hooks == []
    assert len(callback.history["training"]["loss"]) == 2
    assert notebook.pictures[-1] != before


@pytest.mark.parametrize(("batch_seconds", "draw_seconds"), [(0.0007, 0.04), (0.02, 0.015)])
def test_drawing_stays_within_its_time_budget(notebook, monkeypatch, batch_seconds, draw_seconds):
    """On a simulated clock, each batch and each draw takes a given time."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(plot_training, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    drawn_at = []

    def draw(self, history):
        clock.now += draw_seconds
        drawn_at.append(clock.now)
        return b"png"

    class Working(PlotTraining):
        def on_train_batch_begin(self, batch, logs=None):
            clock.now += batch_seconds

    monkeypatch.setattr(TrainingFigure, "draw", draw)
    simulate(Working(sample_rate=1), lambda epoch: {"loss": 1.0, "accuracy": 0.5}, 80, STEPS, STEPS)
    assert len(drawn_at) * draw_seconds <= 0.25 + 0.006 * clock.now
    assert len(drawn_at) >= 5
    assert 2 <= sum(time < clock.now / 2 for time in drawn_at) <= len(drawn_at) - 2
    assert drawn_at[-1] == clock.now


def test_a_curve_has_at_most_a_thousand_points_which_are_means():
    values = list(np.random.default_rng(0).random(12_345))
    points = _downsample(values)
    assert MAX_POINTS / 2 < len(points) <= MAX_POINTS
    np.testing.assert_allclose(points[0], np.mean(values[:13]))
    np.testing.assert_array_equal(_downsample(values[:MAX_POINTS]), values[:MAX_POINTS])


def test_training_for_zero_epochs_shows_an_empty_figure(notebook):
    callback = PlotTraining()
    simulate(callback, {}.get, epochs=0)
    assert notebook.pictures
    assert callback.history["training"] == {"epoch": [], "loss": [], "accuracy": []}


@pytest.mark.parametrize(("zoom", "loss", "accuracy"), [(1, 2.5, 0), (4, 0.625, 0.75)])
def test_zoom_divides_both_vertical_ranges_and_the_legend_names_the_sample_rate(zoom, loss, accuracy, notebook):
    callback = PlotTraining(sample_rate=7, zoom=zoom)
    simulate(callback, lambda epoch: {"loss": 1.0, "accuracy": 0.5})
    axes = callback._figure._axes
    assert {name: ax.get_ylim() for name, ax in axes.items()} == {"loss": (0, loss), "accuracy": (accuracy, 1)}
    assert axes["loss"].get_legend_handles_labels()[1] == ["training, last 7 batches", "validation"]
    assert notebook.headlines[-1] == "epoch 2/2  accuracy 0.5000"


def history_of(training_loss, validation_loss=1.0):
    curve = {"epoch": [0.5, 1.0], "loss": [training_loss] * 2, "accuracy": [0.5, 0.6]}
    return {"training": curve, "validation": {"epoch": [1.0], "loss": [validation_loss], "accuracy": [0.55]}}


def pixels(figure, history):
    return np.asarray(Image.open(io.BytesIO(figure.draw(history))))


def test_a_curve_off_the_chart_is_reported_in_words():
    figure = TrainingFigure(2, "training", 1)
    figure.draw(history_of(1.0))
    assert figure._notes["loss"].get_text() == "validation 1.0000"
    figure.draw(history_of(14.2, float("nan")))
    reports = ["validation nan", "training 14.2 is off the chart", "validation nan is off the chart"]
    assert figure._notes["loss"].get_text().splitlines() == reports


@pytest.mark.parametrize(
    ("loss", "marked"),
    [
        ("categorical_crossentropy", True),
        (keras.losses.sparse_categorical_crossentropy, True),
        (keras.losses.CategoricalCrossentropy(from_logits=True), True),
        ("mean_squared_error", False),
        (None, False),
    ],
)
def test_the_price_of_guessing_is_marked_for_a_cross_entropy_only(loss, marked):
    callback = PlotTraining(sample_rate=1, zoom=1)
    callback.set_model(SimpleNamespace(loss=loss))
    callback._last_epoch = 1
    texts = [text.get_text() for text in callback._new_figure()._axes["loss"].texts]
    assert ("ln 10: guessing" in texts) == marked


def test_an_accuracy_of_1_is_on_the_chart_even_if_rounding_lifts_it_above():
    figure, history = TrainingFigure(2, "training", 1), history_of(1.0)
    history["training"]["accuracy"][-1] = 1 + 1e-5
    figure.draw(history)
    assert figure._notes["accuracy"].get_text() == "validation 0.5500"


def test_a_redraw_replaces_the_curves_and_leaves_the_users_settings_alone():
    before = dict(mpl.rcParams)
    figure = TrainingFigure(2, "training", 1)
    first, other, again = (pixels(figure, history_of(loss)) for loss in (1.0, 2.0, 1.0))
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(first, again)
    assert dict(mpl.rcParams) == before
