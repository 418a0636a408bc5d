"""Search all pairs of windows for the best of each: nominated in half as wide numbers, then exact.

In float32 a tile takes half the time. Correlations there are only good enough to nominate: every
pair whose correlation may be the best of its row or column, given a bound on rounding, is computed
again from its two windows. A tile is read once for the highest of each column, and again only where
a row of it, or the column, could use that. Where rounding leaves too many open (the same shape over
and over, or spreads that differ widely), the rectangle is done again in float64. Windows that are
much smaller than others beside them are left to `direct_products`.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import local

import numpy as np

from likely.core.threads import in_parallel
from likely.series.covariance_tiles import COLUMNS, PIECE, ROWS, Task, Tiles
from likely.series.z_windows import correlations

_UNIT = 4096
"""Rows after which a thread hands in what it found."""

_ROUNDING = 4e-6
"""Six standard deviations of what 256 steps in float32 do to a correlation."""

_WIDEST = 1e-3
"""Where rounding may be larger, nominating is no use."""

_FEW = 32
"""The best of so many columns tell what a row has at least, where nothing is known of it."""

_UNSEEN = np.float32(-2)
"""Less than any correlation."""

_MOST = 8
"""More nominations for each window of a rectangle are not worth their exact products."""


def correlate(task: Task, since: int = 0, tile: tuple[int, int] = (ROWS, COLUMNS)) -> None:
    """Offer every window its best correlated ones, leaving out hard and unusable windows.

    Parameters
    ----------
    task : Task
        Pairs, and where results go.
    since : int, default 0
        Only columns from here on.
    tile : pair of int, default (32, 8192)
        Rows and columns of a tile; results do not depend on it but for rounding.
    """
    held = local()
    seen = _Seen(task)

    def work(part: tuple[int, int, int, int]) -> None:
        if not hasattr(held, "search"):
            held.search = _Search(task, tile, seen)
        held.search.sweep(*part)

    in_parallel(work, _units(task, since, tile[1]))


def _units(task: Task, since: int, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield rectangles as first and last row, first and last column."""
    for c1 in range(len(task.columns), since, -width):
        c0 = max(since, c1 - width)
        last = len(task.rows) if task.gap is None else min(len(task.rows), c1 - task.gap)
        for r0 in range(0, last, _UNIT):
            yield r0, min(r0 + _UNIT, last), c0, c1


class _Seen:
    """The best correlations in float32 that any thread has seen.

    Threads write here at the same time. What is lost by that lets a few more nominations through,
    and changes no result.
    """

    def __init__(self, task: Task) -> None:
        self.rows, self.columns = (
            np.where(of.usable, _UNSEEN, np.float32(np.inf)) for of in (task.rows, task.columns)
        )
        self.rows[task.rows.hard] = self.columns[task.columns.hard] = np.inf  # not sought here


