"""Covariance matrices that can always be inverted.

A sample covariance is singular when there are fewer rows than columns, when a column is constant
and when one column follows from others. The one rule used everywhere: on the scale of
correlations, move a share of the way to "uncorrelated". The share is g^2 / (1 + g^2) with g =
columns / rows, a ten-thousandth where rows are a hundred times as many; but at most a twentieth.
With fewer rows than columns, that a new row leaves the directions in which the known rows vary is
what tells an anomaly best, and a larger share blurs it.

Where columns are known to be on a like scale, "uncorrelated" can also mean a ball: all directions
get a share of the mean variance. Then a direction in which rows hardly vary counts for less, and a
column that hardly varies does not count as much as any other.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

MOST_SHARE = 0.05
LEAST_SHARE = 1e-6
"""Smallest share moved: far below any effect on the distances, far above rounding."""


def regularise(
    covariance: np.ndarray, rows: float, floor: np.ndarray | float = 0.0, *, ball: bool = False
) -> np.ndarray:
    """Return a well-conditioned version of a sample covariance.

    Parameters
    ----------
    covariance : ndarray of shape (width, width)
        Sample covariance.
    rows : float
        How many rows it was computed from (a sum of weights may stand here).
    floor : ndarray of shape (width,) or float, default 0
        Least standard deviation per column, in the unit of the data. A column with a standard
        deviation and a floor of zero gets the standard deviation 1 / sqrt(rows): as if one row
        stood one unit apart.
    ball : bool, default False
        Move towards the mean variance in all directions, for columns on a like scale; otherwise
        each column keeps its variance.

    Returns
    -------
    ndarray of shape (width, width)
        Symmetric, positive definite.
    """
    rows = max(rows, 1.0)
    spread = np.sqrt(np.diag(covariance))
    lifted = np.maximum(spread, floor)
    lifted = np.where(lifted > 0, lifted, 1 / np.sqrt(rows))
    if ball:
        return _towards_ball(covariance, lifted**2, _share(len(covariance), rows))
    # a lifted column keeps its covariances, so its correlations shrink by as much
    correlation = covariance / lifted / lifted[:, None]
    np.fill_diagonal(correlation, 1.0)
    correlation *= 1 - _share(len(correlation), rows)
    np.fill_diagonal(correlation, 1.0)
    return correlation * lifted * lifted[:, None]


def _towards_ball(covariance: np.ndarray, variances: np.ndarray, share: float) -> np.ndarray:
    moved = covariance * (1 - share)
    np.fill_diagonal(moved, (1 - share) * variances + share * variances.mean())
    return moved


def _share(width: int, rows: float) -> float:
    """Share of "uncorrelated": the more columns for each row, the less is a correlation sure."""
    squared = (width / rows) ** 2
    return float(np.clip(squared / (1 + squared), LEAST_SHARE, MOST_SHARE))


def whitening(covariance: np.ndarray) -> np.ndarray:
    """Return the upper triangular W with `W @ W.T` the inverse of a positive definite matrix.

    `(x - mean) @ W` has the identity as covariance, so its squared length is the squared
    Mahalanobis distance; the sum of `log(diag(W))` is minus half the log-determinant.
    """
    spread = np.sqrt(np.diag(covariance))
    lower = np.linalg.cholesky(covariance / spread / spread[:, None])
    identity = np.eye(len(covariance))
    return solve_triangular(lower, identity, lower=True).T / spread[:, None]
