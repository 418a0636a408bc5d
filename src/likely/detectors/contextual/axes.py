"""Context columns as cells: every row lies in one cell of an axis, or between two.

| context column | cells |
|---|---|
| category, yes or no | one a level |
| number | 17 knots at quantiles, or one at each value if there are fewer; both ends count |
| date | on circles: 24 hours, 7 weekdays, 12 parts of the year; and knots as for numbers |

Every axis has two more cells: one for missing values, and "nowhere", which no learnt row is in.
What is far outside of what was learnt, or a level that never occurred, lies nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from likely.data.clock import local_time
from likely.data.column import Column
from likely.data.features import CYCLES, Encoding

KNOTS = 17
"""Knots of a number at most; in pairs of axes every second one."""

CELLS_OF_CYCLE = {"hour": 24, "weekday": 7, "season": 12}

_OUTSIDE = 0.25
"""So much of the learnt range beyond its end, a number lies nowhere."""


@dataclass(frozen=True)
class Axis:
    """One way in which a context column tells rows apart.

    Parameters
    ----------
    column : int
        Which of the context columns, from 0.
    rule : {"levels", "knots", "cycle"}
        How a value becomes a position.
    cells : int
        How many cells there are without the two for missing values and for nowhere.
    knots : ndarray of shape (at most 17,)
        Ascending values (rule "knots").
    cycle : str
        Name of the circle (rule "cycle").
    zone : str
        Time zone of dates.
    """

    column: int
    rule: Literal["levels", "knots", "cycle"]
    cells: int
    knots: np.ndarray
    cycle: str = ""
    zone: str = ""

    def coarse(self) -> Axis:
        """Return the same axis with about half as many cells, for pairs of axes."""
        if self.rule == "knots" and self.cells > 3:
            knots = self.knots[np.unique(np.append(np.arange(0, self.cells, 2), self.cells - 1))]
            return Axis(self.column, self.rule, len(knots), knots)
        return self

    def weights(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the two cells of every value and how much the second counts, (n, 2) and (n,).

        Parameters
        ----------
        values : ndarray of shape (n,)
            Stored values; missing is NaN.
        """
        place = self._place(np.nan_to_num(values, posinf=1e300, neginf=-1e300))
        nowhere = np.isnan(place)
        lower = np.floor(np.nan_to_num(place)).astype(np.int64)
        share = np.nan_to_num(place) - lower
        upper = (lower + 1) % self.cells if self.rule == "cycle" else lower + (share > 0)
        cells = np.column_stack([lower, upper])
        special = np.where(np.isnan(values), self.cells, self.cells + 1)
        outside = np.isnan(values) | nowhere
        cells[outside] = special[outside, None]
        return cells, np.where(outside, 0.0, share)

    def _place(self, values: np.ndarray) -> np.ndarray:
        """Return positions along the cells, NaN for nowhere, shape (n,)."""
        if self.rule == "levels":
            known = (values >= 0) & (values < self.cells)
            return np.where(known, values, np.nan)
        if self.rule == "cycle":
            part = local_time(values, self.zone) / CYCLES[self.cycle] % 1.0
            if self.cycle == "weekday":  # days do not fade into each other
                return np.floor(part * self.cells) % self.cells
            return part * self.cells % self.cells
        room = _OUTSIDE * (self.knots[-1] - self.knots[0])
        inside = (values >= self.knots[0] - room) & (values <= self.knots[-1] + room)
        return np.where(inside, np.interp(values, self.knots, np.arange(self.cells)), np.nan)


def learn_knots(values: np.ndarray) -> np.ndarray:
    """Return 17 ascending knots of a number; fewer different ones end in repeats of the last."""
    present = values[np.isfinite(values)]
    if not len(present):
        return np.zeros(KNOTS)
    distinct = np.unique(present)
    if len(distinct) > KNOTS:
        distinct = np.unique(np.quantile(present, np.linspace(0, 1, KNOTS)))
    return np.append(distinct, np.full(KNOTS - len(distinct), distinct[-1]))


def axes_of(
    columns: tuple[Column, ...], encodings: tuple[Encoding, ...], knots: np.ndarray
) -> list[Axis]:
    """Return the axes of some context columns.

    Parameters
    ----------
    columns, encodings : tuple
        The context columns and what the schema learnt of them.
    knots : ndarray of shape (columns, 17)
        As `learn_knots` returns them; not looked at for categories.
    """
    axes = []
    for j, (column, encoding) in enumerate(zip(columns, encodings, strict=True)):
        steps = np.unique(knots[j])
        if column.kind == "category":
            axes.append(Axis(j, "levels", max(len(column.labels), 1), steps))
            continue
        axes += [
            Axis(j, "cycle", CELLS_OF_CYCLE[cycle], steps, cycle, column.zone)
            for cycle in encoding.cycles
        ]
        if column.kind != "date" or encoding.scale > 0:
            axes.append(Axis(j, "knots", len(steps), steps))
    return axes


def basis(axes: tuple[Axis, ...], values: np.ndarray) -> csr_array:
    """Return how much every row lies in every cell of one axis or of the product of two.

    Parameters
    ----------
    axes : tuple of one or two Axis
        The term.
    values : ndarray of shape (n, context columns)
        Stored values.

    Returns
    -------
    csr_array of shape (n, cells)
        Rows sum to 1. Of a product, the last cell is nowhere: where one of both is missing or
        nowhere.
    """
    cells, share = axes[0].weights(values[:, axes[0].column])
    weights = np.column_stack([1 - share, share])  # (n, 2)
    count = axes[0].cells + 2
    if len(axes) == 2:
        others, share = axes[1].weights(values[:, axes[1].column])
        other_weights = np.column_stack([1 - share, share])
        count = axes[0].cells * axes[1].cells + 1
        known = (cells < axes[0].cells).all(axis=1) & (others < axes[1].cells).all(axis=1)
        cells = (cells[:, :, None] * axes[1].cells + others[:, None, :]).reshape(len(values), 4)
        cells = np.where(known[:, None], cells, count - 1)
        weights = (weights[:, :, None] * other_weights[:, None, :]).reshape(len(values), 4)
    starts = np.arange(len(values) + 1) * cells.shape[1]
    matrix = csr_array((weights.ravel(), cells.ravel(), starts), shape=(len(values), count))
    matrix.sum_duplicates()
    return matrix


def cells_of(axes: tuple[Axis, ...]) -> int:
    """Return how many cells the term has, also those for missing values and nowhere."""
    if len(axes) == 2:
        return axes[0].cells * axes[1].cells + 1
    return axes[0].cells + 2
