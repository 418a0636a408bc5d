"""Distance of windows to the nearest of a few usual shapes (k-means on windows)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.core.k_means import k_means
from likely.series.windows import (
    cut_windows,
    hop_of,
    mean_over_cover,
    only_shapes,
    some_windows,
    window_starts,
)

_MOST_WINDOWS = 4000  # to learn from
_MOST_VALUES = 2**22  # held at a time, and in all windows to learn from


def fit_prototypes(
    stretches: Sequence[np.ndarray],
    length: int,
    prototypes: int,
    rng: np.random.Generator,
    *,
    shape: bool = False,
) -> np.ndarray:
    """Return the centres of clusters of windows; with several channels, of all of them jointly.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time, channel)
        What to learn from, in units of its spread.
    length : int in [1, least time]
        Steps a window.
    prototypes : int in [1, inf)
        At most so many centres.
    rng : Generator
        Draws the seeds.
    shape : bool, default False
        Whether windows are brought to one mean and spread first; see `windows.only_shapes`.

    Returns
    -------
    ndarray of shape (at most prototypes, channel * length)

    References
    ----------
    Yairi, T., Kato, Y. & Hori, K. (2001). Fault detection by mining association rules from
    house-keeping data. i-SAIRAS.

    Examples
    --------
    >>> wave = np.sin(np.arange(300.0))[:, None]
    >>> fit_prototypes([wave], 10, 4, np.random.default_rng(0)).shape
    (4, 10)
    """
    channels = stretches[0].shape[1]
    most = min(_MOST_WINDOWS, max(10 * prototypes, _MOST_VALUES // (length * channels)))
    windows = some_windows(stretches, length, 1, most)  # at every phase of a rhythm
    if shape:
        windows = only_shapes(windows, channels)
    centres, _ = k_means(windows, prototypes, rng)
    return centres


def prototype_distances(
    values: np.ndarray, centres: np.ndarray, *, shape: bool = False
) -> np.ndarray:
    """Return for each step the mean distance, to the nearest centre, of the windows that hold it.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel), time >= length
        The series to judge, in the unit of the one that was learnt.
    centres : ndarray of shape (prototypes, channel * length)
        Usual windows.
    shape : bool, default False
        Whether windows are brought to one mean and spread first, as centres were.

    Returns
    -------
    ndarray of shape (time,)
        Euclidean distances, in the unit of the values.

    Examples
    --------
    >>> wave = np.sin(np.arange(300.0) / 4)[:, None]
    >>> centres = fit_prototypes([wave], 10, 20, np.random.default_rng(0))
    >>> wave[150:155] += 3.0
    >>> bool(140 <= prototype_distances(wave, centres).argmax() < 165)
    True
    """
    length = centres.shape[1] // values.shape[1]
    starts = window_starts(len(values), length, hop_of(length))
    distances = np.empty(len(starts))
    squares = np.einsum("ij,ij->i", centres, centres)
    batch = max(1, _MOST_VALUES // centres.shape[1])
    for first in range(0, len(starts), batch):
        part = slice(first, first + batch)
        windows = cut_windows(values, starts[part], length)
        if shape:
            windows = only_shapes(windows, values.shape[1])
        nearest = (squares - 2 * windows @ centres.T).min(axis=1)
        nearest += np.einsum("ij,ij->i", windows, windows)
        distances[part] = np.sqrt(np.maximum(nearest, 0.0))
    return mean_over_cover(distances, starts, length, len(values))
