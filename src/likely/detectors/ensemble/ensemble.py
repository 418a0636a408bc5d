"""An average of tail surprises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal, cast

import numpy as np
from scipy.special import logsumexp, softmax
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
    """Joint surprise of several detectors, each measured by its own frozen training distribution.

    A member's surprise is -log P(a training row scores as odd as this one), in nats; beyond the
    70 % quantile of the training scores the probability comes from a fitted tail, so that farther
    is always odder. The score of a row is minus the members' joint surprise.

    Parameters
    ----------
    members : sequence of str or Model, optional
        Detectors by name, or models with parameters of one's own (they are copied, not fitted).
        Default: KNN, IsolationForest, Mahalanobis, and MarginalTails twice, once for the largest
        and once for the sum.
    combine : {"both", "mean", "largest"}, default "both"
        "mean" finds what all members find a little odd; "largest", the logarithm of the mean of
        1/P, what one of them finds very odd; "both" is the middle of the two.
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
        "typical_": Array("member"),
    }

    members_: list[Model]
    samples_: np.ndarray
    typical_: np.ndarray

    def __init__(
        self,
        members: Sequence[str | Model] | None = None,
        combine: Literal["both", "mean", "largest"] = "both",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.members = members
        self.combine = combine
        self.seed = seed

    def _check_state(self) -> None:
        if not self.samples_.size or len(self.samples_) != len(self.members_):
            raise ValueError(f"{len(self.members_)} members, samples {self.samples_.shape}")

    @property
    def least_scale(self) -> float:
        """Nats of the joint surprise that one member's nat is worth, if the others see nothing."""
        alone = 1 / max(len(self.members_), 1)
        return {"mean": alone, "largest": 1.0, "both": (1 + alone) / 2}[self.combine]

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        members = default_members() if self.members is None else self.members
        self.members_ = [_fresh(member, self.seed) for member in members]
        if not self.members_:
            raise ParameterError("Ensemble: members must name at least one model. Got none.")
        for member in self.members_:
            member._fit_features(self.schema_, x, rng)
        oddness = [-member.training_scores_ for member in self.members_]
        self.typical_ = np.array([float(np.median(odd)) for odd in oddness])
        tamed = [self._tame(j, odd) for j, odd in enumerate(oddness)]
        self.samples_ = np.array([_quantiles(odd) for odd in tamed])
        vars(self).pop("_distributions", None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._joint([member._score(x) for member in self.members_])

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return -self._joint([member.training_scores_ for member in self.members_])

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        surprises = self._surprises([member._score(x) for member in self.members_])
        weights = softmax(surprises, axis=0) + 1 / len(self.members_)  # (member, row)
        total = np.zeros_like(x)
        for member, weighted in zip(self.members_, surprises * weights, strict=True):
            if not isinstance(member, Explainer):
                continue  # what it adds to the score, the others must speak for
            shares = member._contributions(x)  # (row, feature)
            whole = shares.sum(axis=1, keepdims=True)
            even = np.full_like(shares, 1 / x.shape[1])
            shares = np.where(whole > 0, shares / np.where(whole > 0, whole, 1.0), even)
            total += weighted[:, None] * shares
        whole = total.sum(axis=1, keepdims=True)
        return total * (-self._score(x)[:, None] / np.where(whole > 0, whole, 1.0))

    def _joint(self, scores: list[np.ndarray]) -> np.ndarray:
        """Return the members' joint surprise in nats, shape (row,)."""
        surprises = self._surprises(scores)
        mean = surprises.mean(axis=0)
        if self.combine == "mean":
            return mean
        largest = np.asarray(logsumexp(surprises, axis=0)) - np.log(len(surprises))
        return largest if self.combine == "largest" else (mean + largest) / 2

    def _surprises(self, scores: list[np.ndarray]) -> np.ndarray:
        """Return each member's surprise in nats, shape (member, row)."""
        pairs = zip(self._distributions, scores, strict=True)
        return np.array([-d.log_p(self._tame(j, -score)) for j, (d, score) in enumerate(pairs)])

    def _tame(self, member: int, oddness: np.ndarray) -> np.ndarray:
        """Take the logarithm of oddness that falls off like a power, so that none outshouts."""
        if not self.members_[member].power_tail:
            return oddness
        return np.log1p(np.maximum(oddness, 0.0) / (self.typical_[member] or 1.0))

    @cached_property
    def _distributions(self) -> list[Empirical]:
        return [
            learn_empirical(sample, cautious=False, least_scale=member.least_scale)
            for member, sample in zip(self.members_, self.samples_, strict=True)
        ]


def default_members() -> list[str | Model]:
    """Return the members that an ensemble has if none are named."""
    fisher = catalogue.make("MarginalTails", combine="sum")
    return ["KNN", "IsolationForest", "Mahalanobis", "MarginalTails", fisher]


def _fresh(member: str | Model, seed: int) -> Model:
    """Return an unfitted copy of a member, with the ensemble's seed if it draws numbers."""
    model = catalogue.make(member) if isinstance(member, str) else cast(Model, clone(member))
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
