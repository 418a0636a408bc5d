"""Residuals judged by a detector."""

from __future__ import annotations

from abc import ABC
from typing import Any, cast

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Explainer
from likely.base.model import Model
from likely.base.state import Members
from likely.core import catalogue
from likely.core.params import check_parameters
from likely.detectors.contextual.residual_model import RESIDUAL_STATE, ResidualModel

MEMBER_STATE = {**RESIDUAL_STATE, "members_": Members()}
"""State of every such model."""


class MemberModel(ResidualModel, ABC):
    """A model that hands residuals to one detector, its only member.

    If the detector learns from labels, so does the model: known anomalies teach the detector, and
    not what is usual.
    """

    members_: list[Model]

    member: str | Model
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

    def _labels(self, y: Any, n: int) -> np.ndarray | None:
        return self._fresh_member()._labels(y, n)

    def _learn_oddness(
        self, residuals: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator
    ) -> None:
        """Fit the detector."""
        member = self._fresh_member()
        member._fit_features(self._outputs.schema, residuals, rng, labels)
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

    def _check_state(self) -> None:
        super()._check_state()
        if len(self.members_) != 1:
            raise ValueError(f"{len(self.members_)} members")

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
