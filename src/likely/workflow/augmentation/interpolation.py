"""Rows between neighbours: SMOTE for mixed columns with gaps."""

from __future__ import annotations

import numpy as np

from likely.core.neighbours import nearest
from likely.data.column import Column

NEIGHBOURS = 5


def interpolate(
    values: np.ndarray,
    columns: tuple[Column, ...],
    n: int,
    rng: np.random.Generator,
    neighbours: int = NEIGHBOURS,
) -> np.ndarray:
    """Return new rows on the lines between rows and their neighbours.

    Numbers and dates lie between those of a row and of one of its neighbours; categories are what
    most neighbours have. Where one of two numbers is missing, that of the nearer one counts.

    Parameters
    ----------
    values : ndarray of shape (m, columns)
        Stored values of rows of one class, at least one; NaN is missing.
    columns : tuple of Column
        What they are.
    n : int
        How many new rows.
    rng : Generator
        Draws rows, neighbours and places between them.
    neighbours : int, default 5
        How many neighbours a row has, at most m - 1. A single row is copied.

    References
    ----------
    Chawla, N. V., Bowyer, K. W., Hall, L. O. & Kegelmeyer, W. P. (2002). SMOTE: synthetic minority
    over-sampling technique. JAIR 16, 321-357. https://doi.org/10.1613/jair.953

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [4.0]])
    >>> made = interpolate(rows, (Column("a", "number"),), 100, np.random.default_rng(0), 1)
    >>> float(made.min()) >= 0 and float(made.max()) <= 4
    True
    """
    m, k = len(values), min(neighbours, len(values) - 1)
    if k < 1:
        return np.repeat(values, n, axis=0)
    is_number = np.array([column.kind in ("number", "date") for column in columns])
    beside = nearest(_places(values, is_number), _places(values, is_number), k + 1)[1]
    beside = _without_self(beside, k)  # (m, k)
    start = rng.integers(m, size=n)
    end = beside[start, rng.integers(k, size=n)]
    share = rng.random(n)
    made = np.empty((n, len(columns)))
    for j, column in enumerate(columns):
        if is_number[j]:
            made[:, j] = _between(values[start, j], values[end, j], share)
            if column.integer or column.kind == "date":
                made[:, j] = np.rint(made[:, j])
        else:
            made[:, j] = _commonest(values[:, j], beside)[start]
    return made


def _places(values: np.ndarray, is_number: np.ndarray) -> np.ndarray:
    """Return rows as places in space: numbers by their spread, labels as far apart as that."""
    blocks = []
    for j, number in enumerate(is_number):
        column = values[:, j]
        known = column[~np.isnan(column)]
        if number:
            centre = np.median(known) if len(known) else 0.0
            spread = float(known.std()) if len(known) else 0.0
            away = np.where(np.isnan(column), 0.0, column - centre)
            blocks.append((away / (spread if spread > 0 else 1.0))[:, None])
        else:  # two labels are as far apart as two numbers usually are
            labels, place = np.unique(np.where(np.isnan(column), -1, column), return_inverse=True)
            blocks.append(np.eye(len(labels))[place] / np.sqrt(2))
    return np.hstack(blocks)


def _without_self(beside: np.ndarray, k: int) -> np.ndarray:
    """Return k neighbours of every row that are not the row itself, (m, k)."""
    itself = beside == np.arange(len(beside))[:, None]
    itself[~itself.any(axis=1), -1] = True  # more twins than neighbours: the last one goes
    return beside[~itself].reshape(len(beside), k)


def _between(start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    found = start * (1 - share) + end * share
    nearer = np.where(share < 0.5, start, end)
    return np.where(np.isnan(found), nearer, found)


def _commonest(column: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Return the label that most neighbours of each row have, of several the row's own if it is."""
    labels, place = np.unique(np.where(np.isnan(column), -1, column), return_inverse=True)
    votes = np.zeros((len(column), len(labels)))
    rows = np.arange(len(column))
    for neighbour in beside.T:
        votes[rows, place[neighbour]] += 1
    votes[rows, place] += 0.5
    found = labels[votes.argmax(axis=1)]
    return np.where(found < 0, np.nan, found)
