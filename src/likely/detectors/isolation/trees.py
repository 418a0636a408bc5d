"""Random trees as flat arrays, walked level by level, all trees at once.

Every tree is a complete binary tree of the same depth, numbered like a heap: the children of node
i are 2i + 1 and 2i + 2. A node that is not split sends every row to its left child, down to the
bottom. So there are no pointers that could be wrong, and one array operation moves all rows
through all trees by one level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CELLS = 65_536
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
        sums = np.empty(len(x))
        step = max(1, CELLS // len(self.depths))
        for start in range(0, len(x), step):
            block = x[start : start + step]
            bottom = np.arange(len(self.depths))[None, :] * self.depths.shape[1]  # the roots
            for node, _, _ in self._walk(block):
                bottom = node
            sums[start : start + step] = self.depths.ravel()[bottom].sum(axis=1)
        return sums

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
        rows = np.arange(len(x))[:, None] * x.shape[1]
        shares = np.zeros(x.size)
        before = np.broadcast_to(self.depths[:, 0], (len(x), len(self.depths)))
        for node, features, products in self._walk(x):
            after = depths[node]
            whole = sum(np.abs(product) for product in products)
            for feature, product in zip(features, products, strict=True):
                # features are centred on their medians, so a term's size is its departure
                part = np.divide(
                    np.abs(product), whole, out=np.full(node.shape, 1 / self.terms), where=whole > 0
                )
                gain = (before - after) * part
                shares += np.bincount((rows + feature).ravel(), gain.ravel(), x.size)
            before = after
        return shares.reshape(x.shape)

    def _walk(
        self, x: np.ndarray
    ) -> Iterator[tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]]:
        """Yield, level by level, the nodes reached and the features and terms that led there.

        All are of shape (rows, trees); nodes are positions in the flattened `depths`.
        """
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
