"""Large clusters and the distance to them, one row at a time."""

from __future__ import annotations

import numpy as np


def large_clusters(sizes: list[int], alpha: float, beta: float) -> list[int]:
    """Return the sizes of the large clusters, the largest first."""
    rest, large = sorted(sizes, reverse=True), []
    while rest:
        large.append(rest.pop(0))
        share = sum(large) / sum(sizes)
        dropped = rest and large[-1] / rest[0] >= beta
        if share >= alpha or (share >= 0.5 and dropped):
            break
    return large


def distances(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return every row's distance from the nearest centre, shape (n,)."""
    return np.array([min(np.linalg.norm(row - centre) for centre in centres) for row in x])
