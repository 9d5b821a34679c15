import io
from types import SimpleNamespace

import keras
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

    def __init__(self, monkeypatch):
        self.hooks, self.events, self.kernel = [], self, object()
        self.shown, self.updates = [], 0
        monkeypatch.setattr(plot_training, "_notebook_shell", lambda: self)
        monkeypatch.setattr("IPython.display.display", self.display)

    def register(self, event, hook):
        assert event == "post_run_cell"
        self.hooks.append(hook)

    def unregister(self, event, hook):
        self.hooks.remove(hook)

    def display(self, data, *, raw, metadata, display_id=False):
        self.shown.append((data, metadata))
        return self

    def update(self, data, **arguments):
        self.updates += 1
        self.shown.append((data, arguments["metadata"]))


@pytest.fixture
def notebook(monkeypatch):
    return Notebook(monkeypatch)


@pytest.fixture(scope="module")
def batches():
    rng = np.random.default_rng(0)
    images = rng.random((STEPS * BATCH, 784), np.float32)
    labels = keras.utils.to_categorical(rng.integers(0, 10, STEPS * BATCH), 10)
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(BATCH)


def network(steps_per_execution=1, metrics=("accuracy",), learning_rate=0.05):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    optimizer = keras.optimizers.SGD(learning_rate)
    model.compile(optimizer, "categorical_crossentropy", metrics=list(metrics), steps_per_execution=steps_per_execution)
    return model


def train(callback, batches, model=None, **arguments):
    model = model or network()
    arguments = {"epochs": 2, "validation_data": batches, "verbose": 0, "shuffle": False, **arguments}
    return model.fit(batches, callbacks=[callback], **arguments)


def batch_losses(batches, epochs):
    """Return the loss of every batch, from a loop that does not use Keras' running means."""
    model = network()
    losses = []
    for _ in range(epochs):
        for images, labels in batches:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model(images)))
            gradients = tape.gradient(loss, model.trainable_variables)
            model.optimizer.apply(gradients, model.trainable_variables)
            losses.append(float(loss))
    return np.array(losses).reshape(epochs, -1)


@pytest.mark.parametrize("sample_rate", [1, 5])
def test_a_point_is_the_mean_over_the_last_batches_not_over_the_epoch(batches, sample_rate):
    callback = PlotTraining(sample_rate)
    train(callback, batches)
    losses = batch_losses(batches, 2)
    sampled = STEPS // sample_rate * sample_rate
    expected = losses[:, :sampled].reshape(-1, sample_rate).mean(axis=1)
    np.testing.assert_allclose(callback.history["training"]["loss"], expected, atol=2e-4)


def test_with_steps_per_execution_a_point_covers_more_batches(batches):
    callback = PlotTraining(sample_rate=3)
    train(callback, batches, network(steps_per_execution=5), epochs=1)
    losses = batch_losses(batches, 1)[0]
    expected = [losses[start : start + 5].mean() for start in range(0, STEPS, 5)]
    training = callback.history["training"]
    np.testing.assert_allclose(training["epoch"], np.minimum(np.arange(5, 30, 5), STEPS) / STEPS)
    np.testing.assert_allclose(training["loss"], expected, atol=2e-4)


def test_validation_has_one_point_per_epoch_equal_to_keras_history(batches):
    callback = PlotTraining()
    history = train(callback, batches, epochs=3).history
    assert callback.history["validation"]["epoch"] == [1, 2, 3]
    assert callback.history["validation"]["loss"] == history["val_loss"]
    assert callback.history["validation"]["accuracy"] == history["val_accuracy"]


def test_an_epoch_shorter_than_a_sample_still_has_a_point(batches):
    callback = PlotTraining(sample_rate=100)
    history = train(callback, batches).history
    assert callback.history["training"]["epoch"] == [1, 2]
    np.testing.assert_allclose(callback.history["training"]["loss"], history["loss"], atol=1e-5)


def test_an_unknown_number_of_steps_is_counted_in_the_first_epoch(batches, notebook):
    unknown = batches.filter(lambda images, labels: True)
    assert unknown.cardinality() == tf.data.UNKNOWN_CARDINALITY
    callback = PlotTraining(sample_rate=10)
    train(callback, unknown)
    np.testing.assert_allclose(callback.history["training"]["epoch"], [10 / 23, 20 / 23, 33 / 23, 43 / 23])


@pytest.mark.parametrize("metric", ["acc", "categorical_accuracy"])
def test_other_names_of_accuracy_are_recognized(batches, metric):
    callback = PlotTraining()
    train(callback, batches, network(metrics=[metric]))
    assert len(callback.history["validation"]["accuracy"]) == 2


def test_without_validation_only_training_is_drawn(batches, notebook):
    callback = PlotTraining()
    train(callback, batches, validation_data=None)
    assert callback.history["validation"]["loss"] == []
    assert len(callback.history["training"]["loss"]) == 4


