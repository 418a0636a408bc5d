r"""Oddness over time: how long it lasts, and what is compared with what.

Neighbouring moments are odd together, so their scores are no independent trials, and a thousand
odd moments in a row are one alarm. So a series is cut into cells, each as long as oddness usually
lasts, and each cell counts by its oddest moment. Ten cells in a row and more that are all among
the odder three in ten are one spell, which counts once, by its oddest: a new level that stays is
one thing that happened, however long it lasts. Stretches (cells, and such spells) take the place of
rows in everything that is promised: their p-values are compared with other stretches, and a false
alarm is one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from likely.core.period import autocorrelation

FEWEST_CELLS = 200
"""So many cells are made if there are steps for them, even if they then depend on one another."""

_ODDER = 0.7
LONG = 10
"""So many odder cells in a row are one spell: by chance it hardly happens."""

_HIGH = 0.9  # quantile above which a moment is odd enough to see how long that lasts
_GONE = 0.2  # of the correlation: oddness has passed
_MOST = 1_000
_SEEN = 200_000


def span_of(oddness: np.ndarray, most: int | None = None) -> int:
    """Return how many steps oddness lasts: those after which its exceedances no longer go together.

    Parameters
    ----------
    oddness : ndarray of shape (time,)
        In the order of time.
    most : int in [1, time), optional
        Where to stop. Default: a two-hundredth of the series, and 1,000 steps.

    Returns
    -------
    int in [1, most]

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=5_000)
    >>> span_of(noise), span_of(np.convolve(noise, np.ones(20), "valid"))
    (1, 14)
    """
    seen = oddness[:_SEEN]
    if most is None:
        most = int(np.clip(len(oddness) // FEWEST_CELLS, 1, _MOST))
    high = (seen > np.quantile(seen, _HIGH)).astype(np.float64)
    correlation = autocorrelation(high, most)
    passed = np.flatnonzero(correlation < _GONE)
    return max(1, int(passed[0])) if len(passed) else most


@dataclass(frozen=True)
class Pace:
    """How what is odd goes on over time.

    Parameters
    ----------
    span : int
        Steps a cell.
    odder : float
        Oddness that three in ten cells reach: many of those in a row are one spell.
    a_day : float or None
        How many stretches a day a series has; None without a clock.
    """

    span: int
    odder: float
    a_day: float | None

    @classmethod
    def of(cls, oddness: np.ndarray, days: float | None, begins: Sequence[int] = (0,)) -> Pace:
        """Learn the pace of a series, or of several, one behind the other.

        Parameters
        ----------
        oddness : ndarray of shape (time,)
            In the order of time.
        days : float or None
            How long the series are in all.
        begins : sequence of int, default (0,)
            The step with which each series begins.
        """
        span = span_of(oddness)
        highest = [peaks(part, span) for part in np.split(oddness, begins[1:])]
        pace = cls(span, float(np.quantile(np.concatenate(highest), _ODDER)), None)
        count = len(pace.stretches(oddness, begins))
        return replace(pace, a_day=count / days if days else None)

    def stretches(self, oddness: np.ndarray, begins: Sequence[int] = (0,)) -> np.ndarray:
        """Return the first step of each stretch: a cell, or a long spell of odder ones.

        None is of two series; `begins` says where each begins.

        Examples
        --------
        >>> pace = Pace(1, 5.0, None)
        >>> pace.stretches(np.array([0, 9, 9, 0] + 20 * [7] + [1.0])).tolist()
        [0, 1, 2, 3, 4, 24]
        """
        parts = np.split(oddness, begins[1:])
        return np.concatenate(
            [begin + self._of_one(part) for begin, part in zip(begins, parts, strict=True)]
        )

    def _of_one(self, oddness: np.ndarray) -> np.ndarray:
        starts = cells(len(oddness), self.span)
        odder = np.maximum.reduceat(oddness, starts) > self.odder
        changes = np.flatnonzero(np.diff(odder)) + 1
        begins = np.ones(len(starts), dtype=bool)
        for first, end in pairwise([0, *changes.tolist(), len(starts)]):
            if odder[first] and end - first >= LONG:
                begins[first + 1 : end] = False
        return starts[begins]

    def highest(self, oddness: np.ndarray, begins: Sequence[int] = (0,)) -> np.ndarray:
        """Return the highest oddness of each stretch."""
        return np.maximum.reduceat(oddness, self.stretches(oddness, begins))


def cells(steps: int, span: int) -> np.ndarray:
    """Return the first step of each cell; a rest of less than half a cell belongs to the last.

    Examples
    --------
    >>> cells(10, 4).tolist(), cells(11, 4).tolist()
    ([0, 4, 8], [0, 4, 8])
    >>> cells(9, 4).tolist()
    [0, 4]
    """
    starts = np.arange(0, max(steps, 1), span)
    return starts[:-1] if len(starts) > 1 and 2 * (steps - starts[-1]) < span else starts


def peaks(oddness: np.ndarray, span: int) -> np.ndarray:
    """Return the highest oddness of each cell.

    Examples
    --------
    >>> peaks(np.array([0.0, 3.0, 1.0, 2.0]), 2).tolist()
    [3.0, 2.0]
    """
    return np.maximum.reduceat(oddness, cells(len(oddness), span))


def episodes(odd: np.ndarray, span: int) -> list[slice]:
    """Return the stretches in which steps are odd; those less than a span apart are one.

    Parameters
    ----------
    odd : ndarray of bool, shape (time,)
        Whether each step is.
    span : int in [1, inf)
        How many steps oddness lasts.

    Examples
    --------
    >>> episodes(np.array([0, 1, 0, 1, 0, 0, 0, 1], dtype=bool), 3)
    [slice(1, 4, None), slice(7, 8, None)]
    """
    where = np.flatnonzero(odd)
    if not len(where):
        return []
    apart = np.flatnonzero(np.diff(where) > span) + 1
    edges = [0, *apart.tolist(), len(where)]
    return [slice(int(where[a]), int(where[b - 1]) + 1) for a, b in pairwise(edges)]


def highest(oddness: np.ndarray, span: int, count: int) -> np.ndarray:
    """Return the oddest steps, oddest first, no two less than a span apart.

    Examples
    --------
    >>> highest(np.array([0.0, 5.0, 4.0, 0.0, 3.0]), 2, 2).tolist()
    [1, 4]
    """
    found: list[int] = []
    left = np.asarray(oddness, dtype=np.float64).copy()
    for _ in range(min(count, len(left))):
        step = int(left.argmax())
        if not np.isfinite(left[step]):
            break
        found.append(step)
        left[max(0, step - span) : step + span + 1] = -np.inf
    return np.array(found, dtype=np.int64)
