"""On PYTHONPATH, this makes every Python process log the files it opens for writing to the file named by WRITTEN."""

import os
import sys
from pathlib import Path

LOG = os.open(os.environ["WRITTEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def watch(event, arguments):
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & CHANGING and isinstance(path, str | bytes):
            os.write(LOG, os.fsencode(Path.cwd() / os.fsdecode(path)) + b"\n")


sys.addaudithook(watch)
