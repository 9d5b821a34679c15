"""Files that are replaced by whole ones only."""

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside the old one, with `.unfinished` after its name, and replace the old one by it.

    A link stays a link. Where UTF-8 cannot write a character, which is half of a pair, its escape is written.
    """
    path = path.resolve()
    unfinished = unfinished_beside(path)
    unfinished.write_bytes(content.encode(errors="backslashreplace") if isinstance(content, str) else content)
    unfinished.replace(path)


def unfinished_beside(path: Path) -> Path:
    """Return the path of the file that replaces `path` when it is whole."""
    return path.with_name(f"{path.name}.unfinished")