class _Search:
    """What one thread does with its tiles."""

    def __init__(self, task: Task, shape: tuple[int, int], seen: _Seen) -> None:
        self.task, self.shape, self.seen = task, shape, seen
        self.quick = Tiles(task, shape, np.float32)
        self.whole: Tiles | None = None

    def sweep(self, r0: int, r1: int, c0: int, c1: int) -> None:
        """Search a rectangle of rows and columns, and hand in what was found."""
        if not self._nominated(r0, r1, c0, c1):
            self.whole = self.whole or Tiles(self.task, self.shape, np.float64)
            self._search(self.whole, r0, r1, c0, c1)

    def _nominated(self, r0: int, r1: int, c0: int, c1: int) -> bool:
        """Search in float32; return False, and do nothing, if that is no use here."""
        rows, columns = self.task.rows, self.task.columns
        if not (rows.alike and columns.alike):
            return False
        one, other = rows.calm[r0:r1], columns.calm[c0:c1]
        if _ROUNDING * one.max() * other.max() > _WIDEST:
            return False
        slack = 2 * _ROUNDING * one * other.max(), 2 * _ROUNDING * other * one.max()
        slack = slack[0].astype(np.float32), slack[1].astype(np.float32)
        pairs: list[tuple[np.ndarray, ...]] = []
        left = _MOST * (r1 - r0 + c1 - c0)
        for top, first, found in self.quick.of(r0, r1, c0, c1):
            of = slack[0][top - r0 :], slack[1][first - c0 :]
            row, column, correlation = self._nominate(found, top, first, *of)
            pairs.append((top + row, first + column, correlation))
            left -= len(row)
            if left < 0:
                return False
        if pairs:
            row, column, found = (np.concatenate(part) for part in zip(*pairs, strict=True))
            still = found >= self.seen.rows[row] - slack[0][row - r0]
            still |= found >= self.seen.columns[column] - slack[1][column - c0]
            self._settle(row[still], column[still])
        return True

    def _nominate(
        self, found: np.ndarray, top: int, first: int, of_rows: np.ndarray, of_columns: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows, columns and correlations that may be the best of their row or column.

        One pass finds the highest of each column. Where no row of the tile could use it, and the
        column neither, the column is not looked at again.
        """
        high, wide = found.shape
        scale = self.quick.column_scale[first : first + wide]
        highest = found.max(axis=0)
        highest *= scale
        best = self.seen.rows[top : top + high]
        if best.min() == _UNSEEN:
            here = _good_columns(highest)
            np.maximum(best, (found.take(here, axis=1) * scale[here]).max(axis=1), out=best)
        least = np.full(wide, np.inf, np.float32)
        if self.task.of_columns is not None:
            of = self.seen.columns[first : first + wide]
            np.maximum(of, highest, out=of)
            least = of - of_columns[:wide]
        here = np.flatnonzero(highest >= np.minimum(least, (best - of_rows[:high]).min()))
        some = found.take(here, axis=1) * scale[here]
        np.maximum(best, some.max(axis=1, initial=_UNSEEN), out=best)
        enough = best - of_rows[:high]
        good = np.flatnonzero(some >= np.minimum(enough[:, None], least[here]))
        row, at = np.divmod(good, max(len(here), 1))
        return row, here[at], some[row, at]

    def _settle(self, rows: np.ndarray, columns: np.ndarray) -> None:
        """Compute nominated pairs from their windows, and offer each to both."""
        keys = np.unique(rows * len(self.task.columns) + columns)
        rows, columns = np.divmod(keys, len(self.task.columns))
        exact = correlations(self.task.rows, self.task.columns, rows, columns)
        self.task.of_rows.offer(*_best(rows, exact, columns))
        if self.task.of_columns is not None:
            self.task.of_columns.offer(*_best(columns, exact, rows))

    def _search(self, tiles: Tiles, r0: int, r1: int, c0: int, c1: int) -> None:
        """Search in float64."""
        best, at = np.full(c1 - c0, -np.inf), np.full(c1 - c0, -1, dtype=np.int64)
        for top, first, found in tiles.of(r0, r1, c0, c1):
            found *= tiles.column_scale[first : first + found.shape[1]]
            where = found.argmax(axis=1)
            highest = found[np.arange(len(found)), where]
            self.task.of_rows.offer(slice(top, top + len(found)), highest, first + where)
            if self.task.of_columns is not None:
                highest = found.max(axis=0)
                here = np.flatnonzero(highest > best[first - c0 :])
                at[first - c0 + here] = top + found[:, here].argmax(axis=0)
                best[first - c0 + here] = highest[here]
        if self.task.of_columns is not None:
            self.task.of_columns.offer(slice(c0, c1), best, at)


def _good_columns(highest: np.ndarray) -> np.ndarray:
    """Return columns of a tile with a high correlation, one of every few that stand together."""
    wide = len(highest)
    if wide % PIECE:
        return np.arange(wide)
    return highest.reshape(-1, _FEW).argmax(axis=1) + np.arange(0, wide, _FEW)


def _best(
    of: np.ndarray, correlation: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each window once, with its best correlation and the first position that has it."""
    order = np.lexsort((other, -correlation, of))
    which, first = np.unique(of[order], return_index=True)
    return which, correlation[order[first]], other[order[first]]
