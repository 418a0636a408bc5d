"""Mahalanobis distance of windows: how unlikely a stretch is under one Gaussian of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from likely.series.window_covariance import moments_of
from likely.series.windows import cut_windows, hop_of, mean_over_cover, window_starts

LEAST_VARIANCE = 1e-8
"""Of a channel in its own unit: that of one that never moved while it was learnt."""

_MOST_VALUES = 2**22  # held at a time


class WindowGaussian(NamedTuple):
    """What windows usually look like: their mean, and the lower root of their covariance."""

    mean: np.ndarray
    """Shape (length,)."""

    root: np.ndarray
    """Shape (length, length), lower triangular."""


def fit_window_gaussian(
    stretches: Sequence[np.ndarray], length: int, shrinkage: float = 0.1
) -> WindowGaussian:
    """Return the Gaussian of the windows of a series of one channel.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time,)
        What to learn from, in units of its spread.
    length : int in [1, least time]
        Steps a window.
    shrinkage : float in (0, 1], default 0.1
        Share of the mean variance that all directions get. Neighbouring values are nearly the
        same, so that the sample has directions with next to no variance, in which noise would
        count for everything.

    Returns
    -------
    WindowGaussian

    Examples
    --------
    >>> gaussian = fit_window_gaussian([np.sin(np.arange(200.0))], 8)
    >>> gaussian.mean.shape, gaussian.root.shape
    ((8,), (8, 8))
    """
    mean, covariance = moments_of(stretches, length)
    floor = max(float(np.trace(covariance)) / length, LEAST_VARIANCE)
    covariance = (1 - shrinkage) * covariance + shrinkage * floor * np.eye(length)
    return WindowGaussian(mean, cholesky(covariance, lower=True))


def window_mahalanobis(values: np.ndarray, gaussian: WindowGaussian) -> np.ndarray:
    """Return for each step the mean distance of the windows that hold it.

    Parameters
    ----------
    values : ndarray of float64, shape (time,), time >= length
        The series to judge, in the unit of the one that was learnt.
    gaussian : WindowGaussian
        What windows usually look like.

    Returns
    -------
    ndarray of shape (time,)
        About the square root of the length where the series is as usual.

    Examples
    --------
    >>> usual = np.sin(np.arange(400.0) / 5)
    >>> odd = usual.copy()
    >>> odd[200:210] = 0.0
    >>> scores = window_mahalanobis(odd, fit_window_gaussian([usual], 16))
    >>> bool(190 <= scores.argmax() < 220)
    True
    """
    length = len(gaussian.mean)
    starts = window_starts(len(values), length, hop_of(length))
    distances = np.empty(len(starts))
    batch = max(1, _MOST_VALUES // length)
    for first in range(0, len(starts), batch):
        part = slice(first, first + batch)
        away = (cut_windows(values, starts[part], length) - gaussian.mean).T
        white = solve_triangular(gaussian.root, away, lower=True, check_finite=False)
        distances[part] = np.sqrt(np.einsum("ij,ij->j", white, white))
    return mean_over_cover(distances, starts, length, len(values))
