"""Event logs as series: how many rows fall into each step of an even clock."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.clock_column import clock_of, with_clock
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.on_steps import OnSteps, steps_between
from likely.data.table import Table, stack
from likely.data.widths import LADDER, width_of, write_width

_AIM = 5.0  # events in the usual step
_MOST_GROUPS = 16
_MOST_STEPS = 500_000
_SHARE = 0.5  # of a step, at least, for its count to be known


def counts(
    log: Any,
    time: str | None = None,
    every: str | float | None = None,
    group: str | None = None,
) -> OnSteps:
    """Return how many rows fall into each step of time.

    Parameters
    ----------
    log : path, dataframe, Table or anything else that `likely.detect` reads
        One row for each event.
    time : str, optional
        The column that says when; default: the only one of dates, or numbers that are moments.
    every : str or float, optional
        The width of a step, such as "1min", or seconds. Default: the shortest of 1 s, 5 s … 1 d,
        1 w in which the median count is at least five.
    group : str, optional
        A column of which the 16 most frequent values are counted in channels of their own, and all
        others in one more.

    Returns
    -------
    OnSteps
        Its table has a date column and one column of counts, "count", or several, "count of a".
        The first and the last step, which the log may cover in part, are not known (NaN), unless
        there are more events than usual in them all the same. `likely.detect` takes that table.

    Raises
    ------
    DataError
        If no column says when, or no row has a time.

    Examples
    --------
    >>> stamps = [1_700_000_000.0 + 7 * i for i in range(100)]
    >>> log = {"ts": stamps, "what": ["a", "b"] * 50}
    >>> found = counts(log, every="1min", group="what")
    >>> found.table.names, found.table.matrix[2].tolist()[1:]
    (['ts', 'count of a', 'count of b'], [4.0, 4.0])
    """
    table = with_clock(as_table(log), time)
    clock = clock_of(table, time)
    if clock is None:
        raise DataError("No column says when an event was. Name it with time=.")
    moments = table.matrix[:, clock]
    known = np.flatnonzero(~np.isnan(moments))
    if not len(known):
        raise DataError(f"No row has a time in {table.names[clock]!r}.")
    present = moments[known]
    width = _width(np.sort(present)) if every is None else width_of(every)
    begins = steps_between(present.min(), present.max(), width)
    of_row = np.full(len(table), -1, dtype=np.int64)
    of_row[known] = np.minimum(np.floor((present - begins[0]) / width), len(begins) - 1)
    names, codes = _groups(table, group)
    cells = of_row[known] * len(names) + codes[known]
    counted = np.bincount(cells, minlength=len(begins) * len(names)).astype(np.float64)
    counted = counted.reshape(len(begins), len(names))
    notes = [*table.notes, f"{len(known):,} events are counted by steps of {write_width(width)}."]
    if _unknown_edges(counted, present.min() - begins[0], present.max() - begins[-1], width):
        notes.append("The first or last step is covered in part; its count is not known.")
    if len(known) < len(table):
        notes.append(f"{len(table) - len(known):,} rows have no time and are not counted.")
    column = table.columns[clock]
    columns = [
        Column(column.name, "date", zone=column.zone),
        *(Column(name, "number", integer=True) for name in names),
    ]
    return OnSteps(stack(columns, [begins, *counted.T], notes=tuple(notes)), of_row, width)


def _width(moments: np.ndarray) -> float:
    """Return the shortest usual width in which the median count of events is at least five."""
    span = moments[-1] - moments[0]
    for width in LADDER:
        steps = span / width
        if steps > _MOST_STEPS or len(moments) < _AIM / 2 * steps:
            continue
        in_steps = np.floor(moments / width)
        held = np.bincount((in_steps - in_steps[0]).astype(np.int64))
        if np.median(held) >= _AIM:
            return width
    return next((w for w in LADDER if span / w <= _MOST_STEPS and span / w < 1000), LADDER[-1])


def _groups(table: Table, group: str | None) -> tuple[list[str], np.ndarray]:
    """Return the names of channels, and which one each row is counted in."""
    if group is None:
        return ["count"], np.zeros(len(table), dtype=np.int64)
    table.check_names([group])
    j = table.names.index(group)
    values, codes, sizes = np.unique(table.matrix[:, j], return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:_MOST_GROUPS]
    rows = [int(np.flatnonzero(codes == code)[0]) for code in order]
    names = [f"count of {table.text(row, j)}" for row in rows]
    channel = np.full(len(values), len(order))
    channel[order] = np.arange(len(order))
    if len(values) > len(order):
        names.append("count of others")
    return names, channel[codes.reshape(-1)]


def _unknown_edges(counted: np.ndarray, before: float, within: float, width: float) -> bool:
    """Make counts of steps that are covered in part NaN, in place, and say whether there are any.

    Counts above the usual one stay: there were at least so many.
    """
    if len(counted) < 4:
        return False
    usual = np.median(counted, axis=0)
    for row, covered in ((counted[0], width - before), (counted[-1], within)):
        if covered < _SHARE * width:
            row[row <= usual] = np.nan
    return bool(np.isnan(counted).any())
