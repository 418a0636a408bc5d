"""Correlations of all pairs of windows, tile by tile, by a recursion along diagonals.

The covariance of windows i and j is that of i - 1 and j - 1 plus two products (SCAMP, Zimmerman et
al., 2019). For a tile of rows and columns all those products are one thin matrix product, and the
recursion is one addition a row; so a pair costs a few passes over memory that stays in the cache,
whatever the window. The recursion starts anew from exact products every 256 rows.

Zimmerman, Z., Kamgar, K., Senobari, N. S., Crites, B., Funning, G., Brisk, P. & Keogh, E. (2019).
Matrix Profile XIV: scaling time series motif discovery with GPUs. ACM SoCC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from likely.series.nearest_windows import Nearest
from likely.series.z_windows import RESTART, ZWindows

ROWS = 32
COLUMNS = 8192
"""Two tiles of this size fit into the second cache of most processors."""

PIECE = 512
"""Tiles that are cut short are so many columns wide, or a multiple of it."""


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


class Tiles:
    """Memory and work of one thread: all tiles of a rectangle, from top to bottom.

    Parameters
    ----------
    task : Task
        Which pairs there are.
    shape : pair of int
        Rows and columns of a tile.
    dtype : float64 or float32
        Numbers of the recursion; half as wide ones are twice as fast.
    """

    def __init__(self, task: Task, shape: tuple[int, int], dtype: type) -> None:
        self.task, (self.height, width) = task, shape
        self.covariance = np.zeros(shape, dtype)
        self.carry = np.zeros(width, dtype)  # last row of the tile above
        self.gap = -(1 << 60) if task.gap is None else task.gap
        rows, columns = task.rows, task.columns
        self.size = rows.typical, columns.typical
        self.left = np.column_stack(rows.steps) * self.size[0]  # (row, 2)
        self.right = np.vstack(columns.steps[::-1]) * self.size[1]  # (2, column)
        self.left, self.right = self.left.astype(dtype), self.right.astype(dtype)
        self.row_scale = (rows.scale / self.size[0]).astype(dtype)
        self.column_scale = (columns.scale / self.size[1]).astype(dtype)
        self.no_row, self.no_column = ~rows.usable, ~columns.usable
        self.no_row[rows.hard] = True
        self.no_column[columns.hard] = True
        self.column_scale[self.no_column] = 1  # of what is minus infinity

    def of(self, r0: int, r1: int, c0: int, c1: int) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yield first row, first column and correlations of each tile; no pairs are -inf.

        Correlations are still to be multiplied by `column_scale`, which changes the order of no
        column and so may wait until few are left. The array is overwritten by the next tile.
        """
        self.c0, self.c1 = c0, c1
        self.skip = np.flatnonzero(self.no_column[c0:c1])
        self._start(r0, r1)
        for start in range(r0, r1, RESTART):
            stop = min(start + RESTART, r1)
            for top in range(start, stop, self.height):
                end = min(top + self.height, stop)
                first = max(0, top + self.gap - c0)  # columns before are no pairs of any row
                first -= min(first, (first - (c1 - c0)) % PIECE)
                exact = self.exact[(top - r0) // RESTART] if top == start else None
                scaled = self._covariances(top, end, first, exact, self.edge[top - r0 :])
                scaled *= self.row_scale[top:end, None]
                self._rule_out(scaled, top, end, first)
                yield top, c0 + first, scaled

    def _covariances(
        self, top: int, end: int, first: int, exact: np.ndarray | None, edge: np.ndarray
    ) -> np.ndarray:
        """Return covariances of rows top to end with columns from `first` on, (row, column)."""
        width = self.c1 - self.c0
        tile = self.covariance[: end - top, first:width]
        at = slice(self.c0 + first, self.c1)
        np.matmul(self.left[top:end], self.right[:, at], out=tile)
        if first == 0:
            tile[:, 0] = edge[: end - top]
        if exact is not None:
            tile[0] = exact[first:width]
        else:
            tile[0, 1:] += self.carry[first : width - 1]
            if first:
                tile[0, 0] += self.carry[first - 1]
        for above, below in zip(tile[:-1, :-1], tile[1:, 1:], strict=True):
            np.add(below, above, out=below)
        self.carry[first:width] = tile[-1]
        return tile

    def _start(self, r0: int, r1: int) -> None:
        """Compute first rows and the first column of covariances from the values themselves."""
        rows, columns = self.task.rows, self.task.columns
        size = self.size[0] * self.size[1]
        first = columns.centred(slice(self.c0, self.c0 + 1)) * size
        self.exact = columns.products(
            self.c0, self.c1, rows.centred(slice(r0, r1, RESTART)) * size
        )  # (restart, column)
        self.edge = rows.products(r0, r1, first)[0]

    def _rule_out(self, scaled: np.ndarray, top: int, end: int, first: int) -> None:
        """Set what is no pair to minus infinity."""
        ahead = self.c0 + first - top - self.gap  # by how much the first cell is a pair
        if ahead < end - top - 1:
            corner = scaled[:, : end - top - min(ahead, 0)]
            corner[np.tri(len(corner), corner.shape[1], -1 - ahead, dtype=bool)] = -np.inf
        if len(self.skip):
            scaled[:, self.skip[self.skip >= first] - first] = -np.inf
        without = self.no_row[top:end]
        if without.any():
            scaled[without] = -np.inf
