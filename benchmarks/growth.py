"""Time and memory of an epoch by number of digits, batch size and cores: `python benchmarks/growth.py`.

It trains lesson 06's network, one epoch on 10,000 digits to warm up, then one that is timed; each case in a separate
process that is restricted to one core or two. For more digits than MNIST has, MNIST's are repeated. Memory is the
process's peak.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from apart import in_a_process
from contenders import recipe
from report import arguments, report

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist

DIGITS, BATCHES, CORES = (10_000, 20_000, 60_000, 240_000), (32, 128, 512), (1, 2)
USUAL_DIGITS, USUAL_BATCH = 60_000, 128
PROCESS_SECONDS = 900
PICTURE = Path(__file__).with_name("growth.png")
MOST_MEGABYTES_A_THOUSAND = 0.784 * 4  # for 1,000 more digits: their pixels as float32


def write_digits(folder, count):
    """Write MNIST's training digits into `folder`, repeated or cut to `count`, with its validation digits."""
    files = find_mnist()
    rows = np.arange(count) % USUAL_DIGITS
    images = idx.read_images(files.train_images).reshape(-1, idx.SIDE, idx.SIDE)[rows]
    idx.write(folder / "train-images-idx3-ubyte", images)
    idx.write(folder / "train-labels-idx1-ubyte", idx.read_labels(files.train_labels)[rows])
    for path in (files.validation_images, files.validation_labels):
        (folder / path.name).symlink_to(path.resolve())


def one_epoch(directory, batch_size):
    """Return the seconds of an epoch, and the peak memory of this process in MB."""
    import mnist_lab as lab

    lab.set_seed(0)
    model = recipe("06_convolutions", "model")["model"]
    training = lab.training_dataset(batch_size, directory=directory)
    model.fit(training.take(10_000 // batch_size), epochs=1, shuffle=False, verbose=0)
    began = time.perf_counter()
    model.fit(training, epochs=1, shuffle=False, verbose=0)
    took = time.perf_counter() - began
    (peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return took, int(peak.split()[1]) / 1e3


def measure(directory, batch_size, cores):
    """Return the result of `one_epoch` in a separate process with that many cores."""
    words = in_a_process(__file__, "--only", directory, batch_size, cores, seconds=PROCESS_SECONDS)
    return [float(number) for number in words[-2:]]


def draw(measured):
    """Draw seconds and megabytes over digits and over batch size, a line for each number of cores."""
    from mnist_lab.plots.style import BLUE, VERMILLION, new_figure, style

    with style():
        figure = new_figure(9, 5.6)
        for column, (values, label) in enumerate(((DIGITS, "digits"), (BATCHES, "batch size"))):
            for row, what in enumerate(("seconds", "megabytes")):
                axes = figure.add_subplot(2, 2, 2 * row + column + 1)
                for cores, color, line in zip(CORES, (BLUE, VERMILLION), ("-", "--"), strict=True):
                    cases = [
                        (value, USUAL_BATCH, cores) if column == 0 else (USUAL_DIGITS, value, cores) for value in values
                    ]
                    axes.plot(values, [measured[case][row] for case in cases], "o", linestyle=line, color=color)
                    axes.lines[-1].set_label(f"{cores} core{'s' * (cores > 1)}")
                highest = max(point for line in axes.lines for point in line.get_ydata())
                axes.set(ylim=(0, 1.1 * highest), ylabel=what, xlabel=label if row else "")
                if column:
                    axes.set_xscale("log")
                axes.set_xticks(values[1 - column :], [f"{value:,}" for value in values[1 - column :]])
                axes.minorticks_off()
                axes.grid(axis="y")
        figure.axes[0].legend()
        figure.tight_layout()
        figure.savefig(PICTURE, dpi=100)


def main():
    parser = arguments(__doc__)
    parser.add_argument(
        "--only", nargs=3, metavar=("DIRECTORY", "BATCH", "CORES"), help="print this case's seconds and MB"
    )
    options = parser.parse_args()
    if options.only:
        directory, batch_size, cores = options.only
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
        print(*one_epoch(directory, int(batch_size)))
        return 0
    cases = [(digits, USUAL_BATCH, cores) for digits in DIGITS for cores in CORES]
    cases += [(USUAL_DIGITS, batch, cores) for batch in BATCHES if batch != USUAL_BATCH for cores in CORES]
    measured = {}
    with tempfile.TemporaryDirectory() as parent:
        for digits in DIGITS:
            folder = Path(parent, str(digits))
            folder.mkdir()
            write_digits(folder, digits)
        for case in cases:
            measured[case] = measure(Path(parent, str(case[0])), *case[1:])
    rows = [
        [f"{digits:,}", str(batch), str(cores), f"{seconds:.1f}", f"{1e6 * seconds / digits:.0f}", f"{memory:.0f}"]
        for (digits, batch, cores), (seconds, memory) in measured.items()
    ]
    few, many = (measured[digits, USUAL_BATCH, max(CORES)] for digits in DIGITS[-2:])
    each = (many[1] - few[1]) / (DIGITS[-1] - DIGITS[-2]) * 1e3
    bound = f"MB for 1,000 digits more: {each:.2f} (at most {MOST_MEGABYTES_A_THOUSAND:.2f})"
    columns = ["digits", "batch size", "cores", "seconds", "µs for a digit", "MB"]
    if options.write:
        draw(measured)
    return report("growth", columns, rows, {bound: each <= MOST_MEGABYTES_A_THOUSAND}, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
