"""Check that an argument is a whole number: NumPy's integers are accepted, True and 3.0 are not."""

from numbers import Integral


def whole_number(name: str, value: object, least: int = 1, most: int | None = None) -> int:
    """Return `value` as an int.

    Raises:
        ValueError: it is not a whole number from `least` to `most`.
    """
    if not isinstance(value, bool) and isinstance(value, Integral):
        number = int(value)
        if number >= least and (most is None or number <= most):
            return number
    wanted = f"whole number from {least:,} to {most:,}" if most is not None else "positive whole number"
    raise ValueError(f"{name} must be a {wanted}. Received: {value!r}")
