"""What models have in common that judge residuals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np

from likely.base.in_context import InContext
from likely.base.state import Array
from likely.core.errors import CannotDo
from likely.data.schema import Schema
from likely.data.table import Table
from likely.detectors.contextual.outputs import Outputs

SHARES = np.linspace(0.01, 0.99, 99)
"""Quantiles of the residuals that are kept, to say what is usual."""

RESIDUAL_STATE = {"quantiles_": Array("output", len(SHARES))}
"""State of every such model."""

_LARGEST = float(np.finfo(np.float64).max)


class ResidualModel(InContext, ABC):
    """Judges how far rows are from what their context lets expect.

    The hooks see features of all columns and, behind them, the stored values. Abstract: a subclass
    says what is expected (`_learn_usual`, `_expect`), which columns are context, and how odd
    residuals are (`_learn_oddness`).
    """

    quantiles_: np.ndarray

    @abstractmethod
    def _learn_usual(
        self, x: np.ndarray, ordinary: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Learn what is usual from the rows that may be ordinary, a mask of shape (n,).

        Return residuals of all rows, each left out of what it is compared with, (n, outputs).
        """

    @abstractmethod
    def _learn_oddness(
        self, residuals: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator
    ) -> None:
        """Learn how odd residuals are from those of learnt rows, shape (n, outputs).

        Labels are 1, 0 or NaN, shape (n,); None if there are none.
        """

    @abstractmethod
    def _expect(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance of the outputs in each row's context, both (n, outputs)."""

    @abstractmethod
    def _residuals(self, x: np.ndarray) -> np.ndarray:
        """Return residuals of new rows, shape (n, outputs)."""

    @abstractmethod
    def _to_features(self, outputs: np.ndarray) -> np.ndarray:
        """Return the features that have these outputs, shape (..., outputs)."""

    @cached_property
    def _outputs(self) -> Outputs:
        return Outputs.of(self.schema_, self.context_positions_)

    def _view(self, schema: Schema, table: Table) -> np.ndarray:
        return np.hstack([schema.features(table), table.matrix])

    def _codes(self, x: np.ndarray) -> np.ndarray:
        """Return the stored values behind the features, shape (n, used columns)."""
        width = len(self.schema_.feature_columns)
        if x.shape[1] == width:
            name = type(self).__name__
            raise CannotDo(
                f"{name} cannot be a part of another model, because it needs the values behind "
                f"the features. Give the other model to it instead: {name}(member=...)."
            )
        return x[:, width:]

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._learn(x, None, rng)

    def _fit_labelled(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        self._learn(x, labels, rng)

    def _learn(self, x: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> None:
        vars(self).pop("_outputs", None)
        ordinary = np.ones(len(x), dtype=bool) if labels is None else labels != 1
        residuals = self._learn_usual(x, ordinary, rng)
        usual = np.quantile(residuals[ordinary], SHARES, axis=0)  # (shares, outputs)
        self.quantiles_ = usual.T.copy()
        self._learn_oddness(residuals, labels, rng)

    def _usual(self, x: np.ndarray, shares: np.ndarray) -> np.ndarray:
        means, variances = self._expect(x)
        at = np.array([np.interp(shares, SHARES, row) for row in self.quantiles_])
        values = means[:, None, :] + np.sqrt(variances)[:, None, :] * at.T  # (n, shares, outputs)
        features = self._to_features(values)
        schema, outputs = self.schema_, self._outputs
        result = np.full((len(x), len(schema.used), len(shares)), np.nan)
        for j in np.unique(outputs.columns):
            encoding = schema.encodings[j]
            first = int(np.flatnonzero(outputs.columns == j)[0])
            if schema.used[j].kind == "number" and encoding.rule == "scale":
                with np.errstate(over="ignore"):  # a spread may be near the largest float
                    values = features[:, :, first] * encoding.scale + encoding.centre
                result[:, j] = np.clip(values, -_LARGEST, _LARGEST)
        return result

    def _check_state(self) -> None:
        outputs = Outputs.of(self.schema_, self.context_positions_)  # not kept: it is no state
        if len(self.quantiles_) != len(outputs.features):
            raise ValueError(f"quantiles {self.quantiles_.shape}")
