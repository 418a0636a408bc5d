"""Path lengths in isolation trees, walked one row and one tree at a time."""

from __future__ import annotations

import numpy as np


def path_lengths(
    x: np.ndarray,
    features: np.ndarray,
    slopes: np.ndarray,
    thresholds: np.ndarray,
    samples: np.ndarray,
    learnt: np.ndarray,
) -> np.ndarray:
    """Return path lengths of rows, shape (n, tree), counting the sample rows that share the leaf.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows to judge.
    features, slopes, thresholds : ndarray
        As `IsolationForest` holds them: (tree, inner, term), (tree, inner), the same.
    samples : ndarray of shape (tree, sample)
        Which rows of `learnt` each tree was grown on.
    learnt : ndarray of shape (m, width)
        Rows that the trees were grown on.
    """
    lengths = np.empty((len(x), len(thresholds)))
    for t in range(len(thresholds)):
        ends = [_walk(row, features[t], slopes[t], thresholds[t]) for row in learnt[samples[t]]]
        for i, row in enumerate(x):
            leaf, splits = _walk(row, features[t], slopes[t], thresholds[t])
            lengths[i, t] = splits + mean_search_path(sum(end == leaf for end, _ in ends))
    return lengths


def mean_search_path(n: int) -> float:
    """Return the mean path length of an unsuccessful search among n rows."""
    if n <= 1:
        return 0.0
    if n == 2:
        return 1.0
    return 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n


def _walk(
    row: np.ndarray, features: np.ndarray, slopes: np.ndarray, thresholds: np.ndarray
) -> tuple[int, int]:
    node, splits = 0, 0
    while node < len(thresholds):
        if thresholds[node] == np.finfo(np.float32).max:
            node = 2 * node + 1
            continue
        first, *others = row[features[node]].astype(np.float32)
        value = first + slopes[node] * others[0] if others else first
        node = 2 * node + (2 if value > thresholds[node] else 1)
        splits += 1
    return node, splits
