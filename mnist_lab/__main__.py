"""The `mnist-lab` command: its parser, and one function for each subcommand."""

import argparse
import re
import sys
from pathlib import Path

from mnist_lab.trainer.settings import add_flags, from_flags


def main(arguments: list[str] | None = None) -> int:
    """Run the command with the given arguments (default: the command line's) and return its exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.command(chosen)
    except ImportError as error:
        print(f"{error}. `mnist-lab doctor` lists what is missing or broken, and what to do.", file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except ValueError as error:
        from mnist_lab.data.idx import MnistFileError

        if not isinstance(error, MnistFileError):
            raise
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mnist-lab",
        description="Learn neural networks on handwritten digits: run the notebooks, check them, train a network.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="show what works on this machine, and which digits the lessons use")
    doctor.set_defaults(command=_doctor)

    download = commands.add_parser("download", help="download MNIST's four files")
    download.add_argument("directory", nargs="?", metavar="DIR", help="where to (default: data/ or the user's cache)")
    download.set_defaults(command=_download)

    run = commands.add_parser("run", help="execute notebooks without a browser and check them")
    run.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help="file, folder or pattern")
    destination = run.add_mutually_exclusive_group()
    destination.add_argument(
        "--output-dir",
        type=Path,
        default="executed",
        metavar="DIR",
        help="folder for the executed notebooks (default: %(default)s)",
    )
    destination.add_argument(
        "--in-place", action="store_true", help="replace the outputs in the notebooks themselves, and format them"
    )
    run.set_defaults(command=_run)

    grade = commands.add_parser(
        "grade",
        help="run learners' copies of the exercises and show what their checks found",
        epilog="Ctrl-C ends the run; the notebooks done by then are in the table and in the CSV file. Output of a "
        "notebook beyond 5 MB is dropped.",
    )
    grade.add_argument(
        "notebooks",
        nargs="+",
        type=Path,
        metavar="NOTEBOOK",
        help="a learner's copy, a folder of copies, or a pattern; the code in them is executed",
    )
    grade.add_argument(
        "--timeout",
        type=_seconds,
        default=1800,
        metavar="SECONDS",
        help="time limit of each notebook (default: %(default)s)",
    )
    grade.add_argument("--csv", metavar="FILE", help="also write the table to this file, row by row")
    grade.set_defaults(command=_grade)

    measure = commands.add_parser(
        "measure", help="train lessons with several seeds and store their accuracies (maintainers)"
    )
    measure.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="file, folder or pattern (default: all lessons)"
    )
    measure.add_argument("--seeds", type=int, default=20, metavar="N", help="seeds 0 to N − 1 (default: %(default)s)")
    measure.add_argument(
        "--epochs", type=int, metavar="E", help="number of epochs instead of the lesson's; stored as a variant"
    )
    measure.add_argument(
        "--set",
        action="append",
        type=_setting,
        default=[],
        metavar="NAME=NUMBER",
        help="replace a number in the cell `parameters`; NAME=seed sets it to the run's seed; stored as a variant",
    )
    measure.add_argument(
        "--training", metavar="NAME", help="run the cell `train-NAME` instead of `train`; stored as a variant"
    )
    measure.add_argument(
        "--jobs", type=int, metavar="J", help="number of runs at the same time (default: one for every two cores)"
    )
    measure.set_defaults(command=_measure)

    train = commands.add_parser("train", help="train lesson 08's network, with checkpoints, logs and an export")
    add_flags(train)
    train.set_defaults(command=_train)

    sample = commands.add_parser("sample", help="write validation digits to a file that `predict` reads")
    sample.add_argument("--count", type=int, default=10, metavar="N", help="number of digits (default: %(default)s)")
    sample.add_argument(
        "--output", type=Path, default="instances.json", metavar="FILE", help="JSON file (default: %(default)s)"
    )
    sample.set_defaults(command=_sample)

    predict = commands.add_parser("predict", help="classify the digits in a file with a network that `train` exported")
    predict.add_argument("--model", required=True, metavar="FILE.keras", help="Keras file, loaded in Keras' safe mode")
    predict.add_argument(
        "--instances", required=True, type=Path, metavar="FILE", help="JSON file, as `sample` writes it"
    )
    predict.add_argument("--json", action="store_true", help="print JSON instead of a table")
    predict.set_defaults(command=_predict)
    return parser


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0; received {text!r}")
    return float(text)


def _setting(text: str) -> str:
    if not re.fullmatch(r"[A-Z_]+=(seed|-?\d+(\.\d+)?)", text):
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER or NAME=seed, NAME in capitals; received {text!r}")
    return text


# Each command imports its module when it runs, so that `--help` answers at once and `doctor` works without TensorFlow.


def _doctor(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.doctor import examine

    return examine()


def _download(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.download import download

    return download(Path(chosen.directory) if chosen.directory else None)


def _run(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.run import run

    return run(chosen.notebooks, None if chosen.in_place else chosen.output_dir)


def _grade(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.grade import grade

    return grade(chosen.notebooks, chosen.timeout, Path(chosen.csv) if chosen.csv else None)


def _measure(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.measure import Variant, measure

    return measure(
        chosen.notebooks, chosen.seeds, Variant(chosen.training, chosen.epochs, tuple(chosen.set)), chosen.jobs
    )


def _train(chosen: argparse.Namespace) -> int:
    from mnist_lab.environment import quiet_stderr

    with quiet_stderr():
        from mnist_lab.trainer.train import train
    return train(from_flags(chosen))


def _sample(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.sample import sample

    return sample(chosen.count, chosen.output)


def _predict(chosen: argparse.Namespace) -> int:
    from mnist_lab.environment import quiet_imports

    with quiet_imports():
        from mnist_lab.trainer.predict import predict
    return predict(chosen.instances, chosen.model, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
