"""Random trees as flat arrays, walked level by level, all trees at once.

Every tree is a complete binary tree of the same depth, numbered like a heap: the children of node
i are 2i + 1 and 2i + 2. A node that is not split sends every row to its left child, down to the
bottom. So there are no pointers that could be wrong, and one array operation moves all rows
through all trees by one level.

Most nodes on one level of a tree look at the same features (`likely.detectors.isolation.growth`).
Then these are whole columns, and nothing but slopes and thresholds has to be looked up for every
row. Nodes that look elsewhere are settled one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.core.threads import in_parallel

CELLS = 40_000
"""Rows times trees that are walked at a time, so that the work stays in the cache."""

FARTHEST = 1e15
"""Features end here, so that sums of them are numbers of single precision."""

NO_SPLIT = np.finfo(np.float32).max
"""Threshold of a node that is not split: no row goes right."""

_MANY = 0.25  # share of the nodes that look elsewhere, from which all are settled one by one


@dataclass(frozen=True)
class Forest:
    """Complete binary trees that split by "feature + slope * other feature > threshold".

    Parameters
    ----------
    features : ndarray of int32, shape (tree, inner node, term)
        Which one or two features a node looks at.
    slopes : ndarray of float32, shape (tree, inner node)
        How much the second feature counts where the first counts 1.
    thresholds : ndarray of float32, shape (tree, inner node)
        Rows with a larger sum go right; the largest number where a node is not split.
    depths : ndarray of float64, shape (tree, node)
        Path length expected of a learnt row that reaches the node.
    """

    features: np.ndarray
    slopes: np.ndarray
    thresholds: np.ndarray
    depths: np.ndarray

    @property
    def terms(self) -> int:
        """Number of features that a node looks at."""
        return self.features.shape[2]

    def sums(self, x: np.ndarray) -> np.ndarray:
        """Return by how much paths are longer than expected, summed over the trees, shape (n,)."""
        return np.concatenate(in_parallel(self._sums, self._blocks(x)))

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return how much the splits on each feature shorten the path, shape (n, width).

        Summed over trees and features it is the expected path length less the row's own.
        """
        return np.concatenate(in_parallel(self._shares, self._blocks(x)))

    def _blocks(self, x: np.ndarray) -> list[np.ndarray]:
        step = max(1, CELLS // len(self.depths))
        return [x[start : start + step] for start in range(0, len(x), step)]

    def _sums(self, x: np.ndarray) -> np.ndarray:
        columns = single(x)
        node = np.repeat(np.arange(len(self.depths))[:, None], len(x), axis=1)  # (tree, n)
        right = np.empty(node.shape, dtype=bool)
        for level in self._levels:
            first, second = level.terms(columns, node)
            if second is not None:
                first += second
            np.greater(first, level.thresholds.take(node, mode="wrap"), out=right)
            node += node
            node += right
        return self._excess.take(node, mode="wrap").sum(axis=0)

    def _shares(self, x: np.ndarray) -> np.ndarray:
        columns = single(x)
        trees, n = len(self.depths), len(x)
        rows = np.arange(n)
        shares = np.zeros(x.size)
        node = np.repeat(np.arange(trees)[:, None], n, axis=1)
        before = self.depths[:, :1]
        for depth, level in enumerate(self._levels):
            terms = [term for term in level.terms(columns, node) if term is not None]
            sums = terms[0] + terms[1] if len(terms) > 1 else terms[0]
            places = [feature.take(node) + rows * x.shape[1] for feature in level.features]
            node = 2 * node + (sums > level.thresholds.take(node))
            below = slice(2 ** (depth + 1) - 1, 2 ** (depth + 2) - 1)
            after = self.depths[:, below].ravel().take(node)
            # features are centred on their medians, so a term's size is its departure
            sizes = [np.abs(term, dtype=np.float64) for term in terms]
            whole = sum(sizes[1:], sizes[0])
            for place, size in zip(places, sizes, strict=True):
                part = np.full(node.shape, 1 / self.terms)
                np.divide(size, whole, out=part, where=whole > 0)
                shares += np.bincount(place.ravel(), ((before - after) * part).ravel(), x.size)
            before = after
        return shares.reshape(x.shape)

    @cached_property
    def _excess(self) -> np.ndarray:
        bottom = self.depths[:, self.thresholds.shape[1] :]
        return (bottom - self.depths[:, :1]).ravel()

    @cached_property
    def _levels(self) -> list[Level]:
        count = int(self.thresholds.shape[1] + 1).bit_length() - 1
        return list(self._split_by_level(count))

    def _split_by_level(self, count: int) -> Iterator[Level]:
        for depth in range(count):
            here = slice(2**depth - 1, 2 ** (depth + 1) - 1)
            features = self.features[:, here].transpose(2, 0, 1).astype(np.intp)
            yield Level(features, self.slopes[:, here].ravel(), self.thresholds[:, here].ravel())


class Level:
    """All nodes of one level, the trees one after the other.

    Parameters
    ----------
    features : ndarray of int64, shape (term, tree, node)
        Which features a node looks at.
    slopes, thresholds : ndarray of float32, shape (tree * node,)
        As `Forest` has them.
    """

    def __init__(self, features: np.ndarray, slopes: np.ndarray, thresholds: np.ndarray) -> None:
        self.thresholds = thresholds
        self.slopes = slopes
        self.features = features.reshape(len(features), -1)
        # the middle one in order is that of most nodes, if there is such a one
        middle = np.lexsort(features[::-1], axis=1)[:, features.shape[2] // 2]
        self._shared = features[:, np.arange(features.shape[1]), middle]  # (term, tree)
        elsewhere = (features != self._shared[:, :, None]).any(axis=0).ravel()
        elsewhere &= thresholds < NO_SPLIT
        self._one_by_one = float(elsewhere.mean()) > _MANY
        self._elsewhere = elsewhere if elsewhere.any() else None

    def terms(self, columns: np.ndarray, node: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return what the first and the second feature add for every row in every tree.

        Parameters
        ----------
        columns : ndarray of float32, shape (width, n)
            Rows, as `single` returns them.
        node : ndarray of int64, shape (tree, n)
            Where they are.

        Returns
        -------
        first, second : ndarray of float32, shape (tree, n)
            The second is None where nodes look at one feature.
        """
        if self._one_by_one:
            rows = np.broadcast_to(np.arange(node.shape[1]), node.shape)
            return self._looked_up(columns, node, rows)
        first, *others = (columns.take(feature, axis=0) for feature in self._shared)
        second = others[0] if others else None
        if second is not None:
            second *= self.slopes.take(node, mode="wrap")
        if self._elsewhere is not None:
            places = np.flatnonzero(self._elsewhere.take(node, mode="wrap"))
            own = self._looked_up(columns, node.ravel()[places], places % node.shape[1])
            first.ravel()[places] = own[0]
            if second is not None:
                second.ravel()[places] = own[1]
        return first, second

    def _looked_up(
        self, columns: np.ndarray, node: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        found = []
        for feature in self.features:
            cells = feature.take(node, mode="wrap")
            cells *= columns.shape[1]
            cells += rows
            found.append(columns.ravel().take(cells, mode="wrap"))
        if len(found) == 1:
            return found[0], None
        found[1] *= self.slopes.take(node, mode="wrap")
        return found[0], found[1]


def single(x: np.ndarray) -> np.ndarray:
    """Return rows as columns of single precision, shape (width, n), side by side in memory."""
    columns = np.empty(x.shape[::-1], dtype=np.float32)
    return np.clip(x.T, -FARTHEST, FARTHEST, out=columns, casting="same_kind")
