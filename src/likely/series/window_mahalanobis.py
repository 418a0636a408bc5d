"""Mahalanobis distance of windows: how unlikely a stretch is under one Gaussian of all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from likely.series.window_covariance import window_moments
from likely.series.windows import cut_windows, mean_over_cover, window_starts

LEAST_VARIANCE = 1e-8
"""Of a channel in its own unit: that of one that never moved while it was learnt."""

_HOPS = 32  # windows that hold a step: more are slower and change nothing that shows
_MOST_VALUES = 2**22  # held at a time


class WindowGaussian(NamedTuple):
    """What windows usually look like: their mean, and the lower root of their covariance."""

    mean: np.ndarray
    """Shape (length,)."""

    root: np.ndarray
    """Shape (length, length), lower triangular."""


def fit_window_gaussian(values: np.ndarray, length: int, shrinkage: float = 0.1) -> WindowGaussian:
    """Return the Gaussian of the windows of a series of one channel.

    Parameters
    ----------
    values : ndarray of float64, shape (time,)
        The stretch to learn from, in units of its spread.
    length : int in [1, time]
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
    >>> gaussian = fit_window_gaussian(np.sin(np.arange(200.0)), 8)
    >>> gaussian.mean.shape, gaussian.root.shape
    ((8,), (8, 8))
    """
    mean, covariance = window_moments(values, length)
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
    >>> scores = window_mahalanobis(odd, fit_window_gaussian(usual, 16))
    >>> bool(190 <= scores.argmax() < 220)
    True
    """
    length = len(gaussian.mean)
    starts = window_starts(len(values), length, max(1, length // _HOPS))
    distances = np.empty(len(starts))
    batch = max(1, _MOST_VALUES // length)
    for first in range(0, len(starts), batch):
        part = slice(first, first + batch)
        away = (cut_windows(values, starts[part], length) - gaussian.mean).T
        white = solve_triangular(gaussian.root, away, lower=True, check_finite=False)
        distances[part] = np.sqrt(np.einsum("ij,ij->j", white, white))
    return mean_over_cover(distances, starts, length, len(values))
