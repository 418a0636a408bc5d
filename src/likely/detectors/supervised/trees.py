"""Decision trees as flat arrays: copied out of scikit-learn once, walked by our own arrays.

Nothing of scikit-learn is kept, so that a file of a model holds numbers only. A node sends a row to
its left child if the feature is at most the threshold, else to its right child. A leaf is a node
that is its own child; every other child has a larger number than its parent, so that no walk can
go round in circles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.base.model import Model
from likely.base.state import Array, Members

STATE: dict[str, Array | Members] = {
    "roots_": Array("tree", dtype="int32", low=0, high="node"),
    "features_": Array("node", dtype="int32", low=0),
    "thresholds_": Array("node"),
    "children_": Array("node", 2, dtype="int32", low=0, high="node"),
    "values_": Array("node"),
}
"""What a model made of trees keeps; see `Trees.keep_in`."""

CELLS = 262_144
"""Rows times trees that are walked at a time (2 MB a table of positions)."""


@dataclass(frozen=True)
class Trees:
    """Trees one after the other.

    Parameters
    ----------
    roots : ndarray of int32, shape (tree,)
        First node of each tree.
    features : ndarray of int32, shape (node,)
        Which feature a node looks at; 0 in leaves.
    thresholds : ndarray of float64, shape (node,)
        Rows with a larger value go right; 0 in leaves.
    children : ndarray of int32, shape (node, 2)
        Left and right child; the node itself in leaves.
    values : ndarray of float64, shape (node,)
        What a row that ends here is given.
    """

    roots: np.ndarray
    features: np.ndarray
    thresholds: np.ndarray
    children: np.ndarray
    values: np.ndarray

    def sums(self, x: np.ndarray) -> np.ndarray:
        """Return the values that each row is given, summed over the trees, shape (n,)."""
        sums = np.empty(len(x))
        step = max(1, CELLS // len(self.roots))
        for start in range(0, len(x), step):
            ends = self._walk(x[start : start + step])  # (rows, trees)
            sums[start : start + step] = self.values[ends].sum(axis=1)
        return sums

    def _walk(self, x: np.ndarray) -> np.ndarray:
        """Return the leaf that each row reaches in each tree, shape (n, tree)."""
        trees = len(self.roots)
        ends = np.tile(self.roots, len(x)).astype(np.intp)
        cells, width = x.ravel(), x.shape[1]
        is_leaf = self.children[:, 0] == np.arange(len(self.values))
        going = np.flatnonzero(~is_leaf[ends])
        while len(going):  # ends, because children have larger numbers than their parents
            nodes = ends[going]
            looked_at = cells[going // trees * width + self.features[nodes]]
            right = looked_at > self.thresholds[nodes]
            ends[going] = nodes = self.children[nodes, right.astype(np.intp)]
            going = going[~is_leaf[nodes]]
        return ends.reshape(len(x), trees)

    def keep_in(self, model: Model) -> None:
        """Set the attributes of a model that `STATE` names."""
        for name in STATE:
            setattr(model, name, getattr(self, name.removesuffix("_")))

    @classmethod
    def kept_in(cls, model: Model) -> Trees:
        """Return the trees that `keep_in` kept."""
        return cls(*(getattr(model, name) for name in STATE))

    def times(self, factor: float) -> Trees:
        """Return the same trees with every value multiplied."""
        return replace(self, values=self.values * factor)

    def check(self, width: int) -> None:
        """Raise `ValueError` unless every walk ends, and looks at features below `width` only."""
        own = np.arange(len(self.values))[:, None]
        leaf = (self.children == own).all(axis=1)
        onwards = (self.children > own).all(axis=1)
        if not len(self.roots) or not (leaf | onwards).all():
            raise ValueError("a tree has no end")
        if self.features.max() >= width:
            raise ValueError(f"a tree looks at feature {self.features.max()} of {width}")


def joined(trees: Iterable[Trees]) -> Trees:
    """Return the trees of several as one."""
    parts = list(trees)
    before = np.cumsum([0, *(len(part.values) for part in parts)])[:-1]
    pairs = list(zip(parts, before, strict=True))
    return Trees(
        np.concatenate([part.roots + start for part, start in pairs]).astype(np.int32),
        np.concatenate([part.features for part in parts]).astype(np.int32),
        np.concatenate([part.thresholds for part in parts]).astype(np.float64),
        np.concatenate([part.children + start for part, start in pairs]).astype(np.int32),
        np.concatenate([part.values for part in parts]).astype(np.float64),
    )


def constant(value: float) -> Trees:
    """Return one tree that gives every row the same."""
    return _one(np.array([-1]), np.zeros(1), np.array([[-1, -1]]), np.array([value]))


def from_boosting(classifier: Any) -> Trees:
    """Return the trees of a fitted `HistGradientBoostingClassifier` of two classes.

    Their sum and the baseline, a tree of its own, are `classifier.decision_function`.
    """
    parts = [constant(float(classifier._baseline_prediction[0, 0]))]
    for (predictor,) in classifier._predictors:
        nodes = predictor.nodes
        children = np.column_stack([nodes["left"], nodes["right"]]).astype(np.int64)
        children[nodes["is_leaf"] == 1] = -1
        parts.append(_one(nodes["feature_idx"], nodes["num_threshold"], children, nodes["value"]))
    return joined(parts)


def from_forest(classifier: Any) -> Trees:
    """Return the trees of a fitted forest of two classes; they give the share of the second.

    Their mean is `classifier.predict_proba(x)[:, 1]`, for x in single precision.
    """
    parts = []
    for estimator in classifier.estimators_:
        tree = estimator.tree_
        children = np.column_stack([tree.children_left, tree.children_right])
        parts.append(_one(tree.feature, tree.threshold, children, tree.value[:, 0, 1]))
    return joined(parts)


def _one(
    features: np.ndarray, thresholds: np.ndarray, children: np.ndarray, values: np.ndarray
) -> Trees:
    """Return one tree whose leaves are marked by a left child of -1."""
    leaf = children[:, 0] < 0
    own = np.arange(len(values))
    return Trees(
        np.zeros(1, dtype=np.int32),
        np.where(leaf, 0, features).astype(np.int32),
        np.where(leaf, 0.0, thresholds).astype(np.float64),
        np.where(leaf[:, None], own[:, None], children).astype(np.int32),
        np.array(values, dtype=np.float64),
    )
