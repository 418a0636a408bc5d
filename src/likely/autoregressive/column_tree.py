"""One decision tree that says how the pieces of a column are distributed, given other columns.

A leaf has few rows, so its counts alone would copy them. Its chances are therefore those of its
counts, each less a discount, and what was taken off is given to the pieces that its parent expects,
and so on up to the root (interpolated absolute discounting, as language models have it). The
discount is the one under which rows are likeliest that are left out of the counts one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from likely.data.pieces import FIRST

_DISCOUNTS = np.array([0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95])
_CLASSES = 24  # pieces that a tree tells apart one by one
_FREQUENT = 8  # pieces that have an indicator of their own where there are more


@dataclass(frozen=True)
class ColumnTree:
    """A tree over other columns, and counts of the pieces of one column in its leaves.

    Parameters
    ----------
    feature : ndarray of int, shape (node,)
        Column that a node asks for; -1 in leaves.
    threshold : ndarray of shape (node,)
        Rows of which the column's place is at most this go to the left.
    left, right : ndarray of int, shape (node,)
        Nodes below, both later than the node; -1 in leaves.
    places : tuple of ndarray
        For every column its pieces in the order in which nodes ask for them; empty: as they come.
    entry_node, entry_piece, entry_count : ndarray of int, shape (entry,)
        How often each piece is in each leaf.
    pieces : int
        Of the column itself.
    discount : float in (0, 1)
        What every count is lessened by.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    places: tuple[np.ndarray, ...]
    entry_node: np.ndarray
    entry_piece: np.ndarray
    entry_count: np.ndarray
    pieces: int
    discount: float

    def leaves(self, codes: np.ndarray) -> np.ndarray:
        """Return the leaf that each row falls into, shape (n,) of int."""
        placed = [
            place[codes[:, j]] if len(place) else codes[:, j]
            for j, place in enumerate(self.places)
        ]
        node = np.zeros(len(codes), dtype=np.int64)
        going = np.flatnonzero(self.feature[node] >= 0)
        table = np.column_stack(placed) if placed else codes
        while len(going):
            here = node[going]
            lower = table[going, self.feature[here]] <= self.threshold[here]
            node[going] = np.where(lower, self.left[here], self.right[here])
            going = going[self.feature[node[going]] >= 0]
        return node

    def chances(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return chances of pieces in every leaf that rows fall into, and which each row is in."""
        reached, which = np.unique(self.leaves(codes), return_inverse=True)
        return self._of_nodes()[reached], which

    def _of_nodes(self) -> np.ndarray:
        """Return chances of pieces in every node, (node, piece)."""
        counts, parent = self.counts(), self.parents()
        total, distinct = counts.sum(axis=1), (counts > 0).sum(axis=1)
        lent = np.minimum(self.discount * distinct / total, 1.0)
        passed = np.zeros_like(counts)  # what children lend, and their parent gives back to them
        own = np.empty_like(counts)
        by_level = levels(parent)
        leaf = self.feature < 0
        for nodes in by_level[::-1]:
            have = np.where(leaf[nodes, None], counts[nodes], passed[nodes])
            own[nodes] = have / have.sum(axis=1, keepdims=True)
            above = nodes[parent[nodes] >= 0]
            if len(above):
                have = np.where(leaf[above, None], counts[above], passed[above])
                np.add.at(passed, parent[above], lent[above, None] * have)
        chances = own
        for nodes in by_level[1:]:
            above = chances[parent[nodes]]
            chances[nodes] += lent[nodes, None] * (above - chances[nodes])
        return chances

    def counts(self) -> np.ndarray:
        """Return how often each piece is in each node, (node, piece)."""
        counts = np.zeros((len(self.feature), self.pieces))
        counts[self.entry_node, self.entry_piece] = self.entry_count
        parent = self.parents()
        for nodes in levels(parent)[:0:-1]:  # from the deepest up, without the root
            np.add.at(counts, parent[nodes], counts[nodes])
        return counts

    def parents(self) -> np.ndarray:
        """Return the node above each, -1 for the root."""
        parent = np.full(len(self.feature), -1)
        inner = np.flatnonzero(self.feature >= 0)
        parent[self.left[inner]] = inner
        parent[self.right[inner]] = inner
        return parent


def levels(parent: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of every depth, the root first."""
    depth = np.zeros(len(parent), dtype=np.int64)
    for node in range(1, len(parent)):
        depth[node] = depth[parent[node]] + 1
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)


