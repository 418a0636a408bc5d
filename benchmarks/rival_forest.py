"""The adversarial random forest (Watson, Blesch, Kapar & Wright, 2023), to compare with.

Written from the paper: a forest learns to tell rows from ones whose columns are independent; rows
whose columns are independent within its leaves take their place, and so on until it tells none.
Columns within a leaf are drawn from its own values, as in the rounds of the paper, which keeps
rounded and repeated numbers. https://proceedings.mlr.press/v206/watson23a.html
"""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from rival_networks import Trained

TREES, LEAST, ROUNDS = 30, 5, 10


def adversarial_forest(frame: pd.DataFrame, seed: int, most_seconds: float) -> Trained:
    """Return a forest that draws rows like those of a frame; "epochs" are rounds.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    seed : int
        Of trees and draws.
    most_seconds : float
        Processor time after which no round begins.
    """
    started = process_time()
    rng = np.random.default_rng(seed)
    x = np.column_stack([_numbers(frame[name]) for name in frame.columns])
    columns = np.arange(x.shape[1])
    places = rng.permuted(np.tile(np.arange(len(x))[:, None], len(columns)), axis=0)
    rounds, told = 0, 1.0
    leaves = np.zeros((len(x), 1), dtype=np.int64)
    while told > 0.5 and rounds < ROUNDS and process_time() - started < most_seconds:
        forest = RandomForestClassifier(
            TREES, min_samples_leaf=LEAST, oob_score=True, random_state=seed + rounds
        )
        rows = np.concatenate([x, x[places, columns]])
        forest.fit(rows, np.arange(len(rows)) < len(x))
        leaves, told = forest.apply(x), forest.oob_score_
        places = _within_leaves(leaves, len(x), len(columns), rng)
        rounds += 1

    def draw(n: int) -> pd.DataFrame:
        found = _within_leaves(leaves, n, len(columns), rng)
        drawn = {name: frame[name].array.take(found[:, j]) for j, name in enumerate(frame.columns)}
        return pd.DataFrame(drawn)

    return Trained(draw, rounds, process_time() - started)


def _within_leaves(
    leaves: np.ndarray, n: int, columns: int, rng: np.random.Generator
) -> np.ndarray:
    """Return which row each cell comes from, (n, columns): all those of a row from one leaf.

    Parameters
    ----------
    leaves : ndarray of int, shape (rows, trees)
        Where each row lies.
    n, columns : int
        How many rows to draw, of how many columns.
    rng : Generator
        Draws.
    """
    found = np.empty((n, columns), dtype=np.int64)
    tree = rng.integers(leaves.shape[1], size=n)
    for t in range(leaves.shape[1]):
        mine = np.flatnonzero(tree == t)
        _, leaf, sizes = np.unique(leaves[:, t], return_inverse=True, return_counts=True)
        order, first = np.argsort(leaf, kind="stable"), np.cumsum(sizes) - sizes
        chosen = leaf[rng.integers(len(leaf), size=len(mine))]  # by how many rows they hold
        within = (rng.random((len(mine), columns)) * sizes[chosen, None]).astype(np.int64)
        found[mine] = order[first[chosen, None] + within]
    return found


def _numbers(column: pd.Series) -> np.ndarray:
    """Return a column as numbers; labels by how frequent they are."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64)
    labels = column.value_counts().index
    return labels.get_indexer(column).astype(np.float64)
