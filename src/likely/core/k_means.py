"""k-means that a few gross rows cannot spoil."""

from __future__ import annotations

import numpy as np

TRIM = 0.05
"""Share of the rows, those farthest from every centre, that move no centre."""

_MOST_STEPS = 50
_LEAST_ROWS_TO_TRIM = 10


def k_means(
    x: np.ndarray, k: int, rng: np.random.Generator, starts: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return centres of clusters, and to which of them every row belongs.

    Seeds are spread by k-means++ and moved by Lloyd's steps. Each step leaves the farthest 5 % of
    the rows out of the means (Chawla & Gionis, 2013), and those are no likelier to be seeds than
    other far rows: so gross rows neither pull a centre nor use them up. Clusters that lose all
    their rows are dropped.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows, centred near zero.
    k : int in [1, inf)
        At most so many clusters: as many as there are distinct seeds, if those are fewer.
    rng : Generator
        Draws the seeds.
    starts : int in [1, inf), default 1
        From how many draws of seeds to climb; the one that ends nearest to the rows is kept.

    Returns
    -------
    centres : ndarray of shape (at most k, width)
    labels : ndarray of int64, shape (n,)
        Every row's nearest centre; each centre has at least one row.

    References
    ----------
    Arthur, D. & Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding. SODA.
    Chawla, S. & Gionis, A. (2013). k-means--: a unified approach to clustering and outlier
    detection. SDM. https://doi.org/10.1137/1.9781611972832.21
    """
    left_out = int(TRIM * len(x)) if len(x) >= _LEAST_ROWS_TO_TRIM else 0
    found = [_climb(x, k, left_out, rng) for _ in range(starts)]
    labels, centres, _ = min(found, key=lambda one: one[2])
    held, labels = np.unique(labels, return_inverse=True)
    return centres[held], labels.astype(np.int64)


def _climb(
    x: np.ndarray, k: int, left_out: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return labels, centres and the sum of squared distances of the rows not left out."""
    centres = _seeds(x, k, left_out, rng)
    labels, squares = _assign(x, centres)
    for _ in range(_MOST_STEPS):
        central = _smallest(squares, len(x) - left_out)
        centres = _means(x[central], labels[central])
        before = labels
        labels, squares = _assign(x, centres)
        if np.array_equal(labels, before):
            break
    return labels, centres, float(np.sort(squares)[: len(x) - left_out].sum())


def _seeds(x: np.ndarray, k: int, left_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw rows far from one another, (at most k, width); the first from the central half."""
    lengths = np.einsum("ij,ij->i", x, x)
    seeds = [x[rng.choice(np.flatnonzero(lengths <= np.median(lengths)))]]
    squares = _squares(x, seeds[0])
    for _ in range(k - 1):
        chances = np.minimum(squares, np.partition(squares, -1 - left_out)[-1 - left_out])
        chances = chances if chances.any() else squares  # nearly all rows are seeds already
        if not chances.any():
            break
        seeds.append(x[rng.choice(len(x), p=chances / chances.sum())])
        squares = np.minimum(squares, _squares(x, seeds[-1]))
    return np.array(seeds)


def _assign(x: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every row's nearest centre and its squared distance from it, both (n,)."""
    # |b|^2 - 2ab is enough to choose a centre; the distance is then measured as a difference
    near = x @ (-2.0 * centres.T) + np.einsum("ij,ij->i", centres, centres)  # (n, k)
    labels = near.argmin(axis=1)
    return labels, _squares(x, centres[labels])


def _means(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the means of the clusters that have rows, shape (held, width)."""
    counts = np.bincount(labels)
    starts = np.cumsum(counts) - counts
    order = np.argsort(labels.astype(np.int16), kind="stable")  # counts instead of comparing
    sums = np.add.reduceat(x[order], starts[counts > 0], axis=0)
    return sums / counts[counts > 0, None]


def _smallest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the smallest values, ascending; of equal ones, the first."""
    last = np.partition(values, count - 1)[count - 1]
    chosen = values < last
    chosen[np.flatnonzero(values == last)[: count - np.count_nonzero(chosen)]] = True
    return np.flatnonzero(chosen)


def _squares(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances of rows from one centre or from one each, shape (n,)."""
    difference = x - centres
    return np.einsum("ij,ij->i", difference, difference)
