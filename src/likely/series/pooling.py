"""Scores of several views of a series on one scale, and pooled such that the sure one prevails."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FAR = 5.0
"""From so many spreads on, scores grow by logarithms only."""

_TINY = 1e-6


class ScoreScale(NamedTuple):
    """Where the scores of a view usually are."""

    mean: float
    spread: float


def fit_score_scale(scores: np.ndarray) -> ScoreScale:
    """Return mean and spread of the scores of the stretch that was learnt from."""
    mean = float(scores.mean())
    return ScoreScale(mean, float(scores.std()) + _TINY * abs(mean) + 1e-12)


def tame(scores: np.ndarray, scale: ScoreScale) -> np.ndarray:
    """Return scores in spreads above their mean: none below zero, logarithmic above five.

    Without the logarithm, a view that was very still while it was learnt would outweigh all others
    at the first thing that is new.

    Parameters
    ----------
    scores : ndarray
        Higher is odder.
    scale : ScoreScale
        Of the same view.

    Returns
    -------
    ndarray of the same shape
        Not negative, continuous and not decreasing in the scores.

    Examples
    --------
    >>> tame(np.array([-1.0, 1.0, 5.0, 1e6]), ScoreScale(0.0, 1.0)).round(1).tolist()
    [0.0, 1.0, 5.0, 18.8]
    """
    z = np.maximum((scores - scale.mean) / scale.spread, 0.0)
    return np.where(z > FAR, FAR + np.log(np.maximum(z - FAR, 0.0) + 1.0), z)


def power_mean(scores: np.ndarray, power: float) -> np.ndarray:
    """Return (mean of s^power)^(1/power) over the first axis.

    Parameters
    ----------
    scores : ndarray of shape (views, ...)
        Not negative.
    power : float in [1, inf)
        1 is the mean. The larger, the more the highest score counts alone.

    Returns
    -------
    ndarray of shape (...)

    Examples
    --------
    >>> power_mean(np.array([[0.0, 2.0], [2.0, 2.0]]), 1.0).tolist()
    [1.0, 2.0]
    """
    return np.mean(scores**power, axis=0) ** (1 / power)
