"""What rows usually look like, as far as groups of them are measured by it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from likely.core.covariance import regularise, whitening
from likely.core.neighbours import distinct
from likely.core.random import generator, some_rows
from likely.data.schema import Schema
from likely.data.table import Table

MOST_PAIRS = 15
"""Correlations of so many pairs of numbers are looked at, those of the most correlated ones."""

LOPSIDED = 0.25
"""A number more lopsided than this, from 0 to 1, is averaged on a logarithmic scale if that helps.
"""

ENDS = (0.005, 0.995)
"""Numbers count as no more than these quantiles."""

_KNOTS = 257
_MOST_ROWS = 50_000
_REACH = 4.0


@dataclass(frozen=True)
class Habits:
    """What was learnt of the rows that groups are made of, so that new groups compare with them.

    Parameters
    ----------
    schema : Schema
        The columns of the rows without the one that groups.
    low, high, centre : ndarray of shape (width,)
        Ends of what features of rows count as, and their means.
    whitener : ndarray of shape (width, width)
        Makes the features of numbers and dates uncorrelated, so that their squares tell how odd a
        row is; zero for all others, if there are such.
    knots : ndarray of shape (knots,)
        Quantiles of that oddness.
    pairs : ndarray of int64, shape (pairs, 2)
        Features whose correlation within groups counts.
    shifts : ndarray of shape (used columns,)
        What is added to a lopsided number before its logarithm is taken; 0 elsewhere.
    repeats : bool
        Whether rows usually differ, so that repeated ones count.
    """

    schema: Schema
    low: np.ndarray
    high: np.ndarray
    centre: np.ndarray
    whitener: np.ndarray
    knots: np.ndarray
    pairs: np.ndarray
    shifts: np.ndarray
    repeats: bool

    @classmethod
    def learn(cls, rows: Table) -> Habits:
        """Learn from rows; columns set aside are not looked at."""
        schema = Schema.learn(rows)
        table = schema.match(rows)
        table = table.take(some_rows(len(table), _MOST_ROWS, generator(0)))
        shifts = np.array([_choose_shift(schema, j, table) for j in range(len(schema.used))])
        features = _even_features(schema, table, shifts)
        measured = np.repeat(
            [column.kind in ("number", "date") for column in schema.used],
            [encoding.width for encoding in schema.encodings],
        )
        ends = np.quantile(features, ENDS, axis=0, method="nearest")
        low, high = np.where(measured, ends, [[-_REACH], [_REACH]])
        features = np.clip(features, low, high)
        centre = features.mean(axis=0)
        covariance = np.atleast_2d(np.cov(features, rowvar=False, bias=True))
        # numbers only, if there are any: of categories, shares tell more than single members
        judged = np.flatnonzero(measured if measured.any() else ~measured)
        whitener = np.zeros_like(covariance)
        own = np.ix_(judged, judged)
        whitener[own] = whitening(regularise(covariance[own], len(features)))
        oddness = np.sum(((features - centre) @ whitener) ** 2, axis=1)
        return cls(
            schema,
            low,
            high,
            centre,
            whitener,
            knots=np.quantile(oddness, np.linspace(0, 1, _KNOTS)),
            pairs=_choose_pairs(schema, covariance),
            shifts=shifts,
            repeats=len(distinct(comparable(table.matrix))[0]) > 0.9 * len(table),
        )

    def features(self, rows: Table) -> np.ndarray:
        """Return the features of rows, none beyond its ends, shape (n, width).

        Those of lopsided numbers are their logarithms after adding the shift.
        """
        return np.clip(_even_features(self.schema, rows, self.shifts), self.low, self.high)

    @property
    def sound(self) -> bool:
        """Whether the arrays fit one another and the columns."""
        width = len(self.schema.feature_columns)
        return (
            self.low.shape == self.high.shape == self.centre.shape == (width,)
            and self.whitener.shape == (width, width)
            and self.knots.shape == (_KNOTS,)
            and self.shifts.shape == (len(self.schema.used),)
            and bool((self.shifts >= 0).all())
            and bool((np.diff(self.knots) >= 0).all() and (self.low <= self.high).all())
            and self.pairs.shape == (len(self.pairs), 2)
            and self.pairs.dtype == np.int64
            and bool(((self.pairs >= 0) & (self.pairs < width)).all())
        )


def _even_features(schema: Schema, rows: Table, shifts: np.ndarray) -> np.ndarray:
    features = schema.features(rows)
    for j in np.flatnonzero(shifts):
        first = int(np.flatnonzero(schema.feature_columns == j)[0])
        values = np.nan_to_num(rows.matrix[:, j], nan=schema.encodings[j].centre, neginf=0.0)
        features[:, first] = np.log(np.maximum(values, 0.0) + shifts[j])
    return features


def _choose_pairs(schema: Schema, covariance: np.ndarray) -> np.ndarray:
    """Return pairs of number features, the most correlated ones if there are many, (pairs, 2)."""
    firsts = [int(np.flatnonzero(schema.feature_columns == j)[0]) for j in range(len(schema.used))]
    numbers = [
        first
        for first, column, encoding in zip(firsts, schema.used, schema.encodings, strict=True)
        if column.kind == "number" and encoding.rule == "scale"
    ]
    spread = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    pairs = sorted(
        combinations(numbers, 2),
        key=lambda pair: -abs(covariance[pair] / (spread[pair[0]] * spread[pair[1]])),
    )
    return np.array(pairs[:MOST_PAIRS], dtype=np.int64).reshape(-1, 2)


def _choose_shift(schema: Schema, j: int, table: Table) -> float:
    """Return what to add before taking logarithms, or 0 if the column is more even without."""
    values = table.matrix[:, j][np.isfinite(table.matrix[:, j])]
    column = schema.used[j]
    if column.kind != "number" or not len(values) or values.min() < 0 or not values.max() > 0:
        return 0.0
    shift = 0.05 * float(np.median(values)) or 0.05 * float(values.mean())
    plain, logs = (
        np.quantile(part, [0.05, 0.5, 0.95]) for part in (values, np.log(values + shift))
    )
    skews = [abs(q[2] + q[0] - 2 * q[1]) / max(q[2] - q[0], 1e-300) for q in (plain, logs)]
    return shift if skews[1] < skews[0] and skews[0] > LOPSIDED else 0.0


def comparable(matrix: np.ndarray) -> np.ndarray:
    """Return stored values with gaps as a number, so that two gaps are equal."""
    return np.where(np.isnan(matrix), -1.7e308, matrix)
