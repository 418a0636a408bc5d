"""What autoregressive models share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Density, Explainer, Sampler
from likely.base.completer import Completer
from likely.base.state import Array, Members
from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.form import Form
from likely.data.samples import Samples, describe_counts
from likely.nets.conditionals import (
    Bernoulli,
    Conditional,
    GaussianMixture,
    LogisticMixture,
    Softmax,
)
from likely.nets.deep_model import DeepModel, settled_order
from likely.nets.likelihoods import LEVELS
from likely.nets.plane import Plane
from likely.nets.states import States, compressed, fine_parts, statistics

LIKELIHOODS = ("bernoulli", "softmax", "logistic_mixture", "gaussian")
"""Distributions of a feature of samples with axes given those before it."""

_LEAST = 1e-9  # nats
_REPLACED = 0.2  # share of the numbers that a background model sees from elsewhere


class Autoregressive(Density, Sampler, Completer, Explainer, DeepModel, ABC):
    """A model of each feature given those before it: log p(x) is the sum of what they get."""

    additive = True

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        schema = self.schema_
        shape = (n, *(schema.full_shape if isinstance(schema, Form) else (schema.width,)))
        return self._fill(np.zeros(shape), np.zeros(shape, bool), rng)

    @abstractmethod
    def _surprises(self, x: np.ndarray) -> np.ndarray:
        """Return minus log p of every feature given those before it, in the features' shape."""

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -_total(self._surprises(x))


