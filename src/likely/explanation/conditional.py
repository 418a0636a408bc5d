"""What is expected of each column, given the other columns of the same row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.core.covariance import regularise
from likely.data.table import Table
from likely.explanation.design import Design, Part
from likely.explanation.expected import LEVELS, Expected, expect_level, expect_number, usual_alone

_RIDGE = 1e-3
_FEWEST_ROWS = 30
_WINDOWS = 17
_WORTH = 0.9
"""A prediction counts if it leaves less than this share of the variance of unseen rows."""


@dataclass(frozen=True)
class Conditional:
    """Linear prediction of every column from all others, learnt from likely rows.

    One regularised precision matrix P predicts them all: given the other features, block B of
    standardised features z has the mean z_B - inv(P_BB) (P z)_B.

    Parameters
    ----------
    design : Design
        The likely rows as a matrix.
    precision : ndarray of shape (width, width)
        Inverse of the regularised correlations of all likely rows.
    residuals : ndarray of shape (likely rows, width)
        What a prediction learnt from the other half of the likely rows leaves.
    worth : ndarray of bool, shape (width,)
        Whether a feature can be predicted at all.
    """

    design: Design
    precision: np.ndarray
    residuals: np.ndarray
    worth: np.ndarray

    @classmethod
    def learn(cls, design: Design) -> Conditional:
        """Learn to predict every column of the design from the others."""
        z = design.matrix
        residuals = z.copy()
        if len(z) >= _FEWEST_ROWS:
            for fold in (0, 1):
                half = _precision(z[1 - fold :: 2])
                residuals[fold::2] -= _predict(half, design.blocks, z[fold::2])
        worth = residuals.var(axis=0) < _WORTH * z.var(axis=0)
        return cls(design, _precision(z), residuals, worth)

    def expect(self, rows: Table) -> list[Expected]:
        """Return what is usual for every column of every row, the others being as they are."""
        z, gross = self.design.encode(rows)
        predicted = _predict(self.precision, self.design.blocks, z)
        # a gross value says nothing about the other columns: what they expect stands in for it
        trusted = np.where(gross, predicted, z)
        again = _predict(self.precision, self.design.blocks, trusted)
        predicted = np.where(gross, predicted, again)
        return [
            self._expect_column(j, rows.matrix[:, j], predicted)
            for j in range(len(self.design.parts))
        ]

    def _expect_column(self, j: int, values: np.ndarray, predicted: np.ndarray) -> Expected:
        part, block = self.design.parts[j], self.design.blocks[j]
        if part.nominal:
            return self._expect_level(part, block, values, predicted)
        first, rows, design = block.start, len(self.design.matrix), self.design
        if not (part.measured and self.worth[first]):
            quantiles = np.tile(usual_alone(part), (len(values), 1))
            return expect_number(part, values, quantiles, rows, depends=False)
        middle = predicted[:, first] * design.spread[first] + design.centre[first]
        middle = np.clip(middle, design.low[first], design.high[first])
        errors = self._errors(first, predicted[:, first]) * design.spread[first]
        quantiles = part.to_values(middle[:, None] + errors)  # (n, quantiles)
        return expect_number(part, values, quantiles, rows, depends=True)

    def _errors(self, feature: int, predicted: np.ndarray) -> np.ndarray:
        """Return quantiles of the errors at about the same prediction, shape (n, quantiles).

        Errors grow with what is predicted (amounts), and are lopsided where the relation bends.
        """
        errors = self.residuals[:, feature]
        before = self.design.matrix[:, feature] - errors  # what was predicted, unseen
        order = np.argsort(before, kind="stable")
        size = min(max(len(order) // 5, _FEWEST_ROWS), len(order))
        starts = np.unique(np.linspace(0, len(order) - size, _WINDOWS).astype(int))
        members = order[starts[:, None] + np.arange(size)]  # (windows, size)
        middles = np.median(before[members], axis=1)
        edges = (middles[1:] + middles[:-1]) / 2
        window = np.searchsorted(edges, predicted)
        return np.quantile(errors[members], LEVELS, axis=1).T[window]

    def _expect_level(
        self, part: Part, block: slice, values: np.ndarray, predicted: np.ndarray
    ) -> Expected:
        index = slice(block.start, block.start + part.indicated)
        depends = bool(self.worth[index].any())
        shares = np.tile(part.shares, (len(values), 1))  # (n, levels)
        if depends:
            raw = predicted[:, index] * self.design.spread[index] + self.design.centre[index]
            shares[:, : part.indicated] = raw
        return expect_level(part, values, shares, len(self.design.matrix), depends)


def _precision(z: np.ndarray) -> np.ndarray:
    covariance = (z.T @ z) / len(z)
    regular = regularise(covariance, len(z), floor=_RIDGE)
    regular[np.diag_indices_from(regular)] += _RIDGE
    return np.linalg.inv(regular)


def _predict(precision: np.ndarray, blocks: tuple[slice, ...], z: np.ndarray) -> np.ndarray:
    pull = z @ precision  # (n, width)
    predicted = np.empty_like(z)
    for block in blocks:
        own = precision[block, block]
        predicted[:, block] = z[:, block] - np.linalg.solve(own, pull[:, block].T).T
    return predicted
