"""Growing random trees level by level, all trees at once.

A node splits on features drawn evenly among those that vary in it. All nodes on one level of a tree
share the order in which features are drawn: each takes the first that vary in it. The way of a
row through a tree meets one node a level, so its path length has the same distribution as with
draws for every node; what is shared makes trees quick to walk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.detectors.isolation.trees import NO_SPLIT, Forest, single

_FULL_SEARCH_CELLS = 4_000_000
_QUICK_DRAWS = 4
_EULER_GAMMA = 0.5772156649015329
_STEEPEST = 1e20


class Grown(NamedTuple):
    """A forest, the rows each tree was grown on, and their path lengths, shape (tree, sample)."""

    forest: Forest
    samples: np.ndarray
    paths: np.ndarray


class Sample(NamedTuple):
    """Features as columns, shape (width, n), and the row that each member of a tree is, (members,).

    A row may be a member of several trees.
    """

    columns: np.ndarray
    rows: np.ndarray


class Groups(NamedTuple):
    """Members of nodes, one node after the other, sizes, and numbers of the nodes.

    Nodes of one level are counted over all trees, so that the children of node i are 2i and 2i + 1.
    """

    members: np.ndarray
    sizes: np.ndarray
    nodes: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        """Where each group begins among the members."""
        return np.cumsum(self.sizes) - self.sizes

    def take(self, groups: np.ndarray) -> Groups:
        """Return some of the groups."""
        sizes = self.sizes[groups]
        first = np.cumsum(sizes) - sizes
        places = np.arange(sizes.sum()) + np.repeat(self.starts[groups] - first, sizes)
        return Groups(self.members[places], sizes, self.nodes[groups])

    def values(self, sample: Sample, features: np.ndarray) -> np.ndarray:
        """Return one feature of every member, that of its group, shape (members,)."""
        columns, rows = sample
        cells = np.repeat(features * columns.shape[1], self.sizes)
        cells += rows[self.members]
        return columns.ravel().take(cells)

    def ranges(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return smallest and largest value per group; `values` has a last axis of members."""
        starts = self.starts
        least = np.minimum.reduceat(values, starts, axis=-1)
        return least, np.maximum.reduceat(values, starts, axis=-1)


def grow(
    x: np.ndarray,
    order: np.ndarray,
    trees: int,
    sample_size: int,
    terms: int,
    rng: np.random.Generator,
) -> Grown:
    """Grow a forest on samples of the rows.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    order : ndarray of int64, shape (n,)
        In which order they are drawn from.
    trees, sample_size, terms : int
        How many trees, on how many rows each (at most n), with how many features per split.
    rng : Generator
        Source of all draws.
    """
    levels = int(sample_size - 1).bit_length()
    inner = 2**levels - 1
    draws = [rng.choice(len(x), sample_size, replace=False) for _ in range(trees)]
    samples = order[np.stack(draws)]
    if len(x) > samples.size:
        sample = Sample(single(x[samples.ravel()]), np.arange(samples.size))
    else:
        sample = Sample(single(x), samples.ravel())
    features = np.zeros((trees, inner, terms), dtype=np.int32)
    slopes = np.zeros((trees, inner), dtype=np.float32)
    thresholds = np.full((trees, inner), NO_SPLIT, dtype=np.float32)
    ends = np.zeros(samples.size, dtype=np.int64)  # where members reach the bottom
    groups = Groups(np.arange(samples.size), np.full(trees, sample_size), np.arange(trees))
    for level in range(levels):
        queue = rng.permuted(np.tile(np.arange(x.shape[1]), (trees, 1)), axis=1)
        features[:, 2**level - 1 : 2 ** (level + 1) - 1] = queue[:, None, :terms]
        tree = groups.nodes >> level
        at = tree, groups.nodes - (tree << level) + 2**level - 1
        features[at], slopes[at], thresholds[at], right = _draw_splits(
            sample, groups, queue, tree, terms, rng
        )
        groups = _children(groups, right, levels - level - 1, ends)
    ends[groups.members] = np.repeat(groups.nodes, groups.sizes)
    counts = np.bincount(ends, minlength=trees * (inner + 1)).reshape(trees, inner + 1)
    depths = _expected_depths(counts, thresholds < NO_SPLIT)
    paths = depths[:, inner:].ravel()[ends].reshape(samples.shape)
    return Grown(Forest(features, slopes, thresholds, depths), samples, paths)


def average_path(rows: np.ndarray) -> np.ndarray:
    """Return c(n), the mean path length of a random binary search tree of n rows."""
    safe = np.maximum(rows, 2.0)
    length = 2 * (np.log(np.maximum(safe - 1, 1)) + _EULER_GAMMA) - 2 * (safe - 1) / safe
    return np.where(rows > 2, length, np.where(rows == 2, 1.0, 0.0))


def _children(groups: Groups, right: np.ndarray, levels_left: int, ends: np.ndarray) -> Groups:
    """Return the nodes of the next level that have several members.

    `right` tells which members go right. Those that are alone now go left to the bottom, which is
    noted in `ends`.
    """
    starts = groups.starts
    many = np.add.reduceat(right, starts, dtype=np.int64)  # that go right, per group
    before = np.cumsum(right) - right
    before -= np.repeat(before[starts], groups.sizes)  # of these, before each member of the group
    to_left = np.arange(len(right)) - before
    to_right = np.repeat(starts + groups.sizes - many, groups.sizes) + before
    members = np.empty_like(groups.members)
    members[np.where(right, to_right, to_left)] = groups.members
    sizes = np.column_stack([groups.sizes - many, many]).ravel()
    nodes = np.column_stack([2 * groups.nodes, 2 * groups.nodes + 1]).ravel()
    children = Groups(members, sizes, nodes)
    alone = sizes == 1
    ends[members[children.starts[alone]]] = nodes[alone] << levels_left
    return children.take(np.flatnonzero(sizes > 1))


