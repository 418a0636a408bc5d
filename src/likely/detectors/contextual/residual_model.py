"""What models have in common that hand residuals to a detector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import cast

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Explainer
from likely.base.in_context import InContext
from likely.base.model import Model
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.errors import CannotDo
from likely.core.params import check_parameters
from likely.data.schema import Schema
from likely.data.table import Table
from likely.detectors.contextual.outputs import Outputs

SHARES = np.linspace(0.01, 0.99, 99)
"""Quantiles of the residuals that are kept, to say what is usual."""

RESIDUAL_STATE = {"members_": Members(), "quantiles_": Array("output", len(SHARES))}
"""State of every such model."""


class ResidualModel(InContext, ABC):
    """Judges by one detector how far rows are from what their context lets expect.

    The hooks see features of all columns and, behind them, the stored values. Abstract: a subclass
    says what is expected (`_learn_usual`, `_expect`) and which columns are context.
    """

    members_: list[Model]
    quantiles_: np.ndarray

    member: str | Model | None
    seed: int

    @property
    def least_scale(self) -> float:
        """That of the detector."""
        return self.members_[0].least_scale if getattr(self, "members_", ()) else 0.0

    @property
    def power_tail(self) -> bool:  # in the base a constant of the class; here it is the detector's
        """Whether the detector's oddness falls off like a power."""
        return bool(getattr(self, "members_", ())) and self.members_[0].power_tail

    @property
    def steady_tail(self) -> bool:
        """Whether the detector's oddness falls off the same way far out as near."""
        return not getattr(self, "members_", ()) or self.members_[0].steady_tail

    @abstractmethod
    def _learn_usual(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Learn what is usual, and return residuals of rows left out of it, (n, outputs)."""

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
        vars(self).pop("_outputs", None)
        residuals = self._learn_usual(x, rng)
        self.quantiles_ = np.quantile(residuals, SHARES, axis=0).T.copy()  # (outputs, shares)
        self._fit_member(residuals, rng)

    def _fit_member(self, residuals: np.ndarray, rng: np.random.Generator) -> None:
        """Fit the detector to residuals of learnt rows, shape (n, outputs)."""
        member = self._fresh_member()
        member._fit_features(self._outputs.schema, residuals, rng)
        self.members_ = [member]

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self.members_[0]._score(self._residuals(x))

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return self.members_[0].training_scores_

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        residuals, member = self._residuals(x), self.members_[0]
        shares = np.zeros((len(x), len(self.schema_.feature_columns)))
        if isinstance(member, Explainer):
            shares[:, self._outputs.features] = member._contributions(residuals)
            return shares
        squares = np.clip(residuals, -1e9, 1e9) ** 2 + 1e-12
        squares /= squares.sum(axis=1, keepdims=True)
        shares[:, self._outputs.features] = squares * -member._score(residuals)[:, None]
        return shares

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
                result[:, j] = features[:, :, first] * encoding.scale + encoding.centre
        return result

    def _check_state(self) -> None:
        outputs = Outputs.of(self.schema_, self.context_positions_)  # not kept: it is no state
        wanted = 0 if self.member is None else 1
        if len(self.members_) != wanted or len(self.quantiles_) != len(outputs.features):
            raise ValueError(f"{len(self.members_)} members, quantiles {self.quantiles_.shape}")

    def _fresh_member(self) -> Model:
        """Return an unfitted copy of the detector, with this model's seed if it draws numbers."""
        if isinstance(self.member, str):
            model = catalogue.make(self.member)
            if "seed" in model.get_params(deep=False):
                model.set_params(seed=self.seed)
        else:
            model = cast("Model", clone(self.member))
        check_parameters(model)
        return model
