"""Averages over the members of groups.

| column of the rows | columns of the groups |
|---|---|
| number | mean; spread (standard deviation) |
| number, positive and lopsided | geometric mean; spread of its logarithm |
| category, few levels | share of every level that 2 % of all rows have, and of the rarer ones |
| category, many levels | mean surprise of its levels; share of the commonest level of the group |
| yes or no | share of yes |
| date | spread in days; share of every quarter of the day and of weekends |
| anything with gaps | share of missing |
| pairs of numbers | correlation |
| all together | mean surprise of the members; share of repeated rows |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from likely.core.neighbours import distinct
from likely.data.clock import local_time
from likely.data.column import Column
from likely.data.features import DAY
from likely.data.table import Table
from likely.workflow.habits import Habits, comparable

COMMON = 0.02
"""Levels that fewer rows have are counted together."""

_QUARTERS = ("0 to 6 h", "6 to 12 h", "12 to 18 h", "18 to 24 h")


class Average(NamedTuple):
    """One column of the groups, and what it is."""

    name: str
    values: np.ndarray  # (groups,)
    form: str = "mean"  # or "share", "spread", "correlation"


class Members:
    """Rows of known groups, and averages over each group."""

    def __init__(self, habits: Habits, rows: Table, group: np.ndarray) -> None:
        self.habits, self.schema, self.rows, self.group = habits, habits.schema, rows, group
        self.count = int(group.max()) + 1
        self.features = habits.features(rows)  # (n, width)

    def averages(self) -> Iterator[Average]:
        """Yield the columns of the groups."""
        for j, column in enumerate(self.schema.used):
            here = np.flatnonzero(self.schema.feature_columns == j)
            known = ~np.isnan(self.rows.matrix[:, j])
            yield from self._of_column(j, column, here, known)
            if self.schema.encodings[j].flag > 0:
                yield Average(f"share of {column.name} missing", self.mean(~known), "share")
        yield from self._correlations()
        yield from self._together()

    def mean(self, values: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
        """Return the mean of values over every group, (groups,); NaN for a group without any."""
        weights = np.ones(len(values)) if known is None else known.astype(np.float64)
        counts = np.bincount(self.group, weights, self.count)
        sums = np.bincount(self.group, np.where(weights > 0, values, 0.0), self.count)
        return np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)

    def spread(self, values: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Return the standard deviation within every group, (groups,); NaN for single members."""
        counts = np.bincount(self.group, known.astype(np.float64), self.count)
        away = np.where(known, values - self.mean(values, known)[self.group], 0.0)
        squares = np.bincount(self.group, away**2, self.count)
        spread = np.sqrt(squares / np.maximum(counts - 1, 1.0))
        rounding = 1e-12 * np.abs(self.mean(np.abs(values), known))
        return np.where(counts > 1, np.where(spread > rounding, spread, 0.0), np.nan)

    def _of_column(
        self, j: int, column: Column, here: np.ndarray, known: np.ndarray
    ) -> Iterator[Average]:
        encoding, values = self.schema.encodings[j], self.rows.matrix[:, j]
        if encoding.rule == "levels":
            yield from self._levels(j, column, here)
        elif encoding.rule == "frequency":
            bits = (self.features[:, here[0]] * encoding.scale + encoding.centre) / np.log(2)
            yield Average(f"mean surprise of {column.name}", self.mean(bits, known))
            yield Average(f"share of the commonest {column.name}", self._commonest(values), "share")
        elif column.kind == "date":
            yield from self._date(j, column, values, known)
        elif column.kind == "boolean":
            yield Average(f"share of {column.name}", self.mean(values, known), "share")
        else:
            yield from self._number(j, column, self.features[:, here[0]], known)

    def _number(
        self, j: int, column: Column, values: np.ndarray, known: np.ndarray
    ) -> Iterator[Average]:
        encoding, shift = self.schema.encodings[j], self.habits.shifts[j]
        if shift:  # then values are logarithms
            means = np.maximum(np.exp(self.mean(values, known)) - shift, 0.0)
            yield Average(f"geometric mean of {column.name}", means)
            yield Average(f"spread of log {column.name}", self.spread(values, known), "spread")
            return
        values = values * encoding.scale + encoding.centre
        yield Average(f"mean of {column.name}", self.mean(values, known))
        yield Average(f"spread of {column.name}", self.spread(values, known), "spread")

    def _levels(self, j: int, column: Column, here: np.ndarray) -> Iterator[Average]:
        encoding = self.schema.encodings[j]
        rare = np.zeros(len(self.features))
        for level, feature in zip((*encoding.levels, None), here, strict=False):
            indicator = self.features[:, feature] * encoding.scale
            if level is None or self.habits.centre[feature] * encoding.scale < COMMON:
                rare += indicator
                continue
            name = f"share of {column.name} = {column.labels[level]}"
            yield Average(name, self.mean(indicator), "share")
        yield Average(f"share of rare {column.name}", self.mean(rare), "share")

    def _commonest(self, values: np.ndarray) -> np.ndarray:
        """Return the share of the level that most members of a group have, shape (groups,)."""
        known = ~np.isnan(values)
        pairs, counts = np.unique(
            np.column_stack([self.group[known], values[known]]), axis=0, return_counts=True
        )
        most = np.zeros(self.count)
        np.maximum.at(most, pairs[:, 0].astype(np.int64), counts)
        total = np.bincount(self.group[known], minlength=self.count)
        return np.where(total > 0, most / np.maximum(total, 1), np.nan)

    def _date(
        self, j: int, column: Column, values: np.ndarray, known: np.ndarray
    ) -> Iterator[Average]:
        yield Average(
            f"spread of {column.name} in days", self.spread(values / DAY, known), "spread"
        )
        local = local_time(np.nan_to_num(values), column.zone)
        cycles = self.schema.encodings[j].cycles
        if "hour" in cycles:
            quarter = local % DAY // (DAY / 4)
            for number, words in enumerate(_QUARTERS):
                name = f"share of {column.name} from {words}"
                yield Average(name, self.mean(quarter == number, known), "share")
        if "weekday" in cycles:
            weekday = (local // DAY + 3) % 7  # 1970 began on a Thursday
            yield Average(
                f"share of {column.name} on weekends", self.mean(weekday >= 5, known), "share"
            )

    def _correlations(self) -> Iterator[Average]:
        names = [self.schema.used[j].name for j in self.schema.feature_columns]
        for first, second in self.habits.pairs:
            both = self.features[:, [first, second]]
            middles = np.column_stack([self.mean(column) for column in both.T])
            away = both - middles[self.group]
            product, one, other = (
                self.mean(part) for part in (away.prod(axis=1), away[:, 0] ** 2, away[:, 1] ** 2)
            )
            size = np.sqrt(one * other)
            enough = (np.bincount(self.group, minlength=self.count) >= 5) & (size > 1e-12)
            value = np.where(enough, product / np.where(enough, size, 1.0), np.nan)
            yield Average(
                f"correlation of {names[first]} and {names[second]}", value, "correlation"
            )

    def _together(self) -> Iterator[Average]:
        habits = self.habits
        oddness = np.sum(((self.features - habits.centre) @ habits.whitener) ** 2, axis=1)
        below = np.interp(oddness, habits.knots, np.linspace(0, 1, len(habits.knots)))
        bits = -np.log2(np.maximum(1 - below, 0.5 / len(habits.knots)))
        yield Average("mean surprise of members", self.mean(bits))
        if habits.repeats:
            rows = np.column_stack([self.group, comparable(self.rows.matrix)])
            first, _ = distinct(rows)
            again = np.ones(len(rows), dtype=bool)
            again[first] = False
            yield Average("share of repeated rows", self.mean(again), "share")
