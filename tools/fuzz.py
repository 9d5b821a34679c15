"""Fuzz what takes files and drawings, led by coverage: `python -m tools.fuzz images|labels|drawing SECONDS`.

It starts from the corpus in tests/corpus. Input that fails is written into the current folder, `crash-…`.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import atheris
import numpy as np

from tools.project import ROOT

with atheris.instrument_imports(
    include=["mnist_lab.data.idx", "mnist_lab.data.gzipped", "mnist_lab.handwriting.preprocess"]
):
    from mnist_lab.data import gzipped, idx  # noqa: F401
    from mnist_lab.handwriting import preprocess  # noqa: F401

from tests.fuzzing import prepares_or_refuses, reads_right_or_refuses

MOST_BYTES, READ_SECONDS = 8_000, 20
TYPES = (np.uint8, np.int16, np.int64, np.float16, np.float32, np.float64, np.bool_)


def read(kind: str, path: Path):
    """Return a target that takes its bytes for a file."""
    return lambda data: reads_right_or_refuses(path, data, kind)


def prepare(data: bytes) -> None:
    """Take the bytes for an array: its type, its shape, then its numbers, over and over."""
    source = atheris.FuzzedDataProvider(data)
    kind = np.dtype(source.PickValueInList(list(TYPES)))
    shape = [source.ConsumeIntInRange(0, 40) for _ in range(source.ConsumeIntInRange(1, 3))]
    pattern = np.frombuffer(source.ConsumeBytes(MOST_BYTES) or b"\0", np.uint8)
    numbers = np.resize(pattern, int(np.prod(shape)) * kind.itemsize)
    if kind == np.bool_:
        numbers = numbers & 1
    prepares_or_refuses(numbers.view(kind).reshape(shape))


def main() -> None:
    """Run until the time is up."""
    target, seconds = sys.argv[1:]
    if target == "drawing":
        warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        targets = {kind: read(kind, Path(folder, "file")) for kind in ("images", "labels")} | {"drawing": prepare}
        found = Path(folder, "found")
        found.mkdir()
        known = ROOT / "tests" / "corpus" / ("drawing" if target == "drawing" else "idx")
        limits = [
            f"-max_total_time={seconds}",
            f"-max_len={MOST_BYTES}",
            f"-timeout={READ_SECONDS}",
            "-rss_limit_mb=4096",
            "-len_control=0",
            "-error_exitcode=1",
        ]
        atheris.Setup([sys.argv[0], *limits, str(found), str(known)], targets[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
