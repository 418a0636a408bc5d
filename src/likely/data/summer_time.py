"""Stamps without a zone: an hour is left out in spring and stands twice in autumn.

Summer time begins and ends on a few Sundays of the year, at night; where exactly one hour is left
out or stands twice then, the rows are as far apart as ever.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_HOUR = 3600e6  # microseconds
_DAY = 24 * _HOUR
_NIGHT = 4  # the change is in one of the first hours of the day
_SUMMER = 200 * _DAY
_TOLERANCE = 0.1
_LAST = 0
_SPRING = frozenset({(3, _LAST), (3, 2), (4, 1), (10, 1), (9, _LAST)})
"""Month and which of its Sundays: Europe, North America since 2007 and before, the south."""

_AUTUMN = frozenset({(10, _LAST), (11, 1), (4, 1), (3, _LAST)})


class Unfolded(NamedTuple):
    """Stamps as a clock without summer time would have them."""

    order: np.ndarray
    """Positions of the stamps given, in the order of time, shape (n,)."""

    moments: np.ndarray
    """Microseconds, ascending, shape (n,)."""

    changes: int
    """How often the clock was changed."""


def unfold(stamps: np.ndarray, step: float) -> Unfolded:
    """Return stamps without the changes of summer time.

    Parameters
    ----------
    stamps : ndarray of float64, shape (n,)
        Microseconds since 1970 on a clock on the wall, ascending; equal ones in the order in which
        they were written.
    step : float
        The usual step of the clock, microseconds. Only clocks that strike every hour are changed.

    Examples
    --------
    >>> night = np.datetime64("2026-03-29T00:00", "us").astype(float)
    >>> unfold(night + 3600e6 * np.array([0, 1, 3, 4]), 3600e6).changes
    1
    """
    same = Unfolded(np.arange(len(stamps)), stamps, 0)
    if not 0 < step <= _HOUR or abs(_HOUR / step - round(_HOUR / step)) > 1e-6:
        return same
    steps = np.diff(stamps)
    autumn = _repeated_hours(stamps, steps, round(_HOUR / step))
    hours = np.flatnonzero(np.abs(steps - step - _HOUR) <= _TOLERANCE * step) + 1
    spring = hours[_is_change(stamps[hours - 1] + step, _SPRING, step)]
    if not len(autumn) and not _is_custom(stamps, spring, len(hours)):
        spring = spring[:0]
    if not len(spring) and not len(autumn):
        return same
    order, ahead = same.order.copy(), np.zeros(len(stamps))
    ahead[spring] -= _HOUR
    for first, end in autumn:
        block = np.arange(first, end)
        order[first:end] = np.concatenate([block[::2], block[1::2]])
        ahead[(first + end) // 2] += _HOUR
    return Unfolded(order, stamps[order] + np.cumsum(ahead), len(spring) + len(autumn))


def _is_custom(stamps: np.ndarray, spring: np.ndarray, hours: int) -> bool:
    """Whether hours left out in spring are more than rows that were lost.

    Hours are hardly ever left out at other times, and no summer ends without one that stands twice.
    """
    ended = len(spring) > 0 and stamps[-1] - stamps[spring[0]] > _SUMMER
    return 2 * len(spring) >= hours and not ended


def _repeated_hours(stamps: np.ndarray, steps: np.ndarray, a_turn: int) -> list[tuple[int, int]]:
    """Return from where to where an hour stands twice: every stamp of it, exactly."""
    twice = np.flatnonzero(steps == 0)
    twice = twice[_is_change(stamps[twice], _AUTUMN, _HOUR)]
    found = []
    for hour in np.unique(np.floor(stamps[twice] / _HOUR)):
        first, end = np.searchsorted(stamps, [hour * _HOUR, (hour + 1) * _HOUR])
        pairs = stamps[first:end]
        if end - first == 2 * a_turn and (pairs[::2] == pairs[1::2]).all():
            found.append((int(first), int(end)))
    return found


def _is_change(stamps: np.ndarray, sundays: frozenset[tuple[int, int]], step: float) -> np.ndarray:
    """Whether the clock may be changed at a stamp, or less than a step before it."""
    hours = np.floor(stamps / _HOUR)
    early = (hours % 24 < _NIGHT) & (stamps - hours * _HOUR < step)
    days = np.floor(stamps / _DAY).astype(np.int64).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    which = (days - months.astype("datetime64[D]")).astype(np.int64) // 7 + 1
    last = (days + 7).astype("datetime64[M]") != months
    sunday = (days.astype(np.int64) + 3) % 7 == 6
    there = [
        (int(m), int(w)) in sundays or (bool(end) and (int(m), _LAST) in sundays)
        for m, w, end in zip(month, which, last, strict=True)
    ]
    return early & sunday & np.array(there, dtype=bool)
