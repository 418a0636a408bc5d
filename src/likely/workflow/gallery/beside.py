"""One column as it was learnt and as it was drawn: shares of values in bins, or of levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.calibration.summary import ColumnSummary
from likely.data.column import Column

_FINE = 32
"""So many quantiles tell the form of a distribution; with fewer, kept rows tell it better."""


@dataclass(frozen=True)
class Beside:
    """What is known of a column that was learnt, and the values that were drawn.

    The summary is of all rows learnt; rows that were kept are a sample of the likely ones, without
    the oddest tenth. So the summary is what drawn values are compared with, unless it is coarse.

    Parameters
    ----------
    column : Column
        The column.
    drawn : ndarray of shape (n,)
        Drawn values; NaN is missing.
    summary : ColumnSummary or None
        How values learnt from were distributed.
    kept : ndarray of shape (m,)
        Values of the rows that were kept; may be empty.
    """

    column: Column
    drawn: np.ndarray
    summary: ColumnSummary | None
    kept: np.ndarray

    @property
    def of_levels(self) -> bool:
        """Whether values are levels and not numbers or dates."""
        return self.column.kind in ("category", "boolean")

    @cached_property
    def summarised(self) -> bool:
        """Whether the summary tells what was learnt."""
        summary = self.summary
        if summary is None:
            return False
        if self.of_levels:
            return summary.rows > 0
        if not len(summary.thresholds):
            return False
        atoms = float((summary.at_most - summary.below).sum())
        return (
            not len(self.kept) or len(summary.thresholds) >= _FINE or atoms >= 0.9 * summary.present
        )

    @property
    def known(self) -> bool:
        """Whether anything is known of the values learnt."""
        return self.summarised or len(self.kept) > 0

    @property
    def learnt_from(self) -> int:
        """How many values say what was learnt."""
        return self.summary.rows if self.summary and self.summarised else len(self.kept)

    @property
    def places(self) -> np.ndarray:
        """Values learnt from, or some of their quantiles, to span an axis."""
        return self.summary.thresholds if self.summary and self.summarised else self.kept

    @property
    def missing(self) -> tuple[float, float]:
        """Shares of missing values: learnt, drawn."""
        drawn = float(np.isnan(self.drawn).mean())
        if self.summary and self.summarised:
            return self.summary.missing / max(self.summary.rows, 1), drawn
        return (float(np.isnan(self.kept).mean()) if len(self.kept) else 0.0), drawn

    def at_most(self, at: np.ndarray) -> np.ndarray:
        """Return the share of the learnt values that are at most some values; a step at atoms."""
        if not (self.summary and self.summarised):
            return _at_most(self.kept, at)
        summary = self.summary
        found = np.searchsorted(summary.thresholds, at, side="right")  # thresholds at most `at`
        steps = np.concatenate([[summary.below[0]], summary.at_most])[found]
        # between two thresholds values are taken as evenly spread
        after = np.append(summary.below, summary.at_most[-1])[found]
        left = np.append(summary.thresholds[:1], summary.thresholds)[found]
        right = np.append(summary.thresholds, summary.thresholds[-1:])[found]
        width = right - left
        part = np.where(width > 0, (at - left) / np.where(width > 0, width, 1.0), 0.0)
        return (steps + np.clip(part, 0.0, 1.0) * (after - steps)) / max(summary.present, 1)

    def drawn_at_most(self, at: np.ndarray) -> np.ndarray:
        """Return the share of the drawn values that are at most some values."""
        return _at_most(self.drawn, at)

    def levels(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the share of each level, learnt and drawn; the last is that of missing values."""
        count = max(len(self.column.labels), 2)
        drawn = _level_shares(self.drawn, count)
        if not (self.summary and self.summarised):
            return _level_shares(self.kept, count), drawn
        counts = np.zeros(count + 1)
        counts[: len(self.summary.levels)] = self.summary.levels
        counts[-1] = self.summary.missing
        return counts / max(self.summary.rows, 1), drawn

    @cached_property
    def gap(self) -> float:
        """How far drawn values are from those learnt, from 0 to 1; NaN if these are not known.

        Of levels it is the share that would have to move (total variation), of numbers and dates
        the largest difference of the shares at or below a value (Kolmogorov and Smirnov).
        """
        if not self.known:
            return np.nan
        if self.of_levels:
            learnt, drawn = self.levels()
            return float(np.abs(learnt - drawn).sum() / 2)
        at = np.unique(self.places[np.isfinite(self.places)])
        if not len(at):
            return np.nan
        return float(np.abs(self.at_most(at) - self.drawn_at_most(at)).max())

    @property
    def by_chance(self) -> float:
        """The gap to expect were both from one distribution: of levels on average, else at most.

        That of numbers is exceeded once in 20 (Smirnov).
        """
        shares = 1 / max(float((~np.isnan(self.drawn)).sum()), 1.0) + 1 / max(self.learnt_from, 1)
        if not self.of_levels:
            return float(1.36 * np.sqrt(shares))
        p = self.levels()[0]
        return float(np.sqrt(2 / np.pi * p * (1 - p) * shares).sum() / 2)


def _at_most(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    present = np.sort(values[~np.isnan(values)])
    return np.searchsorted(present, at, side="right") / max(len(present), 1)


def _level_shares(values: np.ndarray, count: int) -> np.ndarray:
    places = np.where(np.isnan(values), count, values).astype(np.int64)
    return np.bincount(places, minlength=count + 1) / max(len(values), 1)
