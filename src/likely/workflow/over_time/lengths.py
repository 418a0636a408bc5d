"""Lengths of time as people write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from likely.core.errors import ParameterError

_UNITS = {
    "second": 1e6, "sec": 1e6, "s": 1e6,
    "minute": 60e6, "min": 60e6, "m": 60e6,
    "hour": 3_600e6, "h": 3_600e6,
    "day": 86_400e6, "d": 86_400e6,
    "week": 604_800e6, "w": 604_800e6,
}  # fmt: skip
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)\s*", re.ASCII)


class Length(NamedTuple):
    """A length of time."""

    amount: float
    """Microseconds, or steps."""

    in_steps: bool


def read_length(text: str, name: str) -> Length:
    """Return the length of time that a text stands for.

    Parameters
    ----------
    text : str
        A number and a unit: seconds, minutes, hours, days, weeks or steps.
    name : str
        Of the parameter, for the message of an error.

    Raises
    ------
    ParameterError
        If it is none.

    Examples
    --------
    >>> read_length("1.5 hours", "cool_down").amount == 5_400e6
    True
    >>> read_length("20 steps", "cool_down")
    Length(amount=20.0, in_steps=True)
    """
    found = _WRITTEN.fullmatch(text.lower()) if isinstance(text, str) else None
    unit = found[2] if found else ""
    unit = unit if unit in _UNITS else unit.removesuffix("s")
    if not found or (unit != "step" and unit not in _UNITS):
        raise ParameterError(
            f'{name} must be a number and a unit, such as "1h", "30 min", "2 days" or "20 steps". '
            f"Got {text!r}."
        )
    if unit == "step":
        return Length(float(found[1]), True)
    return Length(float(found[1]) * _UNITS[unit], False)
