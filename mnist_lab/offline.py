"""That there was no network is remembered for the day, so that it is not waited for again."""

from datetime import date
from pathlib import Path

from mnist_lab import download


def known_to_be_offline() -> bool:
    """Say whether a download found no network today."""
    note = _offline_note()
    return note.is_file() and note.read_text() == date.today().isoformat()


def remember_offline(reason: str) -> None:
    """Note that there is no network today, if `reason`, a download's error, says so."""
    if reason.startswith("no network:"):
        _offline_note().write_text(date.today().isoformat())


def forget_offline() -> None:
    """Forget that there was no network today, so that the next look tries again."""
    _offline_note().unlink(missing_ok=True)


def _offline_note() -> Path:
    return download.user_cache() / "no-network-on"
