"""Split the training digits into a training set and a held-out set: the same for the same seed, everywhere."""

import numpy as np

from mnist_lab.data._validation import whole_number


def split(count: int, holdout: int, seed: int, writers: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return which of `count` digits to train on and which `holdout` of them to hold out, both in ascending order.

    With `writers`, `[count]`, who wrote each digit, whole writers are held out, as many as reach `holdout`. The same
    seed gives the same split. ValueError if a number is out of range, or no digit would be left to train on.
    """
    holdout = whole_number("holdout", holdout, 1, count - 1)
    seed = whole_number("split_seed", seed, 0, 2**32 - 1)
    random = np.random.RandomState(seed)  # frozen by NumPy; default_rng may change between versions
    held_out = np.zeros(count, bool)
    if writers is None:
        held_out[random.permutation(count)[:holdout]] = True
    else:
        names, digits_written = np.unique(writers, return_counts=True)
        order = random.permutation(len(names))
        writers_needed = 1 + np.searchsorted(np.cumsum(digits_written[order]), holdout)
        held_out = np.isin(writers, names[order[:writers_needed]])
        if held_out.all():
            raise ValueError(f"holdout must leave a writer to train on. Received: {holdout:,}, which takes them all")
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
