"""What several detectors agree on, and alarms that the others would outvote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal, cast

import numpy as np
from scipy.special import softmax
from sklearn.base import clone

from likely.base.capabilities import Explainer
from likely.base.model import Model
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.empirical import Empirical, learn_empirical
from likely.core.errors import ParameterError
from likely.core.params import Interval, check_parameters

MOST_VALUES = 1024
"""Each training distribution is kept as at most this many quantiles."""

ALARM_WEIGHT = 0.1
"""An alarm outweighs the verdict where it is this much less probable, and two members the rest."""

_LOG_WEIGHTS = np.log([1 - ALARM_WEIGHT, ALARM_WEIGHT])


class Ensemble(Explainer):
    r"""What several detectors agree on, and what one of a few is sure of, in nats of surprise.

    A member's surprise is -log P(a training row scores as odd as this one); beyond the 70 %
    quantile of the training scores the probability comes from a fitted tail, so that farther is
    always odder. The members' **verdict** is what most of them find odd, whichever of them is wrong
    about this table, or what at least two are far surer of. A row that is odd in one column only
    would be outvoted, so the **alarms** are asked apart, and the largest of theirs counts. Verdict
    and alarm are turned into probabilities once more, by their own training distributions, and
    joined:

        1 / P = 0.9 / P(verdict) + 0.1 / P(alarm)

    which makes an alarm count where it is ten times less probable than the verdict. The score is
    log P.

    Parameters
    ----------
    members : sequence of str or Model, optional
        Detectors by name, or models with parameters of one's own (they are copied, not fitted).
        Default: KNN with 10 neighbours among 2,000 rows, KNN with 15 among 300, IsolationForest
        and Mahalanobis.
    alarms : sequence of str or Model, optional
        Likewise; one that is also a member is fitted once. Default: MarginalTails (the largest),
        or none if members are given.
    combine : {"agreement", "mean", "largest"}, default "agreement"
        How surprises make the verdict. "agreement": of members in order of surprise, the middle one
        (the less surprised of two) and the second most surprised, joined as above with weights 0.9
        and 0.1. "mean" and even more "largest", the logarithm of the mean of 1 / P, give weight to
        a member that is alone in finding a row very odd.
    seed : int in [0, inf), default 0
        Seed of the members that draw random numbers.

    Attributes
    ----------
    detectors_ : list of Model
        The fitted members, and then the alarms that are no members as well.
    votes_, rings_ : ndarray of shape (detector,), dtype uint8
        Whether each is a member, and whether it is an alarm.
    samples_ : ndarray of shape (detector, k)
        Quantiles of each one's training oddness; k is at most 1,024.
    typical_ : ndarray of shape (detector,)
        Its median.
    readings_ : ndarray of shape (2, k)
        Quantiles of the verdict and of the alarm on the training rows; k is 0 without alarms.

    Notes
    -----
    **Intuition.** A jury: members that err in different ways agree on what is really odd.

    **Formula.** $s(x) = -\log(0.9 \, e^{V(x)} + 0.1 \, e^{A(x)})$, where V is the members' verdict
    and A the largest alarm, both in nats. The verdict joins in the same way, with weights 0.9 and
    0.1, the middle and the second largest of the members' $L_j(x) = -\log P(S_j \ge s_j(x))$, where
    s_j is the oddness of the row to member j and S_j that of learnt rows. Without alarms the score
    is −V.

    **When to use.** Where nothing is known about the data; it is what `auto` takes.

    **Where it fails.** A blind spot that all members share, or all but one; where an alarm is
    wrong, its few rows come first.

    **Cost.** The sum of its members. The default ones keep at most 2,000 rows to compare with, so
    that both learning and judging grow linearly with the rows.

    References
    ----------
    Kriegel, H.-P., Kröger, P., Schubert, E. & Zimek, A. (2011). Interpreting and unifying outlier
    scores. SDM. https://doi.org/10.1137/1.9781611972818.2
    Wilson, D. J. (2019). The harmonic mean p-value for combining dependent tests. PNAS 116(4),
    1195-1200. https://doi.org/10.1073/pnas.1814092116

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
    state_version = 2
    _state_spec = {
        "detectors_": Members(),
        "votes_": Array("detector", dtype="uint8", high=1),
        "rings_": Array("detector", dtype="uint8", high=1),
        "samples_": Array("detector", "value"),
        "typical_": Array("detector"),
        "readings_": Array(2, "kept"),
    }

    detectors_: list[Model]
    votes_: np.ndarray
    rings_: np.ndarray
    samples_: np.ndarray
    typical_: np.ndarray
    readings_: np.ndarray

    def __init__(
        self,
        members: Sequence[str | Model] | None = None,
        alarms: Sequence[str | Model] | None = None,
        combine: Literal["agreement", "mean", "largest"] = "agreement",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.members = members
        self.alarms = alarms
        self.combine = combine
        self.seed = seed

    def _check_state(self) -> None:
        count = len(self.detectors_)
        if not self.votes_.any() or not self.samples_.size or len(self.samples_) != count:
            raise ValueError(f"{count} detectors, samples {self.samples_.shape}")
        if bool(self.rings_.any()) != bool(self.readings_.size):
            raise ValueError(f"{self.rings_.sum()} alarms, readings {self.readings_.shape}")

    @property
    def least_scale(self) -> float:
        """One nat where one detector's nat is the score's; 0 where several must agree."""
        return 1.0 if self.rings_.any() or self.combine == "largest" else 0.0

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._choose_detectors()
        for detector in self.detectors_:
            detector._fit_features(self.schema_, x, rng)
        oddness = [-detector.training_scores_ for detector in self.detectors_]
        self.typical_ = np.array([float(np.median(odd)) for odd in oddness])
        tamed = [self._tame(j, odd) for j, odd in enumerate(oddness)]
        self.samples_ = np.array([_quantiles(odd) for odd in tamed])
        self._forget()
        self.readings_ = np.zeros((2, 0))
        if self.rings_.any():
            surprises = self._surprises([d.training_scores_ for d in self.detectors_])
            self.readings_ = np.array([_quantiles(r) for r in self._verdict_and_alarm(surprises)])
            self._forget()

    def _choose_detectors(self) -> None:
        """Set the unfitted detectors, and which of them vote and ring."""
        members = default_members(self.seed) if self.members is None else self.members
        alarms = self.alarms
        if alarms is None:
            alarms = ("MarginalTails",) if self.members is None else ()
        self.detectors_ = [_fresh(member, self.seed) for member in members]
        if not self.detectors_:
            raise ParameterError("Ensemble: members must name at least one model. Got none.")
        votes = len(self.detectors_)
        known = [_identity(member) for member in self.detectors_]
        rings: list[int] = []
        for alarm in (_fresh(alarm, self.seed) for alarm in alarms):
            if _identity(alarm) not in known:
                known.append(_identity(alarm))
                self.detectors_.append(alarm)
            rings.append(known.index(_identity(alarm)))
        positions = np.arange(len(self.detectors_))
        self.votes_ = (positions < votes).astype(np.uint8)
        self.rings_ = np.isin(positions, rings).astype(np.uint8)

    def _forget(self) -> None:
        for name in ("_distributions", "_reading_distributions"):
            vars(self).pop(name, None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._joint(self._surprises([d._score(x) for d in self.detectors_]))

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return -self._joint(self._surprises([d.training_scores_ for d in self.detectors_]))

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        surprises = self._surprises([d._score(x) for d in self.detectors_])
        weights = self._speaking_weights(surprises)  # (detector, row)
        total = np.zeros_like(x)
        for detector, weighted in zip(self.detectors_, surprises * weights, strict=True):
            if not isinstance(detector, Explainer):
                continue  # what it adds to the score, the others must speak for
            shares = detector._contributions(x)  # (row, feature)
            whole = shares.sum(axis=1, keepdims=True)
            even = np.full_like(shares, 1 / x.shape[1])
            shares = np.where(whole > 0, shares / np.where(whole > 0, whole, 1.0), even)
            total += weighted[:, None] * shares
        whole = total.sum(axis=1, keepdims=True)
        return total * (self._joint(surprises)[:, None] / np.where(whole > 0, whole, 1.0))

    def _speaking_weights(self, surprises: np.ndarray) -> np.ndarray:
        """Return how much each detector has to say about each row, shape (detector, row).

        Of the members, those speak that find a row at least as odd as the middle one does.
        """
        members, alarms = self.votes_ == 1, self.rings_ == 1
        voices = surprises[members]
        speaks = (voices >= np.median(voices, axis=0)).astype(np.float64)
        speaks *= softmax(voices, axis=0) + 1 / len(voices)
        weights = np.zeros_like(surprises)
        weights[members] = speaks / speaks.sum(axis=0)
        if alarms.any():
            sides = softmax(self._sides(surprises), axis=0)  # (2, row)
            weights *= sides[0]
            weights[alarms] += softmax(surprises[alarms], axis=0) * sides[1]
        return weights

    def _joint(self, surprises: np.ndarray) -> np.ndarray:
        """Return the joint surprise in nats from that of each detector, shape (row,)."""
        if not self.rings_.any():
            return self._verdict_and_alarm(surprises)[0]
        return np.logaddexp.reduce(self._sides(surprises), axis=0)

    def _sides(self, surprises: np.ndarray) -> np.ndarray:
        """Return -log P of verdict and alarm, each plus the logarithm of its weight, (2, row)."""
        pairs = zip(self._reading_distributions, self._verdict_and_alarm(surprises), strict=True)
        return np.array([-d.log_p(reading) for d, reading in pairs]) + _LOG_WEIGHTS[:, None]

    def _verdict_and_alarm(self, surprises: np.ndarray) -> list[np.ndarray]:
        """Return the members' verdict and, if there are alarms, the largest alarm, (row,) each."""
        verdict = _combined(surprises[self.votes_ == 1], self.combine)
        if not self.rings_.any():
            return [verdict]
        return [verdict, _combined(surprises[self.rings_ == 1], "largest")]

    def _surprises(self, scores: list[np.ndarray]) -> np.ndarray:
        """Return each detector's surprise in nats, shape (detector, row)."""
        pairs = zip(self._distributions, scores, strict=True)
        return np.array([-d.log_p(self._tame(j, -score)) for j, (d, score) in enumerate(pairs)])

    def _tame(self, detector: int, oddness: np.ndarray) -> np.ndarray:
        """Take the logarithm of oddness that falls off like a power, so that none outshouts."""
        if not self.detectors_[detector].power_tail:
            return oddness
        return np.log1p(np.maximum(oddness, 0.0) / (self.typical_[detector] or 1.0))

    @cached_property
    def _distributions(self) -> list[Empirical]:
        return [
            learn_empirical(sample, cautious=False, least_scale=detector.least_scale)
            for detector, sample in zip(self.detectors_, self.samples_, strict=True)
        ]

    @cached_property
    def _reading_distributions(self) -> list[Empirical]:
        loudest = [
            d.least_scale for d, rings in zip(self.detectors_, self.rings_, strict=True) if rings
        ]
        scales = (0.0, max(loudest))  # the alarm is at least as odd as that of any one
        return [
            learn_empirical(sample, cautious=False, least_scale=scale)
            for sample, scale in zip(self.readings_, scales, strict=True)
        ]


def _combined(surprises: np.ndarray, how: str) -> np.ndarray:
    """Return the joint surprise of several detectors, shape (row,)."""
    count = len(surprises)
    if how == "agreement":
        ordered = np.sort(surprises, axis=0)
        pair = ordered[[(count - 1) // 2, max(count - 2, 0)]]
        return np.logaddexp.reduce(pair + _LOG_WEIGHTS[:, None], axis=0)
    if how == "mean":
        return surprises.mean(axis=0)
    return np.logaddexp.reduce(surprises, axis=0) - np.log(count)


def default_members(seed: int) -> list[str | Model]:
    """Return the members that an ensemble has if none are named.

    Two of them measure distances, to ten of 2,000 rows and to fifteen of 300: among few rows not
    even a group of anomalies can hide, however large the table.
    """
    near = catalogue.make("KNN", n_neighbors=10, max_reference=2000, seed=seed)
    wide = catalogue.make("KNN", n_neighbors=15, max_reference=300, seed=seed)
    return [near, wide, "IsolationForest", "Mahalanobis"]


def _identity(model: Model) -> tuple[type[Model], str]:
    """Return what is equal for unfitted models that would learn the same."""
    return type(model), repr(sorted(model.get_params(deep=False).items()))


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
