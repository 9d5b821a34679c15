"""What the tests with real processes share; the fixture `start` is in conftest.py."""

import socket

SECONDS = 180


def ended(process):
    """Wait for a process; return its exit status and what it said."""
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out + err


def free_address():
    """Return an address of this machine at which nobody listens."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{place.getsockname()[1]}"