def grow(
    codes: np.ndarray,
    column: int,
    given: np.ndarray,
    sizes: np.ndarray,
    is_label: np.ndarray,
    *,
    least: int,
    seed: int,
) -> ColumnTree:
    """Grow a tree for a column.

    Parameters
    ----------
    codes : ndarray of int, shape (n, columns)
        Rows as pieces.
    column : int
        Which column the tree tells of.
    given : ndarray of bool, shape (columns,)
        Which columns it may ask for.
    sizes : ndarray of int, shape (columns,)
        How many pieces each column has.
    is_label : ndarray of bool, shape (columns,)
        Whether the pieces of a column are in no order.
    least : int
        Rows in a leaf, at least.
    seed : int
        Decides between splits that are as good.
    """
    y, size = codes[:, column], int(sizes[column])
    places = tuple(
        _places(codes[:, j], y, int(sizes[j]), size)
        if given[j] and is_label[j]
        else np.empty(0, dtype=np.int64)
        for j in range(codes.shape[1])
    )
    used = np.flatnonzero(given)
    if not len(used) or len(np.unique(y)) == 1:
        return _alone(y, size, places)
    x = np.column_stack(
        [places[j][codes[:, j]] if len(places[j]) else codes[:, j] for j in used]
    ).astype(np.float32)
    tree = _fitted(x, y, size, bool(is_label[column]), least, seed).tree_
    node = tree.apply(x)
    inner = tree.children_left >= 0
    feature = np.where(inner, used[np.maximum(tree.feature, 0)], -1)
    entries, counts = np.unique(node * size + y, return_counts=True)
    grown = ColumnTree(
        feature, tree.threshold.copy(), tree.children_left.astype(np.int64),
        tree.children_right.astype(np.int64), places, entries // size, entries % size, counts,
        size, 0.5,
    )  # fmt: skip
    return _with_discount(grown)


def _alone(y: np.ndarray, size: int, places: tuple[np.ndarray, ...]) -> ColumnTree:
    """Return a tree that is one leaf."""
    pieces, counts = np.unique(y, return_counts=True)
    none, zero = np.array([-1]), np.zeros(len(pieces), dtype=np.int64)
    tree = ColumnTree(none, np.zeros(1), none, none, places, zero, pieces, counts, size, 0.5)
    return _with_discount(tree)


def _fitted(x: np.ndarray, y: np.ndarray, size: int, labels: bool, least: int, seed: int):
    """Return a fitted tree of scikit-learn."""
    settings = {"min_samples_leaf": least, "random_state": seed, "min_impurity_decrease": 0.0}
    counts = np.bincount(y, minlength=size)
    if (counts > 0).sum() <= _CLASSES:
        return DecisionTreeClassifier(**settings).fit(x, y)
    frequent = np.argsort(-counts)[: _CLASSES if labels else _FREQUENT]
    frequent = frequent[counts[frequent] >= 0.01 * len(y)]
    marks = [(y == piece).astype(np.float64) for piece in frequent]
    if labels:
        place = _places(y, x[:, 0].astype(np.int64), size, int(x[:, 0].max()) + 1)[y]
    else:
        place = y
    rank = (np.searchsorted(np.sort(place), place) + np.searchsorted(np.sort(place), place, "right"))
    marks.append(rank / (2 * len(y)) * 3.5)  # about as wide as an even indicator
    return DecisionTreeRegressor(**settings).fit(x, np.column_stack(marks))


def _places(x: np.ndarray, y: np.ndarray, size: int, size_y: int) -> np.ndarray:
    """Return an order of labels by what comes with them, (size,) of int.

    That is the place on the first principal component of how `y` is distributed given each label,
    of rare ones less far from the mean (after Coppersmith, Hong & Hosking, 1999).
    """
    joint = np.bincount(x * size_y + y, minlength=size * size_y).reshape(size, size_y)
    rows = joint.sum(axis=1, keepdims=True)
    usual = joint.sum(axis=0) / len(x)
    away = (joint + 10 * usual) / (rows + 10) - usual
    weighed = away * np.sqrt(rows)
    if min(weighed.shape) > 1:
        _, vectors = np.linalg.eigh(weighed.T @ weighed if size_y <= size else weighed @ weighed.T)
        first = vectors[:, -1] if size_y <= size else weighed.T @ vectors[:, -1]
        score = away @ first
    else:
        score = away[:, 0]
    found = np.empty(size, dtype=np.int64)
    found[np.argsort(score, kind="stable")] = np.arange(size)
    return found


def _with_discount(tree: ColumnTree) -> ColumnTree:
    """Return the tree with the discount under which rows left out one by one are likeliest."""
    counts, parent = tree.counts(), tree.parents()
    total, distinct = counts.sum(axis=1), (counts > 0).sum(axis=1)
    path = _paths(parent, tree.entry_node)
    chance = np.full((len(tree.entry_node), len(_DISCOUNTS)), 1 / max(distinct[0], 1))
    for node in path.T:  # from the root down, of every entry
        there = node >= 0
        own = counts[node, tree.entry_piece]
        others = np.maximum(total[node] - 1, 1)[:, None]
        off = _DISCOUNTS * (distinct[node] - (own <= 1))[:, None] / others
        kept = np.maximum(own[:, None] - 1 - _DISCOUNTS, 0) / others
        deeper = there & (total[node] > 1)
        chance = np.where(deeper[:, None], kept + off * chance, chance)
    nats = tree.entry_count @ np.log(np.maximum(chance, 1e-12))
    best = float(_DISCOUNTS[int(np.argmax(nats))])
    return ColumnTree(**{**vars(tree), "discount": best})


def _paths(parent: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Return the nodes from the root to each of some, (n, depth); -1 behind the last one."""
    steps = [nodes]
    while (steps[-1] > 0).any():
        steps.append(np.where(steps[-1] > 0, parent[steps[-1]], -1))
    upward = np.column_stack(steps)  # (n, depth), deepest first
    length = (upward >= 0).sum(axis=1)
    place = length[:, None] - 1 - np.arange(upward.shape[1])
    rows = np.arange(len(nodes))[:, None]
    return np.where(place >= 0, upward[rows, np.maximum(place, 0)], -1)
