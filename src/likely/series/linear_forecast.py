"""The next value of a channel as a weighted sum of its last ones, in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from likely.series.window_covariance import moments_of

RIDGE = 1e-3
"""Pull of the weights to zero, as a share of the mean variance of a value."""

_LEAST_VARIANCE = 1e-8  # of a channel that never moved


class LinearForecast(NamedTuple):
    """What the next value of one channel usually is, given the last ones."""

    weights: np.ndarray
    """Shape (length,), of the oldest value first."""

    constant: float


def fit_linear_forecast(stretches: Sequence[np.ndarray], length: int) -> LinearForecast:
    """Return the ridge regression of a value on those before it.

    The normal equations are entries of the covariance of windows of `length + 1` steps, which is
    computed without the windows: time grows with `time * length`, memory with `time`.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time,), time > length
        One channel, in units of its spread.
    length : int in [1, least time)
        How many values are looked at.

    Returns
    -------
    LinearForecast

    Examples
    --------
    >>> halves = 0.5 ** np.arange(40.0)
    >>> fit_linear_forecast([halves], 1).weights.round(1).tolist()
    [0.5]
    """
    mean, covariance = moments_of(stretches, length + 1)
    before, with_next = covariance[:length, :length], covariance[:length, length]
    ridge = RIDGE * float(np.trace(before)) / length + _LEAST_VARIANCE
    weights = cho_solve(cho_factor(before + ridge * np.eye(length)), with_next)
    return LinearForecast(weights, float(mean[length] - weights @ mean[:length]))


def linear_residuals(values: np.ndarray, forecast: LinearForecast) -> np.ndarray:
    """Return how far each value is from its forecast.

    Parameters
    ----------
    values : ndarray of float64, shape (time,), time > length
        One channel, in the unit of the one that was learnt.
    forecast : LinearForecast
        The weights.

    Returns
    -------
    ndarray of shape (time - length,)
        Of the values that have `length` others before them.

    Examples
    --------
    >>> linear_residuals(np.array([1.0, 3.0, 4.0]), LinearForecast(np.array([1.0]), 0.0)).tolist()
    [2.0, 1.0]
    """
    told = np.correlate(values[:-1], forecast.weights, "valid") + forecast.constant
    return values[len(forecast.weights) :] - told
