"""What is left of a value given the values on both its sides: for single odd points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from likely.series.window_covariance import moments_of

LEAST_VARIANCE = 1e-8  # of a channel that never moved
_SHRINKAGE = 1e-3


class Interpolator(NamedTuple):
    """A linear guess of the middle of a window from the rest of it."""

    mean: float
    """What the window's contrast usually is: the weights applied to the mean window."""

    weights: np.ndarray
    """Shape (length,), odd: the middle less its guess, in units of the usual error."""


def fit_interpolator(stretches: Sequence[np.ndarray], length: int = 25) -> Interpolator:
    """Return the best linear guess of a value from as many values before it as after it.

    The middle row of the inverse covariance of windows holds it: P[c, j] / P[c, c] are minus the
    coefficients of regression and 1 / P[c, c] is the variance of its error.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time,)
        What to learn from, in units of its spread.
    length : int in [1, least time], odd, default 25
        Steps a window.

    Returns
    -------
    Interpolator

    References
    ----------
    Kay, S. (1983). Some results in linear interpolation theory. IEEE Transactions on Acoustics,
    Speech, and Signal Processing. https://doi.org/10.1109/TASSP.1983.1164137

    Examples
    --------
    >>> fit_interpolator([np.sin(np.arange(100.0))], 5).weights.shape
    (5,)
    """
    mean, covariance = moments_of(stretches, length)
    ridge = _SHRINKAGE * float(np.trace(covariance)) / length + LEAST_VARIANCE
    middle = np.zeros(length)
    middle[length // 2] = 1.0
    row = cho_solve(cho_factor(covariance + ridge * np.eye(length)), middle)
    weights = row / np.sqrt(row[length // 2])
    return Interpolator(float(weights @ mean), weights)


def interpolation_residuals(values: np.ndarray, interpolator: Interpolator) -> np.ndarray:
    """Return how far each value is from its guess, in units of the usual error.

    Parameters
    ----------
    values : ndarray of float64, shape (time,), time >= length
        The series to judge, in the unit of the one that was learnt.
    interpolator : Interpolator
        The guess.

    Returns
    -------
    ndarray of shape (time,)
        Not negative. Values too near an end to have both sides get that of the nearest that does.

    Examples
    --------
    >>> wave = np.sin(np.arange(300.0) / 4)
    >>> interpolator = fit_interpolator([wave], 9)
    >>> wave[100] += 0.2
    >>> int(interpolation_residuals(wave, interpolator).argmax())
    100
    """
    inner = np.abs(np.correlate(values, interpolator.weights, "valid") - interpolator.mean)
    before = len(interpolator.weights) // 2
    return np.pad(inner, (before, len(values) - before - len(inner)), mode="edge")
