"""Exact nearest neighbours by blocked matrix products.

Products give |b|^2 - 2ab in tiles that fit the cache. They only nominate: whatever could be among
the nearest, given a bound on their rounding error, is measured again as a difference. So results
are exact, a row alone and the same row in a batch get the same distance, and gross rows (1e50)
cannot blur the others.
"""

from __future__ import annotations

import numpy as np

TILE = 1_000_000
"""Products held at a time (8 MB)."""

_MEASURED_CELLS = 4_000_000
_GROUPS = 512
_CROWD = 64


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
        Which reference rows they are; of equally near ones, the first.
    """
    n, m = len(queries), len(reference)
    positions = np.empty((n, k), dtype=np.int64)
    distances = np.empty((n, k))
    norms = np.einsum("ij,ij->i", reference, reference)
    halves = np.vstack([-2.0 * reference.T, norms])  # one product gives |b|^2 - 2ab: (width + 1, m)
    step = max(1, TILE // m)
    for start in range(0, n, step):
        block = queries[start : start + step]
        own = start + np.arange(len(block)) if leave_self_out else None
        here = slice(start, start + len(block))
        near = np.column_stack([block, np.ones(len(block))]) @ halves
        if own is not None:
            near[np.arange(len(block)), own] = np.inf
        rows, columns = _nominate(near, block, k)
        rows, columns = _thin_crowds(near, block, reference, rows, columns, k)
        found = _rank(block, reference, rows, columns, k)
        distances[here], positions[here] = found
    return distances, positions


def distinct(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows differ from all before them, and for every row its place among those.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows without NaN.

    Returns
    -------
    first : ndarray of int64, shape (m,)
        Position of the first of each set of equal rows, ascending.
    place : ndarray of int64, shape (n,)
        `x[first][place]` is `x`.
    """
    plain = np.ascontiguousarray(x + 0.0)  # -0.0 and 0.0 are one number but not the same bytes
    keys = plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1])))[:, 0]
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[group]


def difference_shares(
    x: np.ndarray, reference: np.ndarray, distances: np.ndarray, positions: np.ndarray
) -> np.ndarray:
    """Return each feature's share of the distances from rows to their neighbours.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    reference : ndarray of shape (m, width)
        Rows that `positions` refers to.
    distances, positions : ndarray of shape (n, k)
        As `nearest` returns them.

    Returns
    -------
    ndarray of shape (n, width)
        Non-negative, summing to 1 over the features; even where all distances are 0.
    """
    shares = np.zeros_like(x)
    for j in range(distances.shape[1]):
        squares = (x - reference[positions[:, j]]) ** 2
        total = squares.sum(axis=1, keepdims=True)
        shares += distances[:, [j]] * squares / np.where(total > 0, total, 1.0)
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares / np.where(total > 0, total, 1.0), 1 / x.shape[1])


def _nominate(near: np.ndarray, block: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all (row, column) pairs that may be among the k nearest, in order of rows."""
    bound = _upper_bound(near, k)
    own = np.einsum("ij,ij->i", block, block)
    # Whoever is among the nearest has a norm of at most |a| + its distance. The rounding of a
    # product of such rows is below (width + 2) eps times the squared norms; both sides may be off.
    reach = np.sqrt(own) + np.sqrt(np.maximum(bound + own, 0.0))
    slack = 4 * (block.shape[1] + 2) * np.finfo(np.float64).eps * (own + reach**2)
    chosen = near <= (bound + slack)[:, None]
    pairs = np.flatnonzero(chosen)
    return np.divmod(pairs, near.shape[1])


def _upper_bound(near: np.ndarray, k: int) -> np.ndarray:
    """Return, per row, a value that at least k entries do not exceed.

    The k-th smallest of the minima of many groups of entries: a tight bound, found without sorting.
    """
    m = near.shape[1]
    if m < 2 * max(_GROUPS, 4 * k):
        return np.partition(near, k - 1, axis=1)[:, k - 1]
    groups = max(_GROUPS, 4 * k)
    whole = m // groups * groups
    minima = near[:, :whole].reshape(len(near), -1, groups).min(axis=1)
    return np.partition(minima, k - 1, axis=1)[:, k - 1]


def _thin_crowds(
    near: np.ndarray,
    block: np.ndarray,
    reference: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Keep k copies of a row where it has at least k: nothing is nearer than distance 0."""
    counts = np.bincount(rows, minlength=len(block))
    kept = np.ones(len(rows), dtype=bool)
    ends = np.cumsum(counts)
    for row in np.flatnonzero(counts > _CROWD * k):
        crowd = np.arange(ends[row] - counts[row], ends[row])
        nearest_first = np.argpartition(near[row, columns[crowd]], 2 * k)[: 2 * k]
        sample = crowd[nearest_first]
        copies = sample[(reference[columns[sample]] == block[row]).all(axis=1)]
        if len(copies) >= k:
            kept[crowd] = False
            kept[np.sort(copies)[:k]] = True
    return rows[kept], columns[kept]


def _rank(
    block: np.ndarray, reference: np.ndarray, rows: np.ndarray, columns: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Measure the nominated pairs as differences; return distances and columns of the k nearest."""
    exact = np.empty(len(rows))
    step = max(1, _MEASURED_CELLS // block.shape[1])
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        difference = block[rows[part]] - reference[columns[part]]
        exact[part] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    order = np.lexsort((columns, exact, rows))
    counts = np.bincount(rows, minlength=len(block))
    first = np.cumsum(counts) - counts
    taken = order[first[:, None] + np.arange(k)]
    return exact[taken], columns[taken]
