"""What the clock on the wall says of a moment: time of day, weekday, season of the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

HOUR = 3600e6
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365.2425 * DAY
"""Microseconds."""

MOST_KNOTS = 48
"""Of a day."""

_LONGEST_STEP = 6 * HOUR  # in which a day is still seen
_LEAST_DAYS, _LEAST_WEEKS, _LEAST_YEARS = 3, 3, 2.0
_YEARLY_WAVES, _DAILY_WAVES = 3, 3
_OFFSET_OF_MONDAY = 3  # 1970 began on a Thursday
_KINDS = np.array([0, 0, 0, 0, 0, 1, 2])  # workdays, Saturday, Sunday

_DAILY, _KIND, _WEEKDAY = 0.3, 1.0, 4.0  # observations' worth of shrinkage


class Calendar(NamedTuple):
    """Which seasons of the clock are looked at."""

    step: float
    """Usual microseconds from a moment to the next; 0 without a clock."""

    knots: int
    """Of a day, between which its profile is straight; 0 if days aren't looked at."""

    week: bool
    """Whether weekdays are told apart."""

    year: bool
    """Whether seasons of the year are."""

    @property
    def width(self) -> int:
        """How many terms there are."""
        return len(shrinkage(self))


def learn_calendar(clocks: Sequence[np.ndarray]) -> Calendar:
    """Return which seasons stretches are long and fine enough to show.

    A day needs six-hourly steps or finer and three days; a week needs daily steps and parts of
    three weeks; a year needs two years.

    Parameters
    ----------
    clocks : sequence of ndarray of shape (time,)
        Local microseconds since 1970, ascending.

    Examples
    --------
    >>> learn_calendar([np.arange(24 * 30) * HOUR])[1:]
    (24, True, False)
    """
    steps = np.concatenate([np.diff(clock) for clock in clocks])
    steps = steps[steps > 0]
    if not len(steps):
        return Calendar(0.0, 0, False, False)
    step = float(np.median(steps))
    every = np.concatenate(clocks)
    days = np.unique(np.floor(every / DAY))
    daily = step <= _LONGEST_STEP and len(days) >= _LEAST_DAYS
    weeks = len(np.unique((days + _OFFSET_OF_MONDAY) // 7))
    return Calendar(
        step,
        min(MOST_KNOTS, max(4, round(DAY / step))) if daily else 0,
        bool(step <= 1.1 * DAY and weeks >= _LEAST_WEEKS),
        bool(every.max() - every.min() >= _LEAST_YEARS * YEAR and step < YEAR / 8),
    )


def calendar_terms(local: np.ndarray, calendar: Calendar) -> sparse.csr_array:
    """Return the terms of each moment, (time, term).

    A constant; hats around the knots of a day, for all days, by kind of day (workday, Saturday,
    Sunday) and by weekday; weekdays; waves of a year, and these times waves of a day.

    Parameters
    ----------
    local : ndarray of shape (time,)
        Local microseconds since 1970.
    calendar : Calendar
        Which of these.
    """
    blocks = [sparse.csr_array(np.ones((len(local), 1)))]
    day_of_week = (np.floor(local / DAY).astype(np.int64) + _OFFSET_OF_MONDAY) % 7
    if calendar.knots:
        at = np.mod(local, DAY) / DAY * calendar.knots
        blocks.append(_hats(at, np.zeros(len(at), dtype=np.int64), calendar.knots, 1))
        if calendar.week:
            blocks.append(_hats(at, _KINDS[day_of_week], calendar.knots, 3))
            blocks.append(_hats(at, day_of_week, calendar.knots, 7))
    if calendar.week:
        blocks.append(sparse.csr_array(np.eye(7)[day_of_week]))
    if calendar.year:
        yearly = _waves(local / YEAR, _YEARLY_WAVES)
        blocks.append(sparse.csr_array(yearly))
        if calendar.knots:
            daily = _waves(local / DAY, _DAILY_WAVES)
            both = (yearly[:, :4, None] * daily[:, None, :]).reshape(len(local), -1)
            blocks.append(sparse.csr_array(both))
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def shrinkage(calendar: Calendar) -> np.ndarray:
    """Return how many observations' worth each term is drawn to zero by, (term,)."""
    worth = [1e-6]
    if calendar.knots:
        worth += [_DAILY] * calendar.knots
        if calendar.week:
            worth += [_KIND] * (3 * calendar.knots) + [_WEEKDAY] * (7 * calendar.knots)
    worth += [1.0] * (7 * calendar.week)
    if calendar.year:
        worth += [1.0] * (2 * _YEARLY_WAVES)
        worth += [4.0] * (8 * _DAILY_WAVES if calendar.knots else 0)
    return np.array(worth)


def _hats(at: np.ndarray, group: np.ndarray, knots: int, groups: int) -> sparse.csr_array:
    """Return hats around knots of a circle, apart for each group, (time, group * knot)."""
    low = np.floor(at).astype(np.int64)
    share = at - low
    columns = np.stack([low % knots, (low + 1) % knots], axis=1) + group[:, None] * knots
    values = np.stack([1 - share, share], axis=1)
    edges = np.arange(len(at) + 1) * 2
    shape = (len(at), groups * knots)
    return sparse.csr_array((values.ravel(), columns.ravel(), edges), shape=shape)


def _waves(turns: np.ndarray, most: int) -> np.ndarray:
    """Return sines and cosines of one to `most` waves a turn, (time, 2 * most)."""
    angles = 2 * np.pi * np.mod(turns, 1.0)[:, None] * np.arange(1, most + 1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
