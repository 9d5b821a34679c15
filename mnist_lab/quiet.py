"""Keep TensorFlow's start-up log out of a notebook."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Drop what compiled code writes to standard error while the block runs; Python's own errors still show.

    TensorFlow reports on the processor before its log level is read, so no variable silences it.

    Example:
        >>> with quiet_imports():
        ...     import tensorflow as tf
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
