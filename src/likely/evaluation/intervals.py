"""How sure a metric is: bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.evaluation.inputs import check_labels, check_scores


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
