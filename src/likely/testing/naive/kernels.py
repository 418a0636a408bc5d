"""Kernel density, one pair of rows at a time."""

from __future__ import annotations

import numpy as np


def kernel_log_density(
    x: np.ndarray, reference: np.ndarray, bandwidth: float, *, leave_self_out: bool = False
) -> np.ndarray:
    """Return log p of every row in nats by the mean of Gaussians around reference rows, (n,)."""
    logs = []
    volume = x.shape[1] * np.log(np.sqrt(2 * np.pi) * bandwidth)
    for i, row in enumerate(x):
        total, count = -np.inf, 0
        for j, other in enumerate(reference):
            if leave_self_out and i == j:
                continue
            square = float(np.sum(((row - other) / bandwidth) ** 2))
            total, count = np.logaddexp(total, -0.5 * square - volume), count + 1
        logs.append(total - np.log(count))
    return np.array(logs)
