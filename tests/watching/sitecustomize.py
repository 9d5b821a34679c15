"""Put on PYTHONPATH, it lets every Python process log which files it writes, to the file named by WRITTEN."""

import os
import sys
from pathlib import Path

LOG = os.open(os.environ["WRITTEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
EVENTS = {"os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.rmdir", "os.truncate"}


def watch(event, arguments):
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & CHANGING and isinstance(path, str | bytes):
            log(path)
    elif event in EVENTS:
        log(arguments[1] if event == "os.rename" else arguments[0])


def log(path):
    if not isinstance(path, int):
        os.write(LOG, os.fsencode(Path.cwd() / os.fsdecode(path)) + b"\n")


sys.addaudithook(watch)
