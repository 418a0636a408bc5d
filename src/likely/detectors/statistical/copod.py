"""Copula-based outlier detection."""

from __future__ import annotations

import numpy as np

from likely.detectors.statistical.column_tails import ColumnTails


class COPOD(ColumnTails):
    r"""Sum over columns of tail surprise on the side to which a column is skewed (Li et al., 2020).

    With F(x) the share of training values at most x and G(x) the share at least x, a value has a
    left surprise -log F, a right surprise -log G, and one corrected for skewness: the left one in
    a column skewed to the left, the right one in a column skewed to the right, both added up in a
    column that is not skewed at all. The sum over columns is the surprise, in nats, of the corner
    of the empirical copula that lies beyond the row, if columns are independent. A new row is
    compared with the training rows only, so its score never depends on the rows scored along with
    it.

    Beyond the smallest and the largest training value both shares would be zero. There the tail
    goes on as an exponential one: log n nats at the end, and one more for each mean excess of the
    outer 10 % of the values, so that farther is always odder.

    Parameters
    ----------
    tail : {"column", "row"}, default "column"
        "column": each column counts with the larger of its corrected surprise and the mean of its
        two tails, as in the authors' released program; "row" is Algorithm 1 of the paper: a row
        counts with the largest of three sums, of all left tails, of all right tails, and of all
        corrected ones.
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
    In a skewed column the short tail counts half: a value just below the lowest wages on record is
    half as odd as one just above the highest (`ECOD` takes both tails alike). Columns are taken as
    independent: broken correlations are missed, a value between two clusters counts as usual, and
    columns that tell the same thing count twice.

    Notes
    -----
    **Intuition.** How rare is so large, or so small, a value in its column? The side to which a
    column is skewed counts most, and what columns say is added up.

    **Formula.** $O(x) = \sum_j \max(t_j, \frac12 (l_j + r_j))$, where l_j and r_j are −log of the
    shares of learnt rows at most and at least x_j, and t_j is that of the side to which column j is
    skewed. The score is −O(x). So it is by default; `tail="row"` takes the largest of three sums.

    **When to use.** Wide tables and a first look; nothing to tune.

    **Where it fails.** Rows whose values are each usual but do not go together; a value in the gap
    between two clusters; the short tail of a skewed column counts half.

    **Cost.** Sorting: of order n log n for each column to learn; log n for each to judge a row.

    References
    ----------
    Li, Z., Zhao, Y., Botta, N., Ionescu, C. & Hu, X. (2020). COPOD: copula-based outlier detection.
    IEEE International Conference on Data Mining. arXiv:2009.09463

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import COPOD
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = COPOD().fit(rows)
    >>> model.predict([[0.0, 0.0], [9.0, 0.0]])
    array([ 1, -1])
    >>> model.contributions([[9.0, 0.0]]).argmax(axis=1)  # the first column is why
    array([0])
    """

    card = {"kinds": ["table"], "paper": "arXiv:2009.09463"}

    def _corrected(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        return left * (skew <= 0) + right * (skew >= 0)

    def _combined(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        return np.maximum(self._corrected(left, right, skew), (left + right) / 2)
