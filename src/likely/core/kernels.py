"""Gaussian kernels between rows, and sums of them, by blocked matrix products.

One product gives the exponents of a whole tile. Its rounding grows with the squared lengths of the
rows, so pairs that lie far out and near each other are measured again as differences: gross rows
(1e50) get the kernel of their true distance, and a row alone gets what it gets in a batch.
"""

from __future__ import annotations

import numpy as np

TILE = 400_000
"""Kernels held at a time (3 MB), so that a tile is still in the cache when it is added up."""

FAR = 1e6
"""Rows whose exponent at the origin is lower than minus this may be too far out for products."""

NEAR = 1e-6
"""Two far rows lose too many digits if their exponent is this share of those at the origin."""

FAINT = 1e-280
"""Sums below it are taken again relative to their largest term."""

_MEASURED_CELLS = 2_000_000


def exponents(rows: np.ndarray, reference: np.ndarray, rate: float) -> np.ndarray:
    """Return -rate times the squared distance of every row to every reference row.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        Rows, centred near zero.
    reference : ndarray of shape (m, width)
        Rows on the same scale.
    rate : float
        1 / (2 h^2) for a Gaussian kernel of bandwidth h.

    Returns
    -------
    ndarray of shape (n, m)
        At most 0, but for rounding.
    """
    own = -rate * np.einsum("ij,ij->i", rows, rows)
    norms = -rate * np.einsum("ij,ij->i", reference, reference)
    # (a, |a|^2, 1) . (2b, -1, -|b|^2) is minus the squared distance: one product, no further pass
    left = np.column_stack([rows, own, np.ones(len(rows))])
    right = np.column_stack([2.0 * rate * reference, np.ones(len(reference)), norms])
    found = left @ right.T
    _measure_far_pairs(found, rows, reference, own, norms, rate)
    return found


def kernel_log_sums(rows: np.ndarray, reference: np.ndarray, rate: float) -> np.ndarray:
    """Return the logarithm of the sum of the kernels at every row, shape (n,).

    Parameters
    ----------
    rows, reference, rate
        As in `exponents`.
    """
    sums = np.zeros(len(rows))
    side = int(np.sqrt(TILE))
    for start in range(0, len(rows), side):
        here = slice(start, start + side)
        step = TILE // len(rows[here])
        for other in range(0, len(reference), step):
            tile = exponents(rows[here], reference[other : other + step], rate)
            sums[here] += np.exp(tile, out=tile).sum(axis=1)
    return _log_or_again(sums, rows, reference, rate, leave_self_out=False)


def kernel_log_sums_of_others(reference: np.ndarray, rate: float) -> np.ndarray:
    """Return the logarithm of the sum of the kernels of all other rows at every row, shape (m,).

    Parameters
    ----------
    reference : ndarray of shape (m, width)
        At least 2 rows; each is left out by position, so that a duplicate of a row counts.
    rate : float
        As in `exponents`.
    """
    sums = np.zeros(len(reference))
    side = int(np.sqrt(TILE))
    for start in range(0, len(reference), side):
        first = reference[start : start + side]
        for other in range(start, len(reference), side):  # a kernel of two rows serves both
            tile = exponents(first, reference[other : other + side], rate)
            np.exp(tile, out=tile)
            if other == start:
                np.fill_diagonal(tile, 0.0)
            else:
                sums[other : other + side] += tile.sum(axis=0)
            sums[start : start + side] += tile.sum(axis=1)
    return _log_or_again(sums, reference, reference, rate, leave_self_out=True)


def _log_or_again(
    sums: np.ndarray,
    rows: np.ndarray,
    reference: np.ndarray,
    rate: float,
    *,
    leave_self_out: bool,
) -> np.ndarray:
    """Return logarithms of sums; those that all but vanished are added up anew, scaled."""
    faint = np.flatnonzero(sums < FAINT)
    sums[faint] = 1.0
    logs = np.log(sums)
    for start in range(0, len(faint), step := max(1, TILE // len(reference))):
        here = faint[start : start + step]
        tile = exponents(rows[here], reference, rate)
        if leave_self_out:
            tile[np.arange(len(here)), here] = -np.inf
        largest = tile.max(axis=1)
        tile -= largest[:, None]
        logs[here] = largest + np.log(np.exp(tile, out=tile).sum(axis=1))
    return logs


def _measure_far_pairs(
    found: np.ndarray,
    rows: np.ndarray,
    reference: np.ndarray,
    own: np.ndarray,
    norms: np.ndarray,
    rate: float,
) -> None:
    """Put true differences where both rows of a pair lie far out, and near each other."""
    far = np.flatnonzero(own < -FAR)
    if not len(far):
        return
    # Rows of less than half the length are at least half the length away: no digits cancel.
    beside = np.flatnonzero(norms < -FAR / 4)
    near = found[np.ix_(far, beside)] > NEAR * (own[far, None] + norms[beside])
    first, second = np.nonzero(near)
    step = max(1, _MEASURED_CELLS // rows.shape[1])
    for start in range(0, len(first), step):
        one, other = far[first[start : start + step]], beside[second[start : start + step]]
        difference = rows[one] - reference[other]  # (pairs, width)
        found[one, other] = -rate * np.einsum("ij,ij->i", difference, difference)
