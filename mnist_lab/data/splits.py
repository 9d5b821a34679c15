"""Which of the training digits are held out: the same for the same seed, on every machine and version."""

import numpy as np

from mnist_lab.data._validation import whole_number


def split(
    count: int, holdout: int, split_seed: int, writers: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and the rows held out, both in rising order.

    Args:
        count: how many digits there are.
        holdout: how many to hold out. With writers, whole writers are held out, drawn one by one until they have
            written as many or more.
        split_seed: the same seed gives the same split.
        writers: who wrote each digit, `[count]`.

    Raises:
        ValueError: a number is out of range, or no digit would be left to train on.
    """
    holdout = whole_number("holdout", holdout, 1, count - 1)
    split_seed = whole_number("split_seed", split_seed, 0, 2**32 - 1)
    random = np.random.RandomState(split_seed)  # frozen by NumPy; default_rng may change between versions
    held = np.zeros(count, bool)
    if writers is None:
        held[random.permutation(count)[:holdout]] = True
    else:
        names, written = np.unique(writers, return_counts=True)
        order = random.permutation(len(names))
        enough = 1 + np.searchsorted(np.cumsum(written[order]), holdout)
        held = np.isin(writers, names[order[:enough]])
        if held.all():
            raise ValueError(f"Holding out {holdout:,} digits would take every writer. Hold out fewer.")
    return np.flatnonzero(~held), np.flatnonzero(held)