def test_between_two_validations_the_newest_training_accuracy_is_shown(batches, notebook):
    callback = PlotTraining()
    train(callback, batches, epochs=3, validation_freq=2)
    assert callback.history["validation"]["epoch"] == [2]
    shown = {}
    for _, metadata in notebook.shown:
        epoch, *accuracy = metadata["mnist_lab"]["headline"].split("  ")
        shown[epoch] = accuracy
    accuracies = callback.history["training"]["accuracy"]
    assert shown == {
        "epoch 1/3": [f"training accuracy {accuracies[1]:.4f}"],
        "epoch 2/3": [f"accuracy {callback.history['validation']['accuracy'][0]:.4f}"],
        "epoch 3/3": [f"training accuracy {accuracies[5]:.4f}"],
    }


def test_a_terminal_gets_the_validation_only_of_the_epochs_that_had_one(batches, capsys, monkeypatch):
    monkeypatch.setattr(plot_training, "_notebook_shell", lambda: None)
    train(PlotTraining(), batches, epochs=3, validation_freq=2)
    assert ["validation" in line for line in capsys.readouterr().out.splitlines()] == [False, True, False]


@pytest.mark.parametrize("shell", ["notebook", "terminal"])
def test_after_an_early_stop_the_axis_ends_where_training_did(batches, notebook, monkeypatch, shell):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    if shell == "terminal":
        monkeypatch.setattr(plot_training, "_notebook_shell", lambda: None)
    callback = PlotTraining()
    network().fit(batches, epochs=99, verbose=0, shuffle=False, callbacks=[callback, Stop()])
    figures = [callback._new_figure(), *([callback._figure] if shell == "notebook" else [])]
    for figure in figures:
        assert [ax.get_xlim() for ax in figure._axes.values()] == [(0, pytest.approx(3.03))] * 2


@pytest.mark.parametrize("steps", [None, STEPS])
def test_an_epoch_without_reported_batches_is_one_point(notebook, steps):
    callback = PlotTraining()
    callbacks = keras.callbacks.CallbackList([callback], epochs=2, steps=steps)
    callbacks.on_train_begin()
    for epoch, loss in enumerate((0.5, 0.3)):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {"loss": loss, "accuracy": 1 - loss, "val_loss": 0.6, "val_accuracy": 0.8})
    callbacks.on_train_end()
    assert callback.history["training"] == {"epoch": [1, 2], "loss": [0.5, 0.3], "accuracy": [0.5, 0.7]}
    assert notebook.shown[-1][1]["mnist_lab"]["headline"] == "epoch 2/2  accuracy 0.8000"


def test_the_error_for_a_model_without_accuracy_says_what_to_do(batches):
    with pytest.raises(ValueError, match=r'metrics=\["accuracy"\].*Received: .*loss'):
        train(PlotTraining(), batches, network(metrics=[]))


@pytest.mark.parametrize("value", [0, -1, 2.5, "10"])
def test_a_sample_rate_that_is_not_a_positive_whole_number_is_refused(value):
    with pytest.raises(ValueError, match=r"sample_rate must be a positive whole number. Received"):
        PlotTraining(sample_rate=value)


@pytest.mark.parametrize("value", [0, -2, "big", float("nan")])
def test_a_zoom_that_is_not_a_positive_number_is_refused(value):
    with pytest.raises(ValueError, match=r"zoom must be a positive number. Received"):
        PlotTraining(zoom=value)


