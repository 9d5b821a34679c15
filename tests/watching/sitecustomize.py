"""On PYTHONPATH, this makes every Python process log the files that it writes, to the file named by WRITTEN."""

import os
import sys
from pathlib import Path

LOG = os.open(os.environ["WRITTEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Events that change a path, with the positions of the path and of the folder's file descriptor in their arguments.
EVENTS = {
    "os.mkdir": (0, 2),
    "os.rmdir": (0, 1),
    "os.remove": (0, 1),
    "os.rename": (1, 3),
    "os.link": (1, 3),
    "os.symlink": (1, 2),
    "os.truncate": (0, None),
}


def watch(event, arguments):
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & CHANGING and isinstance(path, str | bytes):
            log(path)
    elif event in EVENTS:
        name, descriptor = EVENTS[event]
        folder = -1 if descriptor is None else arguments[descriptor]
        log(arguments[name], Path.cwd() if folder == -1 else Path(f"/proc/self/fd/{folder}").resolve())


def log(path, folder=None):
    if not isinstance(path, int):
        os.write(LOG, os.fsencode((folder or Path.cwd()) / os.fsdecode(path)) + b"\n")


sys.addaudithook(watch)
