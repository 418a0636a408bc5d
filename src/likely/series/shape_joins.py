"""How far windows are, by their shape, from the most similar part of each of a few long ones."""

from __future__ import annotations

import numpy as np

from likely.series.windows import STILL, cut_windows

_MOST_VALUES = 2**21  # held at a time


def shape_distances(
    channel: np.ndarray, starts: np.ndarray, centres: np.ndarray, length: int
) -> np.ndarray:
    """Return the distance of each window to the most similar part of each centre.

    Both are brought to mean 0 and standard deviation 1. Windows and parts that hardly move count as
    constant: two of them are at distance 0, one and a window that moves at the root of the length.

    Parameters
    ----------
    channel : ndarray of float64, shape (time,)
        In units of its spread.
    starts : ndarray of int64, shape (window,)
        Where windows begin.
    centres : ndarray of shape (centre, steps), steps >= length
        In the same units.
    length : int in [2, time]
        Steps a window.

    Returns
    -------
    ndarray of shape (window, centre)

    Examples
    --------
    >>> wave = np.sin(np.arange(40.0))
    >>> level = np.zeros(12)
    >>> shape_distances(wave, np.array([5]), np.array([wave[3:15], level]), 9).round(3).tolist()
    [[0.0, 3.0]]
    """
    each = centres.shape[1] - length + 1
    parts = np.vstack([cut_windows(one, np.arange(each), length) for one in centres])
    parts, level = _shapes(parts)
    has_level = level.reshape(-1, each).any(axis=1)  # (centre,)
    found = np.empty((len(starts), len(centres)))
    batch = max(1, _MOST_VALUES // max(length, len(parts)))
    for first in range(0, len(starts), batch):
        some = slice(first, first + batch)
        windows, still = _shapes(cut_windows(channel, starts[some], length))
        every = (windows @ parts.T).reshape(len(windows), len(centres), each)
        best = np.maximum(every.max(axis=2), np.where(has_level, length / 2, -np.inf))
        best[still] = np.where(has_level, length, length / 2)
        found[some] = np.sqrt(2 * np.maximum(length - best, 0.0))
    return found


def _shapes(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return windows of mean 0 and standard deviation 1, and which hardly move and have neither."""
    away = windows - windows.mean(axis=1, keepdims=True)
    spread = away.std(axis=1)
    still = spread < STILL
    away /= np.where(still, 1.0, spread)[:, None]
    away[still] = 0.0
    return away, still
