"""Rows drawn column by column, given columns of other tables that come before all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.autoregressive.column_tree import ColumnTree
from likely.autoregressive.tree_growing import Columns, grow
from likely.core.categorical import draw_categories
from likely.data.column import Column
from likely.data.pieces import MISSING, Pieces, learn_pieces

_LEAST = 10  # rows in a leaf


@dataclass(frozen=True)
class GivenRows:
    """A chain of trees, as `SequentialTrees`, over columns of which the first are always given.

    Parameters
    ----------
    pieces : tuple of Pieces
        Of all columns, the given ones first.
    trees : tuple of ColumnTree
        Of the others, in the order in which they are drawn.
    order : tuple of int
        Which columns these are.
    """

    pieces: tuple[Pieces, ...]
    trees: tuple[ColumnTree, ...]
    order: tuple[int, ...]

    @classmethod
    def learn(cls, columns: list[Column], values: np.ndarray, given: int, seed: int) -> GivenRows:
        """Learn the columns behind the first `given` ones.

        Parameters
        ----------
        columns : list of Column
            What they are.
        values : ndarray of shape (n, columns)
            Stored values.
        given : int
            How many columns are always known.
        seed : int
            Of splits that are as good as one another.
        """
        pieces = tuple(learn_pieces(c, values[:, j]) for j, c in enumerate(columns))
        codes = np.column_stack([p.code(values[:, j]) for j, p in enumerate(pieces)])
        about = Columns(codes, pieces)
        order = sorted(range(given, len(columns)), key=lambda j: len(pieces[j]))
        known = np.arange(len(columns)) < given
        least, trees = min(_LEAST, max(1, len(codes) // 20)), []
        for j in order:
            trees.append(grow(about, j, known.copy(), least=least, seed=seed))
            known[j] = True
        return cls(pieces, tuple(trees), tuple(order))

    def draw(
        self,
        given: np.ndarray,
        rng: np.random.Generator,
        banned: dict[int, list[np.ndarray]] | None = None,
    ) -> np.ndarray:
        """Draw the other columns of rows.

        Parameters
        ----------
        given : ndarray of shape (n, given columns)
            Stored values.
        rng : Generator
            Draws them.
        banned : dict of int to list of ndarray of shape (n,), optional
            Values that a column of labels must not have. Where none is left, it is missing.

        Returns
        -------
        ndarray of shape (n, columns)
        """
        first = given.shape[1]
        values = np.full((len(given), len(self.pieces)), np.nan)
        codes = np.zeros(values.shape, dtype=np.int64)
        values[:, :first] = given
        for j in range(first):
            own = self.pieces[j].code(given[:, j])
            codes[:, j] = self.pieces[j].nearest(own, given[:, j])
        for j, tree in zip(self.order, self.trees, strict=True):
            chances, which = tree.chances(codes)
            if banned and j in banned:
                chances, which = _without(chances[which], self.pieces[j], banned[j])
            codes[:, j] = draw_categories(chances, which, rng)
            values[:, j] = self.pieces[j].draw(codes[:, j], rng)
        return values


def _without(
    chances: np.ndarray, pieces: Pieces, banned: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return chances of every row without what it must not have, and which row has which."""
    rows = np.arange(len(chances))
    left = chances.copy()
    for values in banned:
        left[rows, np.where(np.isnan(values), MISSING, pieces.code(values))] = 0.0
    nothing = left.sum(axis=1) <= 0
    left[nothing, MISSING] = 1.0
    return left, rows
