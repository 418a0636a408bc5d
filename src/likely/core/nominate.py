"""Which reference rows may be among the nearest of a block of rows, by matrix products.

Products give |b|^2 - 2ab, the squared distance less |a|^2, in tiles that fit the cache. They round,
so nothing is measured here: given a bound on the rounding error, all pairs are returned that could
be among the nearest. Single precision is twice as fast and settles most rows; rows that lie far out
or among copies of themselves, where it cannot tell neighbours apart, need double precision.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

TILE = 1_000_000
"""Products of double precision held at a time (8 MB)."""

QUICK_ROWS = 512
"""Rows that are looked at together in single precision."""

QUICK_TILE = 131_072
"""Products of single precision held at a time (half a megabyte)."""

LEAST_REFERENCE = 2_048
"""With fewer reference rows the preparations of single precision do not pay."""

_SAMPLE_EVERY = 8
_MEMBERS = 8  # of a group of the sample, at most
_GROUPS = 512
_CROWD = 64
_FARTHEST = 1e15  # whose square is a number of single precision
_PRECISE = 0.02  # share of the squared distance that rounding may blur


class Reference:
    """Rows to find neighbours in, prepared for products.

    Parameters
    ----------
    rows : ndarray of shape (m, width)
        Centred near zero.
    """

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def double(self) -> np.ndarray:
        """(-2b, |b|^2) of every row, shape (m, width + 1)."""
        return _halves(self.rows)

    @cached_property
    def single(self) -> np.ndarray:
        """(-2b, |b|^2, 1) in single precision; rows beyond its range are drawn in."""
        halves = _halves(np.clip(self.rows, -_FARTHEST, _FARTHEST))
        return np.column_stack([halves, np.ones(len(halves))]).astype(np.float32)

    @cached_property
    def sample(self) -> np.ndarray:
        """Every eighth row of `single`, in whole groups."""
        rows = len(self.single) // (_SAMPLE_EVERY * _MEMBERS) * _MEMBERS
        return np.ascontiguousarray(self.single[::_SAMPLE_EVERY][:rows])


def suits_single(reference: Reference, k: int) -> bool:
    """Tell whether `nominate_quickly` takes this many rows and neighbours."""
    return len(reference) >= max(LEAST_REFERENCE, 32 * k)


def nominate_quickly(
    block: np.ndarray, reference: Reference, k: int, own: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs that may be among the k nearest, found in single precision.

    Parameters
    ----------
    block : ndarray of shape (n, width)
        At most `QUICK_ROWS` rows.
    reference : Reference
        Rows to find neighbours in.
    k : int
        How many neighbours are wanted.
    own : ndarray of int64, shape (n,), optional
        The reference row that each row must not have as a neighbour.

    Returns
    -------
    rows, columns : ndarray of int64, shape (pairs,)
        Rows, counted among the settled ones, and reference rows; ascending.
    settled : ndarray of bool, shape (n,)
        The rows of the block that have pairs; the others need double precision.
    """
    lengths = np.einsum("ij,ij->i", block, block)
    factors = np.ones((block.shape[1] + 2, len(block)), dtype=np.float32)
    factors[:-2] = np.clip(block, -_FARTHEST, _FARTHEST).T
    factors[-1] = 0.0
    guess = _guess(factors, reference.sample, k if own is None else k + 1)
    slack = _rounding(guess, lengths, block.shape[1], np.float32)
    squared = guess + lengths
    settled = (slack <= _PRECISE * squared) & (squared < _FARTHEST)
    slack = np.where(settled, slack, 0.0)
    factors[-1] = -np.where(settled, guess + slack, 0.0)  # what is at most 0 then is a nominee
    factors[:, ~settled] = np.eye(len(factors))[-1:].T  # always 1: no nominee
    rows, columns, values = _at_most_zero(factors, reference.single)
    if own is not None:
        others = columns != own[rows]
        rows, columns, values = rows[others], columns[others], values[others]
    counts = np.bincount(rows, minlength=len(block))
    reach = np.partition(padded(values, rows, counts, k), k - 1, axis=1)[:, k - 1]
    settled &= reach <= guess  # else the guess was too low: some of the nearest may be missing
    kept = settled[rows] & (values <= (reach + slack).astype(np.float32)[rows])
    return (np.cumsum(settled) - 1)[rows[kept]], columns[kept], settled


