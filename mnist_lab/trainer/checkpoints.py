"""Write and read checkpoints: NumPy files of all variables, the step, the recipe and a checksum, without pickles."""

import io
import json
import re
import warnings
import zlib

import numpy as np
import tensorflow as tf

from mnist_lab.data.files import write_whole
from mnist_lab.trainer.settings import TrainingError

_KEPT = 3
_NAME = re.compile(r"step-(\d{9})\.npz")


def save(folder: str, step: int, variables: list[np.ndarray], recipe: dict[str, str]) -> None:
    """Write a checkpoint, and remove all but the last three; also those of later steps, which `latest` passed over."""
    write_whole(_path(folder, step), _to_bytes(step, variables, recipe))
    existing = steps(folder)
    kept = [earlier for earlier in existing if earlier <= step][-_KEPT:]
    for superfluous in set(existing) - set(kept):
        tf.io.gfile.remove(_path(folder, superfluous))


def steps(folder: str) -> list[int]:
    """Return the steps of the existing checkpoints, damaged ones too, in rising order."""
    names = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name.rstrip("/"))))


def latest(folder: str, recipe: dict[str, str]) -> tuple[int, list[np.ndarray]] | None:
    """Return the step and the variables of the last undamaged checkpoint, or None if there is none.

    A damaged one is passed over with a warning; one of another recipe raises a TrainingError with the differences.
    """
    for step in reversed(steps(folder)):
        path = _path(folder, step)
        with tf.io.gfile.GFile(path, "rb") as file:
            content = file.read()
        try:
            variables, found_recipe = _from_bytes(content, step)
        except Exception as error:  # zipfile, zlib and NumPy each raise errors of their own for damaged bytes
            reason = str(error) or type(error).__name__
            warnings.warn(f"The checkpoint {path} is damaged ({reason}); it is passed over.", stacklevel=2)
            continue
        if found_recipe != recipe:
            differences = [
                f"{part} is {found_recipe.get(part, 'not set')} there, {recipe.get(part, 'not set')} here"
                for part in sorted(recipe | found_recipe)
                if found_recipe.get(part) != recipe.get(part)
            ]
            raise TrainingError(
                f"The checkpoint {path} belongs to another training run: {'; '.join(differences)}. Set the same values "
                "to go on from it, or name another --job-dir to start afresh."
            )
        return step, variables
    return None


def _path(folder: str, step: int) -> str:
    return f"{folder.rstrip('/')}/step-{step:09}.npz"


def _to_bytes(step: int, variables: list[np.ndarray], recipe: dict[str, str]) -> bytes:
    arrays = {f"{number:04}": np.asarray(array) for number, array in enumerate(variables)}
    arrays |= {"step": np.array(step, np.int64), "recipe": np.array(json.dumps(recipe))}
    arrays["checksum"] = np.array(_checksum(arrays), np.uint32)
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]  # the stubs take an array for the flag `allow_pickle`
    return content.getvalue()


def _from_bytes(content: bytes, step: int) -> tuple[list[np.ndarray], dict[str, str]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = dict(file)
    if int(arrays.pop("checksum")) != _checksum(arrays):
        raise ValueError("its checksum is wrong")
    found, recipe = int(arrays.pop("step")), json.loads(str(arrays.pop("recipe")))
    if found != step:
        raise ValueError(f"it holds step {found}")
    return [arrays[name] for name in sorted(arrays)], recipe


def _checksum(arrays: dict[str, np.ndarray]) -> int:
    value = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        value = zlib.crc32(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes(), value)
    return value
