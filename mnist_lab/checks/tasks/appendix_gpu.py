"""The task that goes with the appendix on GPUs: an epoch in one call."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mnist_lab.checks.evidence import NotYet, shown
from mnist_lab.checks.task import call, task

_BATCH, _SPARE, _CLASSES = 3, 12, 10
_FEW, _MANY = 5, 30  # steps
_EPOCH = 429  # steps of 128 digits, with 5,000 held out
# So many calls of Python functions for each step mean that Python is asked, or traces a copy: 160 and 5,400 were seen.
# Without either, TensorFlow's look through the graphs that it has adds up to 300 in all.
_ASKED, _TRACED = 50, 1_000


class _Epoch(NamedTuple):
    """What an epoch did to a network in which each image has weights of its own."""

    moved: npt.NDArray[np.float64]  # [images]: how far each image's weights moved; 1 where it was used once
    rows: npt.NDArray[np.int64]  # [steps, batch]: the images that were to be used
    iterations: int  # steps that the optimizer counted
    calls: tuple[int, int]  # of Python functions, by the first epoch, which traces, and by the second


@task(
    "10.4",
    "Epoch in one call",
    "your epoch takes each row once, in as many steps as there are batches, and asks Python only once",
    """
four images, two steps of two: rows = [[2, 0], [3, 1]]
step 1 gathers images 2 and 0, step 2 gathers images 3 and 1
A Python loop calls TensorFlow twice, and for an epoch of 429 steps 429 times.
`tf.function` runs Python once, to write down a graph. A loop over a tensor, such as `for some in rows`, becomes
a loop of the graph. What came out of `.numpy()` is no tensor, so a graph can't loop over it.""",
)
def epoch_in_one_call(train_epoch: Any) -> None:
    """Judge a function of a compiled model, images as bytes `[n, pixels]`, classes `[n]` and rows `[steps, batch]`."""
    if not callable(train_epoch):
        raise NotYet(f"Found {shown(train_epoch)}, expected a function. Hand in its name, without parentheses.")
    _, few, many = (_epoch(train_epoch, steps) for steps in (_FEW, _FEW, _MANY))  # the very first one also imports
    for epoch in (few, many):
        _check_rows(epoch)
    traced, asked = (
        after - before > calls * (_MANY - _FEW)
        for before, after, calls in zip(few.calls, many.calls, (_TRACED, _ASKED), strict=True)
    )
    if asked:
        how = f"Python is asked {_MANY} times for {_MANY} steps, and {_EPOCH} times in an epoch of lesson 10"
        raise NotYet(f"All rows are used once. But {how}. Put the loop inside the tf.function.")
    if traced:
        how = "Loop over the tensor, or over tf.range"
        raise NotYet(f"All rows are used once. But the graph holds {_MANY} copies of a step, one for each row. {how}.")


def _epoch(train_epoch: Callable[..., Any], steps: int) -> _Epoch:
    """Train a network for two epochs of `steps` steps, the second time from the same weights; judge the first."""
    import keras
    import tensorflow as tf

    count, rng = steps * _BATCH + _SPARE, np.random.default_rng(steps)
    images, classes = 255 * np.eye(count, dtype=np.uint8), rng.integers(0, _CLASSES, count)
    rows = rng.permutation(count)[: steps * _BATCH].reshape(steps, _BATCH)
    layer = keras.layers.Dense(_CLASSES, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((count,)), layer])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    model.optimizer.build(model.trainable_variables)
    given = tf.constant(images), tf.constant(classes, tf.int32), tf.constant(rows, tf.int32)
    calls = [_calls_of(lambda: call(lambda: train_epoch(model, *given)))]
    iterations, kernel = int(model.optimizer.iterations), np.asarray(layer.kernel)
    layer.kernel.assign(np.zeros_like(kernel))
    calls.append(_calls_of(lambda: call(lambda: train_epoch(model, *given))))
    once = (np.eye(_CLASSES)[classes] - 1 / _CLASSES) / _BATCH  # the gradient's way down from equal logits
    moved = np.sum(kernel * once, axis=1) / np.sum(once**2, axis=1)
    return _Epoch(moved, rows, iterations, (calls[0], calls[1]))


def _calls_of(function: Callable[[], object]) -> int:
    """Return how many Python functions are called while this one runs."""
    count, before, collected = 0, sys.getprofile(), gc.isenabled()

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    gc.disable()  # what it finalizes would count, too
    sys.setprofile(counted)
    try:
        function()
    finally:
        sys.setprofile(before)
        if collected:
            gc.enable()
    return count


def _check_rows(epoch: _Epoch) -> None:
    moved, rows, steps = epoch.moved, epoch.rows, len(epoch.rows)
    case = f"Called with {steps} rows of {_BATCH}, it took {epoch.iterations} steps"
    used = np.flatnonzero(np.abs(moved) > 0.01)
    if not len(used):
        raise NotYet(f"{case}, and no weight moved. Each step applies the gradient to the model's variables.")
    if not epoch.iterations:
        raise NotYet(f"{case}, though weights moved. Let `model.optimizer` move them: it counts, and may be Adam.")
    if steps > 1 and len(used) <= _BATCH:
        raise NotYet(f"{case}, all with the same {len(used)} images: one batch, many times. Gather each row's own.")
    if strangers := len(set(used) - set(rows.ravel())):
        raise NotYet(f"{case}, and used {strangers} images that no row names. The rows say which, and in what order.")
    if missing := rows.size - len(used):
        raise NotYet(f"{case}, and left out {missing} of the {rows.size} images that the rows name.")
    if epoch.iterations != steps:
        raise NotYet(f"{case}, expected one for each row: {steps}.")
    far = moved[rows.ravel()]
    if np.abs(far - 1).max() < 0.05:
        return
    found = f"{case}, but an image moves its weights {np.median(far):.3g} times as far as one that's used once"
    for scale, hint in (
        (255.0, "The bytes go up to 255. Divide them by 255"),
        (float(_BATCH), "You add up the losses of a batch. Take their mean"),
        (-1.0, "It moves uphill: the optimizer subtracts the gradient by itself"),
    ):
        if np.abs(far / scale - 1).max() < 0.05:
            raise NotYet(f"{found}. {hint}.")
    raise NotYet(f"{found}. Use each image once, with the mean loss of a batch, from logits.")


TASKS = (epoch_in_one_call,)
