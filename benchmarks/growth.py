"""How time and memory of an epoch grow with digits, batch size and cores: `python benchmarks/growth.py`.

Lesson 06's network, one epoch to warm up on 10,000 digits, then one that is timed; each in a process of its own that is
held to one core or two. More digits than MNIST has are MNIST's repeated. Memory is the process's highest.
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
MOST_MEGABYTES_A_THOUSAND = 0.784 * 4  # of additional digits: what their pixels would take as floating-point numbers


def write_digits(folder, count):
    """Write MNIST's training digits into `folder`, repeated or cut to `count`, beside its validation digits."""
    files = find_mnist()
    rows = np.arange(count) % USUAL_DIGITS
    images = idx.read_images(files.train_images).reshape(-1, idx.SIDE, idx.SIDE)[rows]
    idx.write(folder / "train-images-idx3-ubyte", images)
    idx.write(folder / "train-labels-idx1-ubyte", idx.read_labels(files.train_labels)[rows])
    for path in (files.validation_images, files.validation_labels):
        (folder / path.name).symlink_to(path.resolve())


def one_epoch(directory, batch_size):
    """Return the seconds of an epoch, and the highest memory of this process in MB."""
    import mnist_lab as lab

    lab.set_seed(0)
    model = recipe("06_convolutions", "model")["model"]
    training = lab.training_dataset(batch_size, directory=directory)
    model.fit(training.take(10_000 // batch_size), epochs=1, shuffle=False, verbose=0)
    began = time.perf_counter()
    model.fit(training, epochs=1, shuffle=False, verbose=0)
    took = time.perf_counter() - began
    (highest,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return took, int(highest.split()[1]) / 1e3


def measure(directory, batch_size, cores):
    """Return what `one_epoch` finds in a process of its own, which may use so many cores."""
    words = in_a_process(__file__, "--only", directory, batch_size, cores, seconds=PROCESS_SECONDS)
    return [float(number) for number in words[-2:]]


def draw(measured):
    """Draw seconds and megabytes over digits and over batch size, a line for each number of cores."""
    from mnist_lab.plots.style import BLUE, VERMILLION, new_figure, style

    with style():
        figure = new_figure(9, 5.6)
        for column, (values, place, label) in enumerate(((DIGITS, 0, "digits"), (BATCHES, 1, "batch size"))):
            for row, what in enumerate(("seconds", "megabytes")):
                axes = figure.add_subplot(2, 2, 2 * row + column + 1)
                for cores, color, line in zip(CORES, (BLUE, VERMILLION), ("-", "--"), strict=True):
                    cases = [
                        (value, USUAL_BATCH, cores) if place == 0 else (USUAL_DIGITS, value, cores) for value in values
                    ]
                    axes.plot(values, [measured[case][row] for case in cases], "o", linestyle=line, color=color)
                    axes.lines[-1].set_label(f"{cores} core{'s' * (cores > 1)}")
                highest = max(point for line in axes.lines for point in line.get_ydata())
                axes.set(ylim=(0, 1.1 * highest), ylabel=what, xlabel=label if row else "")
                if place:
                    axes.set_xscale("log")
                axes.set_xticks(values[1 - place :], [f"{value:,}" for value in values[1 - place :]])
                axes.minorticks_off()
                axes.grid(axis="y")
        figure.axes[0].legend()
        figure.tight_layout()
        figure.savefig(PICTURE, dpi=100)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs=3, metavar=("DIRECTORY", "BATCH", "CORES"), help="print seconds and MB")
    options = parser.parse_args()
    if options.only:
        directory, batch_size, cores = options.only
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
        print(*one_epoch(directory, int(batch_size)))
        return 0
    cases = [(digits, USUAL_BATCH, cores) for digits in DIGITS for cores in CORES]
    cases += [(USUAL_DIGITS, batch, cores) for batch in BATCHES if batch != USUAL_BATCH for cores in CORES]
    measured = {}
    with tempfile.TemporaryDirectory() as place:
        for digits in DIGITS:
            folder = Path(place, str(digits))
            folder.mkdir()
            write_digits(folder, digits)
        for case in cases:
            measured[case] = measure(Path(place, str(case[0])), *case[1:])
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
