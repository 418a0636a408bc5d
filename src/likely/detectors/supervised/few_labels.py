"""An unsupervised score that labels bend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, cast

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

from likely.base.labelled import Labelled
from likely.base.model import Model
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.empirical import Empirical, learn_empirical
from likely.core.errors import ParameterError
from likely.core.params import Interval, check_parameters
from likely.core.random import some_rows
from likely.data.schema import Schema
from likely.detectors.supervised.trees import STATE, Trees, constant, from_forest

DEFAULT_MEMBERS = (*("Ensemble", "KNN", "IsolationForest", "Mahalanobis", "MarginalTails"),)
"""The first is what the score falls back on."""

_MOST_VALUES = 1024
"""The first member's training distribution is kept as at most this many quantiles."""

_FLOOR = 0.01
"""Added to shares of anomalies before their logarithm, so that 0 is a number like any other."""

_PRIOR = 0.25
"""What one nat of surprise adds to the log-odds while there are no labels, and far out always."""

_FAR = 12.0
"""Nats of surprise beyond which rows are odd whatever they resemble."""

_LARGEST = 1e30
"""Features end here: trees are grown in single precision."""


class FewLabels(Labelled):
    r"""Unsupervised scores as features beside the others, and trees (Zhao & Hryniewicz, 2018).

    One labelled anomaly is enough to learn from, and without any the order of rows is that of the
    first member. The members, which see no labels, say how odd each row is to them. Extremely
    randomised trees (Geurts et al., 2006) learn from these scores and the features which rows are
    like the labelled anomalies; both classes count alike, and leaves are large enough that the
    surroundings of an anomaly count as such. The score is

    $$s(x) = -\log \frac{p(x) + 0.01}{1 - p(x) + 0.01}
    - \frac{1}{4} \left[ \frac{c}{c + m} u(x) + \max(v(x) - 12, 0) \right]$$

    with p the trees' share of anomalies, u the first member's surprise in nats, which hardly grows
    beyond the training rows, m the number of labelled anomalies and c = `prior`. So labels take
    over from the first member, but not where rows are far beyond all training rows: v is its
    surprise with a fitted tail, and 12 nats are 1 in 160,000. Rows without a label are taken for
    ordinary.

    Parameters
    ----------
    members : sequence of str or Model, optional
        Unsupervised detectors by name, or models with parameters of one's own (they are copied,
        not fitted). The score falls back on the first. Default: Ensemble, KNN, IsolationForest,
        Mahalanobis and MarginalTails.
    n_trees : int in [1, 10000], default 100
        More trees make the order steadier; cost and file size grow in proportion.
    min_leaf : int in [1, 1000], default 4
        Rows in a leaf. Larger leaves look further around a labelled anomaly, and blur what many
        labels could tell apart.
    prior : float in (0, inf), default 20.0
        With this many labelled anomalies the first member has lost half of its say.
    max_reference : int in [2, 10000000], default 20000
        Trees learn from all labelled anomalies, and from at most this many other rows, drawn at
        random.
    seed : int in [0, inf), default 0
        Seed of the trees, and of the members that draw random numbers.

    Warnings
    --------
    Scores are no probabilities: with a handful of labels nobody knows how many anomalies hide
    among the other rows. With many, `Supervised` has calibrated ones.

    Notes
    -----
    **Intuition.** An unsupervised score knows what is rare, a few labels what was meant; the more
    labels there are, the more they count.

    **Formula.** $p(x) = \frac1T \sum_t p_t(x, o(x))$, where o(x) is how odd the members find the
    row, and p_t the share of labelled anomalies in the leaf it reaches in tree t of T, both classes
    weighing alike. The score above is minus the log-odds of p, less what the first member adds.

    **When to use.** From the first labelled anomaly on; without any, the order is that of the first
    member.

    **Where it fails.** Labels that were given to the oddest rows only teach that anomalies are odd.

    **Cost.** That of its members, and trees: of order n d log n each to learn, with n at most
    `max_reference` and the labelled anomalies; a row walks down each tree.

    References
    ----------
    Zhao, Y. & Hryniewicz, M. K. (2018). XGBOD: improving supervised outlier detection with
    unsupervised representation learning. IJCNN. https://doi.org/10.1109/IJCNN.2018.8489605
    Geurts, P., Ernst, D. & Wehenkel, L. (2006). Extremely randomized trees. Machine Learning 63.
    https://doi.org/10.1007/s10994-006-6226-1

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import FewLabels
    >>> rows = np.random.default_rng(0).normal(size=(400, 2))
    >>> rows[:8] = rows[:8] * 0.1 + [-2.0, 2.0]  # eight frauds, not far out; one of them is known
    >>> labels = np.full(400, np.nan)
    >>> labels[0] = 1
    >>> model = FewLabels(members=("KNN",)).fit(rows, labels)
    >>> sorted(model.score_samples(rows).argsort()[:8].tolist())
    [0, 1, 2, 3, 4, 5, 6, 7]
    """

    card = {"kinds": ["table"], "paper": "doi:10.1109/IJCNN.2018.8489605"}
    fast = {"members": ("KNN", "ECOD"), "n_trees": 20}
    expected_failures = {
        "check_classifier_data_not_an_array": "its targets are 1 and 2; labels are 1, 0 or missing",
        "check_estimators_dtypes": "its targets are 1 and 2; labels are 1, 0 or missing",
    }
    needs_labels = False
    steady_tail = False
    _state_spec = {
        "members_": Members(),
        "sample_": Array("value"),
        "weight_": Array(),
        **STATE,
    }

    members_: list[Model]
    sample_: np.ndarray
    weight_: np.ndarray

    def __init__(
        self,
        members: Sequence[str | Model] | None = None,
        n_trees: Annotated[int, Interval(1, 10_000)] = 100,
        min_leaf: Annotated[int, Interval(1, 1000)] = 4,
        prior: Annotated[float, Interval(0, open_low=True)] = 20.0,
        max_reference: Annotated[int, Interval(2, 10_000_000)] = 20_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.members = members
        self.n_trees = n_trees
        self.min_leaf = min_leaf
        self.prior = prior
        self.max_reference = max_reference
        self.seed = seed

    def _check_state(self) -> None:
        if not self.members_ or not self.sample_.size:
            raise ValueError(f"{len(self.members_)} members, sample {self.sample_.shape}")
        Trees.kept_in(self).check(len(self.schema_.feature_columns) + len(self.members_))

    def _fit_labelled(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        order = np.lexsort((labels == 1, *x.T))  # so that the order of the rows decides nothing
        x, anomaly = x[order], labels[order] == 1
        names = DEFAULT_MEMBERS if self.members is None else self.members
        self.members_ = [_fresh(member, self.seed) for member in names]
        if not self.members_:
            raise ParameterError("FewLabels: members must name at least one model. Got none.")
        oddness = [_learn(member, self.schema_, x, anomaly, rng) for member in self.members_]
        self.sample_ = np.quantile(oddness[0], np.linspace(0, 1, min(len(x), _MOST_VALUES)))
        self.weight_ = np.array(_PRIOR * self.prior / (self.prior + anomaly.sum()))
        vars(self).pop("_surprise", None)
        seen = _seen_by_trees(x, oddness)
        self._grow(seen, anomaly, rng).keep_in(self)
        self._training_scores = np.empty(len(x))
        self._training_scores[order] = -self._log_odds(seen, oddness[0])

    def _grow(self, seen: np.ndarray, anomaly: np.ndarray, rng: np.random.Generator) -> Trees:
        """Return trees whose sum is the share of anomalies, both classes counted alike."""
        others = np.flatnonzero(~anomaly)
        rows = others[some_rows(len(others), self.max_reference, rng)]
        rows = np.sort(np.append(rows, np.flatnonzero(anomaly)))
        if anomaly[rows].all() or not anomaly.any():
            return constant(0.0)
        forest = ExtraTreesClassifier(
            n_estimators=self.n_trees,
            min_samples_leaf=self.min_leaf,
            max_features=0.5,
            class_weight="balanced",
            random_state=int(rng.integers(2**31)),
        )
        return from_forest(forest.fit(seen[rows], anomaly[rows])).times(1 / self.n_trees)

    def _score(self, x: np.ndarray) -> np.ndarray:
        oddness = [-member._score(x) for member in self.members_]
        return -self._log_odds(_seen_by_trees(x, oddness), oddness[0])

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return self._training_scores

    def _log_odds(self, seen: np.ndarray, first: np.ndarray) -> np.ndarray:
        """Return what trees and first member say together, shape (n,)."""
        share = Trees.kept_in(self).sums(seen)
        from_labels = np.log((share + _FLOOR) / (1 - share + _FLOOR))
        # without a fitted tail, surprise grows slowly beyond the sample and never outshouts labels
        within = -replace(self._surprise, tail=None).log_p(first)
        beyond = np.maximum(-self._surprise.log_p(first) - _FAR, 0.0)
        return from_labels + self.weight_ * within + _PRIOR * beyond

    @cached_property
    def _surprise(self) -> Empirical:
        return learn_empirical(self.sample_, least_scale=self.members_[0].least_scale)


def _learn(
    member: Model, schema: Schema, x: np.ndarray, anomaly: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Fit a member to rows that are no known anomalies; return how odd it finds each row."""
    known = anomaly if (~anomaly).sum() >= member.min_rows else np.zeros(len(x), dtype=bool)
    member._fit_features(schema, x[~known], rng)
    oddness = np.empty(len(x))
    oddness[~known] = -member.training_scores_
    if known.any():
        oddness[known] = -member._score(x[known])
    return oddness


def _seen_by_trees(x: np.ndarray, oddness: Sequence[np.ndarray]) -> np.ndarray:
    """Return features and members' oddness in single precision, shape (n, width + members)."""
    seen = np.column_stack([x, *oddness])
    return np.clip(seen, -_LARGEST, _LARGEST).astype(np.float32)


def _fresh(member: str | Model, seed: int) -> Model:
    """Return an unfitted copy of a member, with the model's seed if it draws numbers."""
    model = catalogue.make(member) if isinstance(member, str) else cast(Model, clone(member))
    if isinstance(member, str) and "seed" in model.get_params(deep=False):
        model.set_params(seed=seed)
    check_parameters(model)
    return model
