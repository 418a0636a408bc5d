"""Mean and covariance of all windows of a series, without the windows.

Two entries of the covariance that are as far apart sum the same products, but for those at the two
ends: C[i+1, j+1] = C[i, j] - x[i] x[j] + x[i+N] x[j+N]. So a diagonal is one running sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def moments_of(stretches: Sequence[np.ndarray], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of all windows of several stretches of one channel.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time,), time >= length
        No window is of two of them.
    length : int in [1, inf)
        Steps a window.

    Returns
    -------
    mean, covariance
        As `window_moments` returns them.

    Examples
    --------
    >>> mean, _ = moments_of([np.array([0.0, 1.0]), np.array([5.0, 6.0, 7.0])], 2)
    >>> mean.round(2).tolist()
    [3.67, 4.67]
    """
    parts = [window_moments(stretch, length) for stretch in stretches]
    if len(parts) == 1:
        return parts[0]
    shares = np.array([len(stretch) - length + 1.0 for stretch in stretches])
    shares /= shares.sum()
    mean = shares @ np.stack([part for part, _ in parts])
    covariance = np.zeros((length, length))
    for share, (part, around) in zip(shares, parts, strict=True):
        covariance += share * (around + np.outer(part - mean, part - mean))
    return mean, covariance


def window_moments(values: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of all windows of a series of one channel.

    Takes time in proportion to `time * length` and memory to `time + length ** 2`. The windows
    themselves would take `time * length` of memory, and `time * length ** 2` of time.

    Parameters
    ----------
    values : ndarray of float64, shape (time,)
        The series.
    length : int in [1, time]
        Steps a window.

    Returns
    -------
    mean : ndarray of shape (length,)
    covariance : ndarray of shape (length, length)
        Divided by the number of windows.

    References
    ----------
    The recursion is that of the covariance method of linear prediction: Makhoul, J. (1975). Linear
    prediction: a tutorial review. Proceedings of the IEEE. https://doi.org/10.1109/PROC.1975.9792

    Examples
    --------
    >>> mean, covariance = window_moments(np.array([0.0, 1.0, 2.0, 3.0]), 2)
    >>> mean.tolist(), covariance.round(2).tolist()
    ([1.0, 2.0], [[0.67, 0.67], [0.67, 0.67]])
    """
    windows = len(values) - length + 1
    offset = values.mean()
    x = values - offset  # keeps the running sums small, and what they lose by rounding
    mean = _running(x, windows) / windows  # (length,)
    covariance = np.empty((length, length))
    place = np.arange(length)
    for lag in range(length):
        products = x[: len(x) - lag] * x[lag:]
        diagonal = _running(products, windows) / windows  # (length - lag,)
        diagonal -= mean[: length - lag] * mean[lag:]
        first = place[: length - lag]
        covariance[first, first + lag] = covariance[first + lag, first] = diagonal
    return mean + offset, covariance


def _running(x: np.ndarray, windows: int) -> np.ndarray:
    """Return the sums of all stretches of so many values, each from the one before it."""
    changes = x[windows:] - x[: len(x) - windows]
    return np.concatenate([[0.0], np.cumsum(changes)]) + x[:windows].sum()
