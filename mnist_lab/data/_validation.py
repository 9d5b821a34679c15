"""Whole numbers as arguments: NumPy's are taken, True and 3.0 are not."""

from numbers import Integral


def whole_number(name: str, value: object, least: int = 1, most: int | None = None) -> int:
    """Return `value` as an int.

    Raises:
        ValueError: it is no whole number from `least` to `most`.
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if whole and value >= least and (most is None or value <= most):
        return int(value)
    wanted = f"whole number from {least:,} to {most:,}" if most is not None else "positive whole number"
    raise ValueError(f"{name} must be a {wanted}. Received: {value!r}")
