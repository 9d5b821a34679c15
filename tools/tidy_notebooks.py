"""Bring every notebook into its one form (see mnist_lab/commands/notebook_format.py)."""

import sys
from pathlib import Path

from derived import lessons, read, write_or_check

from mnist_lab.commands.notebook_format import text, tidy


def tidied() -> dict[Path, str]:
    """Return each lesson's file with its text as it should be."""
    return {path: text(tidy(read(path))) for path in lessons()}


if __name__ == "__main__":
    sys.exit(write_or_check(tidied(), __doc__))
