"""Random trees as flat arrays, walked level by level, all trees at once.

Every tree is a complete binary tree of the same depth, numbered like a heap: the children of node
i are 2i + 1 and 2i + 2. A node that is not split sends every row to its left child, down to the
bottom. So there are no pointers that could be wrong, and one array operation moves all rows
through all trees by one level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.core.threads import in_parallel

CELLS = 16_000
"""Rows times trees that are walked at a time, so that the work stays in the cache."""


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
        step = max(1, CELLS // len(self.depths))
        blocks = [x[start : start + step] for start in range(0, len(x), step)]
        return np.concatenate(in_parallel(self._sums, blocks))

    def _sums(self, x: np.ndarray) -> np.ndarray:
        trees, nodes = self.depths.shape
        node = np.tile(np.arange(trees) * nodes, len(x))  # the roots
        for step in self._walk(x):
            node = step[0]  # at the end, the bottom
        return self.depths.ravel().take(node).reshape(len(x), trees).sum(axis=1)

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return how much the splits on each feature shorten the path, shape (n, width).

        Summed over trees and features it is the expected path length less the row's own.
        """
        shares = np.empty(x.shape)
        step = max(1, CELLS // len(self.depths))
        for start in range(0, len(x), step):
            shares[start : start + step] = self._shares(x[start : start + step])
        return shares

    def _shares(self, x: np.ndarray) -> np.ndarray:
        depths = self.depths.ravel()
        shares = np.zeros(x.size)
        before = np.tile(self.depths[:, 0], len(x))
        for node, places, products in self._walk(x):
            after = depths[node]
            whole = sum(np.abs(product) for product in products)
            for place, product in zip(places, products, strict=True):
                # features are centred on their medians, so a term's size is its departure
                part = np.divide(
                    np.abs(product), whole, out=np.full(node.shape, 1 / self.terms), where=whole > 0
                )
                shares += np.bincount(place, (before - after) * part, x.size)
            before = after
        return shares.reshape(x.shape)

    def _walk(
        self, x: np.ndarray
    ) -> Iterator[tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]]:
        """Yield, level by level, the nodes reached, and the cells of x and terms that led there.

        All are of shape (rows * trees,), the trees of a row side by side; nodes are positions in
        the flattened `depths`, and they move on when the next level is asked for.
        """
        trees, nodes = self.depths.shape
        features, weights, thresholds = self._flat
        cells = x.ravel()
        rows = np.repeat(np.arange(len(x)) * x.shape[1], trees)
        node = np.tile(np.arange(trees) * nodes, len(x))
        # 2 (t * nodes + i) + 1 - t * nodes is the left child of node i of tree t
        back = np.tile(np.arange(trees) * nodes - 1, len(x))
        for _ in range(self.levels):
            places = [feature.take(node) for feature in features]
            for place in places:
                place += rows
            products = [cells.take(place) for place in places]
            for product, weight in zip(products, weights, strict=True):
                product *= weight.take(node)
            right = sum(products[1:], products[0]) > thresholds.take(node)
            node *= 2
            node -= back
            node += right
            yield node, places, products

    @cached_property
    def _flat(self) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
        """Features and weights by term, and thresholds, at the places that `depths` has."""
        trees, nodes = self.depths.shape
        inner = self.thresholds.shape[1]
        numbers = np.zeros((2 * self.terms + 1, trees, nodes))
        numbers[: self.terms, :, :inner] = self.weights.transpose(2, 0, 1)
        numbers[self.terms : -1, :, :inner] = self.features.transpose(2, 0, 1)
        numbers[-1, :, :inner] = self.thresholds
        weights = [block.ravel() for block in numbers[: self.terms]]
        features = [block.ravel().astype(np.intp) for block in numbers[self.terms : -1]]
        return features, weights, numbers[-1].ravel()
