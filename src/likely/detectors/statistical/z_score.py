"""Z-scores."""

from __future__ import annotations

from typing import Literal

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.detectors.statistical.columns import least_spreads, only_largest, usable_spread

_NORMAL_MAD = 0.6744897501960817
"""Median absolute deviation of the standard normal distribution."""


class ZScore(Explainer):
    r"""Distance of each column's value from its centre, in spreads (Iglewicz & Hoaglin, 1993).

    With centre m and spread s of a column, z = (value - m) / s. The robust variant takes the median
    and the median absolute deviation / 0.6745, which up to half of the rows cannot move; the
    classic one the mean and the standard deviation, which a single gross row can. The score of a
    row is minus the sum of its squared z, or minus its largest |z|.

    Features made of categories and of gaps hold few different values, so that their median says
    nothing: mean and standard deviation are used in both variants, and one rare category or gap
    counts as at most 4 spreads.

    Parameters
    ----------
    robust : bool, default True
        Whether to use median and median absolute deviation rather than mean and standard
        deviation. Where more than half of a column's values are equal, the spread that the schema
        learnt stands in for a median absolute deviation of zero.
    combine : {"sum", "largest"}, default "sum"
        "sum" adds the squares of all columns, so that many slightly odd values count like one very
        odd value; "largest" judges a row by its oddest column alone.

    Attributes
    ----------
    centres_, spreads_ : ndarray of shape (width,)
        Centre and spread of each feature.

    Warnings
    --------
    A z-score sees one column at a time: a row whose values are each usual but do not go together
    is missed. "3 means odd" holds for one normal column only; take p-values instead of a limit.

    Notes
    -----
    **Intuition.** How many spreads is a value away from the usual one?

    **Formula.** $O(x) = \sum_j z_j^2, \; z_j = (x_j - m_j) / s_j$, where m_j is the centre and s_j
    the spread of column j: median and median absolute deviation / 0.6745 if `robust`, else mean and
    standard deviation. The score is −O(x), or minus the largest |z_j|.

    **When to use.** As the floor that every other method must beat, and where an answer must be one
    sentence.

    **Where it fails.** Combinations of usual values, skewed columns, values between two clusters.

    **Cost.** Of order n d to learn from n rows with d columns, d to judge a row.

    References
    ----------
    Iglewicz, B. & Hoaglin, D. C. (1993). How to detect and handle outliers. ASQC Quality Press.
    ISBN 087389247X

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import ZScore
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = ZScore().fit(rows)
    >>> model.predict([[0.0, 0.0], [9.0, 0.0]])
    array([ 1, -1])
    >>> model.contributions([[9.0, 0.0]]).argmax(axis=1)  # the first column is why
    array([0])
    """

    card = {"kinds": ["table"], "paper": "isbn:087389247X"}
    _state_spec = {"centres_": Array("width"), "spreads_": Array("width", low=0.0)}

    centres_: np.ndarray
    spreads_: np.ndarray

    def __init__(self, robust: bool = True, combine: Literal["sum", "largest"] = "sum") -> None:
        self.robust = robust
        self.combine = combine

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        least = least_spreads(self.schema_)
        measured = least == 0
        centres, spreads = x.mean(axis=0), x.std(axis=0)
        if self.robust:
            centres[measured] = np.median(x[:, measured], axis=0)
            distances = np.abs(x[:, measured] - centres[measured])
            spreads[measured] = np.median(distances, axis=0) / _NORMAL_MAD
        self.centres_ = centres
        self.spreads_ = usable_spread(np.maximum(spreads, least))

    def _score(self, x: np.ndarray) -> np.ndarray:
        z = self._distances(x)
        return -z.max(axis=1) if self.combine == "largest" else -np.square(z).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        z = self._distances(x)
        return np.square(z) if self.combine == "sum" else only_largest(z)

    def _distances(self, x: np.ndarray) -> np.ndarray:
        return np.abs(x - self.centres_) / self.spreads_  # (n, width)
