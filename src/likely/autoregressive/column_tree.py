"""One decision tree that says how the pieces of a column are distributed, given other columns.

A leaf by itself is right on average but noisy; one that borrows much from the nodes above is steady
but blurred. Rows drawn from the first pass for real, and the second gives held-out rows the higher
probability. Chances are mostly the first, and to a fifth the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.autoregressive.leaf_smoothing import lending, mixed, spread, summed

_NEAR = (0.3, 0.1)  # discount and strength of leaves that hardly borrow
_FAR = 0.2


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
    even : ndarray of int, shape (interval,)
        Pieces of the column that are intervals of numbers, ascending.
    pieces : int
        How many the column has.
    discount, strength : float
        How much leaves lend to the nodes above where held-out rows are likeliest; see
        `leaf_smoothing`.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    places: tuple[np.ndarray, ...]
    entry_node: np.ndarray
    entry_piece: np.ndarray
    entry_count: np.ndarray
    even: np.ndarray
    pieces: int
    discount: float = 0.5
    strength: float = 10.0

    def leaves(self, codes: np.ndarray) -> np.ndarray:
        """Return the leaf that each row falls into, shape (n,) of int."""
        table = np.column_stack(
            [
                place[codes[:, j]] if len(place) else codes[:, j]
                for j, place in enumerate(self.places)
            ]
        )
        node = np.zeros(len(codes), dtype=np.int64)
        going = np.arange(len(codes) if self.feature[0] >= 0 else 0)
        while len(going):
            here = node[going]
            lower = table[going, self.feature[here]] <= self.threshold[here]
            node[going] = np.where(lower, self.left[here], self.right[here])
            going = going[self.feature[node[going]] >= 0]
        return node

    def chances(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return chances of pieces in every leaf that rows fall into, and which each row is in."""
        reached, which = np.unique(self.leaves(codes), return_inverse=True)
        near, far = self.of_nodes((_NEAR, (self.discount, self.strength)))
        return near[reached] + _FAR * (far[reached] - near[reached]), which

    def of_nodes(self, settings: Iterable[tuple[float, float]]) -> Iterator[np.ndarray]:
        """Yield chances of pieces in every node, (node, piece), for each discount and strength."""
        own, rows, kinds = self._counted()
        for discount, strength in settings:
            yield mixed(own, self.parent, lending(rows, kinds, discount, strength))

    @cached_property
    def parent(self) -> np.ndarray:
        """The node above each, -1 for the root."""
        parent = np.full(len(self.feature), -1)
        inner = np.flatnonzero(self.feature >= 0)
        parent[self.left[inner]] = inner
        parent[self.right[inner]] = inner
        return parent

    def _counted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Counts in leaves, spread; rows of every node, and how many kinds of them."""
        counts = np.zeros((len(self.feature), self.pieces))
        counts[self.entry_node, self.entry_piece] = self.entry_count
        below = summed(counts, self.parent)
        return spread(counts, self.even), below.sum(axis=1), (below > 0).sum(axis=1)
