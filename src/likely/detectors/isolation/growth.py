"""Growing random trees level by level, all trees at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.detectors.isolation.trees import Forest

_FULL_SEARCH_CELLS = 4_000_000
_QUICK_DRAWS = 3
_EULER_GAMMA = 0.5772156649015329
_LEAST_SPAN = 1e-100
_NO_SPLIT = np.finfo(np.float64).max


class Grown(NamedTuple):
    """A forest, the rows each tree was grown on, and their path lengths, shape (tree, sample)."""

    forest: Forest
    samples: np.ndarray
    paths: np.ndarray


class Groups(NamedTuple):
    """Rows in groups: positions of all members, one group after the other, and the sizes."""

    rows: np.ndarray
    sizes: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        """Where each group begins among the rows."""
        return np.cumsum(self.sizes) - self.sizes

    def take(self, groups: np.ndarray) -> Groups:
        """Return some of the groups."""
        sizes = self.sizes[groups]
        first = np.cumsum(sizes) - sizes
        members = np.arange(sizes.sum()) + np.repeat(self.starts[groups] - first, sizes)
        return Groups(self.rows[members], sizes)

    def ranges(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return smallest and largest value per group; values are (rows,) or (rows, width)."""
        return np.minimum.reduceat(values, self.starts), np.maximum.reduceat(values, self.starts)


def grow(
    x: np.ndarray, trees: int, sample_size: int, terms: int, rng: np.random.Generator
) -> Grown:
    """Grow a forest on samples of the rows.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    trees, sample_size, terms : int
        How many trees, on how many rows each (at most n), with how many features per split.
    rng : Generator
        Source of all draws.
    """
    levels = int(sample_size - 1).bit_length()
    inner = 2**levels - 1
    samples = np.stack([rng.choice(len(x), sample_size, replace=False) for _ in range(trees)])
    features = np.zeros((trees, inner, terms), dtype=np.int32)
    weights = np.zeros((trees, inner, terms))
    thresholds = np.full((trees, inner), _NO_SPLIT)
    counts = np.zeros((trees, 2 * inner + 1))
    counts[:, 0] = sample_size
    rows = samples.ravel()
    tree = np.repeat(np.arange(trees), sample_size)
    place = np.zeros(len(rows), dtype=np.int64)  # heap number within the tree
    for _ in range(levels):
        nodes, groups = _crowded_nodes(rows, tree * inner + place)
        if len(nodes):
            at = np.unravel_index(nodes, (trees, inner))
            features[at], weights[at], thresholds[at] = _draw_splits(x, groups, terms, rng)
        # the same sums as in a walk, so that learnt rows end where a walk would take them
        value = x[rows, features[tree, place, 0]] * weights[tree, place, 0]
        for j in range(1, terms):
            value = value + x[rows, features[tree, place, j]] * weights[tree, place, j]
        place = 2 * place + 1 + (value > thresholds[tree, place])
        np.add.at(counts, (tree, place), 1)
    depths = _expected_depths(counts, thresholds < _NO_SPLIT)
    forest = Forest(features, weights, thresholds, depths)
    return Grown(forest, samples, depths[tree, place].reshape(samples.shape))


def average_path(rows: np.ndarray) -> np.ndarray:
    """Return c(n), the mean path length of a random binary search tree of n rows."""
    safe = np.maximum(rows, 2.0)
    length = 2 * (np.log(np.maximum(safe - 1, 1)) + _EULER_GAMMA) - 2 * (safe - 1) / safe
    return np.where(rows > 2, length, np.where(rows == 2, 1.0, 0.0))


def _crowded_nodes(rows: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, Groups]:
    """Return the nodes that hold more than one row, and their rows."""
    order = np.argsort(nodes, kind="stable")
    nodes, rows = nodes[order], rows[order]
    starts = np.flatnonzero(np.diff(nodes, prepend=-1))
    sizes = np.diff(starts, append=len(rows))
    crowded = sizes > 1
    return nodes[starts[crowded]], Groups(rows[np.repeat(crowded, sizes)], sizes[crowded])


