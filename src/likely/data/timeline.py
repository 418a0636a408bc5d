"""Rows of a table in the order of time: one series of one or more channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from likely.core.errors import DataError
from likely.data.clock import local_time
from likely.data.clock_column import clock_of
from likely.data.clock_gaps import LONGEST_BRIDGE
from likely.data.end_to_end import end_to_end
from likely.data.entities import telling_apart
from likely.data.epochs import on_the_calendar
from likely.data.even_clock import Laid, lay_out
from likely.data.own_rates import at_own_rates
from likely.data.table import Table

_REPEATED = 0.25  # of the rows with the stamp of another: several series, or a coarse clock
_LEAST_REPEATED = 8


class Stretch(NamedTuple):
    """A part of a series in which the clock has no gap."""

    values: np.ndarray
    """Shape (time, channel), float64, without missing values."""

    local: np.ndarray | None
    """What the clock on the wall shows, shape (time,): microseconds since 1970; None without it."""


@dataclass(frozen=True)
class Timeline:
    """A series, or several one behind the other, and which row of the data each step is.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        In the order of time; NaN where nothing is known.
    channels : tuple of int
        Which column of the table each channel is.
    rows : ndarray of int64, shape (time,)
        Which row of the table each step is; -1 for a step that was put into a small gap.
    size : int
        How many rows the table has.
    moments : ndarray of float64, shape (time,), optional
        Microseconds since 1970, in UTC or on a clock on the wall that names no zone; None without a
        clock.
    zone : str
        The time zone of the clock on the wall; "" where the data name none.
    breaks : tuple of int
        Steps that begin behind a gap in the clock, ascending.
    notes : tuple of str
        What was decided, in sentences for people.
    step : float, optional
        Microseconds from one step to the next; None where they are uneven or unknown.
    calendar : bool
        Whether moments have an hour and a date; else they count from some beginning.
    begins : tuple of int
        The step with which each series begins, ascending; only (0,) if there is one.
    series : tuple of int
        Which series that is, counted from 0, if each is in units of its own; else empty.
    """

    values: np.ndarray = field(repr=False)
    channels: tuple[int, ...]
    rows: np.ndarray = field(repr=False)
    size: int
    moments: np.ndarray | None = field(default=None, repr=False)
    zone: str = ""
    breaks: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    step: float | None = None
    calendar: bool = True
    begins: tuple[int, ...] = (0,)
    series: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def local(self) -> np.ndarray | None:
        """What the clock on the wall shows, shape (time,); None without a clock or a calendar."""
        if self.moments is None or not self.calendar:
            return None
        return local_time(self.moments, self.zone)

    @property
    def wholes(self) -> tuple[slice, ...]:
        """The steps of each series."""
        return tuple(slice(*pair) for pair in pairwise((*self.begins, len(self))))

    @property
    def longest(self) -> int:
        """How many steps the longest series has."""
        return max(steps.stop - steps.start for steps in self.wholes)

    @cached_property
    def known(self) -> np.ndarray:
        """Whether a value is known or bridged from nearby, (time, channel) of bool.

        More than 32 missing values of a channel one after the other are not known: a straight line
        over them says nothing.
        """
        known = ~np.isnan(self.values)
        for steps in self.wholes:
            silent = ~known[steps].any(axis=0)
            for channel in known[steps].T:
                for first, end in _runs(~channel):
                    channel[first:end] = end - first <= LONGEST_BRIDGE
            known[steps, silent] = False
        return known

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Where stretches begin and end: gaps in the clock, and of more than 32 steps in all."""
        silent = [edge for run in _runs(~np.asarray(self.known.any(axis=1))) for edge in run]
        return tuple(sorted({*self.begins, *self.breaks, *silent, len(self)}))

    @property
    def filled(self) -> np.ndarray:
        """The values with gaps bridged by straight lines, (time, channel); 0 where all is one."""
        return self.bridged(np.zeros(len(self.channels)))

    def bridged(self, level: np.ndarray) -> np.ndarray:
        """Return the values with gaps bridged by straight lines, (time, channel).

        Parameters
        ----------
        level : ndarray of shape (channel,)
            What a channel is of which no value is known.
        """
        missing = np.isnan(self.values)
        if not missing.any():
            return self.values
        found = self.values.copy()
        for steps in self.wholes:
            part, gone = found[steps], missing[steps]
            for j in np.flatnonzero(gone.any(axis=0)):
                gaps, seen = np.flatnonzero(gone[:, j]), np.flatnonzero(~gone[:, j])
                part[gaps, j] = np.interp(gaps, seen, part[seen, j]) if len(seen) else level[j]
        return found

    def parts(
        self, least: int, *, across: bool, level: np.ndarray | None = None
    ) -> Iterator[tuple[slice, Stretch]]:
        """Yield the steps and the contents of stretches that have enough steps.

        Parameters
        ----------
        least : int in [1, inf)
            How many steps are enough.
        across : bool
            Whether gaps count as none; no stretch is of two series all the same.
        level : ndarray of shape (channel,), optional
            What a channel is of which no value is known; default: 0.
        """
        values = self.filled if level is None else self.bridged(level)
        local = self.local
        edges = (*self.begins, len(self)) if across else self.edges
        for first, end in pairwise(edges):
            if end - first >= least and (across or self.known[first].any()):
                steps = slice(first, end)
                yield steps, Stretch(values[steps], None if local is None else local[steps])

    def too_broken(self, least: int) -> bool:
        """Say whether stretches of at least so many steps hold less than half of what is known."""
        lengths = np.array(
            [end - first for first, end in pairwise(self.edges) if self.known[first].any()]
        )
        return bool(lengths[lengths >= least].sum() < 0.5 * lengths.sum())

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
        there = self.rows >= 0
        found[self.rows[there]] = by_step[there]
        return found


