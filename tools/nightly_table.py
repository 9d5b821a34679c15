"""Put the rows that a nightly run printed, `| part | result | minutes |`, into docs/nightly.md, in place of older ones.

`.ci/nightly` pipes its rows to this.
"""

import subprocess
import sys
from datetime import date
from pathlib import Path

from mnist_lab.environment import processor
from tools.project import ROOT

FILE = ROOT / "docs" / "nightly.md"
HEAD = """# What runs nightly

Written by `.ci/nightly`; a row for each part, as it was run last.

| part | result | minutes | on | commit |
|---|---|---:|---|---|
"""


def updated(known: str, new: list[str], on: str, commit: str) -> str:
    """Return the table with the new rows in place of those of the same parts; `on` and `commit` end each new row."""
    rows = {row.split("|")[1].strip(): row for row in known.splitlines()[6:] if row.startswith("|")}
    rows |= {row.split("|")[1].strip(): f"{row} {on} | {commit} |" for row in new}
    return HEAD + "".join(f"{rows[name]}\n" for name in sorted(rows))


def tried(root: Path) -> str:
    """Return the commit that was tried, and whether anything but `docs/`, which runs write into, differs from it."""
    changed = _git(root, "diff", "--stat", "HEAD", "--", ".", ":(exclude)docs")
    return _git(root, "rev-parse", "--short", "HEAD") + " and changes" * bool(changed)


def main() -> int:
    """Write the file."""
    new = [line.strip() for line in sys.stdin if line.startswith("|")]
    known = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    FILE.write_text(updated(known, new, f"{date.today()}, {processor()}", tried(ROOT)), encoding="utf-8")
    return 0


def _git(root: Path, *command: str) -> str:
    run = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, timeout=60, check=True)
    return run.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
