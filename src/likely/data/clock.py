"""Local time: what the clock on the wall shows in a time zone, in summer and in winter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from likely.core.errors import DataError

_QUARTER = 900e6  # zones change their offset at full quarters of an hour
_QUARTERS = 96  # of a day
_DAY = _QUARTERS * _QUARTER
_MOST_DAYS = 50_000
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$")
_UTC_NAMES = ("", "UTC", "Etc/UTC", "Z", "GMT")


def local_time(values: np.ndarray, zone: str) -> np.ndarray:
    """Return moments as the local time of a zone.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Microseconds since 1970 in UTC, finite.
    zone : str
        IANA name such as "Europe/Berlin", an offset such as "+02:00", or "" for none.

    Returns
    -------
    local : ndarray of float64, shape (n,)
        Microseconds from 1970-01-01 00:00 on the same clock.
    """
    if zone in _UTC_NAMES:
        return values
    fixed = _FIXED.match(zone)
    if fixed:
        minutes = int(fixed[2]) * 60 + int(fixed[3] or 0)
        return values + (-1 if fixed[1] == "-" else 1) * minutes * 60e6
    return values + _offsets(values, zone)


def _offsets(values: np.ndarray, zone: str) -> np.ndarray:
    """Return microseconds that a zone is ahead of UTC at moments, shape (n,).

    Most days begin and end with the same offset; only others are looked at by quarters of an hour.
    """
    days = np.floor(values / _DAY)
    first, last = (days.min(), days.max()) if len(days) else (0, 0)
    if last - first > _MOST_DAYS:
        return _by_quarter(values, zone)
    midnights = np.arange(int(first), int(last) + 2) * _QUARTERS
    ahead = np.array([_offset(zone, int(quarter)) for quarter in midnights])
    which = (days - first).astype(np.int64)
    found = ahead[which]
    changes = ahead[1:] != ahead[:-1]
    if changes.any():
        there = np.flatnonzero(changes[which])
        found[there] = _by_quarter(values[there], zone)
    return found


def _by_quarter(values: np.ndarray, zone: str) -> np.ndarray:
    quarters, where = np.unique(np.floor(values / _QUARTER), return_inverse=True)
    return np.array([_offset(zone, int(quarter)) for quarter in quarters])[where]


@lru_cache(maxsize=1 << 16)
def _offset(zone: str, quarter: int) -> float:
    """Return microseconds that a zone is ahead of UTC in a quarter of an hour since 1970."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
        ahead = moment.astimezone(_zone(zone)).utcoffset()
    except OverflowError:  # beyond the years 1 to 9999
        return 0.0
    return (ahead or timedelta(0)).total_seconds() * 1e6


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DataError(
            f"There is no time zone {name!r} on this computer. Convert the dates to UTC, or "
            "install the package tzdata."
        ) from error
