"""Checkpoints: all variables, the step and the recipe, in files that are whole or not there, the last three of them.

A file is NumPy's `.npz` without pickled objects. Its name holds the step, and a checksum inside tells damage.
"""

import io
import json
import re
import warnings
import zlib

import numpy as np
import tensorflow as tf

from mnist_lab.trainer.settings import TrainingError

KEPT = 3
_NAME = re.compile(r"step-(\d{9})\.npz")
_STEP, _RECIPE, _CHECKSUM = "step", "recipe", "checksum"


class DamagedCheckpointError(ValueError):
    """A file is no whole checkpoint."""


def save(folder: str, step: int, variables: list[np.ndarray], recipe: dict[str, str]) -> None:
    """Write a checkpoint, and remove all but the last three; also those of later steps, which were passed over.

    Local files appear under their name when they are whole. `folder` may also be a bucket's address.
    """
    tf.io.gfile.makedirs(folder)
    unfinished = f"{folder.rstrip('/')}/unfinished.npz"
    with tf.io.gfile.GFile(unfinished, "wb") as file:
        file.write(_packed(step, variables, recipe))
        file.flush()
    tf.io.gfile.rename(unfinished, _path(folder, step), overwrite=True)
    there = steps(folder)
    kept = [known for known in there if known <= step][-KEPT:]
    for known in set(there) - set(kept):
        tf.io.gfile.remove(_path(folder, known))


def steps(folder: str) -> list[int]:
    """Return the steps of the checkpoints that are there, in rising order, whole or not."""
    names = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name.rstrip("/"))))


def latest(folder: str, recipe: dict[str, str]) -> tuple[int, list[np.ndarray]] | None:
    """Return the step and the variables of the last checkpoint that is whole; None where there is none.

    A damaged one is passed over with a warning.

    Args:
        folder: where they are.
        recipe: what must be the same as when it was written: flags with their values, and which digits.

    Raises:
        TrainingError: it is of another recipe; the message says where they differ.
    """
    for step in reversed(steps(folder)):
        path = _path(folder, step)
        try:
            with tf.io.gfile.GFile(path, "rb") as file:
                found, variables, theirs = _unpacked(file.read())
            if found != step:
                raise DamagedCheckpointError(f"it holds step {found}")
        except DamagedCheckpointError as error:
            warnings.warn(f"The checkpoint {path} is damaged ({error}); it is passed over.", stacklevel=2)
            continue
        if theirs != recipe:
            other = [
                f"{part} is {theirs.get(part, 'not named')} there, {recipe.get(part, 'not named')} here"
                for part in sorted(recipe | theirs)
                if theirs.get(part) != recipe.get(part)
            ]
            raise TrainingError(
                f"The checkpoint {path} is of another training: {'; '.join(other)}. Give the same to go on with it, or "
                "another --job-dir to begin anew."
            )
        return step, variables
    return None


def _path(folder: str, step: int) -> str:
    return f"{folder.rstrip('/')}/step-{step:09}.npz"


def _packed(step: int, variables: list[np.ndarray], recipe: dict[str, str]) -> bytes:
    arrays = {f"{number:04}": np.asarray(array) for number, array in enumerate(variables)}
    arrays |= {_STEP: np.int64(step), _RECIPE: np.array(json.dumps(recipe))}
    content = io.BytesIO()
    np.savez(content, **arrays, **{_CHECKSUM: np.uint32(_checksum(arrays))})
    return content.getvalue()


def _unpacked(content: bytes) -> tuple[int, list[np.ndarray], dict[str, str]]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        checksum = int(arrays.pop(_CHECKSUM))
        found = _checksum(arrays)
        step, recipe = int(arrays.pop(_STEP)), json.loads(str(arrays.pop(_RECIPE)))
    except Exception as error:  # zipfile, zlib and NumPy each have their own ways to say that bytes are wrong
        raise DamagedCheckpointError(str(error) or type(error).__name__) from error
    if checksum != found:
        raise DamagedCheckpointError("its checksum is wrong")
    return step, [arrays[name] for name in sorted(arrays)], recipe


def _checksum(arrays: dict[str, np.ndarray]) -> int:
    value = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        value = zlib.crc32(f"{name} {array.dtype} {array.shape} ".encode(), value)
        value = zlib.crc32(array.tobytes(), value)
    return value
