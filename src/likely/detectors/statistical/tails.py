"""Empirical tails of columns, which ECOD and COPOD share: how rare is a value so far out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

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
    skew : ndarray of shape (width,)
        Skewness of each feature; 0 where it is no more than rounding.
    """

    ordered: np.ndarray
    ranks: np.ndarray
    lower_excess: np.ndarray
    upper_excess: np.ndarray
    skew: np.ndarray

    @cached_property
    def below(self) -> np.ndarray:
        """-log of the share of training values at most as large as each kept one, shape (kept,)."""
        return np.log(self.ranks[-1] / self.ranks)

    @cached_property
    def above(self) -> np.ndarray:
        """-log of the share of training values at least as large as each kept one."""
        n = self.ranks[-1]
        return np.log(n / (n + 1 - self.ranks))

    def by_feature(
        self, x: np.ndarray, orders: np.ndarray | None = None
    ) -> Iterator[tuple[np.ndarray | slice, np.ndarray, np.ndarray]]:
        """Yield for each feature an order of the rows, and in it -log F and -log G in nats.

        F is the share of training values at most x, G the share at least x. Beyond the training
        values the tail goes on as an exponential one. `orders` are those that `learn_tails` found,
        if x are the rows learnt from.
        """
        last = len(self.ranks) - 1
        for j, kept in enumerate(self.ordered):
            if orders is not None:  # the rows learnt from: each place is known
                yield orders[j], *self._own(kept)
                continue
            values = np.ascontiguousarray(x[:, j])
            order = np.argsort(values) if len(values) >= _SORT_FROM else slice(None)
            ascending = values[order]
            before, upto = (
                np.searchsorted(kept, ascending),
                np.searchsorted(kept, ascending, "right"),
            )
            left = self.below[np.maximum(upto - 1, 0)]  # of the last kept value <= x
            right = self.above[np.minimum(before, last)]  # of the first >= x
            if (ascending < kept[0]).any():
                left += np.maximum(kept[0] - ascending, 0.0) / self.lower_excess[j]
            if (ascending > kept[-1]).any():
                right += np.maximum(ascending - kept[-1], 0.0) / self.upper_excess[j]
            yield order, left, right

    def _own(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return -log F and -log G of the kept values, if they are all; equal ones share theirs."""
        new = kept[1:] != kept[:-1]
        if new.all():
            return self.below, self.above
        ends = np.flatnonzero(np.append(new, True)) + 1
        counts = np.diff(ends, prepend=0)
        return np.repeat(self.below[ends - 1], counts), np.repeat(self.above[ends - counts], counts)


def learn_tails(x: np.ndarray, most: int) -> tuple[Tails, np.ndarray | None]:
    """Return the tails of features of shape (n, width), keeping at most `most` values of each.

    With more rows a quarter of the kept values are the lowest, a quarter the highest, and the
    rest is spread evenly in between. With no more, the ascending order of the rows comes along for
    each feature, shape (width, n), as `Tails.by_feature` takes it.
    """
    ascending = np.array(x.T, order="C")  # (width, n)
    kept, orders = _kept(len(x), most), None
    if len(kept) == len(x):
        orders = np.argsort(ascending, axis=1)
        for values, order in zip(ascending, orders, strict=True):
            values[:] = values.take(order)
    else:
        ascending.sort(axis=1)
    outer = max(1, int(_TAIL * len(x)))
    tails = Tails(
        ordered=ascending if orders is not None else ascending[:, kept],
        ranks=kept + 1.0,
        lower_excess=_mean_excess(-ascending[:, outer::-1]),
        upper_excess=_mean_excess(ascending[:, -outer - 1 :]),
        skew=_skewness(ascending),
    )
    return tails, orders


def _skewness(columns: np.ndarray) -> np.ndarray:
    """Return the skewness of columns, shape (width, n), each after the other in the cache."""
    skew = np.zeros(len(columns))
    for j, values in enumerate(columns):
        away = values - values.mean()
        squares = away * away
        spread = np.sqrt(squares.mean())
        away *= squares
        skew[j] = away.mean() / (spread if spread > 0 else 1.0) ** 3
    return np.where(np.abs(skew) > _LEAST_SKEWNESS, skew, 0.0)


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
