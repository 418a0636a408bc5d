"""Laws of models that complete rows are worth what they catch: each relative breaks one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from likely.base.completer import Completer
from likely.base.state import Array
from likely.testing import LawBroken
from likely.testing.law import ALL


class Normal(Completer):
    """A normal distribution of all features."""

    card = {"kinds": ["table"], "paper": ""}
    _state_spec = {"centre_": Array("width"), "covariance_": Array("width", "width")}
    centre_: np.ndarray
    covariance_: np.ndarray

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.centre_ = x.mean(axis=0)
        self.covariance_ = np.cov(x.T) + 1e-6 * np.eye(x.shape[1])

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -((x - self.centre_) ** 2).sum(axis=1)

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        found = rng.multivariate_normal(self.centre_, self.covariance_, len(x))
        for row, there in enumerate(known):  # what is drawn moves with what is known
            gap = x[row, there] - found[row, there]
            pull = np.linalg.solve(self.covariance_[np.ix_(there, there)], gap)
            found[row] += self.covariance_[:, there] @ pull
        return np.where(known, x, found)


class Deaf(Normal):
    """What is drawn has nothing to do with what is known."""

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        drawn = rng.multivariate_normal(self.centre_, self.covariance_, len(x))
        return np.where(known, x, drawn)


class Timid(Normal):
    """What is drawn is the mean of what could be."""

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        many = [super(Timid, self)._fill(x, known, rng) for _ in range(12)]
        return np.mean(many, axis=0)


class Curious(Normal):
    """What is not known is looked at."""

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.where(known, x, super()._fill(x, known, rng) + 0.1 * x)


class Stubborn(Normal):
    """Every draw is the same."""

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return super()._fill(x, known, np.random.default_rng(0))


class Forgetful(Normal):
    """What is known is drawn, too."""

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return super()._fill(x, np.zeros_like(known), rng)


FOLLOWS = "completion_of_rows_follows_what_is_known"
MIXED = "completion_of_mixed_rows_keeps_what_is_known"


@pytest.mark.parametrize("law", [FOLLOWS, MIXED])
def test_an_honest_model_keeps_them(law: str) -> None:
    ALL[law].check(Normal())


@pytest.mark.parametrize(
    ("cls", "law"),
    [(cls, FOLLOWS) for cls in (Deaf, Timid, Curious, Stubborn, Forgetful)] + [(Forgetful, MIXED)],
)
def test_a_broken_model_is_caught(cls: type[Any], law: str) -> None:
    with pytest.raises(LawBroken):
        ALL[law].check(cls())
