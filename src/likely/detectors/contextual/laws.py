r"""How averages over the members of a group vary from group to group.

An average of n members varies by a variance of two parts: that between groups and that of members,
divided by n; its mean may be off by something divided by n. So four numbers say what is usual:

$$\mathrm{E}\, t = \mu + \beta / n, \qquad \mathrm{Var}\, t = \tau^2 + \sigma^2 / n$$

A share p of members varies by $p (1 - p) (\rho + (1 - \rho) / n)$, the variance of a beta-binomial
share, where \rho is how much members of one group are alike. It is far from normal where p is
small, so a share is not judged by that variance but by the likelihood ratio of as many members as
would vary as much, each on its own: n / (1 + (n - 1) \rho).

All is estimated blind to gross groups: residuals count as 2.5 standard deviations at most.
"""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

_ROUNDS = 12
_CUT = 2.5
_PASSED = 0.9776
"""Mean of min(z^2, 2.5^2) of a standard normal z."""

_LEAST_VARIANCE = 1e-6
_CONSTANT = 0.01
"""Variance of what never varied, in squares of its size: a tenth is one standard deviation."""

_FEWEST = 8
_HALVINGS = 30


def learn_law(
    values: np.ndarray, per_member: np.ndarray, *, biased: bool = False, least: float = 0.0
) -> np.ndarray:
    """Return mu, beta, tau^2 and sigma^2 of an average.

    Parameters
    ----------
    values : ndarray of shape (groups,)
        The average of every group; NaN where it has none.
    per_member : ndarray of shape (groups,)
        1 / n.
    biased : bool, default False
        Whether the mean may depend on n; otherwise beta is 0.
    least : float >= 0, default 0
        sigma^2 is known to be at least this.
    """
    known = ~np.isnan(values)
    t, u = np.clip(values[known], -1e50, 1e50), per_member[known]
    if not len(t):
        return np.array([0.0, 0.0, 1.0, 0.0])
    mu, variance, floor = _first_guess(t)
    varied = len(t) >= _FEWEST and float(np.ptp(u)) > 0.01
    beta, between, within = 0.0, variance, 0.0
    for _ in range(_ROUNDS):
        expected = np.maximum(between + within * u, floor)
        left = _clipped(t - mu - beta * u, expected)
        weights = 1 / expected
        level = (float(np.average(left, weights=weights)), 0.0)
        step = _line(left, u, weights) if varied and biased else level
        mu, beta = mu + step[0], beta + step[1]
        squares = _clipped(t - mu - beta * u, expected) ** 2 / _PASSED
        between, within = (
            _variances(squares, u, expected, least) if varied else (float(squares.mean()), 0.0)
        )
    return np.array([mu, beta, max(between, floor), within])


def learn_share_law(shares: np.ndarray, per_member: np.ndarray) -> np.ndarray:
    """Return p, 0, rho and 1 - rho of a share of members; parameters as in `learn_law`."""
    known = ~np.isnan(shares)
    t, u = np.clip(shares[known], 0.0, 1.0), per_member[known]
    least = 0.5 / (float(np.sum(1 / u)) + 1)
    if not len(t):
        return np.array([0.5, 0.0, 0.0, 1.0])
    p, alike = float(np.clip(np.average(t, weights=1 / u), least, 1 - least)), 0.0
    for _ in range(_ROUNDS):
        z = share_residuals(t, p, alike + (1 - alike) * u)
        weights = np.minimum(1.0, _CUT / np.maximum(np.abs(z), 1e-9)) / (alike + (1 - alike) * u)
        p = float(np.clip(np.average(t, weights=weights), least, 1 - least))
        alike = _alike(t, p, u)
    return np.array([p, 0.0, alike, 1 - alike])


def share_residuals(shares: np.ndarray, p: np.ndarray | float, factor: np.ndarray) -> np.ndarray:
    """Return the signed root of the likelihood ratio of shares, like a standard normal deviate.

    Parameters
    ----------
    shares : ndarray of shape (groups,) or (groups, outputs)
        Share of the members.
    p : float or ndarray
        What to expect, in (0, 1).
    factor : ndarray of the shape of `shares`
        rho + (1 - rho) / n: one over as many members as vary each on its own.
    """
    t = np.clip(shares, 0.0, 1.0)
    ratio = xlogy(t, t / p) + xlogy(1 - t, (1 - t) / (1 - p))
    return np.sign(t - p) * np.sqrt(2 * np.maximum(ratio, 0.0) / factor)


def _alike(t: np.ndarray, p: float, u: np.ndarray) -> float:
    """Return the least rho at which the residuals vary no more than standard normal ones."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2 if high < 1.0 or low > 0.0 else 0.0
        squares = share_residuals(t, p, middle + (1 - middle) * u) ** 2
        if float(np.minimum(squares, _CUT**2).mean()) <= _PASSED:
            if middle == 0.0:
                return 0.0
            high = middle
        else:
            low = max(middle, 1e-9)
    return high


def _clipped(left: np.ndarray, expected: np.ndarray) -> np.ndarray:
    spread = np.sqrt(expected)
    return np.clip(left / spread, -_CUT, _CUT) * spread


def _first_guess(t: np.ndarray) -> tuple[float, float, float]:
    """Return a middle, a variance, and the least variance to believe in.

    Where half of the values are equal, clipping would shrink the variance to nothing.
    """
    middle = float(np.median(t))
    robust, plain = (1.4826 * float(np.median(np.abs(t - middle)))) ** 2, float(np.var(t))
    if robust > 0:
        return middle, robust, _LEAST_VARIANCE * robust
    variance = plain if plain > 0 else _CONSTANT
    return middle, variance, variance


def _line(y: np.ndarray, u: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return intercept and slope of weighted least squares."""
    weights = weights / weights.sum()
    centre = float(weights @ u)
    away = u - centre
    slope = float(weights @ (away * y)) / max(float(weights @ away**2), 1e-300)
    return float(weights @ y) - slope * centre, slope


def _variances(
    squares: np.ndarray, u: np.ndarray, expected: np.ndarray, least: float
) -> tuple[float, float]:
    """Return tau^2 >= 0 and sigma^2 >= least with squares ~ tau^2 + sigma^2 u, by scoring."""
    weights = 1 / expected**2
    weights = weights / weights.sum()
    between, within = _line(squares, u, weights)
    if between < 0:
        within = float(weights @ (u * squares)) / float(weights @ u**2)
        return 0.0, max(within, least)
    if within < least:
        return max(float(weights @ (squares - least * u)), 0.0), least
    return between, within
