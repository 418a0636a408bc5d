"""Calm times: days, hours and stretches of the calendar in which nothing is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from likely.core.errors import ParameterError

_DAY = 86_400e6
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_THURSDAY = 3  # the first of January 1970


@dataclass(frozen=True)
class Calm:
    """Times on the wall that are calm; what is None says nothing.

    Parameters
    ----------
    between : (float, float) or None
        First and last microsecond since 1970, the last one outside.
    weekday : int in [0, 6] or None
        Monday is 0.
    hours : (float, float) or None
        Microseconds since midnight, the last one outside; beyond midnight if they descend.
    """

    between: tuple[float, float] | None = None
    weekday: int | None = None
    hours: tuple[float, float] | None = None

    def holds(self, local: np.ndarray) -> np.ndarray:
        """Say which times are calm.

        Parameters
        ----------
        local : ndarray of shape (time,)
            Microseconds since 1970 on the wall.
        """
        calm = np.ones(len(local), dtype=bool)
        if self.between is not None:
            calm &= (local >= self.between[0]) & (local < self.between[1])
        if self.weekday is not None:
            calm &= (np.floor(local / _DAY) + _THURSDAY) % 7 == self.weekday
        if self.hours is not None:
            of_day, (first, last) = local % _DAY, self.hours
            inside = (of_day >= first, of_day < last)
            calm &= inside[0] & inside[1] if first < last else inside[0] | inside[1]
        return calm


def read_calm(text: str) -> Calm:
    """Return the calm time that a text stands for.

    Parameters
    ----------
    text : str
        A day or two, as in "2024-12-24/2024-12-27", both included; a weekday; hours, as in
        "02:00-04:00"; or a weekday and hours.

    Raises
    ------
    ParameterError
        If it is none of these.

    Examples
    --------
    >>> sunday_night = read_calm("Sunday 22:00-04:00")
    >>> sunday_night.weekday, sunday_night.hours[1] / 3_600e6
    (6, 4.0)
    """
    words = text.strip().split(maxsplit=1) if isinstance(text, str) else []
    if words and words[0].lower() in _WEEKDAYS:
        weekday = _WEEKDAYS.index(words[0].lower())
        hours = _hours(words[1]) if len(words) > 1 else None
        if hours is not None or len(words) == 1:
            return Calm(weekday=weekday, hours=hours)
    elif words:
        hours = _hours(text.strip())
        between = _between(text.strip()) if hours is None else None
        if hours is not None or between is not None:
            return Calm(between=between, hours=hours)
    raise ParameterError(
        'calm must be days such as "2024-12-24/2024-12-27", a weekday such as "Sunday", hours such '
        f'as "02:00-04:00", or both as "Sunday 02:00-04:00". Got {text!r}.'
    )


def _hours(text: str) -> tuple[float, float] | None:
    found = _HOURS.fullmatch(text)
    if not found:
        return None
    first, last = (60 * int(found[i]) + int(found[i + 1]) for i in (1, 3))
    sound = max(first, last) <= 24 * 60 and int(found[2]) < 60 and int(found[4]) < 60
    return (first * 60e6, last * 60e6) if sound and first != last else None


def _between(text: str) -> tuple[float, float] | None:
    first, _, last = text.partition("/")
    try:
        ends = [np.datetime64(end.strip().replace(" ", "T")) for end in (first, last or first)]
    except ValueError:
        return None
    if any(np.isnat(end) or np.datetime_data(end.dtype)[0] not in "Dhms" for end in ends):
        return None
    begin, end = (float(one.astype("datetime64[us]").astype(np.int64)) for one in ends)
    if np.datetime_data(ends[1].dtype)[0] == "D":
        end += _DAY
    return (begin, end) if begin < end else None
