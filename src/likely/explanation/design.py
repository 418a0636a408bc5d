"""Rows as a matrix in which every column can be predicted from the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from likely.data.column import Column
from likely.data.features import Encoding, encode
from likely.data.schema import Schema
from likely.data.table import Table

MOST_LEVELS = 12
WIDEST = 1_000
"""Features of the matrix at most, as far as levels of categories can be left out for it."""

_LARGEST = 1e9
_SMALLEST_SPREAD = 0.05
_GROSS = 0.25
"""How far outside, in widths of the range of the likely rows, a value counts as gross."""


@dataclass(frozen=True)
class Part:
    """One column of the matrix's source: how its values become features.

    Parameters
    ----------
    column : Column
        The column of the schema.
    encoding : Encoding
        What the schema learnt of it; used for numbers and dates.
    levels : ndarray of shape (levels,)
        Stored values that occur, commonest first; empty for numbers and dates.
    shares : ndarray of shape (levels,)
        How often each level occurs among the likely rows that have a value.
    indicated : int
        How many levels, from the commonest on, have a feature of their own.
    gaps : float in [0, 1]
        Share of the likely rows where the value is missing.
    values : ndarray of shape (present,)
        The values of the likely rows, sorted, without missing and infinite ones.
    """

    column: Column
    encoding: Encoding
    levels: np.ndarray
    shares: np.ndarray
    indicated: int
    gaps: float
    values: np.ndarray

    @property
    def nominal(self) -> bool:
        """Whether values have no order: categories, and yes or no."""
        return self.column.kind in ("category", "boolean")

    @property
    def measured(self) -> bool:
        """Whether the first feature is the value itself, shifted and scaled."""
        return not self.nominal and self.encoding.scale > 0

    def features(self, values: np.ndarray) -> np.ndarray:
        """Return the features of some values, shape (n, width); missing is NaN."""
        missing = np.isnan(values)
        if self.nominal:
            block = (values[:, None] == self.levels[: self.indicated]).astype(np.float64)
        else:
            block = encode(replace(self.encoding, flag=0.0), self.column, values)
            block = np.clip(block, -_LARGEST, _LARGEST)
        block[missing] = np.nan
        return np.column_stack([block, missing]) if 0 < self.gaps < 1 else block

    def to_values(self, features: np.ndarray) -> np.ndarray:
        """Return stored values for values of the first feature of a measured column."""
        with np.errstate(over="ignore"):
            values = features * self.encoding.scale + self.encoding.centre
        return np.nan_to_num(values)


@dataclass(frozen=True)
class Design:
    """The matrix of the likely rows, and how new rows join it.

    Parameters
    ----------
    parts : tuple of Part
        One per used column.
    blocks : tuple of slice
        Which features belong to each column.
    centre, spread, low, high : ndarray of shape (width,)
        Mean, standard deviation, smallest and largest value of each feature of the likely rows.
    matrix : ndarray of shape (likely rows, width)
        The likely rows, standardised.
    """

    parts: tuple[Part, ...]
    blocks: tuple[slice, ...]
    centre: np.ndarray
    spread: np.ndarray
    low: np.ndarray
    high: np.ndarray
    matrix: np.ndarray

    @classmethod
    def learn(cls, schema: Schema, likely_rows: Table) -> Design:
        """Learn the matrix of the likely rows, which must not be empty."""
        width = len(likely_rows.columns)
        most = int(np.clip(WIDEST // width - 1, 2, MOST_LEVELS))
        parts = tuple(
            learn_part(column, encoding, likely_rows.matrix[:, j], most)
            for j, (column, encoding) in enumerate(
                zip(likely_rows.columns, schema.encodings, strict=True)
            )
        )
        raw = [part.features(likely_rows.matrix[:, j]) for j, part in enumerate(parts)]
        ends = np.cumsum([block.shape[1] for block in raw])
        blocks = tuple(
            slice(int(end) - block.shape[1], int(end)) for end, block in zip(ends, raw, strict=True)
        )
        features = np.hstack(raw)
        known = ~np.isnan(features)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, features, 0.0).sum(axis=0) / count
        features = np.where(known, features, centre)  # a missing value tells nothing
        spread = np.maximum(features.std(axis=0), _SMALLEST_SPREAD)
        low, high = features.min(axis=0), features.max(axis=0)
        return cls(parts, blocks, centre, spread, low, high, (features - centre) / spread)

    def encode(self, rows: Table) -> tuple[np.ndarray, np.ndarray]:
        """Return rows as standardised features, none further out than any likely row.

        Returns
        -------
        z : ndarray of shape (n, width)
            The features.
        gross : ndarray of bool, shape (n, width)
            Which were far outside, so that nothing should be concluded from them.
        """
        raw = np.hstack([p.features(rows.matrix[:, j]) for j, p in enumerate(self.parts)])
        raw = np.where(np.isnan(raw), self.centre, raw)
        inside = np.clip(raw, self.low, self.high)
        gross = np.abs(raw - inside) > _GROSS * (self.high - self.low)
        return (inside - self.centre) / self.spread, gross


def learn_part(column: Column, encoding: Encoding, values: np.ndarray, most: int) -> Part:
    """Learn how one column's values become features, with at most `most` indicated levels."""
    present = np.sort(values[np.isfinite(values)])
    levels, counts = np.unique(present, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    nominal = column.kind in ("category", "boolean")
    return Part(
        column,
        encoding,
        levels=levels[order] if nominal else np.empty(0),
        shares=counts[order] / max(len(present), 1) if nominal else np.empty(0),
        indicated=min(most, len(levels)) if nominal else 0,
        gaps=float(np.isnan(values).mean()) if len(values) else 0.0,
        values=present,
    )
