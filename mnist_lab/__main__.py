"""The `mnist-lab` command."""

import argparse
import re
import sys

from mnist_lab.trainer.settings import add_flags, from_flags


def main(arguments: list[str] | None = None) -> int:
    """Run the command with the given arguments (default: the command line's) and return its exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.command(chosen)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(f"{error}. `mnist-lab doctor` says what is missing, and how it is installed.", file=sys.stderr)
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
        description="Notebooks that teach neural networks on handwritten digits: run and check them.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="say what works on this machine, and where the digits come from")
    doctor.set_defaults(command=_doctor)

    download = commands.add_parser("download", help="fetch MNIST's four files")
    download.add_argument("directory", nargs="?", metavar="DIR", help="where to (default: data/ or the user's cache)")
    download.set_defaults(command=_download)

    run = commands.add_parser("run", help="execute notebooks without a browser and check them")
    run.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    kept = run.add_mutually_exclusive_group()
    kept.add_argument(
        "--output-dir", default="executed", metavar="DIR", help="for the executed notebooks (%(default)s)"
    )
    kept.add_argument("--in-place", action="store_true", help="refresh the notebooks' own outputs, and tidy them")
    run.set_defaults(command=_run)

    grade = commands.add_parser("grade", help="run learners' copies of the exercises and tell what their checks say")
    grade.add_argument("notebooks", nargs="+", metavar="FILE", help="executes the code in it")
    grade.add_argument(
        "--timeout", type=_seconds, default=1800, metavar="SECONDS", help="for each notebook (%(default)s)"
    )
    grade.add_argument("--csv", metavar="FILE", help="write the table into this file as well")
    grade.set_defaults(command=_grade)

    measure = commands.add_parser("measure", help="execute lessons over seeds and store their accuracies (maintainers)")
    measure.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="default: all lessons")
    measure.add_argument("--seeds", type=int, default=20, metavar="N", help="seeds 0 to N − 1 (%(default)s)")
    measure.add_argument("--epochs", type=int, metavar="E", help="train so long instead; stored as a variant")
    measure.add_argument(
        "--set",
        action="append",
        type=_setting,
        default=[],
        metavar="NAME=NUMBER",
        help="another number in the cell `parameters`, or `seed`, the run's own; stored as a variant",
    )
    measure.add_argument("--training", metavar="NAME", help="that of the cell train-NAME; stored as a variant")
    measure.add_argument("--jobs", type=int, metavar="J", help="runs at the same time (one for every two cores)")
    measure.set_defaults(command=_measure)

    train = commands.add_parser("train", help="train lesson 08's network, with checkpoints, logs and an export")
    add_flags(train)
    train.set_defaults(command=_train)

    sample = commands.add_parser("sample", help="write validation digits as a prediction service takes them")
    sample.add_argument("--count", type=int, default=10, metavar="N", help="how many (%(default)s)")
    sample.add_argument("--output", default="instances.json", metavar="FILE", help="(%(default)s)")
    sample.set_defaults(command=_sample)

    predict = commands.add_parser("predict", help="read such digits with a network that `train` exported")
    network = predict.add_mutually_exclusive_group(required=True)
    network.add_argument("--model", metavar="FILE.keras", help="loaded in Keras' safe mode")
    network.add_argument("--export", metavar="DIR", help="a SavedModel; it can run code, so load only what you trust")
    predict.add_argument("--instances", required=True, metavar="FILE")
    predict.add_argument("--json", action="store_true", help="print JSON in place of a table")
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


# What a command needs is imported when it runs: `--help` answers at once, and `doctor` without TensorFlow.


def _doctor(chosen: argparse.Namespace) -> int:
    from mnist_lab.commands.doctor import examine

    return examine()


def _download(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from mnist_lab.data.download import DownloadError, download_mnist, download_writers, forget_offline
    from mnist_lab.data.find import default_data_dir

    place = Path(chosen.directory).expanduser() if chosen.directory else default_data_dir()
    try:
        download_mnist(place)
    except DownloadError as error:
        print(f"MNIST was not downloaded. {error}", file=sys.stderr)
        return 1
    forget_offline()
    print(f"MNIST's four files are in {place}, every SHA-256 as expected.")
    try:
        download_writers(place)
    except DownloadError as error:
        print(
            f"The file of their writers was not downloaded; by_writer=True alone asks for it. {error}", file=sys.stderr
        )
    return 0


def _run(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from mnist_lab.commands.run import run

    notebooks = [Path(name) for name in chosen.notebooks]
    return run(notebooks, None if chosen.in_place else Path(chosen.output_dir))


def _grade(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from mnist_lab.commands.grade import grade

    table = Path(chosen.csv) if chosen.csv else None
    return grade([Path(name) for name in chosen.notebooks], chosen.timeout, table)


def _measure(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from mnist_lab.commands.measure import measure

    notebooks = [Path(name) for name in chosen.notebooks]
    return measure(
        notebooks,
        chosen.seeds,
        epochs=chosen.epochs,
        settings=chosen.set,
        training=chosen.training,
        jobs=chosen.jobs,
    )


def _train(chosen: argparse.Namespace) -> int:
    from mnist_lab.environment import quiet_imports

    with quiet_imports():
        from mnist_lab.trainer.train import train

    return train(from_flags(chosen))


def _sample(chosen: argparse.Namespace) -> int:
    import json
    from pathlib import Path

    from mnist_lab.environment import quiet_imports
    from mnist_lab.trainer.instances import InstancesError, sample

    with quiet_imports():
        import tensorflow  # noqa: F401  the files are read with it

    try:
        content = sample(chosen.count)
    except InstancesError as error:
        print(error, file=sys.stderr)
        return 1
    Path(chosen.output).write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"{chosen.count} digits written to {chosen.output}.")
    return 0


def _predict(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from mnist_lab.environment import quiet_imports

    with quiet_imports():
        from mnist_lab.trainer.predict import predict

    return predict(Path(chosen.instances), model=chosen.model, export=chosen.export, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
