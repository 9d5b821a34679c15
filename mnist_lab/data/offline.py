"""That there was no network is remembered for the day, so that it is not waited for again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from mnist_lab.data import download


def unless_offline(fetch: Callable[[Path], None], place: Path) -> None:
    """Let `fetch` download into `place`, unless a download found no network today; remember it if this one does.

    Raises:
        DownloadError: as `fetch`, or there was no network today.
    """
    refuse_if_offline()
    try:
        fetch(place)
    except download.NoNetworkError:
        with suppress(OSError):  # a cache that cannot be written is no reason to fail
            note = _offline_note()
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(date.today().isoformat())
        raise


def refuse_if_offline() -> None:
    """Do not try where a download found no network today.

    Raises:
        DownloadError: it did.
    """
    if was_offline_today():
        raise download.NoNetworkError("no network when last tried today")


def was_offline_today() -> bool:
    """Whether a download found no network today, and none succeeded since."""
    note = _offline_note()
    return note.is_file() and note.read_text() == date.today().isoformat()


def forget_offline() -> None:
    """Forget that there was no network today, so that the next look tries again."""
    _offline_note().unlink(missing_ok=True)


def _offline_note() -> Path:
    return download.user_cache() / "no-network-on"
