"""Exact nearest neighbours by blocked matrix products.

Distances come from |a|^2 + |b|^2 - 2ab in tiles that fit the cache; the few that win are computed again as
differences, so that a row alone and the same row in a batch get the same distance.
"""

from __future__ import annotations

import numpy as np

TILE = 2_000_000
"""Distances held at a time (16 MB)."""


def nearest(
    queries: np.ndarray, reference: np.ndarray, k: int, *, leave_self_out: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest reference rows of every query row.

    Parameters
    ----------
    queries : ndarray of shape (n, width)
        Rows to find neighbours of, centred near zero.
    reference : ndarray of shape (m, width)
        Rows to find them in, on the same scale.
    k : int
        How many; at most m (m - 1 if rows leave themselves out).
    leave_self_out : bool, default False
        Whether `queries` are `reference`, and no row may be its own neighbour (by position:
        a duplicate of a row is a neighbour).

    Returns
    -------
    distances : ndarray of shape (n, k)
        Euclidean distances, ascending.
    positions : ndarray of int64, shape (n, k)
        Which reference rows they are.
    """
    n, m = len(queries), len(reference)
    positions = np.empty((n, k), dtype=np.int64)
    distances = np.empty((n, k))
    norms = np.einsum("ij,ij->i", reference, reference)
    step = max(1, TILE // m)
    for start in range(0, n, step):
        block = queries[start : start + step]
        near = norms - 2.0 * (block @ reference.T)
        if leave_self_out:
            rows = np.arange(len(block))
            near[rows, start + rows] = np.inf
        spare = min(m, k + 2)
        candidates = (
            np.argpartition(near, spare - 1, axis=1)[:, :spare]
            if spare < m
            else np.broadcast_to(np.arange(m), (len(block), m))
        )
        exact = _distances(block, reference, candidates)
        if leave_self_out:
            exact[candidates == (start + np.arange(len(block)))[:, None]] = np.inf
        order = np.argsort(exact, axis=1, kind="stable")[:, :k]
        positions[start : start + step] = np.take_along_axis(candidates, order, axis=1)
        distances[start : start + step] = np.take_along_axis(exact, order, axis=1)
    return distances, positions


def _distances(block: np.ndarray, reference: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    exact = np.empty(candidates.shape)
    for j in range(candidates.shape[1]):
        difference = block - reference[candidates[:, j]]
        exact[:, j] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return exact
