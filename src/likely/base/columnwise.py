"""`Columnwise`: a model of rows of mixed columns, one column given others.

p(x) = p(x_1) p(x_2 | x_1) p(x_3 | x_1, x_2) ... holds in whatever order columns come. Each factor
is a table of chances of pieces (`likely.data.pieces`), so a row has a density, whatever it holds;
new rows are drawn column after column; what is asked of a column comes first in the order, so that
nothing drawn is thrown away; and what is missing is drawn, or expected, given what is known.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, final

import numpy as np

from likely.base.capabilities import Density, Explainer, Imputer, Sampler
from likely.base.columns_drawn import draw_given
from likely.base.columns_filled import fill
from likely.base.columns_regressed import (
    LARGEST,
    NAMES,
    check_linear,
    learn_linear,
    pack_linear,
    trusted,
    unpack_linear,
)
from likely.base.completer import Completer, checked_mask
from likely.base.state import Array, Members, Weights
from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.data.allowed import read_allowed
from likely.data.pieces import FIRST, UNSEEN, Pieces, learn_pieces
from likely.data.pieces_packed import check_packed, pack, unpack

_ROWS = 16_384  # judged at a time, so that memory stays bounded

_HIDDEN_ROWS, _HIDDEN = 500, 0.2  # rows learnt, and the share of cells hidden from them

_UNIT = 8.0  # intervals that a robust spread has, where oddness of numbers and labels is compared


class Columnwise(Density, Sampler, Completer, Imputer, Explainer):
    """A model whose hooks see rows as pieces and give chances of the pieces of a column.

    Hooks: `_learn`, `_chances`, `_order`.

    Attributes
    ----------
    piece_low_, piece_high_ : ndarray of shape (piece,)
        Bounds of the pieces of all columns, one column after the other.
    piece_start_, label_start_ : ndarray of int, shape (column + 1,)
        Where the pieces and labels of each column begin.
    column_step_, column_centre_, column_scale_ : ndarray of shape (column,)
        As in `Pieces`.
    label_piece_, label_share_ : ndarray of shape (label,)
        As `labels` and `shares` in `Pieces`.
    rows_learnt_ : int
        How many rows were learnt from.
    linear_piece_, linear_column_, linear_centre_, linear_scale_, linear_reach_ : ndarray
        Features of the linear guess at missing numbers, of shape (feature,) each, as in `Linear`.
    linear_covariance_ : ndarray of shape (feature, feature)
        Of these features.
    linear_share_ : ndarray of shape (column,)
        How far the linear guess is trusted.
    """

    mixed = True
    any_set: ClassVar[bool] = False  # whether chances may be given any columns, other in each row
    state: ClassVar[dict[str, Array | Members | Weights]] = {
        "piece_low_": Array("piece"),
        "piece_high_": Array("piece"),
        "piece_start_": Array("column_end", dtype="int64", low=0),
        "label_start_": Array("column_end", dtype="int64", low=0),
        "column_step_": Array("column", low=0),
        "column_centre_": Array("column"),
        "column_scale_": Array("column", low=0),
        "label_piece_": Array("label", dtype="int64", low=0, high="piece"),
        "label_share_": Array("label", low=0, high=1),
        "rows_learnt_": Array(dtype="int64", low=0),
        **NAMES,
    }
    rows_learnt_: int
    linear_share_: np.ndarray
    _cut: tuple[Pieces, ...] | None = None

    @abstractmethod
    def _learn(self, codes: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from rows as pieces, (n, columns) of int."""

    @abstractmethod
    def _chances(
        self, column: int, codes: np.ndarray, known: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return chances of the pieces of a column, given some columns of rows.

        Parameters
        ----------
        column : int
            Which column.
        codes : ndarray of int, shape (n, columns)
            Rows as pieces; what is not known is not looked at.
        known : ndarray of bool, shape (columns,) or (n, columns)
            What is given: a beginning of `_order`, or anything if `any_set`.

        Returns
        -------
        chances : ndarray of shape (m, pieces of the column)
            Rows that sum to 1; 0 for `UNSEEN`.
        which : ndarray of int, shape (n,)
            Which of them each row has.
        """

    def _order(self, first: Sequence[int] = ()) -> list[int]:
        """Return all columns in an order in which they can be drawn; some are to come first."""
        rest = [j for j in range(len(self._pieces)) if j not in first]
        return [*first, *rest]

    @final
    def sample_where(
        self, n: int, where: Mapping[str, Any], seed: int | None = None
    ) -> tuple[np.ndarray, float]:
        """Draw new rows that satisfy conditions, and tell how likely these are.

        Parameters
        ----------
        n : int in [1, inf)
            How many.
        where : mapping of str to conditions
            By the name of a column: a value, (lowest, highest), a list of values, or None for
            missing; as `likely.data.allowed` reads them. All of them hold for every row.
        seed : int, optional
            The same seed draws the same rows.

        Returns
        -------
        rows : ndarray of shape (n, used columns)
            As from `sample`.
        probability : float in (0, 1]
            How likely a row satisfies the conditions, as far as the model knows.

        Raises
        ------
        DataError
            If a column does not exist, or nothing that was learnt satisfies the conditions.
        """
        self._check_fitted()
        if n < 1:
            raise ParameterError(f"n must be an integer of at least 1. Got {n!r}.")
        allowed = read_allowed(where, self.schema_.used)
        drawn = draw_given(self, int(n), allowed, generator(seed))
        return drawn.values, drawn.probability

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        columns = self.schema_.used
        self._cut = tuple(learn_pieces(c, x[:, j]) for j, c in enumerate(columns))
        for name, array in pack(self._cut).items():
            setattr(self, name, array)
        self.rows_learnt_ = len(x)
        codes = self._codes(x)
        self._learn(codes[np.lexsort(codes.T)], rng)  # however the rows came
        self._learn_linear(x[np.lexsort(x.T)])

    def _learn_linear(self, x: np.ndarray) -> None:
        """Learn the linear guess at missing numbers, and from hidden cells how far to trust it."""
        linear = learn_linear(x, self._codes(x), self._pieces)
        some = x[np.linspace(0, len(x) - 1, min(len(x), _HIDDEN_ROWS)).astype(np.int64)]
        hidden = generator(0).random(some.shape) < _HIDDEN
        left = np.where(hidden, np.nan, some)
        chances = fill(self, left, ~np.isnan(left), generator(0), expected=True)
        truth = np.where(hidden & (np.abs(some) <= LARGEST), some, np.nan)
        share = trusted(truth, chances, linear.expected(left, self._codes(left)))
        for name, array in pack_linear(replace(linear, share=share)).items():
            setattr(self, name, array)

    @property
    def _pieces(self) -> tuple[Pieces, ...]:
        """The pieces of every column."""
        if self._cut is None:
            self._cut = unpack(self)
        return self._cut

    def _view(self, schema: Any, samples: Any) -> np.ndarray:
        return schema.codes(samples)

    def _restore(self, x: np.ndarray) -> np.ndarray:
        return x

    def _arrange(self, by_feature: np.ndarray) -> np.ndarray:
        return by_feature

    def _known(self, known: np.ndarray, n: int) -> np.ndarray:
        return checked_mask(self.schema_, known, n)

    def _codes(self, x: np.ndarray) -> np.ndarray:
        """Return rows as pieces, (n, columns) of int."""
        return np.column_stack([p.code(x[:, j]) for j, p in enumerate(self._pieces)])

    def _given_codes(self, codes: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return rows as pieces to be given: a number never seen counts as the nearest one."""
        near = [p.nearest(codes[:, j], x[:, j]) for j, p in enumerate(self._pieces)]
        return np.column_stack(near)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._nats(x, by_unit=False).sum(axis=1)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._nats(x, by_unit=True).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return -self._nats(x, by_unit=True)

    def _nats(self, x: np.ndarray, *, by_unit: bool) -> np.ndarray:
        """Return the log-density of every value given the columns before it, (n, columns).

        By unit, numbers are measured in eighths of their spread, so that those of all columns and
        labels can be compared; otherwise in the user's own units.
        """
        found = np.empty(x.shape)
        for rows in _parts(len(x)):
            found[rows] = self._nats_of_part(x[rows], by_unit=by_unit)
        return found

    def _nats_of_part(self, x: np.ndarray, *, by_unit: bool) -> np.ndarray:
        codes = self._codes(x)
        given = self._given_codes(codes, x)
        known = np.zeros(x.shape[1], dtype=bool)
        found = np.empty(x.shape)
        for j in self._order():
            pieces = self._pieces[j]
            chances, which = self._chances(j, given, known)
            found[:, j] = np.log(self._chance(chances, which, codes[:, j]))
            found[:, j] += pieces.log_density(codes[:, j], x[:, j])
            if by_unit:
                wide = (pieces.volume != 0)[codes[:, j]] | (codes[:, j] == UNSEEN)
                found[:, j] += wide * np.log(pieces.scale / _UNIT)
            known[j] = True
        return found

    def _chance(self, chances: np.ndarray, which: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Return the probability of pieces.

        Three half rows are set aside: for what was never seen, for no value, and for all pieces
        alike, so that nothing is impossible.
        """
        apart = 0.5 / (self.rows_learnt_ + 1)
        alike = apart / max(chances.shape[1] - FIRST, 1)
        found = (1 - 3 * apart) * chances[which, codes]
        return found + np.where(codes < FIRST, apart, alike)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return draw_given(self, n, {}, rng).values

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return fill(self, x, known, rng)

    def _impute(self, x: np.ndarray) -> np.ndarray:
        filled = fill(self, x, ~np.isnan(x), generator(0), expected=True)
        blended = unpack_linear(self).blended(x, self._codes(x), filled)
        for j in np.flatnonzero(self.linear_share_ > 0):
            pieces, gaps = self._pieces[j], np.isnan(x[:, j])
            filled[gaps, j] = pieces.on_step(pieces.within(blended[gaps, j]))
        return filled

    def _check_state(self) -> None:
        super()._check_state()
        check_packed(self)
        check_linear(self, unpack(self))  # what is read off the state is no part of it


def _parts(n: int) -> Iterator[slice]:
    """Yield slices of n rows."""
    return (slice(start, start + _ROWS) for start in range(0, n, _ROWS))
