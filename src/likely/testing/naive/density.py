"""Density of a Gaussian mixture, straight from the formula."""

from __future__ import annotations

import numpy as np


def mixture_log_density(
    x: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray
) -> np.ndarray:
    """Return log p of every row in nats, shape (n,)."""
    logs = []
    for row in x:
        total = -np.inf
        for weight, mean, covariance in zip(weights, means, covariances, strict=True):
            z = row - mean
            square = z @ np.linalg.inv(covariance) @ z
            volume = len(z) * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
            total = np.logaddexp(total, np.log(weight) - 0.5 * (square + volume))
        logs.append(total)
    return np.array(logs)
