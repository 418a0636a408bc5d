"""Histogram scores by looking each value up among the edges, one at a time."""

from __future__ import annotations

import math


def histogram_surprises(
    learnt: list[float], new: list[float], inside: int, smoothing: float, reach: float
) -> list[float]:
    """Return the nats that one column adds to the oddness of new values.

    Parameters
    ----------
    learnt : list of float
        Training values of the column, robustly scaled.
    new : list of float
        Values to score, on the same scale.
    inside : int
        How many equal bins there are between the outermost edges.
    smoothing : float
        Rows added to every bin.
    reach : float
        The outermost edges are at most this far from zero.
    """
    low = max(min(learnt), -reach)
    high = min(max(learnt), reach)
    edges = [low + (high - low) * k / inside for k in range(inside + 1)]

    def place(value: float) -> int:
        if value < low:
            return 0
        if value > high:
            return inside + 1
        nudged = value + 1e-9 * (high - low) / inside  # a value on an edge belongs above it
        return next((k for k in range(1, inside) if nudged < edges[k]), inside)

    counts = [0] * (inside + 2)
    for value in learnt:
        counts[place(value)] += 1
    fullest = max(counts) + smoothing
    return [
        math.log(fullest / (counts[place(value)] + smoothing)) + max(low - value, value - high, 0.0)
        for value in new
    ]
