"""Laws of models of sound are worth what they catch: each model here breaks one of them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pytest

from likely.autoregressive.of_tokens import ragged
from likely.base.capabilities import Density, Explainer, Sampler, TokenReader
from likely.base.conditional import Conditional
from likely.base.state import Array
from likely.core.params import Interval
from likely.data.clips import Clips, as_clips
from likely.data.sound import END, Sound
from likely.testing import LawBroken, check_model, laws

_ONE_MORE = 0.0001


class Levels(Conditional, Density, TokenReader, Sampler, Explainer):
    """How often a level follows another, given a condition or not.

    Parameters
    ----------
    seed : int in [0, inf), default 0
        Not used by the method.

    References
    ----------
    Any textbook. https://doi.org/10.0/levels

    Examples
    --------
    >>> 1 + 1
    2
    """

    card = {"kinds": ["audio"], "paper": "doi:10.0/levels"}
    _state_spec = {"chances_": Array("condition", "token", "token", high=0)}
    precision = 1e-6
    additive = False

    def __init__(self, seed: Annotated[int, Interval(0)] = 0) -> None:
        self.seed = seed

    @property
    def usual_bits(self) -> float:
        return 2.0

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        return x if given is None else ragged(list(zip(x, given, strict=True)))

    def _told(self, x: Any) -> list[tuple[np.ndarray, int]]:
        if self.condition_ is None:
            return [(tokens, 0) for tokens in x]
        return [(tokens, int(given.argmax())) for tokens, given in x]

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        counts = np.full((max(1, self._given_width), END + 1, END + 1), _ONE_MORE)
        for tokens, which in self._told(x):
            np.add.at(counts[which], (np.append(END, tokens[:-1]), tokens), 1)
        counts += 0.1 * counts.sum(axis=1, keepdims=True) / counts.sum(axis=(1, 2), keepdims=True)
        self.chances_ = np.log(counts / counts.sum(axis=2, keepdims=True))

    def _nats(self, x: np.ndarray) -> np.ndarray:
        return ragged(
            [-self.chances_[which, np.append(END, t[:-1]), t] for t, which in self._told(x)]
        )

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._nats(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -np.array([nats.sum() for nats in self._nats(x)])

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -np.array([np.sort(nats)[-8:].mean() for nats in self._nats(x)])

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        found = []
        for i in range(n):
            which, tokens = 0 if given is None else int(given[i].argmax()), [END]
            while len(tokens) < 200 and (len(tokens) == 1 or tokens[-1] != END):
                chances = np.exp(self.chances_[which, tokens[-1]])
                tokens.append(int(rng.choice(len(chances), p=chances / chances.sum())))
            found.append(np.array(tokens[1:], np.int32))
        return ragged(found)


class CountsTwice(Levels):
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return super()._log_prob(x) / 2


class NeverEnds(Levels):
    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        return ragged([np.full(9, rng.integers(50), np.int32)] * (n + 1))


class HearsNoCondition(Levels):
    def _told(self, x: Any) -> list[tuple[np.ndarray, int]]:
        return [(tokens, 0) for tokens, _ in super()._told(x)]


class TakesAnything(Sound):
    def match(self, data: Any) -> Clips:
        return as_clips([np.zeros(len(one)) for one in data])


class RefusesNothing(Levels):
    def _describe(self, samples: Any) -> Sound:
        return TakesAnything.learn(samples)


class MeansOfNothing(Levels):
    def _score(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.array([-nats[:-1].sum() / (len(nats) - 1) for nats in self._nats(x)])


BREAKS: dict[type[Any], str] = {
    CountsTwice: "probabilities_of_clips_sum_to_one",
    NeverEnds: "drawn_clips_look_like_the_data",
    HearsNoCondition: "ragged_samples_are_told_apart_by_conditions",
    RefusesNothing: "what_is_no_sound_is_refused",
    MeansOfNothing: "hostile_clips_are_survived",
}


@pytest.mark.parametrize("cls", BREAKS, ids=lambda cls: cls.__name__)
def test_the_law_catches_it(cls: type[Any]) -> None:
    with pytest.raises(LawBroken):
        dict(laws(cls()))[BREAKS[cls]]()


def test_an_honest_model_of_sound_breaks_no_law() -> None:
    check_model(Levels())


def test_laws_of_sound_are_for_sound() -> None:
    named = dict(laws(Levels())).keys()
    assert "ragged_sample_alone_equals_it_in_batch" in named
    assert not named & {"row_alone_equals_row_in_batch", "hostile_texts_are_survived"}
