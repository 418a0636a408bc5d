"""What ECOD and COPOD share: empirical tails of every column, added up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.params import Interval
from likely.detectors.statistical.tails import Tails, learn_tails


class ColumnTails(Explainer, ABC):
    """A sum over columns of tail surprises.

    To write one, say in `_corrected` what a column adds where its skewness counts, and in
    `_combined` what it adds with `tail="column"`. With `tail="row"` a row counts with the largest
    of three sums: of all left tails, of all right tails, and of the corrected ones.
    """

    _state_spec = {
        "sorted_": Array("width", "kept", rows=True),  # every value of a column, if not its row
        "ranks_": Array("kept", low=1.0),
        "lower_excess_": Array("width", low=0.0),
        "upper_excess_": Array("width", low=0.0),
        "skew_": Array("width"),
    }

    sorted_: np.ndarray
    ranks_: np.ndarray
    lower_excess_: np.ndarray
    upper_excess_: np.ndarray
    skew_: np.ndarray

    def __init__(
        self,
        tail: Literal["column", "row"] = "column",
        max_reference: Annotated[int, Interval(4, 10_000_000)] = 65_536,
    ) -> None:
        self.tail = tail
        self.max_reference = max_reference

    @property
    def least_scale(self) -> float:
        """One nat: the oddness is at least one whole tail of one column."""
        return 1.0

    @abstractmethod
    def _corrected(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        """Return surprises of which the tails are chosen by skewness; shapes broadcast."""

    @abstractmethod
    def _combined(self, left: np.ndarray, right: np.ndarray, skew: np.ndarray) -> np.ndarray:
        """Return what columns add by themselves; shapes broadcast."""

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        tails, self._orders = learn_tails(x, self.max_reference)
        self.sorted_, self.ranks_ = tails.ordered, tails.ranks
        self.lower_excess_, self.upper_excess_ = tails.lower_excess, tails.upper_excess
        self.skew_ = tails.skew
        vars(self).pop("_tails", None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).sum(axis=1)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        orders, self._orders = self._orders, None
        if orders is None:
            return super()._score_training(x)
        if self.tail == "row":
            return -self._shares(x, orders).sum(axis=1)
        sums, here = np.zeros(len(x)), np.empty(len(x))
        for j, (order, left, right) in enumerate(self._tails.by_feature(x, orders)):
            here[order] = self._combined(left, right, self.skew_[j])
            sums -= here
        return sums

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._shares(x)

    def _shares(self, x: np.ndarray, orders: np.ndarray | None = None) -> np.ndarray:
        """Return what each feature adds, shape (n, width); `orders` as in `Tails.by_feature`."""
        if self.tail == "column":
            shares = np.empty(x.shape[::-1])  # (width, n)
            for j, (order, left, right) in enumerate(self._tails.by_feature(x, orders)):
                shares[j, order] = self._combined(left, right, self.skew_[j])
            return shares.T
        left, right = np.empty(x.shape[::-1]), np.empty(x.shape[::-1])
        for j, (order, *sides) in enumerate(self._tails.by_feature(x, orders)):
            left[j, order], right[j, order] = sides
        corrected = self._corrected(left, right, self.skew_[:, None])
        sums = np.stack([part.sum(axis=0) for part in (left, right, corrected)])  # (3, n)
        winner = sums.argmax(axis=0)
        return np.where(winner == 0, left, np.where(winner == 1, right, corrected)).T

    @cached_property
    def _tails(self) -> Tails:
        excesses = self.lower_excess_, self.upper_excess_
        return Tails(self.sorted_, self.ranks_, *excesses, self.skew_)
