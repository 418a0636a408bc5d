"""Metrics of a ranking: whether anomalies come first."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import ParameterError
from likely.evaluation.inputs import check_labels, check_scores


def auroc(labels: Any, scores: Any) -> float:
    """Return the chance that an anomaly scores above a normal row; a tie counts one half.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    scores : array of shape (n,)
        Higher is odder: `surprise`, or `-score_samples`.

    Returns
    -------
    float in [0, 1]
        1 for a perfect ranking, 0.5 for one by chance.

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.

    References
    ----------
    Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a receiver operating
    characteristic (ROC) curve. Radiology. https://doi.org/10.1148/radiology.143.1.7063747

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    anomalies = check_labels(labels)
    ranks = average_ranks(check_scores(scores, len(anomalies)))
    n_odd = int(anomalies.sum())
    n_normal = len(anomalies) - n_odd
    wins = ranks[anomalies].sum() - n_odd * (n_odd + 1) / 2  # Mann and Whitney's U
    return float(wins / (n_odd * n_normal))


def auprc(labels: Any, scores: Any) -> float:
    """Return average precision: precision at each threshold, weighted by the recall gained there.

    Rows with equal scores pass a threshold together.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    scores : array of shape (n,)
        Higher is odder: `surprise`, or `-score_samples`.

    Returns
    -------
    float in (0, 1]
        1 for a perfect ranking; about the share of anomalies for one by chance.

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.

    References
    ----------
    Davis, J. & Goadrich, M. (2006). The relationship between precision-recall and ROC curves. ICML.
    https://doi.org/10.1145/1143844.1143874

    Examples
    --------
    >>> auprc([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.8])
    0.8333333333333333
    """
    anomalies = check_labels(labels)
    hits, shown = _by_threshold(anomalies, check_scores(scores, len(anomalies)))
    gained = np.diff(hits, prepend=0) / hits[-1]
    return float(np.sum(gained * hits / shown))


def precision_at(labels: Any, scores: Any, top: int) -> float:
    """Return the share of anomalies among the `top` oddest rows.

    Of rows that tie for the last places, a random draw is taken on average.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    scores : array of shape (n,)
        Higher is odder.
    top : int in [1, n]
        How many rows are shown.

    Raises
    ------
    DataError
        If labels are not 0 and 1, or scores are not one a label.
    ParameterError
        If `top` is not in [1, n].

    Examples
    --------
    >>> precision_at([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.8], top=2)
    0.5
    """
    anomalies = check_labels(labels, both=False)
    return _hits_at(anomalies, check_scores(scores, len(anomalies)), top) / top


def recall_at(labels: Any, scores: Any, top: int) -> float:
    """Return the share of all anomalies that are among the `top` oddest rows.

    Of rows that tie for the last places, a random draw is taken on average.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    scores : array of shape (n,)
        Higher is odder.
    top : int in [1, n]
        How many rows are shown.

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `top` is not in [1, n].

    Examples
    --------
    >>> recall_at([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.8], top=1)
    0.5
    """
    anomalies = check_labels(labels)
    hits = _hits_at(anomalies, check_scores(scores, len(anomalies)), top)
    return hits / float(anomalies.sum())


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1 for the smallest; equal values share the mean of their ranks.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Numbers without NaN.
    """
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[group]


def _by_threshold(anomalies: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return anomalies and rows at or above each distinct score, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    return np.cumsum(anomalies[order])[ends], ends + 1


def _hits_at(anomalies: np.ndarray, scores: np.ndarray, top: int) -> float:
    if not 1 <= top <= len(scores):
        raise ParameterError(f"top must be an integer in [1, {len(scores)}]. Got {top!r}.")
    hits, shown = _by_threshold(anomalies, scores)
    return float(np.interp(top, np.append(0, shown), np.append(0, hits)))
