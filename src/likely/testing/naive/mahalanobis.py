"""Mahalanobis distance by the formula, and the covariance rule written out entry by entry."""

from __future__ import annotations

import numpy as np


def distances(x: np.ndarray, centre: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return the Mahalanobis distance of every row, shape (n,)."""
    inverse = np.linalg.inv(covariance)
    return np.array([np.sqrt((row - centre) @ inverse @ (row - centre)) for row in x])


def regularised_covariance(x: np.ndarray, ball: bool = False) -> np.ndarray:
    """Return the covariance of rows, a share g^2 / (1 + g^2) <= 5 % moved to "uncorrelated".

    With `ball` the variances, too, are moved that share towards their mean.
    """
    n, width = x.shape
    share = min(max(1e-6, (width / n) ** 2 / (1 + (width / n) ** 2)), 0.05)
    centre = x.mean(axis=0)
    covariance = np.empty((width, width))
    for i in range(width):
        for j in range(width):
            covariance[i, j] = np.mean((x[:, i] - centre[i]) * (x[:, j] - centre[j]))
            if i != j:
                covariance[i, j] *= 1 - share
        if covariance[i, i] == 0:
            covariance[i, i] = 1 / n
    if ball:
        typical = sum(covariance[i, i] for i in range(width)) / width
        for i in range(width):
            covariance[i, i] = (1 - share) * covariance[i, i] + share * typical
    return covariance
