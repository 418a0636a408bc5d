"""Rows of a table in the order of time: one series of one or more channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from likely.core.errors import DataError
from likely.data.clock import local_time
from likely.data.table import Table

_GAP = 1.5
"""A step of the clock longer than so many usual ones is a gap."""

_EVEN = 0.1
_MOSTLY = 0.5


class Stretch(NamedTuple):
    """A part of a series in which the clock has no gap."""

    values: np.ndarray
    """Shape (time, channel), float64, without missing values."""

    local: np.ndarray | None
    """What the clock on the wall shows, shape (time,): microseconds since 1970; None without it."""


@dataclass(frozen=True)
class Timeline:
    """A series, and which row of the data each of its steps is.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        In the order of time; NaN where nothing is known.
    channels : tuple of int
        Which column of the table each channel is.
    rows : ndarray of int64, shape (time,)
        Which row of the table each step is.
    size : int
        How many rows the table has.
    moments : ndarray of float64, shape (time,), optional
        Microseconds since 1970 in UTC; None without a clock.
    zone : str
        The time zone of the clock on the wall; "" where the data name none.
    breaks : tuple of int
        Steps that begin behind a gap in the clock, ascending.
    notes : tuple of str
        What was decided, in sentences for people.
    """

    values: np.ndarray = field(repr=False)
    channels: tuple[int, ...]
    rows: np.ndarray = field(repr=False)
    size: int
    moments: np.ndarray | None = field(default=None, repr=False)
    zone: str = ""
    breaks: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def filled(self) -> np.ndarray:
        """The values with gaps bridged by straight lines, (time, channel); 0 where all is one."""
        known = ~np.isnan(self.values)
        if known.all():
            return self.values
        found, steps = self.values.copy(), np.arange(len(self))
        for channel, there in zip(found.T, known.T, strict=True):
            seen = np.flatnonzero(there)
            lines = np.interp(steps, seen, channel[seen]) if len(seen) else np.zeros(len(self))
            channel[~there] = lines[~there]
        return found

    def parts(self, least: int, *, across: bool) -> Iterator[tuple[slice, Stretch]]:
        """Yield the steps and the contents of stretches that have enough steps.

        Parameters
        ----------
        least : int in [1, inf)
            How many steps are enough.
        across : bool
            Whether gaps in the clock count as none.
        """
        values = self.filled
        local = None if self.moments is None else local_time(self.moments, self.zone)
        edges = (0, *(() if across else self.breaks), len(self))
        for first, end in pairwise(edges):
            if end - first >= least:
                steps = slice(first, end)
                yield steps, Stretch(values[steps], None if local is None else local[steps])

    def too_broken(self, least: int) -> bool:
        """Say whether stretches of at least so many steps hold less than half of all steps."""
        lengths = np.diff([0, *self.breaks, len(self)])
        return bool(lengths[lengths >= least].sum() < 0.5 * len(self))

    def onto_rows(self, by_step: np.ndarray, elsewhere: float) -> np.ndarray:
        """Return what is known of steps for every row of the table.

        Parameters
        ----------
        by_step : ndarray of shape (time,)
            In the order of time.
        elsewhere : float
            For rows that have no time.
        """
        found = np.full(self.size, elsewhere, dtype=np.float64)
        found[self.rows] = by_step
        return found


def in_order(table: Table, time: str | None = None) -> Timeline:
    """Return the rows of a table in the order of its clock.

    Parameters
    ----------
    table : Table
        Every column of numbers or booleans that is used is a channel.
    time : str, optional
        The column that is the clock. Default: the only column of dates; without one, rows are in
        the order of time as they come.

    Raises
    ------
    DataError
        If no channel is left, or the named column holds no dates.
    """
    clock = clock_of(table, time)
    channels = tuple(
        j for j in table.used() if table.columns[j].kind in ("number", "boolean") and j != clock
    )
    if not channels:
        raise DataError("No column of numbers is left to be a series: all are text, dates or ids.")
    left = [table.names[j] for j in table.used() if j not in channels and j != clock]
    notes = list(table.notes)
    if left:
        notes.append(f"Columns without numbers are no channels of a series: {', '.join(left)}.")
    rows, breaks, moments = np.arange(len(table)), (), None
    if clock is not None:
        rows, breaks, more = _in_time(table.matrix[:, clock])
        moments = table.matrix[rows, clock]
        notes += more
    values = table.matrix[rows[:, None], list(channels)]
    zone = "" if clock is None else table.columns[clock].zone
    return Timeline(values, channels, rows, len(table), moments, zone, breaks, tuple(notes))


def clock_of(table: Table, time: str | None = None) -> int | None:
    """Return which column is the clock: the named one, or the only one of dates; else None."""
    dates = [j for j, column in enumerate(table.columns) if column.kind == "date"]
    if time is None:
        return dates[0] if len(dates) == 1 else None
    table.check_names([time])
    position = table.names.index(time)
    if position not in dates:
        raise DataError(f"The time column {time!r} holds no dates.")
    return position


def _in_time(moments: np.ndarray) -> tuple[np.ndarray, tuple[int, ...], list[str]]:
    """Return rows in the order of time, the steps that begin behind gaps, and what to say."""
    known = np.flatnonzero(~np.isnan(moments))
    rows = known[np.argsort(moments[known], kind="stable")]
    notes = []
    if len(rows) < len(moments):
        notes.append(f"{len(moments) - len(rows):,} rows have no time and are in no window.")
    steps = np.diff(moments[rows])
    if not len(steps):
        return rows, (), notes
    usual = even_step(steps)
    if usual is None:
        notes.append("The steps of the clock are uneven; windows count rows and not hours.")
        return rows, (), notes
    breaks = tuple((np.flatnonzero(is_gap(steps, usual)) + 1).tolist())
    if breaks:
        gaps = "1 gap" if len(breaks) == 1 else f"{len(breaks):,} gaps"
        notes.append(f"The clock has {gaps}; no window crosses one.")
    return rows, breaks, notes


def even_step(steps: np.ndarray) -> float | None:
    """Return the usual step of a clock from its steps, at least one; None if they are uneven."""
    usual = float(np.median(steps))
    even = usual > 0 and np.mean(np.abs(steps - usual) <= _EVEN * usual) >= _MOSTLY
    return usual if even else None


def is_gap(steps: np.ndarray, usual: float) -> np.ndarray:
    """Say which steps of a clock are gaps."""
    return steps > _GAP * usual


def is_series(table: Table, time: str | None = None) -> tuple[bool, str]:
    """Say whether rows look like moments of one series, and why."""
    clock = clock_of(table, time)
    if clock is None or len(table) < 100:
        return False, "no clock"
    used = [j for j in table.used() if j != clock]
    channels = [j for j in used if table.columns[j].kind in ("number", "boolean")]
    if not channels or 2 * len(channels) < len(used):
        return False, "few numbers"
    moments = np.sort(table.matrix[:, clock])
    steps = np.diff(moments[~np.isnan(moments)])
    usual = float(np.median(steps)) if len(steps) else 0.0
    even = usual > 0 and np.mean(np.abs(steps - usual) <= 0.1 * usual) > 0.9
    return bool(even), "an even clock"
