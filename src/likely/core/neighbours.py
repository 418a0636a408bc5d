"""Exact nearest neighbours by blocked matrix products.

Products only nominate (`likely.core.nominate`): whatever could be among the nearest, given a bound
on their rounding error, is measured again as a difference. So results are exact, a row alone and
the same row in a batch get the same distance, and gross rows (1e50) cannot blur the others.
"""

from __future__ import annotations

import numpy as np

from likely.core.nominate import (
    QUICK_ROWS,
    TILE,
    Reference,
    nominate,
    nominate_quickly,
    padded,
    suits_single,
)
from likely.core.threads import in_parallel

__all__ = ["Reference", "difference_shares", "distinct", "nearest"]

_MEASURED_CELLS = 100_000


def nearest(
    queries: np.ndarray, reference: np.ndarray | Reference, k: int, *, leave_self_out: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest reference rows of every query row.

    Parameters
    ----------
    queries : ndarray of shape (n, width)
        Rows to find neighbours of, centred near zero.
    reference : ndarray of shape (m, width), or Reference
        Rows to find them in, on the same scale; a `Reference` keeps what was prepared for them.
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
    among = reference if isinstance(reference, Reference) else Reference(reference)
    distances = np.empty((len(queries), k))
    positions = np.empty((len(queries), k), dtype=np.int64)

    def settle_quickly(here: np.ndarray) -> np.ndarray:
        block = queries[here]
        own = here if leave_self_out else None
        rows, columns, settled = nominate_quickly(block, among, k, own)
        done = here[settled]
        distances[done], positions[done] = _rank(block[settled], among.rows, rows, columns, k)
        return here[~settled]

    def settle(here: np.ndarray) -> None:
        pairs = nominate(queries[here], among, k, here if leave_self_out else None)
        distances[here], positions[here] = _rank(queries[here], among.rows, *pairs, k)

    left = np.arange(len(queries))
    if suits_single(among, k):
        first, *others = _parts(left, QUICK_ROWS)
        unsettled = in_parallel(settle_quickly, [first])
        worthwhile = 2 * len(unsettled[0]) < len(first)
        unsettled += in_parallel(settle_quickly, others) if worthwhile else others
        left = np.concatenate(unsettled)
    in_parallel(settle, _parts(left, TILE // len(among)))
    return distances, positions


def _parts(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return [rows[start : start + max(1, size)] for start in range(0, len(rows), max(1, size))]


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
    counts = np.bincount(rows, minlength=len(block))
    measured = padded(exact, rows, counts, k)
    # columns of a row ascend, so a stable order takes the first of equally near ones
    order = np.argsort(measured, axis=1, kind="stable")[:, :k]
    first = np.cumsum(counts) - counts
    return np.take_along_axis(measured, order, axis=1), columns[first[:, None] + order]
