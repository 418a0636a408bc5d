"""Windows that hardly move have no shape: brought to one spread, they would be noise alone."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from likely.series.windows import STILL

_MOST_VALUES = 2**20  # held at a time


def still_windows(values: np.ndarray, length: int) -> np.ndarray:
    """Return which windows vary by less than a twentieth of the spread of their channel.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        In units of the spread of each; windows with NaN in them are not still.
    length : int in [1, time]
        Steps a window.

    Returns
    -------
    ndarray of bool, shape (windows, channel)

    Examples
    --------
    >>> still_windows(np.array([[0.0], [0.01], [0.0], [3.0]]), 2).ravel().tolist()
    [True, True, False]
    """
    windows = sliding_window_view(values, length, axis=0)  # (window, channel, length)
    found = np.empty(windows.shape[:2], dtype=bool)
    batch = max(1, _MOST_VALUES // (length * values.shape[1]))
    for first in range(0, len(windows), batch):
        part = slice(first, first + batch)
        found[part] = windows[part].std(axis=2) < STILL
    return found


def judged_as_still(
    distances: np.ndarray, still: np.ndarray, known: np.ndarray | bool, length: int
) -> np.ndarray:
    """Return distances of which those of still windows are what those of constant ones would be.

    Parameters
    ----------
    distances : ndarray
        Of windows of mean 0 and standard deviation 1.
    still : ndarray of bool
        Which windows hardly move.
    known : ndarray of bool, or bool
        Whether another one that hardly moves is known: then they are at distance 0, else at the
        root of the length, as a constant window is from any other.
    length : int in [1, inf)
        Steps a window.

    Returns
    -------
    ndarray
        Of the shape of all of them.

    Examples
    --------
    >>> far = np.array([5.0, 1.0])
    >>> judged_as_still(far, np.array([True, False]), known=True, length=9).tolist()
    [0.0, 1.0]
    """
    return np.where(still, np.where(known, 0.0, np.sqrt(length)), distances)
