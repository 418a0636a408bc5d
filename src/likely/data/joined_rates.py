"""Channels at rates of their own brought onto one even clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from likely.core.errors import DataError
from likely.data.clock_column import clock_of, evenness, with_clock
from likely.data.column import Column
from likely.data.entities import split_by
from likely.data.frames import as_table
from likely.data.on_steps import OnSteps, steps_between
from likely.data.table import Table, stack
from likely.data.widths import LADDER, width_of, write_width

_CARRIED = 3.0  # own steps of a channel for which its last value holds
_NEAR = 0.05
How = Literal["last", "mean"]


class Joined(NamedTuple):
    """Several tables on one even clock."""

    table: Table
    """The first column is the clock; channels are named like their columns, and like their table
    where a name would stand twice."""

    of_rows: dict[str, np.ndarray]
    """For each table, in which step each of its rows is, shape (n,); -1 for rows without a time."""

    width: float
    """Microseconds from one step to the next."""


class _Channel(NamedTuple):
    column: Column
    moments: np.ndarray  # ascending
    values: np.ndarray  # none is missing
    step: float


def joined(
    tables: Mapping[str, Any],
    every: str | float | None = None,
    how: How = "last",
    limit: float = _CARRIED,
) -> Joined:
    """Return channels of several tables, each with a clock of its own, on one even clock.

    Parameters
    ----------
    tables : mapping of str to path, dataframe, Table or anything else that `likely.detect` reads
        By name; each with a column of dates, or of numbers that are moments.
    every : str or float, optional
        The width of a step, such as "1min", or seconds. Default: the usual step of the channel that
        is logged most often.
    how : {"last", "mean"}, default "last"
        A step has the last value known at its end, or the mean of its values.
    limit : float above 0, default 3
        How many usual steps of a channel its last value holds for; NaN afterwards.

    Raises
    ------
    DataError
        If a table has no clock, there are no numbers, or clocks have different zones.

    Examples
    --------
    >>> fast = {"ts": [1.7e9 + i for i in range(6)], "load": [1.0, 2, 3, 4, 5, 6]}
    >>> slow = {"ts": [1.7e9 + 2 * i for i in range(3)], "heat": [20.0, 21.0, 22.0]}
    >>> joined({"a": fast, "b": slow}).table.matrix[:, 1:].T.tolist()
    [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [20.0, 20.0, 21.0, 21.0, 22.0, 22.0]]
    """
    read = {name: with_clock(as_table(table)) for name, table in tables.items()}
    clocks = {name: _clock(name, table) for name, table in read.items()}
    zones = {read[name].columns[j].zone for name, j in clocks.items()}
    if len(zones) > 1:
        raise DataError(
            f"The clocks are of different time zones ({', '.join(sorted(map(repr, zones)))}). "
            "Convert them to one."
        )
    channels = [one for name, j in clocks.items() for one in _channels(name, read, j)]
    if not channels:
        raise DataError("No column of numbers is left to be a series: all are text, dates or ids.")
    width = _usual_width(channels) if every is None else width_of(every)
    stamps = [read[name].matrix[:, j] for name, j in clocks.items()]
    first = min(float(one.moments[0]) for one in channels)
    begins = steps_between(first, max(float(one.moments[-1]) for one in channels), width)
    values = [_on(begins, width, one, how, limit) for one in channels]
    known = float(np.mean([np.mean(~np.isnan(one)) for one in values]))
    notes = [note for table in read.values() for note in table.notes]
    notes.append(
        f"{len(channels):,} channels are on one clock with steps of {write_width(width)}, by their "
        f"{'last value' if how == 'last' else 'mean'}; {known:.0%} of the values are known."
    )
    clock = read[next(iter(read))].columns[next(iter(clocks.values()))]
    columns = [Column(clock.name, "date", zone=zones.pop()), *(one.column for one in channels)]
    table = stack(columns, [begins, *values], notes=tuple(dict.fromkeys(notes)))
    of_rows = [_steps_of(one, begins, width) for one in stamps]
    return Joined(table, dict(zip(tables, of_rows, strict=True)), width)


def resampled(
    data: Any,
    time: str | None = None,
    every: str | float | None = None,
    how: How = "mean",
    limit: float = _CARRIED,
) -> OnSteps:
    """Return one table on an even clock: rows that come unevenly, or channels at own rates.

    Parameters
    ----------
    data : path, dataframe, Table or anything else that `likely.detect` reads
        With a clock.
    time : str, optional
        The column that is the clock; default: found.
    every : str or float, optional
        The width of a step, such as "1min", or seconds. Default: the usual step of the channel that
        is logged most often; of an uneven clock the next longer of 1 s, 5 s … 1 d, 1 w.
    how : {"mean", "last"}, default "mean"
        A step has the mean of its values, or the last value known at its end.
    limit : float above 0, default 3
        How many usual steps of a channel its last value holds for; NaN afterwards.

    Examples
    --------
    >>> rows = {"ts": [1.7e9 + i for i in range(6)], "load": [1.0, 2, 3, 4, 5, 6]}
    >>> found = resampled(rows, every=2)
    >>> found.table.matrix[:, 1].tolist(), found.of_row.tolist()
    ([1.5, 3.5, 5.5], [0, 0, 1, 1, 2, 2])
    """
    found = joined({"": with_clock(as_table(data), time)}, every, how, limit)
    return OnSteps(found.table, found.of_rows[""], found.width)


def wide(
    data: Any,
    group: str,
    time: str | None = None,
    every: str | float | None = None,
    how: How = "last",
    limit: float = _CARRIED,
) -> OnSteps:
    """Return the series of several entities as channels of one: a time, an entity, a value a row.

    Parameters
    ----------
    data : path, dataframe, Table or anything else that `likely.detect` reads
        Rows of several entities.
    group : str
        The column that says which entity a row belongs to.
    time, every, how, limit
        As in `resampled`.

    Returns
    -------
    OnSteps
        Channels are named "heat (pump 1)"; a row of the data is in the step of its time.

    Examples
    --------
    >>> stamps = [1.7e9 + i // 2 for i in range(6)]
    >>> rows = {"ts": stamps, "pump": ["a", "b"] * 3, "heat": [1.0, 5, 2, 6, 3, 7]}
    >>> found = wide(rows, "pump")
    >>> found.table.names, found.table.matrix[:, 1:].T.tolist()
    (['ts', 'heat (a)', 'heat (b)'], [[1.0, 2.0, 3.0], [5.0, 6.0, 7.0]])
    """
    table = as_table(data)
    entities = split_by(with_clock(table, time), group, least=1)
    found = joined({one.name: one.table for one in entities.parts}, every, how, limit)
    of_row = np.full(len(table), -1, dtype=np.int64)
    for one in entities.parts:
        of_row[one.rows] = found.of_rows[one.name]
    return OnSteps(found.table, of_row, found.width)


def _clock(name: str, table: Table) -> int:
    clock = clock_of(table)
    if clock is None:
        where = f"The table {name!r}" if name else "The table"
        raise DataError(f"{where} has no clock: no column of dates, or several. Name it by time=.")
    return clock


def _channels(name: str, tables: Mapping[str, Table], clock: int) -> list[_Channel]:
    """Return the channels of a table that have a value."""
    table = tables[name]
    every = [n for one in tables.values() for n in one.names]
    found = []
    for j in table.used():
        column, values = table.columns[j], table.matrix[:, j]
        there = np.flatnonzero(~np.isnan(values) & ~np.isnan(table.matrix[:, clock]))
        if j == clock or column.kind not in ("number", "boolean") or not len(there):
            continue
        order = there[np.argsort(table.matrix[there, clock], kind="stable")]
        moments = table.matrix[order, clock]
        steps = np.diff(moments)
        step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
        title = column.name if every.count(column.name) == 1 else f"{column.name} ({name})"
        found.append(_Channel(Column(title, "number"), moments, values[order], step))
    return found


def _usual_width(channels: list[_Channel]) -> float:
    """Return the usual step of the fastest channel; a round one if that is uneven."""
    fastest = min((one for one in channels if one.step > 0), key=lambda c: c.step, default=None)
    if fastest is None:
        return 1e6
    if evenness(fastest.moments) >= 0.5:
        return fastest.step
    return next((width for width in LADDER if width >= fastest.step), fastest.step)


def _on(begins: np.ndarray, width: float, channel: _Channel, how: How, limit: float) -> np.ndarray:
    """Return a channel by step, shape (step,)."""
    if how == "mean":
        steps = _steps_of(channel.moments, begins, width)
        held = np.bincount(steps, minlength=len(begins))
        sums = np.bincount(steps, channel.values, len(begins))
        return np.divide(sums, held, out=np.full(len(begins), np.nan), where=held > 0)
    ends = begins + width
    last = np.searchsorted(channel.moments, ends) - 1
    old = ends - channel.moments[np.maximum(last, 0)]
    holds = (last >= 0) & (old <= limit * max(channel.step, width) + width * (1 + _NEAR))
    return np.where(holds, channel.values[np.maximum(last, 0)], np.nan)


def _steps_of(moments: np.ndarray, begins: np.ndarray, width: float) -> np.ndarray:
    """Return in which step each moment is, shape (n,); -1 for those missing or outside."""
    steps = np.floor((np.where(np.isnan(moments), -np.inf, moments) - begins[0]) / width)
    return np.where((steps >= 0) & (steps < len(begins)), steps, -1).astype(np.int64)
