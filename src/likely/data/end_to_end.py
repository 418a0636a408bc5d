"""Several series of one table, one behind the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from likely.core.errors import DataError
from likely.data.table import Table

if TYPE_CHECKING:
    from likely.data.timeline import Timeline

_SAME_STEP = 0.01
_MOST_TOLD = 5


def end_to_end(table: Table, in_order: Callable[[Table], Timeline]) -> Timeline:
    """Return the rows of each series of a table in its order, series by series.

    Parameters
    ----------
    table : Table
        Its `series` says which series each row is of; rows of none are in no step.
    in_order : callable
        Puts the rows of one series in order.

    Raises
    ------
    DataError
        If no row is of any series, or one of them cannot be put in order.
    """
    codes, every = rows_of_each(table)
    found = []
    for code, own in zip(codes.tolist(), every, strict=True):
        try:
            part = in_order(replace(table.take(own), series=None))
        except DataError as error:
            raise DataError(f"In one of {len(every):,} series: {error}") from error
        if len(part):
            found.append((code, own, part))
    if not found:
        raise DataError("No row with a time belongs to a series.")
    codes, rows, parts = zip(*found, strict=True)
    begins = np.cumsum([0, *map(len, parts)])[:-1].tolist()
    moments = [part.moments for part in parts if part.moments is not None]
    breaks = [
        begin + step for begin, part in zip(begins, parts, strict=True) for step in part.breaks
    ]
    there = [
        np.where(part.rows >= 0, own[np.maximum(part.rows, 0)], -1)
        for own, part in zip(rows, parts, strict=True)
    ]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        rows=np.concatenate(there),
        size=len(table),
        moments=np.concatenate(moments) if len(moments) == len(parts) else None,
        breaks=tuple(breaks),
        notes=_together([part.notes for part in parts]),
        step=_common([part.step for part in parts]),
        begins=tuple(begins),
        series=codes,
    )


def rows_of_each(table: Table) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return which series a table has, ascending, and the rows of each.

    Examples
    --------
    >>> table = Table(np.empty((4, 0)), (), series=np.array([1, 0, 1, -1]))
    >>> codes, rows = rows_of_each(table)
    >>> codes.tolist(), [own.tolist() for own in rows]
    ([0, 1], [[1], [0, 2]])
    """
    series = np.zeros(len(table), dtype=np.int64) if table.series is None else table.series
    order = np.argsort(series, kind="stable")
    order = order[np.searchsorted(series[order], 0) :]
    codes, first = np.unique(series[order], return_index=True)
    return codes, np.split(order, first[1:]) if len(codes) else []


def _common(steps: Sequence[float | None]) -> float | None:
    """Return the step of the clock if it is the same in all series."""
    known = np.array([step for step in steps if step is not None])
    if len(known) < len(steps) or np.ptp(known) > _SAME_STEP * known[0]:
        return None
    return float(known[0])


def _together(notes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what was decided about all series, and of what differs the most frequent."""
    counts = Counter(note for own in notes for note in dict.fromkeys(own))
    told = [note for note, count in counts.items() if count == len(notes)]
    some = [(note, count) for note, count in counts.most_common() if count < len(notes)]
    told += [f"In {count:,} of {len(notes):,} series: {note}" for note, count in some[:_MOST_TOLD]]
    left = len(some) - _MOST_TOLD
    if left > 0:
        what = "1 further note is" if left == 1 else f"{left:,} further notes are"
        told.append(f"{what} about single series and not told here.")
    return tuple(told)
