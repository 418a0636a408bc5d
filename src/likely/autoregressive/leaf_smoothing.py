"""From counts in the leaves of a tree to chances that are not mere copies of rows.

Two things are known beyond the counts of a leaf. Numbers near a row of it are about as likely as
its own, so each row is spread halfway to its nearest neighbour on both sides, over intervals only:
atoms stay atoms. And a leaf resembles the node above it, so every node lends a part of its rows to
the node above and gets as much of that node's mixture back. What is lent is the more, the fewer
rows and the more kinds of them there are:

    lent = (strength + discount * kinds) / (strength + rows)

Since what comes back is what was lent, all leaves together are distributed as the rows are.
"""

from __future__ import annotations

import numpy as np


def spread(counts: np.ndarray, even: np.ndarray) -> np.ndarray:
    """Return counts of which those in intervals reach halfway to their nearest neighbour.

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
    gap = np.where(np.diff(leaf) == 0, np.diff(place), len(even)).astype(np.float64)
    nearest = np.minimum(np.append(gap, len(even)), np.insert(gap, 0, len(even)))
    reach = np.where((weight > 1) | (nearest >= len(even)), 0.5, nearest / 2)
    low = np.maximum(place + 0.5 - reach, 0)  # cells are [place, place + 1)
    high = np.minimum(place + 0.5 + reach, len(even))
    height = weight / (high - low)
    cells = len(even) + 2
    at = np.concatenate([low, high])
    ramp = np.concatenate([height, -height])  # the integral is a sum of ramps
    here = np.tile(leaf * cells, 2) + np.ceil(at).astype(np.int64)
    slope, offset = (
        np.bincount(here, weights, len(counts) * cells).reshape(-1, cells)
        for weights in (ramp, ramp * at)
    )
    reached = np.arange(cells) * np.cumsum(slope, axis=1) - np.cumsum(offset, axis=1)
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
        _add(have, parent[nodes], lent[nodes, None] * have[nodes])
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
        _add(found, parent[nodes], found[nodes])
    return found


def levels(parent: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of every depth, the root first, in the order of their parents."""
    depth = np.zeros(len(parent), dtype=np.int64)
    for node in range(1, len(parent)):
        depth[node] = depth[parent[node]] + 1
    order = np.lexsort([parent, depth])  # nodes below one another's parent side by side
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)


def _add(values: np.ndarray, parent: np.ndarray, below: np.ndarray) -> None:
    """Add what nodes have to their parents, which ascend."""
    first = np.flatnonzero(np.diff(parent, prepend=-1))
    values[parent[first]] += np.add.reduceat(below, first, axis=0)
