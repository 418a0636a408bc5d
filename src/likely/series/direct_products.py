"""Correlations of a few windows with all others by matrix products of the windows themselves.

It is as exact as the windows are, whatever stands beside them, but costs m operations a pair.
"""

from __future__ import annotations

import numpy as np

from likely.core.threads import in_parallel
from likely.series.covariance_tiles import COLUMNS, Task
from likely.series.z_windows import ZWindows

_ROWS = 128


def correlate_hard(task: Task, since: int = 0, width: int = COLUMNS) -> None:
    """Offer all pairs that have a hard window in them; see `all_pairs.correlate`."""
    parts = [
        (which, slice(c0, min(c0 + width, len(task.columns))), True)
        for which in _lots(task.rows)
        for c0 in range(since, len(task.columns), width)
    ] + [
        (which[which >= since], slice(r0, min(r0 + width, len(task.rows))), False)
        for which in _lots(task.columns)
        for r0 in range(0, len(task.rows), width)
    ]

    def work(part: tuple[np.ndarray, slice, bool]) -> None:
        which, others, are_rows = part
        if are_rows:
            _block(task, which, np.arange(len(task.columns))[others])
        else:
            _block(task, np.arange(len(task.rows))[others], which)

    in_parallel(work, [part for part in parts if len(part[0])])


def _lots(windows: ZWindows) -> list[np.ndarray]:
    """Return the positions of hard windows, a few at a time."""
    return [windows.hard[a : a + _ROWS] for a in range(0, len(windows.hard), _ROWS)]


def _block(task: Task, rows: np.ndarray, columns: np.ndarray) -> None:
    """Correlate rows with columns, and offer each the best of the other."""
    if task.gap is not None and columns[-1] - rows[0] < task.gap:
        return  # all columns are too early for all rows
    found = task.rows.of(rows) @ task.columns.of(columns).T  # (row, column)
    found[:, ~task.columns.usable[columns]] = -np.inf
    found[~task.rows.usable[rows]] = -np.inf
    if task.gap is not None:
        found[columns[None, :] - rows[:, None] < task.gap] = -np.inf
    where = found.argmax(axis=1)
    task.of_rows.offer(rows, found[np.arange(len(rows)), where], columns[where])
    if task.of_columns is not None:
        where = found.argmax(axis=0)
        task.of_columns.offer(columns, found[where, np.arange(len(columns))], rows[where])
