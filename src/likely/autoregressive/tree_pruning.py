"""Splits that rows could show by chance are undone.

A tree that is grown until leaves are small follows every row, and rows drawn from it come too near
to those that it learnt from. So a split stays if it makes rows likelier than a charge for what it
chose, or if the splits below it do so together: half of what the Bayesian information criterion
asks, since blurring real structure shows more than keeping a few splits too many.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_CHARGE = 0.5


def pruned(tree: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return which nodes of a tree are kept, and for each node the kept one that it falls into.

    Parameters
    ----------
    tree : Tree of scikit-learn
        A classifier's or a regressor's.

    Returns
    -------
    kept : ndarray of int
        Nodes, ascending, the root first.
    into : ndarray of int, shape (node,)
        The lowest kept node on the way to each.
    """
    left, right = tree.children_left, tree.children_right
    inner = np.flatnonzero(left >= 0)
    gain = np.zeros(len(left))
    gain[inner] = _gained(tree, inner)
    worth = np.zeros(len(left))  # of what is below, if it stays
    for node in inner[::-1]:  # nodes below come later
        below = worth[left[node]] + worth[right[node]]
        worth[node] = max(0.0, gain[node] + below)
    keep = np.zeros(len(left), dtype=bool)
    keep[0] = True
    into = np.arange(len(left))
    for node in inner:
        ends = [left[node], right[node]]
        if keep[node] and worth[node] > 0:
            keep[ends] = True
        else:
            into[ends] = into[node]
    return np.flatnonzero(keep), into


def _gained(tree: Any, inner: np.ndarray) -> np.ndarray:
    """Return how much likelier splits make rows, less the charge, in nats."""
    left, right = tree.children_left[inner], tree.children_right[inner]
    rows = tree.n_node_samples.astype(np.float64)
    if tree.n_classes[0] > 1:
        counts = tree.value[:, 0, :] * rows[:, None]
        shares = np.where(counts > 0, counts, 1.0) / rows[:, None]
        nats = (counts * np.log(shares)).sum(axis=1)
        gain = nats[left] + nats[right] - nats[inner]
        chosen = (counts[inner] > 0.5).sum(axis=1)  # a place to split, and chances but one
    else:
        away = rows * tree.impurity
        before = np.maximum(away[inner], 1e-300)
        gain = rows[inner] / 2 * np.log(before / np.maximum(away[left] + away[right], before / 1e9))
        chosen = np.full(len(inner), 2)  # a place to split, and a mean
    return gain - _CHARGE * chosen / 2 * np.log(rows[inner])
