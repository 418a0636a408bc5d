"""What models share that score samples by what a discriminator sees of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, final

import numpy as np
from torch import Tensor

from likely.base.conditional import Conditional
from likely.base.state import Array, Weights
from likely.core.covariance import regularise, whitening
from likely.data.form import Form
from likely.nets.deep_model import DeepModel
from likely.nets.train import Group

_LEAST_SHRINKAGE = 0.05
_RIDGE = 1e-3


class Discriminating(Conditional, DeepModel, ABC):
    """Two players learn, one of them to tell real samples; a score is by what it sees of them.

    A model brings `_network`, a module with the players `generator` and `discriminator`, of which
    the latter has `features`; `_loss`; and `_remarks_on`.
    """

    betas: ClassVar[tuple[float, float]] = (0.5, 0.999)
    _state_spec = {
        "centres_": Array("known", "feature"),
        "whitening_": Array("feature", "feature"),
        "network_": Weights(),
    }

    discriminator_rate: float
    centres_: np.ndarray
    whitening_: np.ndarray

    @abstractmethod
    def _remarks_on(self, x: np.ndarray, held_out: np.ndarray) -> list[str]:
        """Say what people should know of the trained players; as `_learn_scores`."""

    def _groups(self, network: Any) -> Sequence[Group]:
        pace = self.discriminator_rate
        return [
            Group(list(network.generator.parameters()), betas=self.betas),
            Group(list(network.discriminator.parameters()), pace, self.betas),
        ]

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        super()._train(data, None, rng)  # losses of a game do not say when to stop

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        seen, known = self._seen(x), self._known(x)
        normal = known.T @ known + _RIDGE * np.eye(known.shape[1])
        self.centres_ = np.linalg.solve(normal, known.T @ seen)
        away = seen - known @ self.centres_
        spread = away.T @ away / len(away)
        self.whitening_ = whitening(regularise(spread, len(away), _LEAST_SHRINKAGE))
        self._remarks = self._remarks_on(x, held_out)

    def _score(self, x: np.ndarray) -> np.ndarray:
        away = (self._seen(x) - self._known(x) @ self.centres_) @ self.whitening_
        return -np.square(away).sum(axis=1)

    @final
    def _seen(self, x: np.ndarray) -> np.ndarray:
        """Return what the discriminator sees of features, (n, feature)."""
        look = self.network_.discriminator.features
        return self._apply(x, lambda batch: look(self._apart(batch, self._shape)[0]))

    @final
    def _known(self, x: np.ndarray) -> np.ndarray:
        """Return what is known of samples, (n, known): 1, and features of conditions."""
        _, given = self._apart(x, self._shape)
        one = np.ones((len(x), 1))
        return one if given is None else np.hstack([one, given])

    def _check_state(self) -> None:
        if len(self.centres_) != 1 + self._given_width:
            raise ValueError("another number of centres than of conditions and one")

    @property
    def _shape(self) -> tuple[int, ...]:
        """The shape of the features of one sample."""
        return self.schema_.full_shape if isinstance(self.schema_, Form) else (self.schema_.width,)

    @property
    def _bounded(self) -> bool:
        """Whether features are images, with values in [0, 1]."""
        return isinstance(self.schema_, Form) and self.schema_.kind == "image"

    def _noticed(self) -> list[str]:
        found = self._remarks
        del self._remarks
        return found
