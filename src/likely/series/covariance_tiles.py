"""Correlations of all pairs of windows, tile by tile, by a recursion along diagonals.

The covariance of windows i and j is that of i - 1 and j - 1 plus two products (SCAMP, Zimmerman et
al., 2019). For a tile of rows and columns all those products are one thin matrix product, and the
recursion is one addition a row; so a pair costs a few passes over memory that stays in the cache,
whatever the window. The recursion starts anew from exact products every 256 rows, and windows that
are much smaller than others before them are left to `direct_products`.

Zimmerman, Z., Kamgar, K., Senobari, N. S., Crites, B., Funning, G., Brisk, P. & Keogh, E. (2019).
Matrix Profile XIV: scaling time series motif discovery with GPUs. ACM SoCC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import local

import numpy as np

from likely.core.threads import in_parallel
from likely.series.nearest_windows import Nearest
from likely.series.z_windows import RESTART, ZWindows

ROWS = 32
COLUMNS = 4096
"""Two tiles of this size fit into the second cache of most processors."""

_UNIT = 4096  # rows after which a thread hands in what it found


@dataclass(frozen=True)
class Task:
    """Which pairs are correlated, and who hears of it.

    Parameters
    ----------
    rows, columns : ZWindows
        Of one series twice, or of two.
    gap : int or None
        Only pairs whose column is at least so far behind their row; None: all pairs.
    of_rows : Nearest
        Best column of each row.
    of_columns : Nearest or None
        Best row of each column.
    """

    rows: ZWindows
    columns: ZWindows
    gap: int | None
    of_rows: Nearest
    of_columns: Nearest | None


def correlate(task: Task, since: int = 0, tile: tuple[int, int] = (ROWS, COLUMNS)) -> None:
    """Offer every window its best correlated ones, leaving out hard and unusable windows.

    Parameters
    ----------
    task : Task
        Pairs, and where results go.
    since : int, default 0
        Only columns from here on.
    tile : pair of int, default (32, 4096)
        Rows and columns of a tile; results do not depend on it but for rounding.
    """
    parts = list(_units(task, since, tile[1]))
    if parts:
        held = local()

        def work(part: tuple[int, int, int, int]) -> None:
            if not hasattr(held, "strip"):
                held.strip = _Strip(task, tile)
            held.strip.sweep(*part)

        in_parallel(work, parts)


def _units(task: Task, since: int, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield rectangles as first and last row, first and last column, largest first."""
    for c1 in range(len(task.columns), since, -width):
        c0 = max(since, c1 - width)
        last = len(task.rows) if task.gap is None else min(len(task.rows), c1 - task.gap)
        for r0 in range(0, last, _UNIT):
            yield r0, min(r0 + _UNIT, last), c0, c1


class _Strip:
    """Memory and work of one thread."""

    def __init__(self, task: Task, tile: tuple[int, int]) -> None:
        self.task, (self.height, width) = task, tile
        self.covariance, self.correlation = np.empty((2, *tile))
        self.carry = np.empty(width)  # last row of the tile above
        self.gap = -(1 << 60) if task.gap is None else task.gap
        rows, columns = task.rows, task.columns
        self.left = np.column_stack(rows.steps)  # (row, 2)
        self.right = np.vstack(columns.steps[::-1])  # (2, column)
        self.no_row = ~rows.usable
        self.no_column = ~columns.usable
        self.no_row[rows.hard] = True
        self.no_column[columns.hard] = True

    def sweep(self, r0: int, r1: int, c0: int, c1: int) -> None:
        """Go down a rectangle of rows and columns, and hand in what was found."""
        self.c0, self.c1 = c0, c1
        self.skip = np.flatnonzero(self.no_column[c0:c1])
        self.best = np.full(c1 - c0, -np.inf)
        self.at = np.full(c1 - c0, -1, dtype=np.int64)
        found, where = np.full(r1 - r0, -np.inf), np.full(r1 - r0, -1, dtype=np.int64)
        for start in range(r0, r1, RESTART):
            stop = min(start + RESTART, r1)
            for top in range(start, stop, self.height):
                here = slice(top - r0, min(top + self.height, stop) - r0)
                found[here], where[here] = self._tile(start, stop, top)
        if self.task.of_columns is None:
            scale = self.task.rows.scale[r0:r1]  # was left out, as no column needed it
            np.multiply(found, scale, out=found, where=scale > 0)
        self.task.of_rows.offer(slice(r0, r1), found, where)
        if self.task.of_columns is not None:
            self.task.of_columns.offer(slice(c0, c1), self.best, self.at)

    def _tile(self, start: int, stop: int, top: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the best of each row of one tile, and keep those of columns."""
        end = min(top + self.height, stop)
        first = max(0, top + self.gap - self.c0)  # columns before it are no pairs of any row
        covariance = self._covariances(start, stop, top, end, first)
        scaled = self.correlation[: end - top, : self.c1 - self.c0 - first]
        np.multiply(covariance, self.task.columns.scale[self.c0 + first : self.c1], out=scaled)
        if self.task.of_columns is not None:
            scaled *= self.task.rows.scale[top:end, None]
        self._rule_out(scaled, top, end, first)
        where = scaled.argmax(axis=1)
        found = scaled[np.arange(end - top), where]
        if self.task.of_columns is not None:
            self._look_at_columns(scaled, top, first)
        return found, where + self.c0 + first

    def _covariances(self, start: int, stop: int, top: int, end: int, first: int) -> np.ndarray:
        """Return covariances of rows top to end with columns from `first` on, (row, column)."""
        width = self.c1 - self.c0
        tile = self.covariance[: end - top, first:width]
        at = slice(self.c0 + first, self.c1)
        if top == start:
            self._restart(start, stop)
        np.matmul(self.left[top:end], self.right[:, at], out=tile)
        if first == 0:
            tile[:, 0] = self.edge[top - start : end - start]
        if top == start:
            tile[0] = self.exact[first:width]
        else:
            tile[0, 1:] += self.carry[first : width - 1]
            if first:
                tile[0, 0] += self.carry[first - 1]
        for above, below in zip(tile[:-1, :-1], tile[1:, 1:], strict=True):
            np.add(below, above, out=below)
        self.carry[first:width] = tile[-1]
        return tile

    def _restart(self, start: int, stop: int) -> None:
        """Compute the first row and the first column of covariances from the values themselves."""
        rows, columns = self.task.rows, self.task.columns
        self.exact = columns.products(self.c0, self.c1, rows.centred(start))
        self.edge = rows.products(start, stop, columns.centred(self.c0))

    def _rule_out(self, scaled: np.ndarray, top: int, end: int, first: int) -> None:
        """Set what is no pair to minus infinity."""
        ahead = self.c0 + first - top - self.gap  # 0 if the first pair is the first cell
        if ahead < end - top - 1:
            corner = scaled[:, : end - top]
            corner[np.tri(*corner.shape, -1 - ahead, dtype=bool)] = -np.inf
        if len(self.skip):
            scaled[:, self.skip[self.skip >= first] - first] = -np.inf
        without = self.no_row[top:end]
        if without.any():
            scaled[without] = -np.inf

    def _look_at_columns(self, scaled: np.ndarray, top: int, first: int) -> None:
        """Keep the best row of every column; where there is none better, do nothing."""
        highest = scaled.max(axis=0)
        here = np.flatnonzero(highest > self.best[first:])
        if len(here):
            self.at[first + here] = top + scaled[:, here].argmax(axis=0)
            self.best[first + here] = highest[here]
