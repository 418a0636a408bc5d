"""Widths of steps in words: `5min`, `1h`, `1d`."""

from __future__ import annotations

import re

from likely.core.errors import ParameterError

_UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86_400e6, "w": 604_800e6}
_NAMES = {"sec": "s", "second": "s", "m": "min", "minute": "min", "hour": "h", "day": "d"} | {
    "min": "min", "week": "w",
}  # fmt: skip
_WRITTEN = re.compile(r"\s*([0-9]*\.?[0-9]*)\s*([a-zA-Z]+)\s*")
LADDER = tuple(
    many * _UNITS[unit]
    for unit, several in {
        "ms": (1, 10, 100), "s": (1, 5, 10, 30), "min": (1, 5, 10, 15, 30),
        "h": (1, 3, 6, 12), "d": (1,), "w": (1,),
    }.items()
    for many in several
)  # fmt: skip
"""Widths that people use, in microseconds, ascending."""


def width_of(every: str | float) -> float:
    """Return a width as microseconds.

    Parameters
    ----------
    every : str or float
        A number and a unit (us, ms, s, min, h, d, w), such as "5min" or "day"; or seconds.

    Raises
    ------
    ParameterError
        If it is no width above 0.

    Examples
    --------
    >>> width_of("15min") / 60e6, width_of(2.5) / 1e6
    (15.0, 2.5)
    """
    width = 0.0
    if isinstance(every, str):
        written = _WRITTEN.fullmatch(every)
        if written and written[1] != ".":
            name = written[2].lower()
            unit = _UNITS.get(name) or _UNITS.get(_NAMES.get(name.removesuffix("s"), ""), 0.0)
            width = float(written[1] or 1) * unit
    elif not isinstance(every, bool):
        width = float(every) * 1e6
    if not 0 < width < float("inf"):
        raise ParameterError(
            f"every must be a width such as '5min', '1h' or '1d', or seconds. Got {every!r}."
        )
    return width


def write_width(width: float) -> str:
    """Return microseconds as a person would write them.

    Examples
    --------
    >>> write_width(900e6), write_width(86_400e6), write_width(1.5e6)
    ('15 min', '1 d', '1.5 s')
    """
    unit = max((u for u in _UNITS if _UNITS[u] <= width), key=_UNITS.__getitem__, default="us")
    if width % _UNITS[unit]:
        finer = [u for u in _UNITS if _UNITS[u] < _UNITS[unit] and width % _UNITS[u] == 0]
        unit = max(finer, key=_UNITS.__getitem__, default=unit) if width >= 60e6 else unit
    return f"{width / _UNITS[unit]:.4g} {unit}"