def _expected_depths(counts: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Return the expected path length at every node, shape (tree, node).

    At the bottom it is the number of true splits on the way and c(rows left); above, the mean of
    the children weighted by their rows. `counts` are the rows at the bottom.
    """
    trees, inner = split.shape
    levels = (inner + 1).bit_length() - 1
    splits = np.zeros((trees, 1))
    for level in range(levels):
        here = slice(2**level - 1, 2 ** (level + 1) - 1)
        splits = np.repeat(splits + split[:, here], 2, axis=1)  # (tree, nodes of the next level)
    depths = np.empty((trees, 2 * inner + 1))
    depths[:, inner:] = splits + average_path(np.arange(counts.max() + 1.0))[counts]
    weight = counts.astype(np.float64)
    for level in reversed(range(levels)):
        here = slice(2**level - 1, 2 ** (level + 1) - 1)
        below = slice(2 ** (level + 1) - 1, 2 ** (level + 2) - 1)
        value = depths[:, below].reshape(trees, -1, 2)
        pairs = weight.reshape(trees, -1, 2)
        weight = pairs[..., 0] + pairs[..., 1]
        mean = (pairs[..., 0] * value[..., 0] + pairs[..., 1] * value[..., 1]) / np.maximum(
            weight, 1
        )
        depths[:, here] = np.where(weight > 0, mean, value[..., 0])
    return depths


def _draw_splits(
    sample: Sample,
    groups: Groups,
    queue: np.ndarray,
    tree: np.ndarray,
    terms: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw a split per group, of features in the order that `queue` has for its `tree`.

    Returns features (groups, terms), slopes and thresholds (groups,), and which members go right.
    """
    count = len(groups.sizes)
    features, spans = _varying(sample, groups, queue, tree, terms)
    total = groups.values(sample, features[:, 0])
    slopes = np.zeros(count, dtype=np.float32)
    if terms > 1:
        # a normal vector on the scale of the group, so that no column rules by its unit
        first, second = rng.normal(size=(2, count))
        first = np.maximum(np.abs(first), np.finfo(np.float64).tiny)
        steep = np.divide(spans[:, 0], spans[:, 1], out=np.zeros(count), where=spans[:, 1] > 0)
        slopes = np.clip(second / first * steep, -_STEEPEST, _STEEPEST).astype(np.float32)
        total += groups.values(sample, features[:, 1]) * np.repeat(slopes, groups.sizes)
    low, high = groups.ranges(total)
    thresholds = (low + rng.random(count) * (high.astype(np.float64) - low)).astype(np.float32)
    thresholds = np.where(thresholds < high, thresholds, low)
    thresholds = np.where(high > low, thresholds, NO_SPLIT)
    return features, slopes, thresholds, total > np.repeat(thresholds, groups.sizes)


def _varying(
    sample: Sample, groups: Groups, queue: np.ndarray, tree: np.ndarray, terms: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return, per group, the first features in its queue that vary in it, and their ranges.

    Both are (groups, terms). Where too few vary, the ranges of the others are 0. The first in
    the queue are looked at one by one; groups that need more are looked at as a whole.
    """
    width = len(sample.columns)
    features = queue[tree, :terms]
    spans = np.zeros(features.shape)
    found = np.zeros(len(tree), dtype=np.int64)
    for place in range(min(_QUICK_DRAWS, width)):
        still = np.flatnonzero(found < terms)
        if not len(still):
            break
        some = groups if len(still) == len(tree) else groups.take(still)
        drawn = queue[tree[still], place]
        least, most = some.ranges(some.values(sample, drawn))
        good = most > least
        at = still[good]
        features[at, found[at]] = drawn[good]
        spans[at, found[at]] = most[good].astype(np.float64) - least[good]
        found[at] += 1
    still = np.flatnonzero(found < terms) if width > _QUICK_DRAWS else np.arange(0)
    for part in _chunks(still, groups.sizes[still] * width):
        some = groups.take(part)
        least, most = some.ranges(sample.columns[:, sample.rows[some.members]])  # (width, groups)
        later = queue[tree[part], _QUICK_DRAWS:]
        ranges = np.take_along_axis(most.T.astype(np.float64) - least.T, later, axis=1)
        for _ in range(terms):
            line = np.flatnonzero((found[part] < terms) & ranges.any(axis=1))
            place = (ranges[line] > 0).argmax(axis=1)
            at = part[line]
            features[at, found[at]] = later[line, place]
            spans[at, found[at]] = ranges[line, place]
            found[at] += 1
            ranges[line, place] = 0.0
    return features, spans


def _chunks(groups: np.ndarray, cells: np.ndarray) -> list[np.ndarray]:
    """Return the groups in portions of bounded size."""
    if len(groups) == 0:
        return []
    portion = np.cumsum(cells) // _FULL_SEARCH_CELLS
    return np.split(groups, np.flatnonzero(np.diff(portion)) + 1)
