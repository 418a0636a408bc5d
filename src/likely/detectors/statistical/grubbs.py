"""Grubbs' test for outliers."""

from __future__ import annotations

from typing import Annotated, overload

import numpy as np
from scipy.special import betaincc, betainccinv

from likely.base.capabilities import Explainer, Tester
from likely.base.state import Array
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.detectors.statistical.columns import numbers, usable_spread

FEWEST_VALUES = 3
"""With two values every sample has the same statistic, so there is nothing to test."""


class Grubbs(Tester, Explainer):
    r"""Two-sided test of the value farthest from the mean (Grubbs, 1950, 1969).

    For each column of numbers G = |value - mean| / s, with the standard deviation s of the whole
    column (divisor n - 1). The score of a row, learnt from or new, is minus its largest G. A row
    learnt from is called an outlier where G exceeds `grubbs_critical_value(n, alpha / columns)`.
    Categories, yes/no values and dates have no part in it, and missing values are left out.

    Parameters
    ----------
    alpha : float in (0, 0.5], default 0.05
        Probability of calling any row an outlier in a table of independent normal rows.

    Attributes
    ----------
    training_p_values_ : ndarray of shape (n,)
        For each row learnt from, the smallest `alpha` at which it is called an outlier. It allows
        for all rows and all columns already (Bonferroni): compare it with `alpha` as it is.
    outliers_ : ndarray of int64
        Positions of the rows learnt from that are called outliers.
    critical_values_ : ndarray of shape (m,)
        What G had to exceed in each column of numbers; infinite below three values.
    means_, spreads_ : ndarray of shape (width,)
        Mean and standard deviation of each feature that holds a number; 0 and 1 for the others.

    Raises
    ------
    DataError
        If no column holds numbers.

    Warnings
    --------
    The p-values hold for columns that are normal but for the outliers; on a skewed column they
    call the long tail outliers. Two or more outliers inflate s and hide one another: use
    `GeneralizedESD` where there may be more than one.

    Notes
    -----
    **Intuition.** Is the farthest value too far for a normal sample of this size?

    **Formula.** $G_j(x) = |x_j - \bar x_j| / s_j$, where $\bar x_j$ is the mean and s_j the
    standard deviation of column j; the score is the least −G_j. The test asks whether the largest G
    of a column is beyond what Student's distribution allows the largest of n normal values.

    **When to use.** A small sample of normal measurements in which one may be wrong.

    **Where it fails.** Two outliers hide each other, since both widen s; columns that are not
    normal.

    **Cost.** Of order n d to learn from n rows with d columns of numbers, d to judge a row.

    References
    ----------
    Grubbs, F. E. (1950). Sample criteria for testing outlying observations. Annals of Mathematical
    Statistics 21(1). https://doi.org/10.1214/aoms/1177729885
    Grubbs, F. E. (1969). Procedures for detecting outlying observations in samples. Technometrics
    11(1). https://doi.org/10.1080/00401706.1969.10490657

    Examples
    --------
    >>> from likely.detectors import Grubbs
    >>> masses = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]
    >>> model = Grubbs(alpha=0.05).fit([[mass] for mass in masses])
    >>> model.outliers_
    array([7])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1080/00401706.1969.10490657"}
    _state_spec = {"means_": Array("width"), "spreads_": Array("width", low=0.0)}

    means_: np.ndarray
    spreads_: np.ndarray
    critical_values_: np.ndarray

    def __init__(self, alpha: Annotated[float, Interval(0, 0.5, open_low=True)] = 0.05) -> None:
        self.alpha = alpha

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        columns, width = numbers(self.schema_, "Grubbs"), x.shape[1]
        values, known = columns.read(x)  # (n, m)
        counts = known.sum(axis=0)
        means = np.where(known, values, 0.0).sum(axis=0) / np.maximum(counts, 1)
        squares = (np.where(known, values - means, 0.0) ** 2).sum(axis=0)
        spreads = usable_spread(np.sqrt(squares / np.maximum(counts - 1, 1)))
        self.means_ = columns.spread_out(means, width, other=0.0)
        self.spreads_ = columns.spread_out(spreads, width, other=1.0)
        tested = counts >= FEWEST_VALUES
        level = self.alpha / len(counts)
        self.critical_values_ = np.full(len(counts), np.inf)
        self.critical_values_[tested] = grubbs_critical_value(counts[tested], level)
        p_values = np.ones(values.shape)
        p_values[:, tested] = grubbs_p_value(self._statistics(x)[:, tested], counts[tested])
        self._conclude(p_values, self.alpha)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._statistics(x).max(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        columns = numbers(self.schema_, "Grubbs")
        return columns.carried_by_largest(self._statistics(x), x.shape[1])

    def _statistics(self, x: np.ndarray) -> np.ndarray:
        return numbers(self.schema_, "Grubbs").distances(x, self.means_, self.spreads_)  # (n, m)


@overload
def grubbs_critical_value(n: int, alpha: float, two_sided: bool = True) -> float: ...
@overload
def grubbs_critical_value(n: np.ndarray, alpha: float, two_sided: bool = True) -> np.ndarray: ...
def grubbs_critical_value(
    n: int | np.ndarray, alpha: float, two_sided: bool = True
) -> float | np.ndarray:
    """Return what Grubbs' statistic exceeds with probability `alpha` in n normal values.

    With t the upper alpha / (2 n) quantile (one-sided: alpha / n) of Student's distribution with
    n - 2 degrees of freedom, it is (n - 1) / sqrt(n) * sqrt(t^2 / (n - 2 + t^2)).

    Parameters
    ----------
    n : int of at least 3, or an array of them
        How many values the sample has.
    alpha : float in (0, 0.5]
        Significance level.
    two_sided : bool, default True
        Whether outliers on both sides are looked for; otherwise on one side, chosen beforehand.

    Returns
    -------
    float or ndarray of the shape of `n`

    Raises
    ------
    ParameterError
        If `n` is below 3 or `alpha` is not in (0, 0.5].

    References
    ----------
    Grubbs, F. E. & Beck, G. (1972). Extension of sample sizes and percentage points for
    significance tests of outlying observations. Technometrics 14(4).

    Examples
    --------
    >>> from likely.detectors.statistical.grubbs import grubbs_critical_value
    >>> round(grubbs_critical_value(10, 0.05), 3)
    2.29
    """
    sizes = np.asarray(n)
    if np.any(sizes < FEWEST_VALUES):
        raise ParameterError(
            f"n must be at least {FEWEST_VALUES}: smaller samples cannot be tested. "
            f"Got {int(sizes.min())}."
        )
    check_alpha(alpha)
    # u = t^2 / (n - 2 + t^2) is beta distributed where t is Student's: no division by zero for
    # the largest values, and P(|t| > .) = betaincc(1/2, (n - 2) / 2, u).
    share = alpha / sizes if two_sided else 2 * alpha / sizes
    u = betainccinv(0.5, (sizes - 2) / 2, share)
    critical = (sizes - 1) / np.sqrt(sizes) * np.sqrt(u)
    return critical if sizes.ndim else float(critical)


def grubbs_p_value(statistic: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the smallest level at which the two-sided test calls values outliers.

    Parameters
    ----------
    statistic : ndarray of shape (..., m)
        |value - mean| / standard deviation, within each sample.
    n : ndarray of int, shape (m,)
        How many values each sample has; at least 3.

    Returns
    -------
    ndarray of the shape of `statistic`
        In [0, 1]: n P(|t| > .), at most 1. Exact for the largest statistic of a normal sample
        where it is large, and an upper bound elsewhere.
    """
    u = np.minimum(n * (statistic / (n - 1)) ** 2, 1.0)
    return np.minimum(n * betaincc(0.5, (n - 2) / 2, u), 1.0)


def check_alpha(alpha: float) -> None:
    """Raise `ParameterError` unless `alpha` is in (0, 0.5]."""
    if alpha not in Interval(0, 0.5, open_low=True):
        raise ParameterError(f"alpha must be a number in (0, 0.5]. Got {alpha!r}.")
