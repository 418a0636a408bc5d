"""What a smooth trend through the steps around a value, but not through it, says it should be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import fftconvolve


class Around(NamedTuple):
    """Which steps a polynomial is fitted to, counted from the one that is asked for."""

    first: int
    """The first one, not after `gap_first`."""

    end: int
    """The one behind the last, not before `gap_end`."""

    gap_first: int
    """The first one that is left out."""

    gap_end: int
    """The one behind the last that is left out."""


def local_trend(values: np.ndarray, degree: int, around: Around) -> np.ndarray:
    """Return for every step the value at it of the polynomial that fits the steps around it best.

    All sums of powers of the distance are convolutions, so that the time hardly depends on how many
    steps are fitted. Near an end those are fitted that exist, and each that does not is evidence
    that there is no slope and no curve: a polynomial that goes on beyond all values runs away.
    Without any step the trend is 0.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        In units of spreads, around 0.
    degree : int in [0, 8]
        Of the polynomial.
    around : Around
        Which steps are fitted.

    Returns
    -------
    ndarray of shape (time, channel)

    Examples
    --------
    >>> line = np.arange(20.0)[:, None] / 10
    >>> trend = local_trend(line, 1, Around(-8, 9, -1, 2))
    >>> bool(np.abs(trend - line)[8:12].max() < 0.01)
    True
    """
    steps, channels = values.shape
    reach = np.arange(around.first, around.end)
    seen = (reach < around.gap_first) | (reach >= around.gap_end)
    unit = max(abs(around.first), abs(around.end - 1), 1)
    ones = np.ones(steps)
    normal = np.empty((steps, degree + 1, degree + 1))
    right = np.empty((steps, degree + 1, channels))
    for power in range(2 * degree + 1):
        weights = seen * (reach / unit) ** power
        sums = _sums(ones, weights, around.first)
        for row in range(max(0, power - degree), min(power, degree) + 1):
            normal[:, row, power - row] = sums
        if power <= degree:
            right[:, power] = np.column_stack(
                [_sums(channel, weights, around.first) for channel in values.T]
            )
    missing = np.maximum(seen.sum() - normal[:, 0, 0], 0.0)
    for power in range(degree + 1):
        normal[:, power, power] += 1e-9 + (missing if power else 0.0)
    return np.linalg.solve(normal, right)[:, 0]


def _sums(values: np.ndarray, weights: np.ndarray, first: int) -> np.ndarray:
    """Return the sums of values times weights, of which the first belongs to the step t + first."""
    whole = fftconvolve(values, weights[::-1])
    start = first + len(weights) - 1
    before, behind = max(0, -start), max(0, start + len(values) - len(whole))
    padded = np.pad(whole, (before, behind))
    return padded[start + before : start + before + len(values)]
