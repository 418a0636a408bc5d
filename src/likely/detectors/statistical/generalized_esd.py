"""The generalised extreme studentised deviate test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from likely.base.capabilities import Explainer, Tester
from likely.base.state import Array
from likely.core.errors import DataError, ParameterError
from likely.core.params import Interval
from likely.data.features import LIMIT, robust_scale
from likely.detectors.statistical.columns import numbers, usable_spread
from likely.detectors.statistical.grubbs import (
    FEWEST_VALUES,
    check_alpha,
    grubbs_critical_value,
    grubbs_p_value,
)


@dataclass(frozen=True)
class ESDResult:
    """What the generalised ESD test found in one sample.

    Parameters
    ----------
    positions : ndarray of int64, shape (r,)
        Which values were set aside, in that order: each the farthest from the mean of the rest.
    statistics : ndarray of shape (r,)
        R_i, the distance of the i-th from the mean in standard deviations, both of the values that
        were left just before it was set aside.
    critical_values : ndarray of shape (r,)
        lambda_i, what R_i has to exceed.
    p_values : ndarray of shape (r,)
        The smallest `alpha` at which each is called an outlier; ascending.
    n_outliers : int
        The largest i with R_i > lambda_i; 0 if there is none.
    """

    positions: np.ndarray
    statistics: np.ndarray
    critical_values: np.ndarray
    p_values: np.ndarray
    n_outliers: int

    @property
    def outliers(self) -> np.ndarray:
        """Positions of the values called outliers, the farthest first."""
        return self.positions[: self.n_outliers]


class GeneralizedESD(Tester, Explainer):
    r"""Test for up to a given number of outliers that may hide one another (Rosner, 1983).

    In each column of numbers the value farthest from the mean is set aside again and again, with
    mean and standard deviation taken anew each time; the last step that exceeds its critical value
    decides how many of them are outliers. The score of a row, learnt from or new, is minus its
    largest distance from the mean in standard deviations, both without the outliers. Categories,
    yes/no values and dates have no part in it, and missing values are left out.

    Parameters
    ----------
    max_anomalies : int in [1, inf), or float in (0, 0.5), default 0.1
        How many outliers a column may have at most: a number of rows, or a share of them. The test
        is nearly as sharp with too many as with the true number, and blind with too few. Fewer
        than half of a column's values are ever set aside.
    alpha : float in (0, 0.5], default 0.05
        Probability of calling any row an outlier in a table of independent normal rows.

    Attributes
    ----------
    tests_ : dict of str to ESDResult
        The test of each column of numbers with three values or more, at level alpha / columns:
        statistics R_i, critical values lambda_i, p-values and number of outliers. Positions are
        those of the rows.
    training_p_values_ : ndarray of shape (n,)
        For each row learnt from, the smallest `alpha` at which it is called an outlier. It allows
        for all rows and all columns already (Bonferroni): compare it with `alpha` as it is.
    outliers_ : ndarray of int64
        Positions of the rows learnt from that are called outliers.
    means_, spreads_ : ndarray of shape (width,)
        Mean and standard deviation, without the outliers, of each feature that holds a number; 0
        and 1 for the others.

    Raises
    ------
    DataError
        If no column holds numbers.

    Warnings
    --------
    The p-values hold for columns that are normal but for the outliers; on a skewed column they
    call the long tail outliers. The critical values are accurate from 25 values on (Rosner, 1983)
    and usable from 15 on.

    Notes
    -----
    **Intuition.** Set the farthest value aside and test again; the last test that is significant
    says how many outliers there are.

    **Formula.** $R_i = \max_j |x_j - \bar x| / s$ over the values left in step i, with mean $\bar
    x$ and standard deviation s of these, beside a critical value λ_i of Student's distribution. The
    last i with R_i > λ_i is the number of outliers; mean and deviation of the others give the
    score, as in `Grubbs`.

    **When to use.** Small samples of normal measurements with an unknown, small number of outliers.

    **Where it fails.** Columns that are not normal: their long tail is called outliers.

    **Cost.** Of order n log n for each column to learn, as values are sorted once and each step
    then reads running sums; d to judge a row.

    References
    ----------
    Rosner, B. (1983). Percentage points for a generalized ESD many-outlier procedure.
    Technometrics 25(2). https://doi.org/10.1080/00401706.1983.10487848

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import GeneralizedESD
    >>> rows = np.random.default_rng(0).normal(size=(100, 1))
    >>> rows[:3] = [[8.0], [8.1], [-9.0]]
    >>> GeneralizedESD(max_anomalies=10).fit(rows).outliers_
    array([0, 1, 2])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1080/00401706.1983.10487848"}
    _state_spec = {"means_": Array("width"), "spreads_": Array("width", low=0.0)}

    means_: np.ndarray
    spreads_: np.ndarray
    tests_: dict[str, ESDResult]

    def __init__(
        self,
        max_anomalies: Annotated[int, Interval(1)]
        | Annotated[float, Interval(0, 0.5, open_low=True, open_high=True)] = 0.1,
        alpha: Annotated[float, Interval(0, 0.5, open_low=True)] = 0.05,
    ) -> None:
        self.max_anomalies = max_anomalies
        self.alpha = alpha

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        columns = numbers(self.schema_, "GeneralizedESD")
        values, known = columns.read(x)
        self.tests_ = {}
        p_values = np.ones(values.shape)
        means, spreads = np.zeros(len(columns.names)), np.zeros(len(columns.names))
        for j, name in enumerate(columns.names):
            rows = np.flatnonzero(known[:, j])
            if len(rows) >= FEWEST_VALUES:
                most = self._most(len(rows))
                test = _test(values[rows, j], most, self.alpha / len(columns.names), rows)
                self.tests_[name] = test
                p_values[test.positions, j] = test.p_values
                rows = np.setdiff1d(rows, test.outliers)
            if len(rows):
                means[j] = values[rows, j].mean()
            if len(rows) > 1:
                spreads[j] = values[rows, j].std(ddof=1)
        self.means_ = columns.spread_out(means, x.shape[1], other=0.0)
        self.spreads_ = columns.spread_out(usable_spread(spreads), x.shape[1], other=1.0)
        self._conclude(p_values, self.alpha)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._distances(x).max(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        columns = numbers(self.schema_, "GeneralizedESD")
        return columns.carried_by_largest(self._distances(x), x.shape[1])

    def _distances(self, x: np.ndarray) -> np.ndarray:
        columns = numbers(self.schema_, "GeneralizedESD")
        return columns.distances(x, self.means_, self.spreads_)  # (n, m)

    def _most(self, count: int) -> int:
        asked = self.max_anomalies
        rows = asked if asked >= 1 else asked * count  # below 1 it is a share
        return min(math.ceil(rows), (count - 1) // 2)


def generalized_esd(values: Any, max_anomalies: int, alpha: float = 0.05) -> ESDResult:
    """Test one sample for up to `max_anomalies` outliers (Rosner, 1983).

    Parameters
    ----------
    values : array of numbers, shape (n,)
        At least three, none missing.
    max_anomalies : int from 1 to (n - 1) // 2
        How many outliers there may be.
    alpha : float in (0, 0.5], default 0.05
        Significance level.

    Raises
    ------
    DataError
        If `values` is no such array.
    ParameterError
        If `max_anomalies` or `alpha` is out of range.

    Examples
    --------
    >>> from likely.detectors.statistical.generalized_esd import generalized_esd
    >>> found = generalized_esd([2.1, 1.9, 2.0, 2.2, 1.8, 2.0, 2.1, 9.0, 8.5], max_anomalies=3)
    >>> found.outliers
    array([7, 8])
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or len(sample) < FEWEST_VALUES or not np.isfinite(sample).all():
        raise DataError(
            f"values must be a one-dimensional array of at least {FEWEST_VALUES} finite numbers. "
            f"Got shape {sample.shape} with {int((~np.isfinite(sample)).sum())} values missing or "
            "infinite. Leave those out first."
        )
    check_alpha(alpha)
    most = (len(sample) - 1) // 2
    if not 1 <= max_anomalies <= most:
        raise ParameterError(
            f"max_anomalies must be from 1 to {most}, fewer than half of the {len(sample)} values. "
            f"Got {max_anomalies!r}."
        )
    centre, scale = robust_scale(sample)
    with np.errstate(over="ignore"):
        scaled = np.clip((sample - centre) / scale, -LIMIT, LIMIT)  # the test has no unit
    return _test(scaled, int(max_anomalies), alpha, np.arange(len(sample)))


def _test(values: np.ndarray, most: int, alpha: float, rows: np.ndarray) -> ESDResult:
    positions, statistics = _set_aside(values, most)
    sizes = len(values) - np.arange(most)
    critical = grubbs_critical_value(sizes, alpha)
    p_values = grubbs_p_value(statistics, sizes)
    exceeds = np.flatnonzero(statistics > critical)
    return ESDResult(
        positions=rows[positions],
        statistics=statistics,
        critical_values=critical,
        # a value is called an outlier if its own step or any later one exceeds its critical value
        p_values=np.minimum.accumulate(p_values[::-1])[::-1],
        n_outliers=int(exceeds[-1]) + 1 if len(exceeds) else 0,
    )


def _set_aside(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which values are set aside, and their statistics R_i.

    The farthest value is always at one end of the sorted sample, so what is left is a slice of it.
    Sums of a slice are built from the middle outwards: a gross value at the end then never enters
    the sums of the values within, and nothing is lost by subtracting it again.
    """
    order = np.argsort(values, kind="stable")
    middle = len(values) // 2
    ascending = values[order] - values[order[middle]]
    distance = ascending.tolist()
    below, above = ascending[:middle][::-1], ascending[middle:]
    sums = [np.concatenate([[0.0], np.cumsum(side)]).tolist() for side in (below, above)]
    squares = [np.concatenate([[0.0], np.cumsum(side**2)]).tolist() for side in (below, above)]
    low, high = 0, len(values)
    positions, statistics = np.empty(most, dtype=np.int64), np.zeros(most)
    for i in range(most):
        count, left, right = high - low, middle - low, high - middle
        mean = (sums[0][left] + sums[1][right]) / count
        square = squares[0][left] + squares[1][right] - count * mean**2
        upper = distance[high - 1] - mean
        lower = mean - distance[low]
        if square > 0:  # else all that is left is equal, and nothing in it is far
            statistics[i] = max(lower, upper) / math.sqrt(square / (count - 1))
        if lower > upper:
            positions[i], low = order[low], low + 1
        else:
            high -= 1
            positions[i] = order[high]
    return positions, statistics
