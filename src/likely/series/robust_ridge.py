"""Ridge regression that a few gross values do not bend."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

_ROUNDS = 5
_KNEE = 1.5  # spreads from which on a value counts less (Huber)
_FAR = 8.0  # spreads beyond which a value is moved before the first round
_TINY = 1e-9


def robust_ridge(
    terms: sparse.csr_array, target: np.ndarray, penalty: np.ndarray, rounds: int = _ROUNDS
) -> np.ndarray:
    """Return coefficients by iteratively reweighted least squares with Huber's weights.

    Parameters
    ----------
    terms : csr_array of shape (n, term)
        What the target is explained by.
    target : ndarray of shape (n,)
        What is explained.
    penalty : ndarray of shape (term,), positive
        How strongly each coefficient is drawn to zero, in observations.
    rounds : int in [1, inf), default 5
        How often weights are renewed; 1 is least squares.

    Returns
    -------
    ndarray of shape (term,)

    References
    ----------
    Huber, P. J. (1964). Robust estimation of a location parameter. Annals of Mathematical
    Statistics 35(1), 73-101. https://doi.org/10.1214/aoms/1177703732

    Examples
    --------
    >>> line = np.arange(20.0)[:, None]
    >>> target = 3 * line[:, 0]
    >>> target[7] = 1e6
    >>> robust_ridge(sparse.csr_array(line), target, np.array([1e-6])).round(1).tolist()
    [3.0]
    """
    middle = float(np.median(target))
    reach = _FAR * (spread_of(target - middle) + _TINY)
    y = np.clip(target, middle - reach, middle + reach)
    turned = sparse.csr_array(terms.T)
    weights = np.ones(len(y))
    found = np.zeros(len(penalty))
    for _ in range(rounds):
        weighted = sparse.csr_array(terms.multiply(weights[:, None]))
        products: Any = turned @ weighted
        gram = products.toarray() + np.diag(penalty)
        found = cho_solve(cho_factor(gram), weighted.T @ y)
        away = np.abs(y - terms @ found)
        knee = _KNEE * spread_of(away) + _TINY
        weights = np.minimum(1.0, knee / np.maximum(away, knee))
    return found


def spread_of(away: np.ndarray) -> float:
    """Return the spread of deviations: from their median, or from the 90 % if that is more."""
    sizes = np.abs(away)
    middle, high = np.quantile(sizes, [0.5, 0.9])
    return float(max(middle / 0.6745, high / 1.6449))