def in_order(table: Table, time: str | None = None, *, bridge: int = LONGEST_BRIDGE) -> Timeline:
    """Return the rows of a table in the order of its clock.

    Parameters
    ----------
    table : Table
        Every column of numbers or booleans that is used is a channel.
    time : str, optional
        The column that is the clock. Default: the only column of dates, or the one of several that
        is even (`likely.data.clock_column`); without one, rows are in the order of time as they
        come. Numbers are a clock after `with_clock`.
    bridge : int in [0, inf), default 32
        So many missing steps of an even clock are put in at a time, at most. With 0 there is a row
        for every step, and all gaps are breaks.

    Raises
    ------
    DataError
        If no channel is left, the named column holds no dates, or most stamps repeat because rows
        of several series are mixed.

    Notes
    -----
    Rows that share a stamp stay in their order; where a quarter of all do, they are several series,
    which is an error that names the column that tells them apart, or one series whose clock is
    coarse. Up to 32 missing steps of an even clock are put in and bridged; behind a longer gap a
    new stretch begins (`likely.data.even_clock`). If the table says which series each row is of
    (`Table.series`), each is put in its own order, one behind the other.
    """
    if table.series is not None:
        return end_to_end(table, lambda own: in_order(own, time, bridge=bridge))
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
    laid = None if clock is None else _laid_out(table, clock, bridge)
    values = _values(table, channels, None if laid is None else laid.rows)
    infinite = int(np.isinf(values).sum())
    if infinite:
        values = np.where(np.isinf(values), np.nan, values)
        notes.append(f"{infinite:,} values are infinite and count as missing.")
    if clock is None or laid is None:
        return Timeline(values, channels, np.arange(len(table)), len(table), notes=tuple(notes))
    column = table.columns[clock]
    is_row = laid.rows >= 0
    if at_own_rates(laid.moments[is_row], values[is_row]):
        notes.append("Channels seem to be logged at rates of their own: join them onto one clock.")
    return Timeline(
        values,
        channels,
        laid.rows,
        len(table),
        laid.moments,
        column.zone,
        laid.breaks,
        (*notes, *laid.notes),
        laid.step,
        on_the_calendar(column.reading),
    )


def level_of(values: np.ndarray) -> np.ndarray:
    """Return the median of each channel, shape (channel,); 0 where nothing is known."""
    present = [channel[~np.isnan(channel)] for channel in values.T]
    return np.array([float(np.median(channel)) if len(channel) else 0.0 for channel in present])


def _laid_out(table: Table, clock: int, bridge: int) -> Laid:
    """Return rows in the order of a clock, or raise if they are those of several series."""
    moments, column = table.matrix[:, clock], table.columns[clock]
    missing = np.isnan(moments)
    present = moments[~missing] if missing.any() else moments
    rising = bool((present[1:] >= present[:-1]).all())
    ordered = present if rising else np.sort(present)
    repeated = ordered[1:] == ordered[:-1]
    coarse = bool(repeated.sum() >= max(_LEAST_REPEATED, _REPEATED * len(repeated)))
    if coarse:
        name = telling_apart(table, clock)
        if name is not None:
            raise DataError(
                f"Stamps of {column.name!r} repeat: rows of several series are mixed, which "
                f"{name!r} tells apart. Give one at a time, or name it: group={name!r}."
            )
        if not rising:
            raise DataError(
                f"Stamps of {column.name!r} repeat and go back: rows of several series are mixed. "
                "Give one at a time, or a column that tells them apart, and name it by group=."
            )
    naive = column.zone == "" and on_the_calendar(column.reading)
    return lay_out(moments, naive=naive, coarse=coarse, bridge=bridge)


def _values(table: Table, channels: tuple[int, ...], rows: np.ndarray | None) -> np.ndarray:
    """Return channels by step, shape (time, channel); NaN where a step has no row."""
    values = table.matrix[:, list(channels)]
    if rows is None or (len(rows) == len(values) and bool((np.diff(rows) == 1).all())):
        return values
    values = values[rows]
    values[rows < 0] = np.nan
    return values


def _runs(of: np.ndarray) -> list[tuple[int, int]]:
    """Return from where to where a mask of shape (time,) is true."""
    if not of.any():
        return []
    turns = np.flatnonzero(np.diff(of, prepend=False, append=False))
    return list(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))
