"""k-means that a few gross rows cannot spoil."""

from __future__ import annotations

import numpy as np

TRIM = 0.05
"""Share of the rows, those farthest from every centre, that move no centre."""

_FIRST_STEPS = 10
"""So many steps tell which seeds are worth climbing on from."""

_MOST_STEPS = 50
_LEAST_GAIN = 1e-4  # of a step, as a share of the sum of squares
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
        From how many draws of seeds to climb; the one that is nearest to the rows after ten steps
        goes on.

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
    columns = np.vstack([x.T, np.ones(len(x))])  # (width + 1, n)
    lengths = np.einsum("ij,ij->i", x, x)
    first = [_seeds(x, k, left_out, rng) for _ in range(starts)]
    if starts > 1:
        found = [_climb(x, columns, lengths, seeds, left_out, _FIRST_STEPS) for seeds in first]
        first = [min(found, key=lambda one: one[1])[0]]
    centres, _ = _climb(x, columns, lengths, first[0], left_out, _MOST_STEPS)
    labels = _near(columns, centres).argmin(axis=0)
    held, labels = np.unique(labels, return_inverse=True)
    return centres[held], labels.astype(np.int64)


def closest(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return which centre is nearest to each row, shape (n,)."""
    return _near(np.vstack([x.T, np.ones(len(x))]), centres).argmin(axis=0)


def _climb(
    x: np.ndarray,
    columns: np.ndarray,
    lengths: np.ndarray,
    centres: np.ndarray,
    left_out: int,
    steps: int,
) -> tuple[np.ndarray, float]:
    """Return moved centres, and the sum of squared distances of the rows not left out."""
    reached = total = np.inf
    for _ in range(steps):
        near = _near(columns, centres)  # (k, n)
        nearest = near.min(axis=0)
        squares = np.maximum(nearest + lengths, 0.0)
        bound = np.partition(squares, len(x) - 1 - left_out)[len(x) - 1 - left_out]
        central = squares <= bound
        total = float(squares[central].sum())
        if total >= reached * (1 - _LEAST_GAIN):
            break
        reached = total
        member = ((near == nearest) & central).astype(np.float64)
        counts = member.sum(axis=1)
        centres = (member @ x)[counts > 0] / counts[counts > 0, None]
    return centres, total


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


def _near(columns: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return |b|^2 - 2ab, the squared distances less the rows' own lengths, shape (k, n).

    `columns` are the rows as columns, and below them ones.
    """
    lengths = np.einsum("ij,ij->i", centres, centres)
    return np.column_stack([-2.0 * centres, lengths]) @ columns


def _squares(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances of rows from one centre or from one each, shape (n,)."""
    difference = x - centres
    return np.einsum("ij,ij->i", difference, difference)
