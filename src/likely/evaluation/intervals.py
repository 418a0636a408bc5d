"""How sure a metric is: bootstrap intervals, and those of shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import norm

from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.evaluation.inputs import check_labels, check_scores
from likely.evaluation.ranking import average_ranks


def bootstrap_interval(
    metric: Callable[[Any, Any], float],
    labels: Any,
    scores: Any,
    *,
    seed: int = 0,
    level: float = 0.95,
    n_resamples: int = 1000,
) -> tuple[float, float]:
    """Return a percentile interval of a metric over resampled rows.

    Anomalies and normal rows are resampled apart, so that every resample has as many of each as the
    data: with few anomalies, resampling all rows together would sometimes draw none.

    Parameters
    ----------
    metric : callable
        Takes labels and scores, gives a number: `auroc`, `auprc`.
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    scores : array of shape (n,)
        Higher is odder.
    seed : int in [0, inf), default 0
        The same seed gives the same interval.
    level : float in (0, 1), default 0.95
        Share of resamples inside the interval.
    n_resamples : int in [10, inf), default 1000
        How many resamples.

    Returns
    -------
    low, high : float
        Ends of the interval.

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `level` or `n_resamples` is out of range.

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall.

    Examples
    --------
    >>> from likely.evaluation import auroc
    >>> labels, scores = [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.5, 0.4, 0.7, 0.9]
    >>> low, high = bootstrap_interval(auroc, labels, scores)
    >>> 0 <= low <= auroc(labels, scores) <= high <= 1
    True
    """
    if not 0 < level < 1:
        raise ParameterError(f"level must be a number in (0, 1). Got {level!r}.")
    if n_resamples < 10:
        raise ParameterError(f"n_resamples must be an integer in [10, inf). Got {n_resamples!r}.")
    anomalies = check_labels(labels)
    values = check_scores(scores, len(anomalies))
    odd, normal = values[anomalies], values[~anomalies]
    resampled_labels = np.repeat([1, 0], [len(odd), len(normal)])
    rng = generator(seed)
    found = np.empty(n_resamples)
    for i in range(n_resamples):
        draw = np.concatenate([rng.choice(odd, len(odd)), rng.choice(normal, len(normal))])
        found[i] = metric(resampled_labels, draw)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def wilson_interval(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    It lies in [0, 1] and says something at shares of 0 and 1, too.

    Parameters
    ----------
    share : float in [0, 1]
        Share observed.
    n : float in (0, inf)
        Of how many independent ones; fewer than were counted, if they depend on one another.
    level : float in (0, 1), default 0.95
        How often such intervals hold the true share.

    Returns
    -------
    low, high : float
        Ends of the interval.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22.
    https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = wilson_interval(0.5, 100)
    >>> round(low, 3), round(high, 3)
    (0.404, 0.596)
    """
    if not 0 < level < 1:
        raise ParameterError(f"level must be a number in (0, 1). Got {level!r}.")
    if not 0 <= share <= 1 or not n > 0:
        raise ParameterError(f"A share of {share!r} of {n!r} is none: give one in [0, 1], n > 0.")
    squared = float(norm.ppf((1 + level) / 2)) ** 2
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = np.sqrt(squared * (share * (1 - share) / n + squared / (4 * n * n))) / (1 + squared / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def auroc_with_variance(odd: np.ndarray, scores: np.ndarray) -> tuple[float, float, float]:
    """Return the AUROC, its variance, and the variance it has where there is nothing to tell.

    Parameters
    ----------
    odd : ndarray of bool, shape (n,)
        Which should score higher; at least two of each.
    scores : ndarray of shape (n,)
        Numbers without NaN.

    References
    ----------
    DeLong, E. R., DeLong, D. M. & Clarke-Pearson, D. L. (1988). Comparing the areas under two or
    more correlated receiver operating characteristic curves. Biometrics 44.

    Examples
    --------
    >>> import numpy as np
    >>> odd = np.array([False, False, True, True])
    >>> auroc_with_variance(odd, np.array([0.1, 0.4, 0.35, 0.8]))[0]
    0.75
    """
    ranks = average_ranks(scores)
    m, n = int(odd.sum()), int((~odd).sum())
    above = (ranks[odd] - average_ranks(scores[odd])) / n  # of each odd one: others below it
    below = 1 - (ranks[~odd] - average_ranks(scores[~odd])) / m
    variance = above.var(ddof=1) / m + below.var(ddof=1) / n
    ties = np.unique(scores, return_counts=True)[1].astype(np.float64)
    tied = float((ties**3 - ties).sum()) / ((m + n) * (m + n - 1))
    return float(above.mean()), float(variance), (m + n + 1 - tied) / (12 * m * n)
