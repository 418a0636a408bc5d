"""What is kept of each column learnt from, so that new rows can be compared with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.column import Column
from likely.data.features import Encoding, robust_scale
from likely.data.schema import Schema
from likely.data.table import Table

MOST_THRESHOLDS = 64
_ROWS_A_THRESHOLD = 8  # so that few rows are not kept one and all


@dataclass(frozen=True)
class ColumnSummary:
    """How the values of one column were distributed.

    Numbers and dates are kept as counts at up to 64 of their quantiles, categories and yes/no as
    counts of every level. Counts are exact, so that comparing them loses nothing but resolution.
    A quantile that one row alone has is kept halfway to the next, so that no cell is in a file.

    Parameters
    ----------
    rows, missing : int
        How many values there were, and how many of them were missing.
    thresholds : ndarray of shape (k,)
        Quantiles, ascending; empty for categories and yes/no.
    below, at_most : ndarray of shape (k,)
        How many values were below and at most each threshold.
    scale : float
        Robust standard deviation, in the column's own unit; 1 for categories and yes/no.
    levels : ndarray of shape (levels,)
        How often each level occurred; empty for numbers and dates.
    """

    rows: int
    missing: int
    thresholds: np.ndarray
    below: np.ndarray
    at_most: np.ndarray
    scale: float
    levels: np.ndarray

    @property
    def present(self) -> int:
        """How many values were not missing."""
        return self.rows - self.missing

    @property
    def sound(self) -> bool:
        """Whether the counts fit together, which those of a damaged file need not."""
        shapes = {self.thresholds.shape, self.below.shape, self.at_most.shape}
        if len(shapes) != 1 or self.thresholds.ndim != 1 or self.levels.ndim != 1:
            return False
        counts = np.column_stack([self.below, self.at_most]).ravel()  # (2k,), ascending
        return bool(
            0 <= self.missing <= self.rows
            and self.scale > 0
            and (self.thresholds[1:] > self.thresholds[:-1]).all()
            and (np.diff(counts) >= 0).all()
            and (counts >= 0).all()
            and (counts <= self.present).all()
            and (self.levels >= 0).all()
        )

    def quantile(self, share: float) -> float:
        """Return the threshold that this share of the values does not exceed."""
        place = np.searchsorted(self.at_most, share * self.present)
        return float(self.thresholds[min(place, len(self.thresholds) - 1)])


def summarise(schema: Schema, table: Table) -> tuple[ColumnSummary, ...]:
    """Return a summary of every column that models look at.

    Parameters
    ----------
    schema : Schema
        What was learnt about the columns.
    table : Table
        The rows learnt from, as `schema.match` returns them.
    """
    columns = zip(table.columns, table.matrix.T, schema.encodings, strict=True)
    return tuple(_summarise(*column) for column in columns)


def level_count(column: Column) -> int:
    """Return how many levels a column has; 0 for numbers and dates."""
    return {"category": len(column.labels), "boolean": 2}.get(column.kind, 0)


def _summarise(column: Column, values: np.ndarray, encoding: Encoding) -> ColumnSummary:
    present = np.sort(values[~np.isnan(values)])
    nothing = np.empty(0)
    missing = len(values) - len(present)
    levels = level_count(column)
    if levels or column.kind in ("category", "boolean"):
        counts = np.bincount(present.astype(np.int64), minlength=levels).astype(np.float64)
        return ColumnSummary(len(values), missing, nothing, nothing, nothing, 1.0, counts)
    finite = present[np.isfinite(present)]
    is_clock = encoding.rule == "date" and encoding.scale == 0
    if is_clock or not len(finite):  # new rows are later than all learnt ones, as they should be
        return ColumnSummary(len(values), missing, nothing, nothing, nothing, 1.0, nothing)
    thresholds = _thresholds(finite)
    return ColumnSummary(
        rows=len(values),
        missing=missing,
        thresholds=thresholds,
        below=np.searchsorted(present, thresholds, side="left").astype(np.float64),
        at_most=np.searchsorted(present, thresholds, side="right").astype(np.float64),
        scale=robust_scale(finite)[1],
        levels=nothing,
    )


def _thresholds(ordered: np.ndarray) -> np.ndarray:
    """Return quantiles of finite, ascending values; none is a value that occurred only once."""
    n = len(ordered)
    count = min(MOST_THRESHOLDS, max(3, n // _ROWS_A_THRESHOLD))
    places = ((np.arange(count) + 0.5) / count * n).astype(np.int64)
    places = np.minimum(places, max(n - 2, 0))
    values, following = ordered[places], ordered[np.minimum(places + 1, n - 1)]
    repeated = np.searchsorted(ordered, values, "right") - np.searchsorted(ordered, values) > 1
    return np.unique(np.where(repeated, values, values / 2 + following / 2))