def _expected_depths(counts: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Return the expected path length at every node; shape of `counts`.

    At the bottom it is the number of true splits on the way and c(rows left); above, the mean of
    the children weighted by their rows.
    """
    trees, inner = split.shape
    levels = (inner + 1).bit_length() - 1
    splits = np.zeros((trees, 1))
    for level in range(levels):
        here = slice(2**level - 1, 2 ** (level + 1) - 1)
        splits = np.repeat(splits + split[:, here], 2, axis=1)  # (tree, nodes of the next level)
    depths = np.empty(counts.shape)
    depths[:, inner:] = splits + average_path(counts[:, inner:])
    for level in reversed(range(levels)):
        here = slice(2**level - 1, 2 ** (level + 1) - 1)
        below = slice(2 ** (level + 1) - 1, 2 ** (level + 2) - 1)
        weight = counts[:, below].reshape(trees, -1, 2)
        value = depths[:, below].reshape(trees, -1, 2)
        total = weight.sum(axis=2)
        mean = (weight * value).sum(axis=2) / np.where(total > 0, total, 1.0)
        depths[:, here] = np.where(total > 0, mean, value[:, :, 0])
    return depths


def _draw_splits(
    x: np.ndarray, groups: Groups, terms: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a split per group: features and weights (groups, terms), thresholds (groups,)."""
    count = len(groups.sizes)
    taken = np.full((count, terms), -1)
    weights = np.zeros((count, terms))
    total = np.zeros(len(groups.rows))
    for j in range(terms):
        chosen, low, high = _draw_features(x, groups, taken, rng)
        found = chosen >= 0
        taken[:, j] = chosen
        # a normal vector on the scale of the group, so that no column rules by its unit
        draw = np.ones(count) if terms == 1 else rng.normal(size=count)
        span = np.maximum(high - low, _LEAST_SPAN) if terms > 1 else np.ones(count)
        weights[:, j] = np.divide(draw, span, out=np.zeros(count), where=found)
        feature = np.repeat(np.maximum(chosen, 0), groups.sizes)
        total = total + x[groups.rows, feature] * np.repeat(weights[:, j], groups.sizes)
    low, high = groups.ranges(total)
    thresholds = low + rng.random(count) * (high - low)
    thresholds = np.where(thresholds < high, thresholds, low)
    thresholds = np.where(high > low, thresholds, _NO_SPLIT)
    return np.maximum(taken, 0), weights, thresholds


def _draw_features(
    x: np.ndarray, groups: Groups, taken: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw, per group, one feature among those that vary in it and are not taken; -1 if none is.

    Quick draws come first; groups in which they all failed are searched feature by feature.
    Either way each varying feature is equally likely. Also returns its range in the group.
    """
    count = len(groups.sizes)
    chosen, low, high = np.full(count, -1), np.zeros(count), np.zeros(count)
    still = np.arange(count)
    for _ in range(_QUICK_DRAWS):
        if len(still) == 0:
            break
        some = groups.take(still)
        drawn = rng.integers(x.shape[1], size=len(still))
        least, most = some.ranges(x[some.rows, np.repeat(drawn, some.sizes)])
        good = (most > least) & (taken[still] != drawn[:, None]).all(axis=1)
        at = still[good]
        chosen[at], low[at], high[at] = drawn[good], least[good], most[good]
        still = still[~good]
    for part in _chunks(still, groups.sizes[still] * x.shape[1]):
        some = groups.take(part)
        least, most = some.ranges(x[some.rows])  # (groups, width)
        keys = (1 - rng.random(least.shape)) * (most > least)
        line, term = np.nonzero(taken[part] >= 0)
        keys[line, taken[part][line, term]] = 0.0
        best = keys.argmax(axis=1)
        line = np.flatnonzero(keys.max(axis=1) > 0)
        at, best = part[line], best[line]
        chosen[at], low[at], high[at] = best, least[line, best], most[line, best]
    return chosen, low, high


def _chunks(groups: np.ndarray, cells: np.ndarray) -> list[np.ndarray]:
    """Return the groups in portions of bounded size."""
    if len(groups) == 0:
        return []
    portion = np.cumsum(cells) // _FULL_SEARCH_CELLS
    return np.split(groups, np.flatnonzero(np.diff(portion)) + 1)
