"""Few points that stand for many: none is far from all of them."""

from __future__ import annotations

import numpy as np

PROJECTED = 32
"""Dimensions in which distances are compared (Johnson & Lindenstrauss)."""


def greedy_k_centre(
    points: np.ndarray, number: int, rng: np.random.Generator, projected: int = PROJECTED
) -> np.ndarray:
    """Return positions of points such that none of the others is far from all of them.

    Each time the point farthest from those taken is taken (Gonzalez, 1985): the largest distance
    left is at most twice the least possible one. Distances are those of a random projection.

    Parameters
    ----------
    points : ndarray of float32, shape (n, width)
        In which to choose.
    number : int
        How many to take; all of them if there are no more.
    rng : Generator
        Draws the first point and the projection.
    projected : int, default 32
        Dimensions of the projection; points of no more are compared as they are.

    Returns
    -------
    ndarray of int64, shape (number,)
        In the order in which they were taken.
    """
    if number >= len(points):
        return np.arange(len(points))
    if points.shape[1] > projected:
        drawn = rng.normal(size=(points.shape[1], projected)) / np.sqrt(projected)
        points = points @ drawn.astype(np.float32)
    points = np.ascontiguousarray(points - points.mean(axis=0), dtype=np.float32)
    squares = np.einsum("ij,ij->i", points, points)
    taken = np.empty(number, dtype=np.int64)
    taken[0] = rng.integers(len(points))
    nearest = np.full(len(points), np.inf, dtype=np.float32)
    away = np.empty_like(nearest)
    for i in range(1, number):
        last = taken[i - 1]
        np.dot(points, -2 * points[last], out=away)  # no new arrays: this loop is the fit's time
        away += squares
        away += squares[last]
        np.minimum(nearest, away, out=nearest)
        nearest[last] = -np.inf
        taken[i] = nearest.argmax()
    return taken
