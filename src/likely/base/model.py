"""`Model`: what every model of likely is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self, final

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.exceptions import NotFittedError as SklearnNotFitted

from likely.base.state import Array, Members, Weights
from likely.core import catalogue
from likely.core.errors import CannotDo, DataError, LikelyError
from likely.core.params import check_parameters
from likely.core.random import generator
from likely.data.samples import Samples, describe, read_samples

BATCH_CELLS = 4_000_000
"""Rows are scored in batches of about this many features (32 MB), so that memory stays bounded."""


class NotFittedError(LikelyError, SklearnNotFitted):
    """The model has not been fitted."""


class Model(OutlierMixin, BaseEstimator, ABC):
    """An estimator that has learnt what is likely.

    To write one: a class in a file of its own with a literal `card`, parameters in the signature of
    `__init__` (stored untouched), `_state_spec`, and the hooks `_fit` and `_score`. Hooks receive
    features: of a table float64, finite, robustly scaled, of shape (n, width); of series, images
    and video, if the card names these kinds, float32 of shape (n, channel, *axes); of texts and
    sound n arrays of tokens.

    Attributes
    ----------
    schema_ : Schema, Form, Alphabet or Sound
        What was learnt about the columns, about samples with axes, about texts, or about clips.
    training_scores_ : ndarray of shape (n,)
        Scores of the rows learnt from; a row is left out of its own reference where the method
        allows it.
    offset_ : float
        The 1 % quantile of `training_scores_`; `predict` cuts there.
    """

    card: ClassVar[dict[str, Any]] = {"kinds": ["table"], "paper": ""}
    fast: ClassVar[dict[str, Any]] = {}
    expected_failures: ClassVar[dict[str, str]] = {}
    min_rows: ClassVar[int] = 2
    power_tail: ClassVar[bool] = False  # whether oddness falls off like a power, as distances do
    steady_tail: ClassVar[bool] = True  # whether oddness falls off the same way far out as near
    leaves_itself_out: ClassVar[bool] = False  # whether training scores judge rows by all others
    precision: ClassVar[float] = 1e-6  # to which a row's scores alone and in a batch agree
    folds: ClassVar[int] = 5  # models that calibration may fit to few rows; 2 where fitting is slow
    _state_spec: ClassVar[dict[str, Array | Members | Weights]] = {}
    state_version: ClassVar[int] = 1  # raise it when `_state_spec` changes

    schema_: Any  # a Schema, Form, Alphabet or Sound; hooks know which by their own card
    training_scores_: np.ndarray
    offset_: float
    n_features_in_: int

    @final
    def fit(self, X: Any, y: Any = None, condition: Any = None) -> Self:
        """Learn what is likely from rows.

        Parameters
        ----------
        X : dataframe, array or list, shape (n rows, n columns)
            Numbers, categories, booleans and dates; missing values are welcome. For models of
            other kinds: series, images or video, as `likely.data.shaped` reads them.
        y : array of shape (n,), optional
            Labels, for models that learn from them (`likely.base.labelled`): 1 for an anomaly, 0
            for an ordinary row, missing if unknown. Other models ignore it.
        condition : dataframe, array or list of n labels, optional
            What is known of every sample, for models that learn p(x | condition)
            (`likely.base.conditional`).
        """
        check_parameters(self)
        samples = self._read(X)
        name = type(self).__name__
        if len(samples) < self.min_rows:
            raise DataError(
                f"{name} needs at least {self.min_rows} rows (n_samples >= {self.min_rows}). "
                f"Got n_samples={len(samples)}."
            )
        schema = self._describe(samples)
        rng = generator(getattr(self, "seed", 0))
        labels = self._labels(y, len(samples))
        given = self._learn_condition(condition, len(samples))
        x = self._view(schema, schema.match(samples))
        self._fit_features(schema, self._joined(x, given), rng, labels)
        return self

    @final
    def fit_predict(self, X: Any, y: Any = None, **kwargs: Any) -> np.ndarray:
        """Learn from rows and return +1 or -1 for the same rows, judged by `training_scores_`."""
        self.fit(X, y, **kwargs)
        return np.where(self.training_scores_ >= self.offset_, 1, -1)

    @final
    def score_samples(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return a score for every row: higher is more likely. Shape (n,), float64."""
        return self._over_batches(X, self._score, condition)

    @final
    def decision_function(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return `score_samples(X) - offset_`: negative for the rows that `predict` calls odd."""
        return self.score_samples(X, condition) - self.offset_

    @final
    def predict(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return +1 for likely rows and -1 for those below the 1 % quantile of training scores."""
        return np.where(self.decision_function(X, condition) >= 0, 1, -1)

    @property
    def least_scale(self) -> float:
        """Oddness falls off beyond any point by a factor e in this much at the soonest; 0: unknown.

        A model whose oddness is a surprise in nats knows it: P(surprise >= t) is at least exp(-t)
        if any of its parts is surprised rightly, however short a tail the bulk of the rows shows.
        """
        return 0.0

    @abstractmethod
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from features, shape (n, width)."""

    @abstractmethod
    def _score(self, x: np.ndarray) -> np.ndarray:
        """Return scores of new rows, higher = more likely, shape (n,)."""

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        """Return scores of the training rows, each left out of its own reference if possible."""
        return _in_batches(x, self._score)

    def _labels(self, y: Any, n: int) -> np.ndarray | None:
        """Return the checked labels of n rows; None for a model that does not learn from them."""
        return None

    def _fit_labelled(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from features and labels; most models look at the features only."""
        self._fit(x, rng)

    def _fit_features(
        self,
        schema: Any,
        x: np.ndarray,
        rng: np.random.Generator,
        labels: np.ndarray | None = None,
    ) -> None:
        """Learn from features; models made of other models fit their members with this."""
        self.schema_ = schema
        self.n_features_in_ = schema.n_features
        if schema.named:
            self.feature_names_in_ = np.array([c.name for c in schema.columns], dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        if labels is None:
            self._fit(x, rng)
        else:
            self._fit_labelled(x, labels, rng)
        self.training_scores_ = self._score_training(x)
        self.offset_ = float(np.quantile(self.training_scores_, 0.01))

    def _read(self, X: Any) -> Samples:
        """Return data as samples of a kind that the card names; `kind=` says which, if need be."""
        kind = getattr(self, "kind", "auto")
        return read_samples(X, self.card["kinds"], None if kind == "auto" else kind)

    def _describe(self, samples: Samples) -> Any:
        """Learn what the samples look like."""
        return describe(samples)

    def _view(self, schema: Any, samples: Any) -> Any:
        """Return what the hooks see of matched rows: their features, unless a model sees more."""
        return schema.features(samples)

    def _restore(self, x: np.ndarray) -> np.ndarray:
        """Return what `_view` would show as samples in the user's own units."""
        return self.schema_.restore(x)

    def _arrange(self, by_feature: np.ndarray) -> np.ndarray:
        """Return numbers for what the hooks see as numbers for parts of a sample."""
        return self.schema_.arrange(by_feature)

    def _weights(self, network: str) -> dict[str, np.ndarray]:
        """Return the weights of a network that `_state_spec` states, by name."""
        raise AttributeError(network)

    def _weights_layout(self, network: str) -> dict[str, tuple[tuple[int, ...], str]]:
        """Return shape and type of every weight of a network, without building it at full size."""
        raise AttributeError(network)

    def _set_weights(self, network: str, weights: dict[str, np.ndarray]) -> None:
        """Build a network and give it weights as its layout says."""
        raise AttributeError(network)

    def _check_state(self) -> None:
        """Raise `ValueError` if arrays out of a file contradict one another (a cyclic tree)."""

    def _learn_condition(self, condition: Any, n: int) -> np.ndarray | None:
        """Return features of the conditions of n samples to learn from; None if there are none."""
        return self._given(condition, n)

    def _given(self, condition: Any, n: int) -> np.ndarray | None:
        """Return features of the conditions of n samples, (n, width); None if there are none."""
        if condition is not None:
            raise CannotDo(
                f"{type(self).__name__} learns p(x) only, not p(x | condition). For conditions "
                f"there are {', '.join(_conditional())}."
            )
        return None

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        """Return features with those of conditions; only `Conditional` models are given any."""
        return x

    def _over_batches(
        self, X: Any, compute: Callable[[np.ndarray], np.ndarray], condition: Any = None
    ) -> np.ndarray:
        self._check_fitted()
        schema = self.schema_
        samples = schema.match(X)
        given = self._given(condition, len(samples))
        step = max(1, BATCH_CELLS // max(1, schema.width))
        if len(samples) <= step:
            return compute(self._joined(self._view(schema, samples), given))
        parts = []
        for start in range(0, len(samples), step):
            some = slice(start, start + step)
            x = self._view(schema, samples.take(some))
            parts.append(compute(self._joined(x, None if given is None else given[some])))
        return np.concatenate(parts)

    def _check_fitted(self) -> None:
        if not hasattr(self, "schema_"):
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call `fit` first."
            )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "schema_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _conditional() -> list[str]:
    """Return the names of the models that learn from conditions, too."""
    every = catalogue.entries().values()
    return [entry.name for entry in every if "Conditional" in entry.capabilities]


def _in_batches(x: np.ndarray, compute: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    step = max(1, BATCH_CELLS // max(1, int(np.prod(x.shape[1:]))))
    if len(x) <= step:
        return compute(x)
    return np.concatenate([compute(x[i : i + step]) for i in range(0, len(x), step)])
