"""The one-class support problem on explicit features, solved in its dual."""

from __future__ import annotations

import numpy as np

_TOLERANCE = 1e-4
_MOST_STEPS = 500
_HALVINGS = 50


def one_class_support(features: np.ndarray, nu: float) -> tuple[np.ndarray, float]:
    """Return the direction and level of the half-space that holds most rows, far from the origin.

    They minimise |w|^2 / 2 - level + sum_i max(0, level - w . features_i) / (nu n). The dual is the
    shortest convex combination of the rows in which none weighs more than 1 / (nu n); accelerated
    projected gradients with restarts find it until the duality gap is 0.01 % of the value.

    Parameters
    ----------
    features : ndarray of shape (n, m)
        Rows.
    nu : float in (0, 1]
        Share of the rows that may stay outside, at most.

    Returns
    -------
    direction : ndarray of shape (m,)
        w.
    level : float
        Rows with w . features below it are outside.

    References
    ----------
    Schölkopf, B. et al. (2001). Estimating the support of a high-dimensional distribution. Neural
    Comput. 13(7). https://doi.org/10.1162/089976601750264965
    O'Donoghue, B. & Candès, E. (2015). Adaptive restart for accelerated gradient schemes. Found.
    Comput. Math. 15. https://doi.org/10.1007/s10208-013-9150-3
    """
    n = len(features)
    steepness = _largest_curvature(features)
    weights = np.full(n, 1 / n)
    direction = features.mean(axis=0)
    scores = features @ direction
    ahead, scores_ahead, speed = weights, scores, 1.0
    for _ in range(_MOST_STEPS if steepness > 0 else 0):
        if direction @ direction - _tail_mean(scores, nu) <= _TOLERANCE * (direction @ direction):
            break
        moved = project_to_capped_simplex(ahead - scores_ahead / steepness, 1 / (nu * n))
        direction = features.T @ moved
        moved_scores = features @ direction
        overshot = (ahead - moved) @ (moved - weights) > 0
        faster = 1.0 if overshot else (1 + np.sqrt(1 + 4 * speed**2)) / 2
        push = 0.0 if overshot else (speed - 1) / faster
        ahead = moved + push * (moved - weights)
        scores_ahead = moved_scores + push * (moved_scores - scores)
        weights, scores, speed = moved, moved_scores, faster
    outside = _whole(nu * n)
    return direction, float(np.partition(scores, outside - 1)[outside - 1])


def project_to_capped_simplex(point: np.ndarray, cap: float) -> np.ndarray:
    """Return the nearest point whose entries lie in [0, cap] and sum to 1, shape (n,).

    Parameters
    ----------
    point : ndarray of shape (n,)
        Any numbers.
    cap : float in [1 / n, inf)
        Largest entry allowed.
    """
    low, high = float(point.min()) - cap, float(point.max())
    for _ in range(_HALVINGS):  # entries are max(0, min(cap, point - shift)): which shift?
        shift = (low + high) / 2
        if np.clip(point - shift, 0.0, cap).sum() > 1:
            low = shift
        else:
            high = shift
    return np.clip(point - (low + high) / 2, 0.0, cap)


def _largest_curvature(features: np.ndarray) -> float:
    """Return the curvature of the dual along steps that keep the sum of the weights.

    The mean of the rows, by far the longest direction of kernel features, does not count there.
    """
    centred = features - features.mean(axis=0)
    return float(np.linalg.eigvalsh(centred.T @ centred)[-1])


def _tail_mean(scores: np.ndarray, nu: float) -> float:
    """Return the mean of the lowest share nu of the scores, the last one counted in part."""
    mass = max(1.0, nu * len(scores))
    k = _whole(mass)
    lowest = np.partition(scores, k - 1)[:k]
    return float((lowest.sum() - (k - mass) * lowest[k - 1]) / mass)


def _whole(mass: float) -> int:
    return max(1, int(np.ceil(mass - 1e-9)))
