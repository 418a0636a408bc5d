"""Laws of models that complete are worth what they catch: each relative here breaks one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from likely.base.capabilities import Density, Sampler
from likely.base.state import Array
from likely.core.errors import DataError
from likely.testing import LawBroken
from likely.testing.law import ALL


class Independent(Density, Sampler):
    """Independent pixels that are on or off."""

    card = {"kinds": ["image"], "paper": ""}
    chance_: np.ndarray
    on_: float
    cut_: float
    _state_spec = {"chance_": Array(), "on_": Array(), "cut_": Array()}

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.cut_ = x.max() / 2
        self.chance_ = ((x > self.cut_).sum(axis=0) + 0.5) / (len(x) + 1)
        self.on_ = x.max()

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._log_prob(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        chances = np.where(x > self.cut_, self.chance_, 1 - self.chance_)
        return np.log(chances).reshape(len(x), -1).sum(axis=1)

    def _log_volume(self) -> float:
        return 0.0

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.on_ * (rng.random((n, *self.chance_.shape)) < self.chance_)

    def complete(self, X: Any, known: Any, seed: int | None = None) -> np.ndarray:
        """Draw what is not known."""
        if np.shape(known) != np.shape(X)[1:]:
            raise DataError("known has another shape.")
        return np.where(known, X, self.sample(len(X), seed))


class Heavy(Independent):
    """Chances sum to more than one."""

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return super()._log_prob(x) + 0.01


class Bold(Independent):
    """Samples are likelier than the model says."""

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.on_ * np.broadcast_to(self.chance_ > 0.5, (n, *self.chance_.shape))


class Forgetful(Independent):
    """What is known is drawn, too."""

    def complete(self, X: Any, known: Any, seed: int | None = None) -> np.ndarray:
        """Draw everything."""
        return super().complete(X, np.zeros_like(known), seed)


class Careless(Independent):
    """Any mask is taken."""

    def complete(self, X: Any, known: Any, seed: int | None = None) -> np.ndarray:
        """Draw what is not known, or everything."""
        if np.shape(known) != np.shape(X)[1:]:
            return X
        return super().complete(X, known, seed)


BREAKS = {
    Heavy: "chances_of_all_images_sum_to_one",
    Bold: "samples_are_as_likely_as_the_model_says",
    Forgetful: "completion_keeps_what_is_known",
    Careless: "completion_keeps_what_is_known",
}


@pytest.mark.parametrize("law", [*dict.fromkeys(BREAKS.values())])
def test_an_honest_model_keeps_them(law: str) -> None:
    ALL[law].check(Independent())


@pytest.mark.parametrize("cls", BREAKS)
def test_a_broken_model_is_caught(cls: type[Any]) -> None:
    with pytest.raises(LawBroken):
        ALL[BREAKS[cls]].check(cls())
