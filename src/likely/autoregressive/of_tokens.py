"""What models of one token after the other share: texts and sound."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import Any

import numpy as np

from likely.base.capabilities import Density, Explainer, Sampler, TokenReader
from likely.base.state import Array, Weights
from likely.nets.deep_model import DeepModel

_LEAST_SPREAD = 0.01  # nats


class OfTokens(Density, TokenReader, Sampler, Explainer, DeepModel, ABC):
    """A model of every token given those before it, whose `oddness` is counted in their surprises.

    Attributes
    ----------
    usual_ : ndarray of shape (2,)
        Mean and standard deviation of the surprise of a token in samples held out, in nats.
    """

    _state_spec = {"network_": Weights(), "usual_": Array(2)}

    oddness: str
    usual_: np.ndarray

    @property
    def usual_bits(self) -> float:
        """Mean surprise of tokens that were held out."""
        return float(self.usual_[0] / np.log(2))

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -np.array([part.sum() for part in self._contributions(x)])

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -np.array([nats.sum() for nats in self._nats(x)])

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        mean, spread = self.usual_
        found = self._nats(x)
        for i, nats in enumerate(found):
            if self.oddness == "per_token":
                nats = nats / len(nats)
            elif self.oddness == "excess":
                nats = (nats - mean) / (spread * np.sqrt(len(nats)))
            found[i] = nats
        return found

    def _learn_usual(self, nats: np.ndarray) -> None:
        """Keep how surprising tokens usually are."""
        self.usual_ = np.array([nats.mean(), max(nats.std(), _LEAST_SPREAD)])

    def _compared(
        self, learnt: Sequence[np.ndarray], unseen: Sequence[np.ndarray], token: str
    ) -> list[str]:
        """Say so if tokens are foretold no better than by how often each occurs."""
        counts = np.bincount(np.concatenate(learnt), minlength=self.schema_.size) + 1.0
        nats = np.log(counts.sum() / counts)[np.concatenate(unseen)].mean()
        if self.usual_[0] < nats:
            return []
        return [
            f"{token} are foretold no better ({self.usual_[0]:.2f} nats each) than by how often "
            f"each occurs ({nats:.2f} nats): train longer, or from more data."
        ]


def ragged(arrays: Sequence[Any]) -> np.ndarray:
    """Return arrays of several lengths, or pairs of such, as one array of objects."""
    found = np.empty(len(arrays), dtype=object)
    for i, array in enumerate(arrays):
        found[i] = array
    return found
