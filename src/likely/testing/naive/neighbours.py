"""Nearest neighbours and local outlier factors, one row at a time."""

from __future__ import annotations

import numpy as np


def nearest(
    queries: np.ndarray, reference: np.ndarray, k: int, *, leave_self_out: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and positions of the k nearest reference rows, both (n, k)."""
    distances, positions = [], []
    for i, query in enumerate(queries):
        every = np.array([np.sqrt(np.sum((query - row) ** 2)) for row in reference])
        if leave_self_out:
            every[i] = np.inf
        order = np.argsort(every, kind="stable")[:k]
        distances.append(every[order])
        positions.append(order)
    return np.array(distances), np.array(positions)


def local_outlier_factors(reference: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """Return LOF of new rows among distinct reference rows, by the paper's definitions."""
    known_distances, known = nearest(reference, reference, k, leave_self_out=True)
    k_distance = known_distances[:, -1]

    def density(distances: np.ndarray, neighbours: np.ndarray) -> float:
        reach = [max(k_distance[o], d) for o, d in zip(neighbours, distances, strict=True)]
        return 1 / float(np.mean(reach))

    densities = [density(d, o) for d, o in zip(known_distances, known, strict=True)]
    factors = []
    for distances, neighbours in zip(*nearest(rows, reference, k), strict=True):
        around = np.mean([densities[o] for o in neighbours])
        factors.append(around / density(distances, neighbours))
    return np.array(factors)
