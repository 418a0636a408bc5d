"""Tables as boosted trees take them without loss: categories as categories, gaps as gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.data.column import Column

MOST_LEVELS = 250
"""So many categories a column reach the trees as such; scikit-learn's take 255."""

_FARTHEST = 1e150  # so that midpoints between values stay finite


def tree_codes(
    columns: Sequence[Column], *matrices: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the codes of tables for trees, and which columns are categories.

    Numbers, dates and booleans stay as they are, and missing is NaN. Categories of a column that
    has more than `MOST_LEVELS` become their rank by how often they occur in all tables together,
    a number by which trees can part any of them. Counts of one table alone would give away which
    rows are its own.

    Parameters
    ----------
    columns : sequence of Column
        What the columns are.
    *matrices : ndarray of float64, shape (n, columns)
        Values of tables with these columns.

    Returns
    -------
    codes : list of ndarray of float64, shape (n, columns)
        One for each table.
    nominal : ndarray of bool, shape (columns,)
        Whether codes of a column are categories.
    """
    codes = [np.clip(matrix, -_FARTHEST, _FARTHEST) for matrix in matrices]
    nominal = np.zeros(len(columns), dtype=bool)
    ends = np.cumsum([len(matrix) for matrix in matrices])[:-1]
    for j, column in enumerate(columns):
        if column.kind != "category":
            continue
        pooled = np.concatenate([matrix[:, j] for matrix in matrices])
        known = ~np.isnan(pooled)
        pooled[known] = found = ranks(column, pooled[known].astype(np.int64))
        nominal[j] = found.max(initial=0) < MOST_LEVELS
        for code, part in zip(codes, np.split(pooled, ends), strict=True):
            code[:, j] = part
    return codes, nominal


def ranks(column: Column, codes: np.ndarray) -> np.ndarray:
    """Return the rank of each code by how often it occurs, 0 for the most frequent.

    Equally frequent ones follow the alphabet: the order of labels says in which table each was
    seen first.

    Parameters
    ----------
    column : Column
        Whose labels codes refer to; a code behind them stands for missing.
    codes : ndarray of int64, shape (n,)
        Of all tables together.
    """
    present, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    labels = (*column.labels, "")
    names = np.array([labels[min(k, len(labels) - 1)] for k in present.tolist()], dtype=object)
    order = np.lexsort((np.argsort(np.argsort(names, kind="stable")), -counts))
    rank = np.empty(len(present), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[place]


def with_values(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows to learn from and to test on, with 0 in columns that the first have no value of.

    scikit-learn's trees cannot take such columns.

    Parameters
    ----------
    train, test : ndarray of shape (n, columns)
        Codes.
    """
    silent = np.isnan(train).all(axis=0)
    if not silent.any():
        return train, test
    return np.where(silent, 0.0, train), np.where(silent, 0.0, test)