def nominate(
    block: np.ndarray, reference: Reference, k: int, own: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs that may be among the k nearest, found in double precision.

    Parameters
    ----------
    block, reference, k, own
        As in `nominate_quickly`; the block has about `TILE` / m rows.

    Returns
    -------
    rows, columns : ndarray of int64, shape (pairs,)
        Rows of the block and reference rows, ascending.
    """
    near = np.column_stack([block, np.ones(len(block))]) @ reference.double.T  # (n, m)
    if own is not None:
        near[np.arange(len(block)), own] = np.inf
    bound = _upper_bound(near, k)
    lengths = np.einsum("ij,ij->i", block, block)
    chosen = near <= (bound + _rounding(bound, lengths, block.shape[1], np.float64))[:, None]
    rows, columns = np.divmod(np.flatnonzero(chosen), near.shape[1])
    return _thin_crowds(near, block, reference.rows, rows, columns, k)


def padded(values: np.ndarray, rows: np.ndarray, counts: np.ndarray, least: int) -> np.ndarray:
    """Return values of ascending rows as one line a row, filled up with infinity.

    Parameters
    ----------
    values, rows : ndarray of shape (pairs,)
        Values, and the row that each belongs to.
    counts : ndarray of int64, shape (n,)
        How many values each row has.
    least : int
        Least length of a line.
    """
    lines = np.full((len(counts), counts.max(initial=least)), np.inf, dtype=values.dtype)
    first = np.cumsum(counts) - counts
    lines[rows, np.arange(len(rows)) - np.repeat(first, counts)] = values
    return lines


def _halves(rows: np.ndarray) -> np.ndarray:
    return np.column_stack([-2.0 * rows, np.einsum("ij,ij->i", rows, rows)])


def _rounding(bound: np.ndarray, lengths: np.ndarray, width: int, kind: type) -> np.ndarray:
    """Return how far products of rows that may be among the nearest can be off, shape (n,).

    Whoever is among the nearest has a norm of at most |a| + its distance. The rounding of a product
    of such rows is below (width + 2) eps times the squared norms; both sides may be off.
    """
    reach = np.sqrt(lengths) + np.sqrt(np.maximum(bound + lengths, 0.0))
    return 4 * (width + 2) * float(np.finfo(kind).eps) * (lengths + reach**2)


def _guess(factors: np.ndarray, sample: np.ndarray, k: int) -> np.ndarray:
    """Return, per row, a value that most likely at least k products do not exceed, shape (n,).

    That of the right rank in a sample: the number of products below it follows Poisson's law, and
    a hundredth of the rows or less guess too low. Minima of small groups stand for the products.
    """
    n, expected = factors.shape[1], k / _SAMPLE_EVERY
    rank = int(np.ceil(expected + 2.33 * np.sqrt(expected) + 1.5))
    members = _MEMBERS
    while len(sample) < 4 * rank * members and members > 1:
        members //= 2
    height = _tile_height(n)
    minima = np.empty((len(sample) // members, n), dtype=np.float32)
    tile = np.empty((height, n), dtype=np.float32)
    for start in range(0, len(sample), height):
        part = sample[start : start + height]
        near = np.matmul(part, factors, out=tile[: len(part)])
        groups = minima[start // members : (start + len(part)) // members]
        np.min(near.reshape(-1, members, n), axis=1, out=groups)
    lines = np.ascontiguousarray(minima.T)
    return np.partition(lines, rank - 1, axis=1)[:, rank - 1].astype(np.float64)


def _at_most_zero(
    factors: np.ndarray, single: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, columns and values of the products that are not positive, rows ascending.

    The values are without the limit that the last factor takes off. Where there are more than
    `TILE`, there are none.
    """
    n = factors.shape[1]
    height = _tile_height(n)
    tile = np.empty((height, n), dtype=np.float32)
    within = np.empty(tile.shape, dtype=bool)
    places, values, found = [], [], 0
    for start in range(0, len(single), height):
        part = single[start : start + height]
        near = np.matmul(part, factors, out=tile[: len(part)])
        hits = np.flatnonzero(np.less_equal(near, 0.0, out=within[: len(part)]))
        places.append(hits + start * n)
        values.append(near.ravel()[hits])
        found += len(hits)
        if found > TILE:
            return places[0][:0], places[0][:0], values[0][:0]
    columns, rows = np.divmod(np.concatenate(places), n)
    order = np.argsort(rows.astype(np.uint16), kind="stable")
    rows = rows[order]
    return rows, columns[order], np.concatenate(values)[order] - factors[-1, rows]


def _tile_height(n: int) -> int:
    """Return how many reference rows are looked at together, beside n others."""
    return max(_MEMBERS, QUICK_TILE // max(n, 1) // _MEMBERS * _MEMBERS)


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
