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
    for j, column in enumerate(columns):
        if column.kind != "category":
            continue
        pooled = np.concatenate([matrix[:, j] for matrix in matrices])
        counts = np.bincount(pooled[~np.isnan(pooled)].astype(np.int64), minlength=1)
        order = np.argsort(-counts, kind="stable")
        place = np.empty(len(order))
        place[order] = np.arange(len(order))
        nominal[j] = np.count_nonzero(counts) <= MOST_LEVELS
        for code in codes:
            known = ~np.isnan(code[:, j])
            code[known, j] = place[code[known, j].astype(np.int64)]
    return codes, nominal
