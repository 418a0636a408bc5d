"""Joint surprise of several detectors: ranks by counting, the tail by maximising its posterior."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar


def surprise(sample: np.ndarray, value: float) -> float:
    """Return -log P(as high as a value), in nats, from a sample of at least 20.

    Up to the 70 % quantile it is the share of the sample that lies at least as high, counted in
    `n + 1` and interpolated between neighbours; from there on an exponential tail.
    """
    ordered = sorted(float(other) for other in sample)
    start = ordered[math.floor(0.7 * len(ordered)) - 1]
    if value <= start:
        return -math.log(_share(ordered, value))
    return -math.log(_share(ordered, start)) + (value - start) / tail_scale(ordered)


def tail_scale(ordered: list[float]) -> float:
    """Return the most probable scale of an exponential tail beyond the 70 % quantile.

    What lies above the 92 % quantile is censored, and an unknown share of it may be strangers.
    """
    n = len(ordered)
    first, last = math.floor(0.7 * n), math.ceil(0.92 * n) - 1
    start, above = ordered[first - 1], n - 1 - last
    window = [value - start for value in ordered[first : last + 1]]

    def log_posterior(log_scale: float) -> float:
        scale = math.exp(log_scale)
        inside = -len(window) * log_scale - sum(window) / scale
        total = []
        for share in np.linspace(0, 0.95, 12) * above / (above + len(window)):
            prior = 0.9 if share == 0 else 0.1 / 11
            beyond = (1 - share) * math.exp(-window[-1] / scale) + share
            belongs = (len(window) + 1) * math.log(1 - share)
            total.append(math.log(prior) + inside + belongs + above * math.log(beyond))
        return float(np.logaddexp.reduce(total))

    guess = math.log((sum(window) + above * window[-1]) / len(window))
    best = minimize_scalar(lambda s: -log_posterior(s), bounds=(guess - 1.6, guess + 1.0))
    return math.exp(best.x)


def joint(surprises: list[float], combine: str) -> float:
    """Return the mean, the log of the mean of 1 / P ("largest"), or what members agree on."""
    if combine == "largest":
        return math.log(sum(math.exp(s) for s in surprises) / len(surprises))
    if combine == "mean":
        return sum(surprises) / len(surprises)
    falling = sorted(surprises, reverse=True)
    most, two = falling[len(falling) // 2], falling[min(1, len(falling) - 1)]
    return math.log(0.9 * math.exp(most) + 0.1 * math.exp(two))


def _share(ordered: list[float], value: float) -> float:
    n, at_least = len(ordered), sum(other >= value for other in ordered)
    if value in ordered:
        return at_least / (n + 1)
    if value < ordered[0]:
        return (n + 1 - 1 / (1 + (ordered[0] - value) / (ordered[-1] - ordered[0]))) / (n + 1)
    right = min(other for other in ordered if other >= value)
    left = max(other for other in ordered if other < value)
    return (at_least + 1 - (value - left) / (right - left)) / (n + 1)
