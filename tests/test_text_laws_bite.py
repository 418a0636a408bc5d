"""Laws of models of texts are worth what they catch: each model here breaks one of them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pytest

from likely.autoregressive import GPT
from likely.base.capabilities import Density, Explainer, Sampler, TokenReader
from likely.base.state import Array
from likely.core.params import Interval
from likely.data.alphabet import END, Alphabet
from likely.data.texts import Texts
from likely.testing import LawBroken, check_model, laws, ragged_laws

_ONE_MORE = 0.01


class Pairs(Density, TokenReader, Sampler, Explainer):
    """How often a character follows another.

    Parameters
    ----------
    seed : int in [0, inf), default 0
        Not used by the method; broken relatives use it.

    References
    ----------
    Any textbook. https://doi.org/10.0/pairs

    Examples
    --------
    >>> 1 + 1
    2
    """

    card = {"kinds": ["text"], "paper": "doi:10.0/pairs"}
    _state_spec = {"chances_": Array("token", "token", high=0)}
    precision = 1e-6

    def __init__(self, seed: Annotated[int, Interval(0)] = 0) -> None:
        self.seed = seed

    @property
    def usual_bits(self) -> float:
        return 2.0

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        stream = np.concatenate([[END], *x])
        counts = np.full((self.schema_.size,) * 2, _ONE_MORE)
        np.add.at(counts, (stream[:-1], stream[1:]), 1)
        self.chances_ = np.log(counts / counts.sum(axis=1, keepdims=True))

    def _nats(self, x: np.ndarray) -> np.ndarray:
        found = np.empty(len(x), dtype=object)
        for i, tokens in enumerate(x):
            found[i] = -self.chances_[np.append(END, tokens[:-1]), tokens]
        return found

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._nats(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -np.array([nats.sum() for nats in self._nats(x)])

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._log_prob(x)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        found = np.empty(n, dtype=object)
        for i in range(n):
            tokens = [END]
            while len(tokens) < 200 and (len(tokens) == 1 or tokens[-1] != END):
                chances = np.exp(self.chances_[tokens[-1], :-1])
                tokens.append(int(rng.choice(len(chances), p=chances / chances.sum())))
            found[i] = np.array(tokens[1:])
        return found


class UpsideDown(Pairs):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return -super()._score(x)


class PointsAtTheEnd(Pairs):
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        found = super()._contributions(x)
        for i, nats in enumerate(found):
            found[i] = np.append(np.zeros(len(nats) - 1), nats.sum())
        return found


class CountsTwice(Pairs):
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return super()._log_prob(x) / 2


class ForgetsTheEnd(Pairs):
    def _nats(self, x: np.ndarray) -> np.ndarray:
        found = super()._nats(x)
        for i, nats in enumerate(found):
            found[i] = np.append(nats[:-1], 0.0)
        return found

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -np.array([nats.sum() for nats in Pairs._nats(self, x)])


class DrawsTheUnknown(Pairs):
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        found = super()._sample(n, rng)
        found[0] = np.array([self.schema_.other, END])
        return found


class NeverTheSame(Pairs):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x[np.random.default_rng().permutation(len(x))[: len(x) // 2]], rng)


class LooksAtTheBatch(Pairs):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x) / max(map(len, x))


class DrawsGlobally(Pairs):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x[np.random.permutation(len(x))], rng)  # noqa: NPY002


class KeepsSomethingAside(Pairs):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self._factor = 2.0

    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x) * getattr(self, "_factor", 1.0)


class TakesAnything(Alphabet):
    def match(self, data: Any) -> Texts:
        return Texts(tuple(map(str, data)))


class RefusesNothing(Pairs):
    def _describe(self, samples: Any) -> Alphabet:
        return TakesAnything.learn(samples)


class MeansOfNothing(Pairs):
    def _score(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.array([-nats[:-1].sum() / (len(nats) - 1) for nats in self._nats(x)])


BREAKS: dict[type[Any], str] = {
    UpsideDown: "planted_ragged_samples_are_found",
    PointsAtTheEnd: "contributions_peak_at_the_planted_tokens",
    CountsTwice: "probabilities_of_texts_sum_to_one",
    ForgetsTheEnd: "bits_are_one_a_token",
    DrawsTheUnknown: "drawn_texts_look_like_the_data",
    NeverTheSame: "same_seed_gives_the_same_bytes_of_ragged_samples",
    LooksAtTheBatch: "ragged_sample_alone_equals_it_in_batch",
    DrawsGlobally: "global_random_state_is_untouched_by_ragged_samples",
    KeepsSomethingAside: "stated_state_suffices_for_ragged_samples",
    RefusesNothing: "what_is_no_text_is_refused",
    MeansOfNothing: "hostile_texts_are_survived",
}


@pytest.mark.parametrize("cls", BREAKS, ids=lambda cls: cls.__name__)
def test_the_law_catches_it(cls: type[Any]) -> None:
    with pytest.raises(LawBroken):
        dict(laws(cls()))[BREAKS[cls]]()


def test_an_honest_model_of_texts_breaks_no_law() -> None:
    check_model(Pairs())


def test_laws_of_texts_are_for_texts() -> None:
    named = dict(laws(Pairs())).keys()
    assert "ragged_sample_alone_equals_it_in_batch" in named
    assert not named & {"row_alone_equals_row_in_batch", "sample_alone_equals_sample_in_batch"}


def test_a_file_that_scores_otherwise_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    read = ragged_laws.load_model

    def spoiled(path: Any) -> Any:
        model = read(path)
        model.usual_ = 2 * model.usual_
        return model

    monkeypatch.setattr(ragged_laws, "load_model", spoiled)
    with pytest.raises(LawBroken):
        dict(laws(GPT(**GPT.fast)))["saved_models_score_ragged_samples_the_same"]()