class WithLikelihood(Autoregressive, ABC):
    """An autoregressive model of samples with axes that has a distribution for every sort of them.

    It has the parameters `likelihood`, `components` and `oddness`.
    """

    _state_spec = {
        "background_": Members(optional=True),
        "likelihood_": Array(dtype="int64", low=0, high=len(LIKELIHOODS) - 1),
        "usual_": Array("width"),
        "centre_": Array("statistic"),
        "whitening_": Array("statistic", "statistic"),
        "middle_": Array("width"),
        "directions_": Array("direction", "width", dtype="float32"),
        "variances_": Array("direction"),
        "rest_": Array(low=0.0),
    }

    likelihood: str
    components: int
    oddness: str
    background_: list[Any]
    likelihood_: int
    usual_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    middle_: np.ndarray
    directions_: np.ndarray
    variances_: np.ndarray
    rest_: float

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        self.background_ = [self._background(x)] if self.oddness == "ratio" else []
        nats = self._surprises(held_out)
        self.usual_ = nats.mean(axis=0).ravel()
        plane = Plane.learn(x if isinstance(self.schema_, Form) else x[:1])  # tables ask for none
        self.middle_, self.variances_, self.rest_ = plane.middle, plane.variances, plane.rest
        self.directions_ = plane.directions.astype(np.float32)
        fine = fine_parts(self.schema_.shape) if isinstance(self.schema_, Form) else 0
        states = States.learn(self._statistics(held_out, nats), fine)
        self.centre_, self.whitening_ = states.centre, states.whitening

    def _background(self, x: np.ndarray) -> Any:
        """Return a model of what any sample has in common, whatever it shows."""
        rng = generator(self.seed)
        model: Any = clone(self)
        model.set_params(oddness="likelihood", checkpoint=None)
        blurred = _blurred(x[settled_order(x)], self.schema_, rng)
        model._fit_features(self.schema_, blurred, rng)
        return model

    def _statistics(self, x: np.ndarray, nats: np.ndarray) -> np.ndarray:
        if not isinstance(self.schema_, Form):
            return _total(nats)[:, None]
        plane = Plane(self.middle_, self.directions_, self.variances_, self.rest_)
        return statistics(x, nats, plane)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._oddness(x, self._surprises(x))

    def _oddness(self, x: np.ndarray, nats: np.ndarray) -> np.ndarray:
        """Return how odd samples are, given the nats of their features, shape (n,)."""
        chosen, total = self._chosen_oddness(), _total(nats)
        if chosen == "ratio":
            return total - _total(self.background_[0]._surprises(x))
        if chosen == "states":
            found = self._statistics(x, nats)
            return States(self.centre_, self.whitening_).distance(found)
        if chosen == "typicality":
            return np.abs(total - self.centre_[0])
        return total - np.log(2) * compressed(x) if chosen == "complexity" else total

    def _chosen_oddness(self) -> str:
        shaped = isinstance(self.schema_, Form)
        if self.oddness == "auto":
            return "states" if shaped else "likelihood"
        if self.oddness in ("states", "complexity") and not shaped:
            raise ParameterError(
                f"oddness={self.oddness!r} is for series and images. Use 'likelihood' or "
                "'typicality' for tables."
            )
        if self.oddness == "ratio" and not self.background_:
            raise ParameterError(
                f"{type(self).__name__} learns a background for oddness='ratio' when it is fitted. "
                "Fit it anew with this oddness."
            )
        return self.oddness

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        nats = self._surprises(x)
        if self._chosen_oddness() == "likelihood":
            return nats
        if self._chosen_oddness() == "ratio":
            return nats - self.background_[0]._surprises(x)
        # what is unusual of a whole sample belongs to no feature: it is shared out by where the
        # sample is more surprising than others
        more = np.maximum(nats - self.usual_.reshape(x.shape[1:]), 0.0) + _LEAST
        share = self._oddness(x, nats) / _total(more)
        return more * share.reshape(-1, *[1] * (x.ndim - 1))

    def _describe(self, samples: Samples) -> Any:
        return describe_counts(samples)

    def _chosen_likelihood(self, x: np.ndarray) -> int:
        """Return which likelihood suits samples with axes; refuse one that doesn't."""
        form = self.schema_
        binary = bool(((x == 0) | (x == 1)).all())
        bytes_ = form.levels == LEVELS and not binary and form.plain and form.kind == "image"
        suits = {"bernoulli": binary, "softmax": bytes_, "logistic_mixture": bytes_}
        if self.likelihood == "auto":
            chosen = "logistic_mixture" if bytes_ else "gaussian"
            return LIKELIHOODS.index("bernoulli" if binary else chosen)
        if not suits.get(self.likelihood, True):
            needs = "values 0 and 1 only" if self.likelihood == "bernoulli" else "bytes"
            raise DataError(
                f"likelihood={self.likelihood!r} is for samples of {needs}. Use "
                "'gaussian', or 'auto', which looks at the data."
            )
        return LIKELIHOODS.index(self.likelihood)

    def _conditional(self, form: Form) -> Conditional:
        """Return the distribution of a feature of samples with axes."""
        name = LIKELIHOODS[self.likelihood_]
        if name == "bernoulli":
            return Bernoulli()
        if name == "softmax":
            return Softmax()
        if name == "logistic_mixture":
            return LogisticMixture(self.components)
        low, high = (-2.0, 2.0) if form.kind == "series" else (0.0, 1.0)
        return GaussianMixture(self.components, low, high)


def _blurred(x: np.ndarray, schema: Any, rng: np.random.Generator) -> np.ndarray:
    """Return samples some of whose numbers are replaced (Ren et al., 2019).

    Bytes and values of two are replaced by any that they could be, numbers of a table by others of
    their column, and other numbers by any others. What holds numbers together at large is lost.
    https://arxiv.org/abs/1906.02845
    """
    flat = x.reshape(len(x), -1)
    binary = bool(((x == 0) | (x == 1)).all())
    if not isinstance(schema, Form):
        others = rng.permuted(flat, axis=0)
    elif binary or schema.levels:
        most = 1 if binary else schema.levels - 1
        others = (rng.integers(most + 1, size=flat.shape) / most).astype(x.dtype)
    else:
        others = rng.permutation(flat.ravel())
    replaced = rng.random(flat.shape) < _REPLACED
    return np.where(replaced, others.reshape(flat.shape), flat).reshape(x.shape)


def _total(nats: np.ndarray) -> np.ndarray:
    return nats.reshape(len(nats), -1).sum(axis=1)
