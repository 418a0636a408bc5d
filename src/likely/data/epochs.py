"""Clocks that are columns of numbers: seconds since 1970, days as 20260301, seconds of a run.

| reading | numbers |
|---|---|
| `epoch:s`, `epoch:ms`, `epoch:us`, `epoch:ns` | units of time since 1970 in UTC |
| `epoch:ymd` | days, written 20260301 |
| `elapsed:s` | since some beginning, in whatever unit; taken for seconds |
"""

from __future__ import annotations

import numpy as np

_UNITS = {"epoch:s": 1e6, "epoch:ms": 1e3, "epoch:us": 1.0, "epoch:ns": 1e-3, "elapsed:s": 1e6}
_FIRST, _LAST = 1e8, 4.2e9
"""Seconds since 1970 that are taken for a moment: from 1973 to 2103."""

_SAYS = {
    "epoch:s": "seconds since 1970",
    "epoch:ms": "milliseconds since 1970",
    "epoch:us": "microseconds since 1970",
    "epoch:ns": "nanoseconds since 1970",
    "epoch:ymd": "days written as year, month, day",
    "elapsed:s": "time since the beginning, in seconds or whatever unit it has",
}


def epoch_of(values: np.ndarray) -> str:
    """Return the reading under which all numbers are moments from 1973 to 2103; "" if none is.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Without missing values.

    Examples
    --------
    >>> epoch_of(np.array([1.7e12, 1.7e12 + 60_000]))
    'epoch:ms'
    >>> epoch_of(np.array([20_260_228.0, 20_260_301.0]))
    'epoch:ymd'
    >>> epoch_of(np.array([1.0, 2.0]))
    ''
    """
    if not len(values):
        return ""
    low, high = float(values.min()), float(values.max())
    for reading in ("epoch:s", "epoch:ms", "epoch:us", "epoch:ns"):
        unit = 1e6 / _UNITS[reading]
        if _FIRST * unit <= low and high <= _LAST * unit:
            return reading
    if low >= 19_000_101 and high <= 21_001_231 and not np.isnan(_days(values)).any():
        return "epoch:ymd"
    return ""


def says(reading: str) -> str:
    """Return in words how numbers are read."""
    return _SAYS[reading]


def is_epoch(reading: str) -> bool:
    """Whether a rule of reading makes moments of numbers."""
    return reading in _SAYS


def on_the_calendar(reading: str) -> bool:
    """Whether moments so read have an hour and a date."""
    return not reading.startswith("elapsed")


def from_numbers(values: np.ndarray, reading: str) -> np.ndarray:
    """Return numbers as microseconds, shape (n,); NaN where there is no such moment."""
    return _days(values) if reading == "epoch:ymd" else values * _UNITS[reading]


def _days(values: np.ndarray) -> np.ndarray:
    """Return numbers such as 20260301 as microseconds since 1970; NaN where it is no day."""
    whole = np.where(np.isnan(values), 0, values)
    valid = (whole == np.floor(whole)) & (whole >= 10_101) & (whole < 1e8)
    whole = np.where(valid, whole, 19_700_101).astype(np.int64)
    year, month, day = whole // 10_000, whole // 100 % 100, whole % 100
    valid &= (month >= 1) & (month <= 12) & (day >= 1)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1)
    valid &= dates.astype("datetime64[M]") == months
    return np.where(valid, dates.astype(np.int64) * 86_400e6, np.nan)
