"""The trees of all columns as a few arrays, as files and models hold them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from likely.autoregressive.column_tree import ColumnTree
from likely.base.state import Array

STATE = {
    "node_start_": Array("column_end", dtype="int64", low=0),
    "node_feature_": Array("node", dtype="int64", low=-1),
    "node_threshold_": Array("node"),
    "node_left_": Array("node", dtype="int64", low=-1),
    "node_right_": Array("node", dtype="int64", low=-1),
    "entry_start_": Array("column_end", dtype="int64", low=0),
    "entry_node_": Array("entry", dtype="int64", low=0),
    "entry_piece_": Array("entry", dtype="int64", low=0),
    "entry_count_": Array("entry", dtype="int64", low=1),
    "place_start_": Array("place_end", dtype="int64", low=0),
    "place_": Array("place", dtype="int64", low=0),
    "discount_": Array("column", low=0, high=1),
    "strength_": Array("column", low=0),
}
"""What a model of trees is stored as."""


def pack(trees: Sequence[ColumnTree]) -> dict[str, np.ndarray]:
    """Return trees as arrays by name, one column after the other."""
    places = [place for tree in trees for place in tree.places]
    parts = [
        np.cumsum([0, *(len(t.feature) for t in trees)]),
        np.concatenate([t.feature for t in trees]),
        np.concatenate([t.threshold for t in trees]),
        np.concatenate([t.left for t in trees]),
        np.concatenate([t.right for t in trees]),
        np.cumsum([0, *(len(t.entry_node) for t in trees)]),
        np.concatenate([t.entry_node for t in trees]),
        np.concatenate([t.entry_piece for t in trees]),
        np.concatenate([t.entry_count for t in trees]),
        np.cumsum([0, *map(len, places)]),
        np.concatenate(places),
        np.array([t.discount for t in trees]),
        np.array([t.strength for t in trees]),
    ]
    return dict(zip(STATE, parts, strict=True))


def unpack(holder: Any, sizes: np.ndarray, evens: Sequence[np.ndarray]) -> tuple[ColumnTree, ...]:
    """Return trees from an object that has the arrays of `pack` as attributes.

    Parameters
    ----------
    holder : object
        Has the arrays.
    sizes : ndarray of int, shape (columns,)
        How many pieces each column has.
    evens : sequence of ndarray
        Which of them are intervals.
    """
    (
        node,
        feature,
        threshold,
        left,
        right,
        entry,
        at,
        piece,
        count,
        start,
        place,
        discount,
        strength,
    ) = (getattr(holder, name) for name in STATE)
    columns = len(sizes)
    trees = []
    for j in range(columns):
        nodes, entries = slice(node[j], node[j + 1]), slice(entry[j], entry[j + 1])
        bounds = start[j * columns : (j + 1) * columns + 1]
        places = tuple(place[a:b] for a, b in pairwise(bounds))
        trees.append(
            ColumnTree(
                feature[nodes],
                threshold[nodes],
                left[nodes],
                right[nodes],
                places,
                at[entries],
                piece[entries],
                count[entries],
                evens[j],
                int(sizes[j]),
                float(discount[j]),
                float(strength[j]),
            )
        )
    return tuple(trees)


def check(holder: Any, sizes: np.ndarray, evens: Sequence[np.ndarray]) -> None:
    """Raise `ValueError` if arrays out of a file are no trees: a node that leads back, say."""
    columns = len(sizes)
    ends = {"node_start_": "node_feature_", "entry_start_": "entry_node_", "place_start_": "place_"}
    for name, of in ends.items():
        bounds = getattr(holder, name)
        wanted = columns + 1 if name != "place_start_" else columns**2 + 1
        total = len(getattr(holder, of))
        if len(bounds) != wanted or bounds[0] != 0 or bounds[-1] != total:
            raise ValueError("columns do not end where their trees do")
        if (np.diff(bounds) < 0).any():
            raise ValueError("a column ends before it begins")
    for tree in unpack(holder, sizes, evens):
        check_tree(tree, sizes)


def check_tree(tree: ColumnTree, sizes: np.ndarray) -> None:
    """Raise `ValueError` if arrays out of a file are no tree; the parameters are as of `check`."""
    nodes = np.arange(len(tree.feature))
    inner = tree.feature >= 0
    if not len(nodes) or (tree.feature >= len(sizes)).any():
        raise ValueError("a node asks for a column that there is not")
    below = np.concatenate([tree.left[inner], tree.right[inner]])
    later = (tree.left[inner] > nodes[inner]).all() and (tree.right[inner] > nodes[inner]).all()
    if not later or sorted(below) != list(range(1, len(nodes))):
        raise ValueError("nodes of a tree do not form one")
    if (tree.entry_node >= len(nodes)).any() or (tree.entry_piece >= tree.pieces).any():
        raise ValueError("a count is in a node or a piece that there is not")
    if set(tree.entry_node.tolist()) != set(nodes[~inner].tolist()):
        raise ValueError("a leaf has no counts, or counts are not in a leaf")
    for place, size in zip(tree.places, sizes, strict=True):
        if len(place) not in (0, size):
            raise ValueError("an order of labels has another length than there are labels")
