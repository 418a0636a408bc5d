"""What the statistical detectors ask of a schema: which features are numbers, which yes or no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.core.errors import DataError
from likely.data.schema import Schema

MOST_SPREADS = 4.0
"""A rare yes counts as at most this many spreads, as it does in the schema's own flags."""

SMALLEST_SPREAD = 1e-9
"""Features have a robust spread of about 1: anything below this is rounding, and 1 stands in."""


@dataclass(frozen=True)
class Numbers:
    """Columns of numbers and where they are among the features.

    Parameters
    ----------
    names : tuple of str
        Names of the columns.
    features : ndarray of int64, shape (m,)
        The feature that holds the value of each.
    gaps : ndarray of int64, shape (m,)
        The feature that is not zero where the value is missing; -1 where none was missing in fit.
    """

    names: tuple[str, ...]
    features: np.ndarray
    gaps: np.ndarray

    def read(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the values, shape (n, m), and which of them are known, bool of shape (n, m)."""
        known = np.ones((len(x), len(self.features)), dtype=bool)
        flagged = self.gaps >= 0
        known[:, flagged] = x[:, self.gaps[flagged]] == 0
        return x[:, self.features], known

    def distances(self, x: np.ndarray, means: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        """Return |value - mean| / spread, shape (n, m); 0 where the value is missing.

        `means` and `spreads` have shape (width,), one entry a feature.
        """
        values, known = self.read(x)
        distances = np.abs(values - means[self.features]) / spreads[self.features]
        return np.where(known, distances, 0.0)

    def spread_out(self, by_column: np.ndarray, width: int, other: float) -> np.ndarray:
        """Return one number a column of numbers, shape (m,), as one a feature, shape (width,)."""
        by_feature = np.full(width, other)
        by_feature[self.features] = by_column
        return by_feature

    def carried_by_largest(self, distances: np.ndarray, width: int) -> np.ndarray:
        """Return each row's largest distance on the feature it belongs to, shape (n, width)."""
        shares = np.zeros((len(distances), width))
        shares[:, self.features] = only_largest(distances)
        return shares


def numbers(schema: Schema, model: str) -> Numbers:
    """Return the columns of numbers of a schema.

    Raises
    ------
    DataError
        If there are none; the message names `model` and models that need none.
    """
    names, features, gaps = [], [], []
    start = 0
    for column, encoding in zip(schema.used, schema.encodings, strict=True):
        if column.kind == "number":
            names.append(column.name)
            features.append(start)
            gaps.append(start + 1 if encoding.flag > 0 else -1)
        start += encoding.width
    if not names:
        raise DataError(
            f"{model} tests columns of numbers, and none of the {len(schema.used)} columns is one. "
            "ECOD and KNN take categories, yes/no values and dates."
        )
    return Numbers(tuple(names), np.array(features), np.array(gaps))


def least_spreads(schema: Schema) -> np.ndarray:
    """Return the least spread of each feature made of categories or gaps, shape (width,).

    Indicators and flags hold yes or no; a feature of frequencies holds few different values, in
    units of at least one nat. It is 0 for measured features: numbers and dates.
    """
    parts = []
    for encoding in schema.encodings:
        flagged = int(encoding.flag > 0)
        least = 1.0 if encoding.rule == "frequency" else 0.0
        if encoding.rule == "levels":  # of a clock the scale is 0
            least = 1 / encoding.scale / MOST_SPREADS
        parts.append(np.full(encoding.width - flagged, least))
        parts.append(np.full(flagged, encoding.flag / MOST_SPREADS))
    return np.concatenate(parts)


def only_largest(values: np.ndarray) -> np.ndarray:
    """Return values of shape (n, m) with 0 in place of all but the largest of each row."""
    largest = values.argmax(axis=1)[:, None]
    return np.where(np.arange(values.shape[1]) == largest, values, 0.0)


def usable_spread(spread: np.ndarray) -> np.ndarray:
    """Return spreads with 1, the unit of features, in place of those that are only rounding."""
    return np.where(spread > SMALLEST_SPREAD, spread, 1.0)
