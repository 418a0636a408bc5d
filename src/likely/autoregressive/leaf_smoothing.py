"""From counts in the leaves of a tree to chances that are not mere copies of rows.

Two things are known beyond the counts of a leaf. Numbers between two rows of it are about as likely
as these, so each row is spread to the middle between it and its neighbours, over intervals only:
atoms stay atoms. And a leaf resembles the node above it, so every node lends a part of its rows to
the node above and gets as much of that node's mixture back. What is lent is the more, the fewer
rows and the more kinds of them there are:

    lent = (strength + discount * kinds) / (strength + rows)

Since what comes back is what was lent, all leaves together are distributed as the rows are.
"""

from __future__ import annotations

import numpy as np


def spread(counts: np.ndarray, even: np.ndarray) -> np.ndarray:
    """Return counts of which those in intervals reach to the middle between neighbours.

    Parameters
    ----------
    counts : ndarray of shape (leaf, piece)
        How often each piece is in each leaf.
    even : ndarray of int, shape (interval,)
        The pieces that are intervals of numbers, ascending.
    """
    if len(even) < 3:
        return counts
    leaf, place = np.nonzero(counts[:, even])
    weight = counts[leaf, even[place]]
    same = np.diff(leaf) == 0
    middle = (place[1:] + place[:-1] + 1) / 2  # of neighbours; cells are [place, place + 1)
    low, high = place.astype(np.float64), place + 1.0
    low[1:][same] = middle[same]
    high[:-1][same] = middle[same]
    height = weight / (high - low)
    size = (len(counts), len(even) + 2)
    slope, offset = np.zeros(size), np.zeros(size)
    for at, sign in ((low, 1.0), (high, -1.0)):  # the integral is a sum of ramps
        here = (leaf, np.ceil(at).astype(np.int64))
        np.add.at(slope, here, sign * height)
        np.add.at(offset, here, sign * height * at)
    reached = np.arange(size[1]) * np.cumsum(slope, axis=1) - np.cumsum(offset, axis=1)
    found = counts.astype(np.float64)
    found[:, even] = np.maximum(np.diff(reached, axis=1)[:, : len(even)], 0.0)
    return found


def mixed(own: np.ndarray, parent: np.ndarray, lent: np.ndarray) -> np.ndarray:
    """Return chances of pieces in every node, which borrow from the nodes above.

    Parameters
    ----------
    own : ndarray of shape (node, piece)
        Counts in leaves; nothing in other nodes.
    parent : ndarray of int, shape (node,)
        The node above each, -1 for the root; later nodes are deeper down.
    lent : ndarray of shape (node,)
        The part of its rows that each node lends.
    """
    have, by_level = own.copy(), levels(parent)
    for nodes in by_level[:0:-1]:  # from the deepest up to those below the root
        np.add.at(have, parent[nodes], lent[nodes, None] * have[nodes])
    chances = have / np.maximum(have.sum(axis=1, keepdims=True), 1e-300)
    for nodes in by_level[1:]:
        chances[nodes] += lent[nodes, None] * (chances[parent[nodes]] - chances[nodes])
    return chances


def lending(rows: np.ndarray, kinds: np.ndarray, discount: float, strength: float) -> np.ndarray:
    """Return the part of its rows that each node lends, (node,)."""
    return (strength + discount * kinds) / (strength + np.maximum(rows, 1e-300))


def summed(values: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Return values of leaves, (node, ...), with those of all nodes below for the others."""
    found = values.copy()
    for nodes in levels(parent)[:0:-1]:
        np.add.at(found, parent[nodes], found[nodes])
    return found


def levels(parent: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of every depth, the root first."""
    depth = np.zeros(len(parent), dtype=np.int64)
    for node in range(1, len(parent)):
        depth[node] = depth[parent[node]] + 1
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)
