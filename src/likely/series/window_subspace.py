"""The subspace that windows lie in, and how far others are from it and within it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from likely.series.windows import cut_windows, hop_of, mean_over_cover, window_starts

LEAST_REST = 1e-4
"""Of the mean variance: what directions left out are taken to vary at least, beside rounding."""

_LEAST_VARIANCE = 1e-8
_MOST_VALUES = 2**22  # held at a time


class Subspace(NamedTuple):
    """Leading components of windows, and how much is left beside them."""

    mean: np.ndarray
    """Shape (width,)."""

    components: np.ndarray
    """Orthonormal columns, shape (width, component); columns of zeros count for nothing."""

    variances: np.ndarray
    """Along each, shape (component,), positive."""

    rest: float
    """Mean variance of the directions left out, positive."""


def fit_subspace(mean: np.ndarray, covariance: np.ndarray, share: float) -> Subspace:
    """Return the fewest leading components that have a share of the variance.

    Parameters
    ----------
    mean : ndarray of shape (width,)
        Of windows.
    covariance : ndarray of shape (width, width)
        Of windows, in units in which a channel has variance 1.
    share : float in (0, 1]
        At least one component is kept, and one direction less than there are, if there are two.

    Returns
    -------
    Subspace

    Examples
    --------
    >>> fit_subspace(np.zeros(3), np.diag([5.0, 4.0, 1.0]), 0.9).variances.round(2).tolist()
    [5.0, 4.0]
    """
    ascending, vectors = np.linalg.eigh(covariance)
    variances = np.maximum(ascending[::-1], 0.0)
    floor = max(LEAST_REST * float(variances.mean()), _LEAST_VARIANCE)
    held = np.cumsum(variances) / max(float(variances.sum()), _LEAST_VARIANCE)
    kept = 1 + int(np.sum(held[:-1] < share - 1e-9))
    kept = max(1, min(kept, len(variances) - 1))
    rest = variances[kept:]
    least = max(float(rest.mean()) if len(rest) else 0.0, floor)
    return Subspace(mean, vectors[:, ::-1][:, :kept], np.maximum(variances[:kept], floor), least)


def subspace_distances(
    values: np.ndarray,
    subspace: Subspace,
    length: int,
    oddness: Literal["both", "residual", "major"] = "both",
) -> np.ndarray:
    """Return for each step the mean distance of the windows that hold it.

    Parameters
    ----------
    values : ndarray of float64, shape (time,) or (time, channel)
        The series to judge, in the unit of the one that was learnt.
    subspace : Subspace
        Of windows of all channels, one channel after the other.
    length : int in [1, time]
        Steps a window.
    oddness : {"both", "residual", "major"}, default "both"
        Whether coordinates count in units of their variances, what is left beside them, or both.

    Returns
    -------
    ndarray of shape (time,)
        About the square root of the width where the series is as usual and both count.

    Examples
    --------
    >>> flat = Subspace(np.zeros(2), np.array([[1.0], [0.0]]), np.array([4.0]), 1.0)
    >>> subspace_distances(np.array([[2.0, 0.0], [0.0, 3.0]]), flat, 1).tolist()
    [1.0, 3.0]
    """
    starts = window_starts(len(values), length, hop_of(length))
    distances = np.empty(len(starts))
    batch = max(1, _MOST_VALUES // len(subspace.mean))
    for first in range(0, len(starts), batch):
        part = slice(first, first + batch)
        away = cut_windows(values, starts[part], length) - subspace.mean  # (window, width)
        y = away @ subspace.components  # (window, component)
        squares = np.zeros(len(away))
        if oddness != "residual":
            squares += (y**2 / subspace.variances).sum(axis=1)
        if oddness != "major":
            left = away - y @ subspace.components.T
            squares += np.einsum("ij,ij->i", left, left) / subspace.rest
        distances[part] = np.sqrt(squares)
    return mean_over_cover(distances, starts, length, len(values))
