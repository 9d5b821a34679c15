"""Write a file that nobody finds half written."""

from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Write a file, or an object in a bucket (`gs://…`); an old one stays until the new one is whole.

    Missing folders are made; a text becomes UTF-8, in which half a surrogate is written as an escape, as in JSON.
    """
    data = content.encode(errors="backslashreplace") if isinstance(content, str) else content
    if "://" in str(path):
        import tensorflow as tf

        with tf.io.gfile.GFile(str(path), "wb") as file:  # in a bucket it appears when it is closed
            file.write(data)
        return
    path = Path(path).resolve()  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(path)
