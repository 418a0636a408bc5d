"""Which column of a table is its clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.epochs import epoch_of, from_numbers, on_the_calendar, says
from likely.data.table import Table

_WORDS = frozenset(
    {"timestamp", "timestamps", "time", "times", "ts", "date", "datetime", "epoch", "unix",
     "unixtime", "utc", "posix", "when", "moment", "stamp", "clock"}
)  # fmt: skip
_COUNTED = frozenset({"t", "sec", "secs", "second", "seconds", "elapsed", "uptime"})
_BESIDE = frozenset({"s", "ms", "us", "ns", "min", "h", "since", "start"})
_EVEN = 0.1
_MOSTLY = 0.5
_UNIQUE = 0.95
_NARROW = 0.3
"""Moments of one table lie close together beside 1970; durations, counts and prices do not."""

_LEAST = 3  # rows that tell whether numbers are a clock by themselves
_ASIDE = "another clock"


class _Order(NamedTuple):
    """How a column of moments lies in the rows."""

    unique: float
    ascending: bool
    even: float
    known: float


def clock_of(table: Table, time: str | None = None) -> int | None:
    """Return which column of dates is the clock; None if none is, or several are alike.

    Parameters
    ----------
    table : Table
        Numbers that are a clock are one after `with_clock`.
    time : str, optional
        The column's name. Default: the only column of dates that is looked at; of several the one
        whose moments are hardly ever repeated and the most even.

    Raises
    ------
    DataError
        If the named column holds no dates.
    """
    if time is not None:
        table.check_names([time])
        position = table.names.index(time)
        if table.columns[position].kind != "date":
            raise DataError(f"The time column {time!r} holds no dates.")
        return position
    dates = [j for j, column in enumerate(table.columns) if _is_date(column)]
    return dates[0] if len(dates) == 1 else _best(table, dates)


def with_clock(table: Table, time: str | None = None) -> Table:
    """Return the table with its clock as the only column of dates that is looked at.

    Numbers that are moments become dates, and a note says how they were read: seconds,
    milliseconds, microseconds or nanoseconds since 1970, or days as 20260301, if they never fall
    and are even, or if the column's name is one of time; other numbers that rise from row to row if
    the whole name means time, such as `t` or `time (s)`. Another clock is set aside.

    Parameters
    ----------
    table : Table
        Any; it is returned as it is if it has no clock.
    time : str, optional
        The column that is the clock; default: found.

    Raises
    ------
    DataError
        If there is no such column, or it holds text.

    Examples
    --------
    >>> rows = {"ts": [1_700_000_000 + 60 * i for i in range(5)], "load": [1.0, 2.0, 1.0, 3.0, 2.0]}
    >>> from likely.data.frames import as_table
    >>> table = with_clock(as_table(rows))
    >>> table.columns[0].kind, table.text(1, 0)
    ('date', '2023-11-14 22:14:20')
    """
    numbers = {} if time is not None else _number_clocks(table)
    if time is not None:
        table.check_names([time])
        position = table.names.index(time)
        if table.columns[position].kind == "number":
            numbers = {position: _named_reading(table, position)}
    clock = clock_of(table, time) if not numbers or time is None else None
    dated = any(_is_date(column) for column in table.columns)
    if clock is None and numbers and not (dated and time is None):
        clock = next(iter(numbers))
        table = _read(table, clock, numbers[clock])
    if clock is None:
        return table
    others = [j for j, c in enumerate(table.columns) if j != clock and _is_date(c)]
    others += [j for j in numbers if j != clock and table.columns[j].kind == "number"]
    return _alone(table, clock, others)


def evenness(moments: np.ndarray) -> float:
    """Return the share of steps that are the usual one within 10 %; 0 where most are zero.

    Parameters
    ----------
    moments : ndarray of float64, shape (n,)
        Ascending, without missing values.
    """
    steps = np.diff(moments)
    if not len(steps):
        return 0.0
    usual = float(np.median(steps))
    return float(np.mean(np.abs(steps - usual) <= _EVEN * usual)) if usual > 0 else 0.0


def names_time(name: str) -> bool:
    """Whether a word of the name says that the column is a time: `ts`, `event_time`, `unixTime`."""
    return not _WORDS.isdisjoint(_words(name))


def _means_time(name: str) -> bool:
    """Whether all words of the name do: `t`, `time (s)`, `elapsed_seconds`."""
    words, times = set(_words(name)), _WORDS | _COUNTED
    return words <= times | _BESIDE and not words.isdisjoint(times)


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall("[a-z]+", apart.lower()) or [""]


def _is_date(column: Column) -> bool:
    return column.kind == "date" and column.used


def _best(table: Table, dates: Sequence[int]) -> int | None:
    """Return which of several columns of dates is hardly ever repeated, and the most even."""
    orders = {j: _order_of(table.matrix[:, j]) for j in dates}
    fit = {
        j: order
        for j, order in orders.items()
        if min(order.unique, order.known) >= _UNIQUE and (order.even >= _MOSTLY or order.ascending)
    }
    if not fit:
        return None
    return max(fit, key=lambda j: (round(fit[j].even, 2), fit[j].ascending, -j))


def _order_of(moments: np.ndarray) -> _Order:
    present = moments[~np.isnan(moments)]
    ordered = np.sort(present)
    steps = np.diff(ordered)
    return _Order(
        float((steps > 0).mean()) if len(steps) else 1.0,
        bool((np.diff(present) >= 0).all()),
        evenness(ordered),
        len(present) / max(1, len(moments)),
    )


def _number_clocks(table: Table) -> dict[int, str]:
    """Return how columns of numbers that are clocks are read, by position."""
    found = {
        j: reading
        for j, column in enumerate(table.columns)
        if column.kind == "number"
        and column.set_aside in ("", "id-like")
        and (reading := _reading(column, table.matrix[:, j], table.named))
    }
    best = sorted(
        found, key=lambda j: (not on_the_calendar(found[j]), not names_time(table.names[j]), j)
    )
    return {j: found[j] for j in best}


def _reading(column: Column, values: np.ndarray, named: bool) -> str:
    """Return how a column of numbers is read as a clock; "" if it is none."""
    if len(values) < _LEAST or not (values[-1] > values[0] or (named and names_time(column.name))):
        return ""  # said first, for it is quick
    present = values[~np.isnan(values)]
    if len(present) < max(_LEAST, _UNIQUE * len(values)) or not np.isfinite(present).all():
        return ""
    rising = bool((present[1:] > present[:-1]).all())
    epoch = epoch_of(present)
    if not epoch and named and rising and _means_time(column.name):
        return "elapsed:s"
    if not (named and names_time(column.name)):
        return epoch if rising and epoch and evenness(present) >= _MOSTLY else ""
    narrow = np.ptp(present) < _NARROW * present.max()
    if epoch and narrow:
        return epoch
    return ""


def _named_reading(table: Table, position: int) -> str:
    """Return how a column of numbers that the user calls the clock is read."""
    values = table.matrix[:, position]
    present = values[~np.isnan(values)]
    epoch = epoch_of(present)
    if not epoch and (not len(present) or len(np.unique(present)) < _MOSTLY * len(present)):
        raise DataError(
            f"The time column {table.names[position]!r} holds no dates, and its numbers repeat. "
            "Name a column of dates, or of numbers that rise with time."
        )
    return epoch or "elapsed:s"


def _read(table: Table, position: int, reading: str) -> Table:
    """Return the table with a column of numbers read as dates."""
    old = table.columns[position]
    zone = "UTC" if reading not in ("epoch:ymd", "elapsed:s") else ""
    column = replace(old, kind="date", reading=reading, zone=zone, integer=False, set_aside="")
    matrix = table.matrix.copy()
    matrix[:, position] = from_numbers(matrix[:, position], reading)
    columns = (*table.columns[:position], column, *table.columns[position + 1 :])
    notes = [note for note in table.notes if not note.startswith(f"column {old.name!r} is set")]
    said = f"The clock is the column {old.name!r}, read as {says(reading)}."
    return replace(table, matrix=matrix, columns=columns, notes=(*notes, said))


def _alone(table: Table, clock: int, others: Sequence[int]) -> Table:
    """Return the table with other clocks set aside."""
    columns = list(table.columns)
    if not columns[clock].used:
        columns[clock] = replace(columns[clock], set_aside="")
    elif not others:
        return table
    notes = list(table.notes)
    if others:
        for j in others:
            columns[j] = replace(columns[j], set_aside=_ASIDE)
        names = ", ".join(repr(table.names[j]) for j in others)
        notes.append(
            f"The clock is the column {table.names[clock]!r}; not looked at, as other clocks or "
            f"dates: {names}."
        )
    return replace(table, columns=tuple(columns), notes=tuple(notes))
