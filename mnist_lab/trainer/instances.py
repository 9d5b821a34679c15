"""Digits in the form of a prediction service: `{"instances": [{"image": [[…], …]}, …]}`, pixels from 0 to 255."""

import json
from pathlib import Path

import numpy as np

from mnist_lab.data import idx
from mnist_lab.data.find import find_mnist

_EXPECTED = f"{idx.SIDE} rows of {idx.SIDE} numbers from 0 (paper) to 255 (ink)"


class InstancesError(ValueError):
    """A file does not hold valid instances, or there are too few digits for them."""


def first_instances(count: int) -> dict[str, list[dict[str, list[list[int]]]]]:
    """Return the first `count` validation digits as instances; InstancesError if there are not so many."""
    images = idx.read_images(find_mnist().validation_images)
    if not 1 <= count <= len(images):
        raise InstancesError(f"The count must be from 1 to {len(images):,}. Received: {count}")
    return {"instances": [{"image": image.reshape(idx.SIDE, idx.SIDE).tolist()} for image in images[:count]]}


def read_instances(path: Path) -> np.ndarray:
    """Return the images of a file of instances, `[n, 28, 28]` float32 from 0 to 255; InstancesError if one is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # bytes that are not UTF-8 raise a ValueError, too
        raise InstancesError(f"{path}: expected a JSON file. Received: {error}") from error
    instances = content.get("instances") if isinstance(content, dict) else None
    if not isinstance(instances, list) or not instances:
        expected = '{"instances": [{"image": …}, …]}'
        raise InstancesError(f"Expected {expected}, with at least one. Received: {_short(content)}")
    return np.stack([_image(number, instance) for number, instance in enumerate(instances)])


def _image(number: int, instance: object) -> np.ndarray:
    rows = instance.get("image") if isinstance(instance, dict) else None
    if not isinstance(rows, list):
        raise InstancesError(f'Instance {number}: expected {{"image": …}}. Received: {_short(instance)}')
    lengths = [len(row) if isinstance(row, list) else "no" for row in rows]
    if lengths != [idx.SIDE] * idx.SIDE:
        found = f"{len(rows)} rows of {' or '.join(sorted(map(str, set(lengths))))} numbers"
        raise InstancesError(f"Instance {number}: expected {_EXPECTED}. Received: {found}")
    for row, column in np.ndindex(idx.SIDE, idx.SIDE):
        pixel = rows[row][column]
        if type(pixel) not in (int, float) or not 0 <= pixel <= 255:  # neither True nor NaN is a pixel
            where = f"Instance {number}, row {row}, column {column}"
            raise InstancesError(f"{where}: expected a number from 0 to 255. Received: {_short(pixel)}")
    image = np.array(rows, np.float32)
    if 0 < image.max() <= 1:  # a blank image may be meant; ink this faint cannot
        found = "none above 1, as if they were divided by 255. Multiply them by 255."
        raise InstancesError(f"Instance {number}: expected {_EXPECTED}. Received: {found}")
    return image


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