def test_a_terminal_gets_one_line_per_epoch(batches, capsys, monkeypatch):
    monkeypatch.setattr(plot_training, "_notebook_shell", lambda: None)
    train(PlotTraining(), batches, epochs=3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all("validation accuracy 0." in line for line in lines)


def test_the_figure_can_be_saved(batches, tmp_path):
    callback = PlotTraining()
    train(callback, batches)
    callback.save(tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (864, 326)
        empty = {which: {"epoch": [], "loss": [], "accuracy": []} for which in ("training", "validation")}
        assert not np.array_equal(np.asarray(image), pixels(callback._new_figure(), empty))


def test_the_figure_follows_sample_rate_and_zoom(batches):
    callback = PlotTraining(sample_rate=7, zoom=4)
    train(callback, batches)
    loss = callback._new_figure()._axes["loss"]
    assert loss.get_ylim() == (0, 0.625)
    assert loss.get_legend_handles_labels()[1] == ["training, last 7 batches", "validation"]


def test_one_figure_is_updated_in_place_with_a_headline_for_every_epoch(batches, notebook):
    train(PlotTraining(), batches, epochs=3)
    headlines = [metadata["mnist_lab"]["headline"] for _, metadata in notebook.shown]
    assert {line.split("  ")[0] for line in headlines} >= {"epoch 1/3", "epoch 2/3", "epoch 3/3"}
    assert all(set(data) == {"image/png", "text/plain"} for data, _ in notebook.shown)
    assert len({data["text/plain"] for data, _ in notebook.shown}) == 1
    assert notebook.updates == len(notebook.shown) - 1 > 0
    assert notebook.hooks == []


def test_the_curves_are_drawn_one_last_time_on_interrupt(batches, notebook):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 20:
                raise KeyboardInterrupt

    callback = PlotTraining()
    callback._may_draw = lambda: False
    with pytest.raises(KeyboardInterrupt):
        network().fit(batches, epochs=5, verbose=0, shuffle=False, callbacks=[callback, Interrupt()])
    before = notebook.shown[-1][0]["image/png"]
    (hook,) = notebook.hooks
    hook("the cell's result")
    assert notebook.hooks == []
    assert len(callback.history["training"]["loss"]) == 2
    assert notebook.shown[-1][0]["image/png"] != before


@pytest.mark.parametrize(("batch_seconds", "draw_seconds"), [(0.0007, 0.04), (0.02, 0.015)])
def test_drawing_stays_within_its_time_budget(batches, notebook, monkeypatch, batch_seconds, draw_seconds):
    """On a simulated clock, each batch and each draw takes a given time."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(plot_training, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    drawn_at = []

    def draw(self, history):
        clock.now += draw_seconds
        drawn_at.append(clock.now)
        return b"png"

    class Work(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            clock.now += batch_seconds

    monkeypatch.setattr(TrainingFigure, "draw", draw)
    callback = PlotTraining(sample_rate=1)
    network().fit(batches, epochs=80, verbose=0, shuffle=False, callbacks=[Work(), callback])
    assert len(drawn_at) * draw_seconds <= 0.25 + 0.006 * clock.now
    assert len(drawn_at) >= 5
    halfway = clock.now / 2
    assert min(len([t for t in drawn_at if t < halfway]), len([t for t in drawn_at if t >= halfway])) >= 2
    assert drawn_at[-1] == clock.now


def test_a_second_training_run_starts_with_empty_curves(batches):
    callback = PlotTraining()
    train(callback, batches, epochs=2)
    train(callback, batches, epochs=1)
    assert callback.history["validation"]["epoch"] == [1]


def test_a_curve_has_at_most_a_thousand_points_which_are_means():
    values = list(np.random.default_rng(0).random(12_345))
    points = _downsample(values)
    assert MAX_POINTS / 2 < len(points) <= MAX_POINTS
    np.testing.assert_allclose(points[0], np.mean(values[:13]))
    np.testing.assert_array_equal(_downsample(values[:MAX_POINTS]), values[:MAX_POINTS])
    assert len(_downsample([])) == 0


def history_of(training_loss, validation_loss=1.0):
    curve = {"epoch": [0.5, 1.0], "loss": [training_loss] * 2, "accuracy": [0.5, 0.6]}
    return {"training": curve, "validation": {"epoch": [1.0], "loss": [validation_loss], "accuracy": [0.55]}}


def pixels(figure, history):
    return np.asarray(Image.open(io.BytesIO(figure.draw(history))))


def test_training_for_zero_epochs_shows_an_empty_figure(batches, notebook):
    callback = PlotTraining()
    train(callback, batches, epochs=0)
    assert notebook.shown
    assert callback.history["training"] == {"epoch": [], "loss": [], "accuracy": []}


def test_zoom_divides_both_vertical_ranges():
    limits = {}
    for zoom in (1, 4):
        figure = TrainingFigure((0, 2), "training", zoom)
        limits[zoom] = {name: ax.get_ylim() for name, ax in figure._axes.items()}
    assert limits[1] == {"loss": (0, 2.5), "accuracy": (0, 1)}
    assert limits[4] == {"loss": (0, 0.625), "accuracy": (0.75, 1)}


def test_a_curve_off_the_chart_is_reported_in_words():
    figure = TrainingFigure((0, 2), "training", 1)
    figure.draw(history_of(1.0))
    assert figure._notes["loss"].get_text() == "validation 1.0000"
    figure.draw(history_of(14.2, float("nan")))
    assert figure._notes["loss"].get_text().splitlines()[1:] == [
        "training 14.2 is off the chart",
        "validation nan is off the chart",
    ]


def test_a_redraw_replaces_the_curves_drawn_before():
    figure = TrainingFigure((0, 2), "training", 1)
    first = pixels(figure, history_of(1.0))
    other = pixels(figure, history_of(2.0))
    again = pixels(figure, history_of(1.0))
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(first, again)


def test_the_users_matplotlib_settings_are_unchanged():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    TrainingFigure((0, 10), "training", 1)
    assert dict(mpl.rcParams) == before
