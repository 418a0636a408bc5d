"""How strongly columns of a table are related, of whatever kind they are, from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from likely.data.column import Column

_FEWEST = 10


def relations(columns: Sequence[Column], matrix: np.ndarray) -> np.ndarray:
    r"""Return how strongly every two columns are related, shape (columns, columns).

    Two columns of numbers or dates: Spearman's rank correlation, with its sign. Numbers and
    levels: $\varepsilon$, the root of the share of the ranks' variance that lies between levels.
    Two columns of levels: Cramér's V. The last two are freed of what chance gives. Rows in which
    one of the two is missing do not count.

    Parameters
    ----------
    columns : sequence of Column
        The columns.
    matrix : ndarray of shape (n, columns)
        Their values.
    """
    found = np.eye(len(columns))
    nominal = [column.kind in ("category", "boolean") for column in columns]
    for i, j in combinations(range(len(columns)), 2):
        both = matrix[np.isfinite(matrix[:, [i, j]]).all(axis=1)]
        a, b = both[:, i], both[:, j]
        if len(both) < _FEWEST:
            strength = 0.0
        elif nominal[i] and nominal[j]:
            strength = _cramer(a, b)
        elif nominal[i] or nominal[j]:
            strength = _between(*((a, b) if nominal[i] else (b, a)))
        else:
            strength = _spearman(a, b)
        found[i, j] = found[j, i] = strength
    return found


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    a, b = rankdata(a), rankdata(b)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else 0.0


def _between(levels: np.ndarray, numbers: np.ndarray) -> float:
    """Return the root of epsilon squared: eta squared of ranks, freed of chance."""
    ranks = rankdata(numbers)
    _, place, counts = np.unique(levels, return_inverse=True, return_counts=True)
    n, k = len(ranks), len(counts)
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if k < 2 or n <= k or not total > 0:
        return 0.0
    means = np.bincount(place, ranks) / counts
    inside = float(((ranks - means[place]) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - inside / (n - k) * (n - 1) / total)))


def _cramer(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cramér's V without its bias (Bergsma, 2013)."""
    _, rows = np.unique(a, return_inverse=True)
    _, places = np.unique(b, return_inverse=True)
    table = np.zeros((rows.max() + 1, places.max() + 1))
    np.add.at(table, (rows, places), 1)
    n, (r, k) = table.sum(), table.shape
    if min(r, k) < 2:
        return 0.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    phi = max(
        0.0, float(((table - expected) ** 2 / expected).sum() / n - (r - 1) * (k - 1) / (n - 1))
    )
    least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else 0.0
