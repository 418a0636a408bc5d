"""Empirical tails of columns, which ECOD and COPOD share: how rare is a value so far out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_TAIL = 0.1
"""Share of the values, at either end, that tells how fast the tail falls off."""

_LEAST_TAIL_SPREAD = 0.01
"""In robust spreads of the column: a narrower tail is rounding or ties, and a spread stands in."""

_LEAST_SKEWNESS = 1e-9
"""A column that is as its mirror image comes out this skewed, by rounding."""

_SORT_FROM = 512
"""So many values are looked up in ascending order, which reads memory in order: faster."""


@dataclass(frozen=True)
class Tails:
    """Sorted training values of each feature, and how its tails go on beyond them.

    Parameters
    ----------
    ordered : ndarray of shape (width, kept)
        Training values of each feature, ascending.
    ranks : ndarray of shape (kept,)
        Rank of each kept value among all n training values, from 1 to n.
    lower_excess, upper_excess : ndarray of shape (width,)
        Mean excess of the outer 10 % of the values at either end.
    """

    ordered: np.ndarray
    ranks: np.ndarray
    lower_excess: np.ndarray
    upper_excess: np.ndarray

    def surprises(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return -log F and -log G of every value in nats, each of shape (n, width).

        F is the share of training values at most x, G the share at least x. Beyond the training
        values the tail goes on as an exponential one.
        """
        n, last = self.ranks[-1], len(self.ranks) - 1
        columns = np.ascontiguousarray(x.T)  # (width, n): a feature's values side by side
        left, right = np.empty_like(columns), np.empty_like(columns)
        for j, values in enumerate(columns):
            kept = self.ordered[j]
            order = np.argsort(values) if len(values) >= _SORT_FROM else slice(None)
            before, upto = _places(kept, values[order])
            left[j, order] = n / self.ranks[np.maximum(upto - 1, 0)]  # last kept value <= x
            right[j, order] = n / (n + 1 - self.ranks[np.minimum(before, last)])  # first >= x
        np.log(left, out=left)
        np.log(right, out=right)
        for j, values in enumerate(columns):
            left[j] += np.maximum(self.ordered[j, 0] - values, 0.0) / self.lower_excess[j]
            right[j] += np.maximum(values - self.ordered[j, -1], 0.0) / self.upper_excess[j]
        return left.T, right.T


def learn_tails(x: np.ndarray, most: int) -> Tails:
    """Return the tails of features of shape (n, width), keeping at most `most` values of each.

    With more rows a quarter of the kept values are the lowest, a quarter the highest, and the
    rest is spread evenly in between.
    """
    ascending = np.array(x.T, order="C")  # (width, n)
    ascending.sort(axis=1)
    kept = _kept(len(x), most)
    outer = max(1, int(_TAIL * len(x)))
    return Tails(
        ordered=ascending[:, kept] if len(kept) < len(x) else ascending,
        ranks=kept + 1.0,
        lower_excess=_mean_excess(-ascending[:, outer::-1]),
        upper_excess=_mean_excess(ascending[:, -outer - 1 :]),
    )


def skewness(x: np.ndarray) -> np.ndarray:
    """Return the skewness of features, shape (width,); 0 where it is no more than rounding."""
    away = x - x.mean(axis=0)  # (n, width)
    squares = away * away
    spread = np.sqrt(squares.mean(axis=0))
    third = (squares * away).mean(axis=0)
    skew = third / np.where(spread > 0, spread, 1.0) ** 3
    return np.where(np.abs(skew) > _LEAST_SKEWNESS, skew, 0.0)


def _places(kept: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many kept values lie below each value, and how many are at most as large."""
    if not np.array_equal(kept, values):
        return np.searchsorted(kept, values), np.searchsorted(kept, values, side="right")
    # the rows learnt from: each place is known, and equal values share the ends of their run
    ends = np.flatnonzero(np.append(kept[1:] != kept[:-1], True)) + 1
    counts = np.diff(ends, prepend=0)
    return np.repeat(ends - counts, counts), np.repeat(ends, counts)


def _kept(n: int, most: int) -> np.ndarray:
    """Return which of n sorted values are kept: all at the ends, where ranks matter most."""
    if n <= most:
        return np.arange(n)
    end = most // 4
    middle = np.linspace(end, n - 1 - end, most - 2 * end)
    return np.concatenate(
        [np.arange(end), np.round(middle).astype(np.int64), np.arange(n - end, n)]
    )


def _mean_excess(outer: np.ndarray) -> np.ndarray:
    """Return how far the others lie beyond the first on average, or 1 where that is nothing.

    `outer` has shape (width, k). Their mean excess is the maximum-likelihood scale of an
    exponential tail; 1 is the unit of features.
    """
    excess = (outer[:, 1:] - outer[:, :1]).mean(axis=1)
    return np.where(excess > _LEAST_TAIL_SPREAD, excess, 1.0)
