"""How wide columns are where one distance serves them all."""

from __future__ import annotations

import numpy as np

REACH = 100.0
"""Values beyond so many robust spreads count as lying there: no gross row widens a column alone."""

CROWD = 20
"""Of so many columns that mostly hold one value, half of the crowding is taken off."""

WIDE = 50
"""Beyond so many columns of numbers, directions are evened out before distances are measured."""


def distance_spreads(x: np.ndarray) -> np.ndarray:
    """Return what to divide features by before distances between rows are measured.

    A robust spread is that of the middle half of the rows. Where the rest lies far out, as in
    counts, amounts and activations that are mostly zero, a feature is many robust spreads wide, and
    a few such features would make up nearly all of every distance. So a feature is as wide as its
    standard deviation where that is more than the robust spread. Features are never blown up: rare
    categories weigh as little as the schema lets them.

    In one numeric column that mostly holds one value, another value tells something. In hundreds
    of such columns every row has some, and they tell nothing and drown the rest. So the larger the
    crowd of these columns, the wider they are made, and the seldomer a column has another value,
    the more. Yes/no features are left alone: the schema bounds what they weigh.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Robustly scaled features.

    Returns
    -------
    ndarray of shape (width,)
        At least 1; about 1 for Gaussian columns.
    """
    return np.maximum(np.clip(x, -REACH, REACH).std(axis=0), 1.0) * _crowd_factors(x)


def distance_axes(x: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the matrix that takes features to coordinates in which to measure distances.

    Features are divided by their `distance_spreads`. In up to `WIDE` columns of numbers that is
    all. The more there are, the more do a few directions that most of them share make up nearly all
    of every distance, and what is odd lies in the others. So directions are evened out: along one
    with variance l, where the mean is v, lengths are divided by sqrt(1 - t + t l / v), and t goes
    from 0 to 1 as (columns - `WIDE`) / (columns + `WIDE`). Levels of categories do not count: a
    column has as many as it has, and they share nothing.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Robustly scaled features.
    steps : ndarray of shape (width,)
        How far each feature moves where a category changes; 0 for numbers.

    Returns
    -------
    ndarray of shape (width, width)
        Invertible; coordinates are `x @ axes`. Each stays as near to its own feature as it can
        (the matrix is symmetric but for the spreads), and speaks for it in explanations.
    """
    spreads = distance_spreads(x)
    width, numbers = len(spreads), int((steps == 0).sum())
    if numbers <= WIDE:
        return np.diag(1 / spreads)
    part = (numbers - WIDE) / (numbers + WIDE)
    variances, directions = _principal(np.clip(x, -REACH, REACH) / spreads)
    relative = variances * (width / (variances.sum() or 1.0))
    unmoved = 1 / np.sqrt(1 - part)  # along which rows do not vary
    stretch = 1 / np.sqrt(1 - part + part * relative) - unmoved
    axes = (directions * stretch) @ directions.T
    axes[np.diag_indices(width)] += unmoved
    return axes / spreads[:, None]


def _principal(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return variances, shape (k,), and directions, (width, k), of all along which rows vary."""
    centred = (rows - rows.mean(axis=0)) / np.sqrt(len(rows))
    if len(rows) < rows.shape[1]:
        _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
        return lengths**2, directions.T
    variances, directions = np.linalg.eigh(centred.T @ centred)
    return np.maximum(variances, 0.0), directions


def _crowd_factors(x: np.ndarray) -> np.ndarray:
    """Return by how much to widen features that mostly hold one value, shape (width,).

    That value is the median, which the schema moves to 0.
    """
    share = np.count_nonzero(x, axis=0) / len(x)
    crowd = [j for j in np.flatnonzero(share < 0.5) if _has_two_others(x[:, j])]
    factors = np.ones(x.shape[1])
    factors[crowd] = (2 * share[crowd]) ** (-2 * len(crowd) / (len(crowd) + CROWD))
    return factors


def _has_two_others(values: np.ndarray) -> bool:
    others = values[values != 0]
    return len(others) > 1 and bool(others.min() < others.max())
