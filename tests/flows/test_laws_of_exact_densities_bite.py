"""Each model here breaks one law of exact densities, and that law says so."""

from typing import Any

import numpy as np
import pytest

from likely.base.capabilities import Density, Encoder, Sampler
from likely.testing import LawBroken, laws

LAWS = (
    "codes_restore_rows",
    "density_is_that_of_the_code_times_the_jacobian",
    "samples_follow_the_density",
)


class Standardised(Density, Encoder, Sampler):
    """Independent normal columns, whose codes are the standardised values."""

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.centre_, self.spread_ = x.mean(axis=0), x.std(axis=0)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._log_prob(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        normal = -0.5 * self._encode(x) ** 2 - 0.5 * np.log(2 * np.pi)
        return (normal - np.log(self.spread_)).sum(axis=1)

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return (x - self.centre_) / self.spread_

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return z * self.spread_ + self.centre_

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._decode(rng.normal(size=(n, len(self.centre_))))


class Loses(Standardised):
    def _decode(self, z: np.ndarray) -> np.ndarray:
        return super()._decode(np.round(z, 2))


class ForgetsTheJacobian(Standardised):
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return super()._log_prob(x) + np.log(self.spread_).sum() + 0.1


class DrawsTooNarrow(Standardised):
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._decode(0.8 * rng.normal(size=(n, len(self.centre_))))


class DrawsElsewhere(Standardised):
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._decode(rng.normal(size=(n, len(self.centre_))) + 0.6)


class Bounded(Loses):
    exact = False
    bound = "a lower bound"


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (Loses, LAWS[0]),
        (ForgetsTheJacobian, LAWS[1]),
        (DrawsTooNarrow, LAWS[2]),
        (DrawsElsewhere, LAWS[2]),
    ],
)
def test_the_law_catches_it(cls: type[Any], name: str) -> None:
    with pytest.raises(LawBroken):
        dict(laws(cls()))[name]()


def test_an_honest_model_breaks_none() -> None:
    found = dict(laws(Standardised()))
    for name in LAWS:
        found[name]()


def test_bounds_are_not_held_to_them() -> None:
    assert not set(LAWS) & set(dict(laws(Bounded())))
