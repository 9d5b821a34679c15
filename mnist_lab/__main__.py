"""The `mnist-lab` command: its parser, and one function for each subcommand."""

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mnist_lab.trainer.settings import add_flags, from_flags

_RUN_NOTEBOOKS = ("run", "grade", "measure")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with the given arguments (default: the command line's) and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given[:1] == ["measure"]:  # it reads its arguments itself
            return _measure(given[1:])
        chosen = _parser().parse_args(given)
        return chosen.command(chosen)
    except ImportError as error:
        message = f"{error}: `mnist-lab doctor` lists what is missing or broken, and what to do."
        if isinstance(error, ModuleNotFoundError) and given[0] in _RUN_NOTEBOOKS:
            message += f" `pip install 'mnist-lab[notebooks]'` installs what `mnist-lab {given[0]}` needs."
    except (OSError, ValueError) as error:
        from mnist_lab.data.idx import MnistFileError

        if not isinstance(error, OSError | MnistFileError):
            raise
        message = str(error)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(message, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    description = "Learn neural networks on handwritten digits: run the notebooks, check them, train a network."
    parser = argparse.ArgumentParser(prog="mnist-lab", description=description)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="show what works on this machine, and which digits the lessons use")
    doctor.set_defaults(command=lambda _: _module("doctor").examine())

    download = commands.add_parser("download", help="download MNIST's four files")
    download.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="default: data/ or the user's cache")
    download.set_defaults(command=lambda chosen: _module("download").download(chosen.directory))

    run = commands.add_parser("run", help="execute notebooks without a browser and check them")
    run.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help="file, folder or pattern")
    destination = run.add_mutually_exclusive_group()
    destination.add_argument("--output-dir", type=Path, default="executed", metavar="DIR", help="default: %(default)s")
    destination.add_argument("--in-place", action="store_true", help="replace the notebooks' outputs, and format them")
    run.set_defaults(
        command=lambda chosen: _module("run").run(chosen.notebooks, None if chosen.in_place else chosen.output_dir)
    )

    grade = commands.add_parser("grade", help="run learners' copies of the exercises and show what their checks found")
    copies = "a learner's copy, a folder of copies, or a pattern; the code in them is executed"
    grade.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help=copies)
    limit = "time limit of each notebook (default: %(default)s)"
    grade.add_argument("--timeout", type=_seconds, default=1800, metavar="SECONDS", help=limit)
    grade.add_argument("--csv", type=Path, metavar="FILE", help="also write the table to this file, row by row")
    grade.set_defaults(command=lambda chosen: _module("grade").grade(chosen.notebooks, chosen.timeout, chosen.csv))

    commands.add_parser("measure", help="train lessons with several seeds and store their accuracies (maintainers)")

    train = commands.add_parser("train", help="train lesson 08's network, with checkpoints, logs and an export")
    add_flags(train)
    train.set_defaults(command=_train)

    sample = commands.add_parser("sample", help="write validation digits to a file that `predict` reads")
    sample.add_argument("--count", type=int, default=10, metavar="N", help="number of digits (default: %(default)s)")
    sample.add_argument("--output", type=Path, default="instances.json", metavar="FILE", help="default: %(default)s")
    sample.set_defaults(command=lambda chosen: _module("sample").sample(chosen.count, chosen.output))

    predict = commands.add_parser("predict", help="classify the digits in a file with a network that `train` exported")
    predict.add_argument("--model", required=True, metavar="FILE.keras", help="Keras file, loaded in Keras' safe mode")
    instances = "JSON file, as `sample` writes it"
    predict.add_argument("--instances", required=True, type=Path, metavar="FILE", help=instances)
    predict.add_argument("--json", action="store_true", help="print JSON instead of a table")
    predict.set_defaults(command=_predict)
    return parser


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0; received {text!r}")
    return float(text)


def _module(command: str) -> ModuleType:
    """Import a command's module only when it runs, so that `--help` is fast and `doctor` works without TensorFlow."""
    return import_module(f"mnist_lab.commands.{command}")


def _measure(arguments: Sequence[str]) -> int:
    if not (Path(__file__).parents[1] / "tools" / "measure.py").is_file():
        print("`mnist-lab measure` needs a checkout of the project, because it writes there.", file=sys.stderr)
        return 1
    from tools.measure import main as measure

    return measure(arguments)


def _train(chosen: argparse.Namespace) -> int:
    from mnist_lab.environment import quiet_stderr

    with quiet_stderr():
        from mnist_lab.trainer.train import train
    return train(from_flags(chosen))


def _predict(chosen: argparse.Namespace) -> int:
    from mnist_lab.environment import quiet_imports

    with quiet_imports():
        from mnist_lab.trainer.predict import predict
    return predict(chosen.instances, chosen.model, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
