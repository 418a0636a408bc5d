"""Empirical-cumulative-distribution-based outlier detection."""

from __future__ import annotations

import numpy as np

from likely.detectors.statistical.column_tails import ColumnTails


class ECOD(ColumnTails):
    r"""Sum over columns of how far out in its tail each value lies (Li et al., 2022).

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
        Skewness of each feature, of which the sign matters.

    Warnings
    --------
    Columns are taken as independent: broken correlations are missed, a value between two clusters
    counts as usual, and columns that tell the same thing count twice.

    Notes
    -----
    **Intuition.** How far out in its own column is each value, by counting?

    **Formula.** $O(x) = \sum_j \max(-\log F_j(x_j), -\log G_j(x_j))$, where F_j and G_j are the
    shares of learnt rows at most and at least x_j. The score is −O(x). So it is by default;
    `tail="row"` takes the largest of three sums.

    **When to use.** Wide tables and a first look; nothing to tune.

    **Where it fails.** Rows whose values are each usual but do not go together; a value in the gap
    between two clusters; columns that say the same thing count twice.

    **Cost.** Sorting: of order n log n for each column to learn; log n for each to judge a row.

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

    def _corrected(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        return np.where(skew < 0, left, right)

    def _combined(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        return np.maximum(left, right)
