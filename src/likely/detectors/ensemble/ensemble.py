"""An average of tail surprises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Explainer
from likely.base.model import Model
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.empirical import Empirical, learn_empirical
from likely.core.errors import ParameterError
from likely.core.params import Interval, check_parameters

MOST_VALUES = 1024
"""Each member's training distribution is kept as at most this many quantiles."""


class Ensemble(Explainer):
    """Mean surprise of several detectors, each measured by its own frozen training distribution.

    The score of a row is the mean over members of log P(a training row scores as odd as this one),
    in nats; beyond the 70 % quantile of the training scores the probability comes from a fitted
    tail, so that farther is always odder.

    Parameters
    ----------
    members : sequence of str or Model, default ("KNN", "IsolationForest", "Mahalanobis", "ECOD")
        Detectors by name, or models with parameters of one's own (they are copied, not fitted).
    seed : int in [0, inf), default 0
        Seed of the members that draw random numbers.

    References
    ----------
    Kriegel, H.-P., Kröger, P., Schubert, E. & Zimek, A. (2011). Interpreting and unifying outlier
    scores. SDM. https://doi.org/10.1137/1.9781611972818.2

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import Ensemble
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = Ensemble(members=("KNN", "ECOD")).fit(rows)
    >>> model.predict([[0.0, 0.0], [9.0, 9.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1137/1.9781611972818.2"}
    fast = {"members": ("KNN", "ECOD")}
    additive = True
    _state_spec = {
        "members_": Members(),
        "samples_": Array("member", "value"),
    }

    members_: list[Model]
    samples_: np.ndarray

    def __init__(
        self,
        members: Sequence[str | Model] = ("KNN", "IsolationForest", "Mahalanobis", "ECOD"),
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.members = members
        self.seed = seed

    def _check_state(self) -> None:
        if not self.samples_.size or len(self.samples_) != len(self.members_):
            raise ValueError(f"{len(self.members_)} members, samples {self.samples_.shape}")

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.members_ = [_fresh(member, self.seed) for member in self.members]
        if not self.members_:
            raise ParameterError("Ensemble: members must name at least one model. Got none.")
        for member in self.members_:
            member._fit_features(self.schema_, x, rng)
        self.samples_ = np.array([_quantiles(-m.training_scores_) for m in self.members_])
        self.__dict__.pop("_distributions", None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._mean_log_p([member._score(x) for member in self.members_])

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return self._mean_log_p([member.training_scores_ for member in self.members_])

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        total = np.zeros_like(x)
        explained = [
            (member, distribution)
            for member, distribution in zip(self.members_, self._distributions, strict=True)
            if isinstance(member, Explainer)
        ]
        for member, distribution in explained:
            shares = member._contributions(x)  # (row, feature)
            whole = shares.sum(axis=1, keepdims=True)
            even = np.full_like(shares, 1 / x.shape[1])
            shares = np.where(whole > 0, shares / np.where(whole > 0, whole, 1.0), even)
            total -= distribution.log_p(-member._score(x))[:, None] * shares
        whole = total.sum(axis=1, keepdims=True)
        # members that cannot explain add to the score, so the rest speaks for them
        return total * (-self._score(x)[:, None] / np.where(whole > 0, whole, 1.0))

    @cached_property
    def _distributions(self) -> list[Empirical]:
        return [learn_empirical(sample, cautious=False) for sample in self.samples_]

    def _mean_log_p(self, scores: list[np.ndarray]) -> np.ndarray:
        log_p = [d.log_p(-s) for d, s in zip(self._distributions, scores, strict=True)]
        return np.mean(log_p, axis=0)


def _fresh(member: str | Model, seed: int) -> Model:
    """Return an unfitted copy of a member, with the ensemble's seed if it draws numbers."""
    model = catalogue.make(member) if isinstance(member, str) else clone(member)
    if isinstance(member, str) and "seed" in model.get_params(deep=False):
        model.set_params(seed=seed)
    check_parameters(model)
    return model


def _quantiles(values: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    if len(ordered) <= MOST_VALUES:
        return ordered
    positions = (np.arange(MOST_VALUES) + 0.5) / MOST_VALUES * len(ordered)
    return ordered[positions.astype(np.int64)]
