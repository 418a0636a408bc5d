"""Orders in which a chain of trees can draw columns, and how well drawn rows pass for real.

A product of chances is exact in any order, but a tree is not, so rows drawn in one order may be
told from real ones where those drawn in another pass. Neither order below is the better one of all
tables: numbers with few different values are easy to draw first, and what hangs on them in steps
follows; but where such a number hangs on fine ones, as a sum or a rounded value does, these have to
come first. So rows are drawn in both, and boosted trees say which are harder to tell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from likely.core.random import generator

_BOOSTING: dict[str, Any] = {  # few and quick: orders are compared, not judged
    "max_iter": 30,
    "learning_rate": 0.3,
    "max_leaf_nodes": 15,
    "early_stopping": False,
}
_MOST_LEVELS = 255  # pieces of a column of labels that boosted trees take as such


def orders(
    sizes: np.ndarray, is_label: np.ndarray, is_date: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return two orders of columns, coarse and fine. Dates come first in both.

    Coarse: columns with few pieces first. Fine: labels first, those with few pieces before others,
    then numbers, those with many pieces before others.

    Parameters
    ----------
    sizes : ndarray of int, shape (columns,)
        How many pieces each column has.
    is_label, is_date : ndarray of bool, shape (columns,)
        Whether pieces of a column are labels, and whether they are dates.

    Examples
    --------
    >>> sizes, is_label = np.array([9, 5, 7]), np.array([False, False, True])
    >>> coarse, fine = orders(sizes, is_label, np.zeros(3, dtype=bool))
    >>> coarse.tolist(), fine.tolist()
    ([1, 2, 0], [2, 0, 1])
    """
    fine = np.where(is_label, sizes, -sizes)
    return np.lexsort((sizes, ~is_date)), np.lexsort((fine, ~is_label, ~is_date))


def told(real: np.ndarray, drawn: np.ndarray, is_label: np.ndarray, seed: int) -> float:
    """Return the AUROC with which boosted trees tell drawn rows from real ones; 0.5 is ideal.

    Each half of the rows is judged by trees that learnt from the other one.

    Parameters
    ----------
    real, drawn : ndarray of int, shape (n, columns)
        Rows as pieces.
    is_label : ndarray of bool, shape (columns,)
        Whether pieces of a column are in no order.
    seed : int
        Divides the rows.
    """
    rows = np.concatenate([real, drawn])
    is_drawn = np.arange(len(rows)) >= len(real)
    half = generator(seed).permutation(len(rows)) % 2 == 0
    model = HistGradientBoostingClassifier(
        categorical_features=is_label & (rows.max(axis=0) < _MOST_LEVELS),
        random_state=seed,
        **_BOOSTING,
    )
    found = []
    for part in (half, ~half):
        chance = model.fit(rows[~part], is_drawn[~part]).predict_proba(rows[part])[:, 1]
        found.append(roc_auc_score(is_drawn[part], chance))
    return float(np.mean(found))
