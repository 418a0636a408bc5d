"""Growing the tree of a column, and choosing how much its leaves borrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from likely.autoregressive.column_tree import ColumnTree
from likely.autoregressive.tree_pruning import pruned
from likely.core.random import generator
from likely.data.pieces import FIRST, Pieces

_CLASSES = 24  # pieces that a tree tells apart one by one
_FREQUENT = 8  # pieces that have an indicator of their own where there are more
_STRENGTHS = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0)
_USUAL = 0.3  # discount while the strength is chosen
_DISCOUNTS = (0.0, 0.3, 0.6, 0.9)
_HELD_OUT = 0.2
_MOST_HELD_OUT = 5_000


class Columns:
    """Rows as pieces, and what trees must know of their columns.

    Parameters
    ----------
    codes : ndarray of int, shape (n, columns)
        Rows as pieces.
    pieces : sequence of Pieces
        How each column is cut.

    Attributes
    ----------
    sizes : ndarray of int, shape (columns,)
        How many pieces each column has.
    evens : list of ndarray
        Which pieces of each column are intervals of numbers, ascending.
    is_label : ndarray of bool, shape (columns,)
        Whether the pieces of a column are in no order.
    """

    def __init__(self, codes: np.ndarray, pieces: Sequence[Pieces]) -> None:
        self.codes = codes
        self.pieces = pieces
        self.sizes = np.array([len(one) for one in pieces])
        self.evens = [np.flatnonzero(one.volume != 0) for one in pieces]
        self.is_label = np.array([len(one.labels) > 0 for one in pieces])


def grow(
    columns: Columns,
    column: int,
    given: np.ndarray,
    *,
    least: int,
    seed: int,
    borrowing: tuple[float, float] | None = None,
) -> ColumnTree:
    """Grow a tree for a column on all rows.

    Parameters
    ----------
    columns : Columns
        The rows.
    column : int
        Which column the tree tells of.
    given : ndarray of bool, shape (columns,)
        Which columns it may ask for.
    least : int
        Rows in a leaf, at least.
    seed : int
        Of splits that are as good as one another, and of the rows held out.
    borrowing : tuple of float, optional
        Discount and strength of what leaves borrow. By default they are chosen on rows held out,
        for which a second tree is grown without these.
    """
    codes = columns.codes
    apart = min(int(len(codes) * _HELD_OUT), _MOST_HELD_OUT)
    grown = _grown(columns, np.arange(len(codes)), column, given, least, seed)
    if borrowing is None and apart > 0:
        order = generator(seed).permutation(len(codes))
        rough = _grown(columns, order[apart:], column, given, least, seed)
        borrowing = _borrowing(rough, codes[order[:apart]], column)
    if borrowing is None:
        return grown
    return replace(grown, discount=borrowing[0], strength=borrowing[1])


def _borrowing(tree: ColumnTree, codes: np.ndarray, column: int) -> tuple[float, float]:
    """Return the discount and strength under which rows held out are likeliest."""
    leaves, y = tree.leaves(codes), codes[:, column]

    def likeliest(settings: list[tuple[float, float]]) -> tuple[float, float]:
        least = 0.5 / len(codes) / tree.pieces
        held_out = (chances[leaves, y] for chances in tree.of_nodes(settings))
        nats = [float(np.log(np.maximum(part, least)).sum()) for part in held_out]
        return settings[int(np.argmax(nats))]

    _, strength = likeliest([(_USUAL, one) for one in _STRENGTHS])
    return likeliest([(one, strength) for one in _DISCOUNTS])


def _grown(
    columns: Columns, rows: np.ndarray, column: int, given: np.ndarray, least: int, seed: int
) -> ColumnTree:
    codes, sizes = columns.codes[rows], columns.sizes
    y, size = codes[:, column], int(sizes[column])
    nothing = np.empty(0, dtype=np.int64)
    places = tuple(
        places_of(codes[:, j], y, int(sizes[j]), size) if given[j] and label else nothing
        for j, label in enumerate(columns.is_label)
    )
    used = np.flatnonzero(given)
    inner = left = right = feature = np.array([-1])
    threshold, leaf = np.zeros(1), np.zeros(len(y), dtype=np.int64)
    if len(used) and len(np.unique(y)) > 1:
        x = np.column_stack(
            [places[j][codes[:, j]] if len(places[j]) else codes[:, j] for j in used]
        ).astype(np.float32)
        tree = _fitted(x, y, columns.pieces[column], least, seed).tree_
        kept, into = pruned(tree)
        place = np.append(np.full(len(into), -1), -1)  # of no node: -1
        place[kept] = np.arange(len(kept))
        left, right = place[tree.children_left[kept]], place[tree.children_right[kept]]
        inner, threshold = left >= 0, tree.threshold[kept]
        feature = np.where(inner, used[np.maximum(tree.feature[kept], 0)], -1)
        leaf = place[into[tree.apply(x)]]
    entries, counts = np.unique(leaf * size + y, return_counts=True)
    return ColumnTree(
        feature, threshold, left, right, places, entries // size, entries % size, counts,
        columns.evens[column], size,
    )  # fmt: skip


def _fitted(x: np.ndarray, y: np.ndarray, pieces: Pieces, least: int, seed: int) -> Any:
    """Return a fitted tree of scikit-learn."""
    size, label = len(pieces), len(pieces.labels) > 0
    counts = np.bincount(y, minlength=size)
    if (counts > 0).sum() <= min(_CLASSES, len(y) // 2):
        return DecisionTreeClassifier(min_samples_leaf=least, random_state=seed).fit(x, y)
    frequent = np.argsort(-counts)[: _CLASSES if label else _FREQUENT]
    frequent = frequent[counts[frequent] >= 0.01 * len(y)]
    marks = [(y == piece).astype(np.float64) for piece in frequent]
    if label:
        first = x[:, 0].astype(np.int64)
        marks.append(_ranks(places_of(y, first, size, int(first.max()) + 1)[y]))
    else:  # ranks say little of where the few large values are, and values little of the others
        value = np.where(y < FIRST, pieces.centre, pieces.middle[y])  # of no value: the median
        marks += [_ranks(y), _spread_of_one(value)]
    targets = np.column_stack(marks)
    return DecisionTreeRegressor(min_samples_leaf=least, random_state=seed).fit(x, targets)


def _ranks(place: np.ndarray) -> np.ndarray:
    """Return ranks with a spread of 1, (n,)."""
    ordered = np.sort(place)
    rank = np.searchsorted(ordered, place) + np.searchsorted(ordered, place, side="right")
    return rank / (2 * len(place)) * np.sqrt(12)


def _spread_of_one(values: np.ndarray) -> np.ndarray:
    """Return numbers, however large they are, moved and scaled to a mean of 0 and a spread of 1."""
    size = max(float(np.abs(values).max()), 1e-300)
    away = values / size - (values / size).mean()
    return away / max(float(away.std()), 1e-300)


def places_of(x: np.ndarray, y: np.ndarray, size: int, size_y: int) -> np.ndarray:
    """Return an order of labels by what comes with them, (size,) of int.

    That is the place on the first principal component of how `y` is distributed given each label,
    of rare ones less far from the mean.

    Parameters
    ----------
    x, y : ndarray of int, shape (n,)
        Pieces of the labels, and of the column that they are to tell of.
    size, size_y : int
        How many pieces there are.

    References
    ----------
    Coppersmith, D., Hong, S. J. & Hosking, J. R. M. (1999). Partitioning nominal attributes in
    decision trees. Data Mining and Knowledge Discovery 3, 197-217.
    """
    joint = np.bincount(x * size_y + y, minlength=size * size_y).reshape(size, size_y)
    rows = joint.sum(axis=1, keepdims=True)
    usual = joint.sum(axis=0) / len(x)
    away = (joint + 10 * usual) / (rows + 10) - usual
    weighed = away * np.sqrt(rows)
    if size_y <= size:
        first = np.linalg.eigh(weighed.T @ weighed)[1][:, -1]
    else:
        first = weighed.T @ np.linalg.eigh(weighed @ weighed.T)[1][:, -1]
    found = np.empty(size, dtype=np.int64)
    found[np.argsort(away @ first, kind="stable")] = np.arange(size)
    return found
