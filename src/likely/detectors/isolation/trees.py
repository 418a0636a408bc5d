"""Random trees as flat arrays: grown level by level, all trees at once, and walked the same way.

Every tree is a complete binary tree of the same depth, numbered like a heap: the children of node i are 2i + 1 and 2i + 2. A
node that is not split sends every row to its left child, down to the bottom. So there are no pointers that could
be wrong, and one array operation moves all rows through all trees by one level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CELLS = 65536
"""Rows times trees that are walked at a time, so that the work stays in the cache."""

_FULL_SEARCH_CELLS = 4_000_000
_QUICK_DRAWS = 3
_EULER_GAMMA = 0.5772156649015329


@dataclass(frozen=True)
class Forest:
    """Complete binary trees that split by "weighted sum of some features <= threshold".

    Parameters
    ----------
    features : ndarray of int32, shape (tree, inner node, term)
        Which features a node looks at.
    weights : ndarray of float64, shape (tree, inner node, term)
        Their weights.
    thresholds : ndarray of float64, shape (tree, inner node)
        Rows with a larger sum go right; the largest float where a node is not split.
    depths : ndarray of float64, shape (tree, node)
        Path length expected of a learnt row that reaches the node.
    """

    features: np.ndarray
    weights: np.ndarray
    thresholds: np.ndarray
    depths: np.ndarray

    @property
    def levels(self) -> int:
        """Number of splits between the root and the bottom."""
        return int(self.depths.shape[1] + 1).bit_length() - 2

    @property
    def terms(self) -> int:
        """Number of features that a node looks at."""
        return self.features.shape[2]

    def sums(self, x: np.ndarray) -> np.ndarray:
        """Return the path length of every row, summed over the trees, shape (n,)."""
        sums = np.empty(len(x))
        step = max(1, CELLS // len(self.depths))
        for start in range(0, len(x), step):
            block = x[start : start + step]
            for node, _, _ in self._walk(block):
                bottom = node
            sums[start : start + step] = self.depths.ravel()[bottom].sum(axis=1)
        return sums

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return how much the splits on each feature shorten the path, shape (n, width).

        Summed over trees and features it is the expected path length less the row's own.
        """
        width = x.shape[1]
        shares = np.zeros(x.shape)
        flat_depths = self.depths.ravel()
        step = max(1, CELLS // len(self.depths))
        for start in range(0, len(x), step):
            block = x[start : start + step]
            rows = np.arange(len(block))[:, None] * width
            total = np.zeros(block.size)
            before = np.broadcast_to(flat_depths[self._roots()], (len(block), len(self.depths)))
            for node, features, terms in self._walk(block):
                after = flat_depths[node]
                gain = before - after
                before = after
                whole = sum(np.abs(term) for term in terms)
                even = 1 / len(terms)
                safe = np.where(whole > 0, whole, 1.0)
                for feature, term in zip(features, terms, strict=True):
                    part = np.where(whole > 0, np.abs(term) / safe, even)
                    total += np.bincount(
                        (rows + feature).ravel(), (gain * part).ravel(), block.size
                    )
            shares[start : start + step] = total.reshape(block.shape)
        return shares

    def _roots(self) -> np.ndarray:
        return np.arange(len(self.depths)) * self.depths.shape[1]

    def _walk(self, x: np.ndarray):
        """Yield, level by level, the nodes reached (rows, trees) and the terms that led there."""
        trees, nodes = self.depths.shape
        inner = self.thresholds.shape[1]
        features = [self.features[:, :, j].astype(np.intp).ravel() for j in range(self.terms)]
        weights = [self.weights[:, :, j].ravel() for j in range(self.terms)]
        thresholds = self.thresholds.ravel()
        cells = x.ravel()
        rows = np.arange(len(x))[:, None] * x.shape[1]
        slot = np.broadcast_to(np.arange(trees) * inner, (len(x), trees))
        # 2 (t * inner + i) + 1 - t * inner is the left child of node i of tree t
        back = np.arange(trees) * inner - 1
        shift = np.arange(trees) * (nodes - inner)
        for _ in range(self.levels):
            looked = [feature.take(slot) for feature in features]
            products = [
                cells.take(rows + feature) * weight.take(slot)
                for feature, weight in zip(looked, weights, strict=True)
            ]
            right = sum(products[1:], products[0]) > thresholds.take(slot)
            slot = 2 * slot - back + right
            yield slot + shift, looked, products


def grow(
    x: np.ndarray, trees: int, sample_size: int, terms: int, rng: np.random.Generator
) -> tuple[Forest, np.ndarray, np.ndarray]:
    """Grow a forest on samples of the rows.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    trees, sample_size, terms : int
        How many trees, on how many rows each (at most n), with how many features per split.
    rng : Generator
        Source of all draws.

    Returns
    -------
    forest : Forest
        The trees.
    samples : ndarray of int64, shape (tree, sample)
        The rows that each tree was grown on.
    paths : ndarray of float64, shape (tree, sample)
        Their path lengths.
    """
    levels = max(1, int(np.ceil(np.log2(sample_size))))
    inner = 2**levels - 1
    samples = np.stack([rng.choice(len(x), sample_size, replace=False) for _ in range(trees)])
    features = np.zeros((trees, inner, terms), dtype=np.int32)
    weights = np.zeros((trees, inner, terms))
    thresholds = np.full((trees, inner), np.finfo(np.float64).max)
    counts = np.zeros((trees, 2 * inner + 1))
    counts[:, 0] = sample_size
    split = np.zeros((trees, inner), dtype=bool)
    rows = samples.ravel().copy()
    tree = np.repeat(np.arange(trees), sample_size)
    place = np.zeros(len(rows), dtype=np.int64)
    for level in range(levels):
        key = tree * inner + place
        order = np.argsort(key, kind="stable")
        sorted_key = key[order]
        starts = np.flatnonzero(np.diff(sorted_key, prepend=-1))
        sizes = np.diff(starts, append=len(rows))
        node = sorted_key[starts]
        alive = sizes > 1
        if alive.any():
            inside = np.repeat(alive, sizes)
            chosen = _split(x, rows[order[inside]], sizes[alive], terms, rng)
            at = np.unravel_index(node[alive], (trees, inner))
            features[at], weights[at], thresholds[at], split[at] = chosen
        # the same sums as in a walk, so that learnt rows end where a walk would take them
        t, p = tree, place
        value = x[rows, features[t, p, 0]] * weights[t, p, 0]
        for j in range(1, terms):
            value = value + x[rows, features[t, p, j]] * weights[t, p, j]
        place = 2 * place + 1 + (value > thresholds[t, p])
        np.add.at(counts, (tree, place), 1)
    depths = _expected_depths(counts, split, levels)
    return Forest(features, weights, thresholds, depths), samples, depths[tree, place].reshape(samples.shape)


def average_path(rows: np.ndarray) -> np.ndarray:
    """Return the mean path length of a random binary search tree of so many rows: c(n) of the paper."""
    safe = np.maximum(rows, 2.0)
    length = 2 * (np.log(np.maximum(safe - 1, 1)) + _EULER_GAMMA) - 2 * (safe - 1) / safe
    return np.where(rows > 2, length, np.where(rows == 2, 1.0, 0.0))


def _expected_depths(counts: np.ndarray, split: np.ndarray, levels: int) -> np.ndarray:
    """Return the expected path length at every node, from the bottom up; shape of `counts`."""
    trees, nodes = counts.shape
    inner = split.shape[1]
    depths = np.zeros((trees, nodes))
    real = np.zeros((trees, nodes), dtype=np.int64)  # splits on the way that truly split
    for level in range(levels):
        first = 2**level - 1
        here = slice(first, 2 * first + 1)
        reached = real[:, here] + split[:, here]
        below = real[:, 2 * first + 1 : 4 * first + 3].reshape(trees, -1, 2)
        below[:] = reached[:, :, None]
    depths[:, inner:] = real[:, inner:] + average_path(counts[:, inner:])
    for level in reversed(range(levels)):
        first = 2**level - 1
        here = slice(first, 2 * first + 1)
        below = slice(2 * first + 1, 4 * first + 3)
        weight = counts[:, below].reshape(trees, -1, 2)
        value = depths[:, below].reshape(trees, -1, 2)
        total = weight.sum(axis=2)
        mean = (weight * value).sum(axis=2) / np.where(total > 0, total, 1.0)
        depths[:, here] = np.where(total > 0, mean, value[:, :, 0])
    return depths


def _split(x, rows, sizes, terms, rng):
    """Draw a split for each group of rows: features, weights, threshold, whether any exists."""
    groups = len(sizes)
    features = np.zeros((groups, terms), dtype=np.int32)
    weights = np.zeros((groups, terms))
    starts = np.cumsum(sizes) - sizes
    total = np.zeros(len(rows))
    taken = np.full((groups, terms), -1)
    for j in range(terms):
        chosen, low, high = _draw_features(x, rows, sizes, taken, rng)
        found = chosen >= 0
        taken[:, j] = chosen
        features[:, j] = np.where(found, chosen, 0)
        span = np.where(found, high - low, 1.0)
        weights[:, j] = found * (1.0 if terms == 1 else rng.normal(size=groups) / span)
        total = total + x[rows, np.repeat(features[:, j], sizes)] * np.repeat(weights[:, j], sizes)
    low, high = np.minimum.reduceat(total, starts), np.maximum.reduceat(total, starts)
    thresholds = low + rng.random(groups) * (high - low)
    thresholds = np.where(thresholds < high, thresholds, low)
    split = high > low
    return features, weights, np.where(split, thresholds, np.finfo(np.float64).max), split


def _draw_features(x, rows, sizes, taken, rng):
    """Draw, per group, one feature among those that vary in it and are not taken; -1 if none is.

    Quick draws come first; groups in which they all failed are searched feature by feature.
    Either way each varying feature is equally likely.
    """
    groups = len(sizes)
    chosen = np.full(groups, -1)
    low, high = np.zeros(groups), np.zeros(groups)
    open_groups = np.arange(groups)
    ends = np.cumsum(sizes)
    for _ in range(_QUICK_DRAWS):
        if len(open_groups) == 0:
            break
        drawn = rng.integers(x.shape[1], size=len(open_groups))
        size = sizes[open_groups]
        starts = np.cumsum(size) - size
        members = np.arange(size.sum()) + np.repeat(ends[open_groups] - size - starts, size)
        values = x[rows[members], np.repeat(drawn, size)]
        least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        good = (most > least) & (taken[open_groups] != drawn[:, None]).all(axis=1)
        at = open_groups[good]
        chosen[at], low[at], high[at] = drawn[good], least[good], most[good]
        open_groups = open_groups[~good]
    for some in _chunks(open_groups, sizes, x.shape[1]):
        size = sizes[some]
        starts = np.cumsum(size) - size
        members = np.arange(size.sum()) + np.repeat(ends[some] - size - starts, size)
        values = x[rows[members]]
        least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        keys = rng.random(least.shape) * (most > least)
        for j in range(taken.shape[1]):
            has = taken[some, j] >= 0
            keys[has, taken[some, j][has]] = 0.0
        best = keys.argmax(axis=1)
        line = np.arange(len(some))
        found = keys[line, best] > 0
        at = some[found]
        chosen[at] = best[found]
        low[at], high[at] = least[line, best][found], most[line, best][found]
    return chosen, low, high


def _chunks(groups, sizes, width):
    if len(groups) == 0:
        return []
    cells = np.cumsum(sizes[groups]) * width
    return np.split(groups, np.flatnonzero(np.diff(cells // _FULL_SEARCH_CELLS)) + 1)
