"""Empirical-cumulative-distribution-based outlier detection."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.params import Interval

_TAIL = 0.1
"""Share of the values, at either end, that tells how fast the tail falls off."""

_LEAST_TAIL_SPREAD = 0.01
"""In robust spreads of the column: a narrower tail is rounding or ties, and a spread stands in."""


class ECOD(Explainer):
    """Sum over columns of how far out in its tail each value lies (Li et al., 2022).

    With F(x) the share of training values at most x and G(x) the share at least x, a column adds
    -log F to the row's left sum and -log G to its right sum, in nats. A new row is compared with
    the training rows only, so its score never depends on the rows scored along with it.

    Beyond the smallest and the largest training value both shares would be zero. There the tail
    goes on as an exponential one: log n nats at the end, and one more for each mean excess of the
    outer 10 % of the values, so that farther is always odder.

    Parameters
    ----------
    tail : {"column", "row"}, default "column"
        "column": each column counts with the larger of its two tails, as in the authors' released
        program; "row" is Algorithm 1 of the paper: a row counts with the largest of three sums, of
        all left tails, of all right tails, and of the left tail where the column is skewed to the
        left and the right tail elsewhere.
    max_reference : int in [4, 10000000], default 65536
        At most this many sorted values of each column are kept. With more rows a quarter of them
        are the lowest values, a quarter the highest, and the rest is spread evenly in between.

    Attributes
    ----------
    sorted_ : ndarray of shape (width, kept)
        Training values of each feature, ascending. Columns are sorted apart, so no row is kept.
    ranks_ : ndarray of shape (kept,)
        Rank of each kept value among all n training values, from 1 to n.
    lower_excess_, upper_excess_ : ndarray of shape (width,)
        Mean excess of the outer 10 % of the values at either end.
    skew_ : ndarray of shape (width,)
        Third central moment of each feature, of which the sign matters.

    Warnings
    --------
    Columns are taken as independent: broken correlations are missed, a value between two clusters
    counts as usual, and columns that tell the same thing count twice.

    References
    ----------
    Li, Z., Zhao, Y., Hu, X., Botta, N., Ionescu, C. & Chen, G. (2022). ECOD: unsupervised outlier
    detection using empirical cumulative distribution functions. IEEE TKDE. arXiv:2201.00382

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import ECOD
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = ECOD().fit(rows)
    >>> model.predict([[0.0, 0.0], [9.0, 0.0]])
    array([ 1, -1])
    >>> model.contributions([[9.0, 0.0]]).argmax(axis=1)  # the first column is why
    array([0])
    """

    card = {"kinds": ["table"], "paper": "arXiv:2201.00382"}
    _state_spec = {
        "sorted_": Array("width", "kept", rows=True),  # every value of a column, if not its row
        "ranks_": Array("kept", low=1.0),
        "lower_excess_": Array("width", low=0.0),
        "upper_excess_": Array("width", low=0.0),
        "skew_": Array("width"),
    }

    sorted_: np.ndarray
    ranks_: np.ndarray
    lower_excess_: np.ndarray
    upper_excess_: np.ndarray
    skew_: np.ndarray

    def __init__(
        self,
        tail: Literal["column", "row"] = "column",
        max_reference: Annotated[int, Interval(4, 10_000_000)] = 65_536,
    ) -> None:
        self.tail = tail
        self.max_reference = max_reference

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        ascending = np.sort(x.T)  # (width, n)
        kept = _kept(len(x), self.max_reference)
        self.sorted_, self.ranks_ = ascending[:, kept], kept + 1.0
        outer = max(1, int(_TAIL * len(x)))
        self.lower_excess_ = _mean_excess(-ascending[:, outer::-1])
        self.upper_excess_ = _mean_excess(ascending[:, -outer - 1 :])
        self.skew_ = ((x - x.mean(axis=0)) ** 3).mean(axis=0)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        left, right = self._tails(x)
        if self.tail == "column":
            return np.maximum(left, right)
        skewed = np.where(self.skew_ < 0, left, right)
        sums = np.stack([left.sum(axis=1), right.sum(axis=1), skewed.sum(axis=1)])  # (3, n)
        winner = sums.argmax(axis=0)[:, None]
        return np.where(winner == 0, left, np.where(winner == 1, right, skewed))

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return -log F and -log G of every value in nats, each of shape (n, width)."""
        n, last = self.ranks_[-1], len(self.ranks_) - 1
        left, right = np.empty_like(x), np.empty_like(x)
        for j in range(x.shape[1]):
            kept, values = self.sorted_[j], x[:, j]
            at_most = np.searchsorted(kept, values, side="right") - 1  # last kept value <= x
            at_least = np.searchsorted(kept, values, side="left")  # first kept value >= x
            left[:, j] = np.log(n / self.ranks_[np.maximum(at_most, 0)])
            right[:, j] = np.log(n / (n + 1 - self.ranks_[np.minimum(at_least, last)]))
            left[:, j] += np.maximum(kept[0] - values, 0.0) / self.lower_excess_[j]
            right[:, j] += np.maximum(values - kept[-1], 0.0) / self.upper_excess_[j]
        return left, right


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
