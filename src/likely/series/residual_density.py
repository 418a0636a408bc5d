"""How unlikely what is left of a forecast is: one Gaussian over channels, hard to stretch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from likely.core.covariance import whitening

SHRINKAGE = 0.1
"""Share of correlations between channels that is given up."""

_MAD_TO_SIGMA = 1.482602218505602
_FAR = 4.0  # spreads: residuals farther out count as if they were there
_LEAST_SHARE = 0.1  # of the mean size: more than half of the residuals of a channel may be zero
_LEAST_SPREAD = 1e-4  # of residuals, in spreads of their channel


class ResidualDensity(NamedTuple):
    """What is usually left of a forecast."""

    centre: np.ndarray
    """Shape (channel,)."""

    whitening: np.ndarray
    """Shape (channel, channel): `W @ W.T` is the inverse covariance."""


def fit_residual_density(stretches: Sequence[np.ndarray]) -> ResidualDensity:
    """Return the Gaussian of residuals, of which the largest are drawn in before.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time, channel)
        Residuals; at least one row in all.

    Returns
    -------
    ResidualDensity

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(1000, 2)) * [1.0, 10.0]
    >>> noise[7] = 50.0
    >>> density = fit_residual_density([noise])
    >>> distances(np.array([[1.0, 10.0]]), density).round(0).tolist()
    [1.0]
    """
    every = np.concatenate(stretches)
    centre = np.median(every, axis=0)
    away = every - centre
    robust = _MAD_TO_SIGMA * np.median(np.abs(away), axis=0)
    first = np.maximum(robust, _LEAST_SHARE * np.abs(away).mean(axis=0))
    first = np.maximum(first, _LEAST_SPREAD)
    near = np.clip(away / first, -_FAR, _FAR)
    spread = np.maximum(np.sqrt((near**2).mean(axis=0)), _LEAST_SPREAD / first)
    near /= spread
    correlation = (1 - SHRINKAGE) * (near.T @ near) / len(near)
    np.fill_diagonal(correlation, 1.0)
    scale = first * spread
    return ResidualDensity(centre, whitening(correlation * scale * scale[:, None]))


def distances(residuals: np.ndarray, density: ResidualDensity) -> np.ndarray:
    """Return how far residuals are from the usual ones.

    Parameters
    ----------
    residuals : ndarray of shape (time, channel)
        What is left of forecasts.
    density : ResidualDensity
        What usually is.

    Returns
    -------
    ndarray of shape (time,)
        Mahalanobis distances, in spreads of a channel: about 1 where all is as usual, whatever the
        number of channels.
    """
    white = (residuals - density.centre) @ density.whitening
    return np.sqrt(np.einsum("ij,ij->i", white, white) / white.shape[1])
