"""How wide columns are where one distance serves them all."""

from __future__ import annotations

import numpy as np

REACH = 100.0
"""Values beyond so many robust spreads count as lying there: no gross row widens a column alone."""


def distance_spreads(x: np.ndarray) -> np.ndarray:
    """Return what to divide features by before distances between rows are measured.

    A robust spread is that of the middle half of the rows. Where the rest lies far out, as in
    counts, amounts and activations that are mostly zero, a feature is many robust spreads wide, and
    a few such features would make up nearly all of every distance. So a feature is as wide as its
    standard deviation where that is more than the robust spread. Features are never blown up: rare
    categories weigh as little as the schema lets them.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Robustly scaled features.

    Returns
    -------
    ndarray of shape (width,)
        At least 1; about 1 for Gaussian columns.
    """
    return np.maximum(np.clip(x, -REACH, REACH).std(axis=0), 1.0)
