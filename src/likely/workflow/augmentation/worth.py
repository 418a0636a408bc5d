"""Whether added rows are worth having: paired cross-validation, and a rule against luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import RepeatedStratifiedKFold

from likely.base.model import Model
from likely.core.random import generator
from likely.data.table import Table
from likely.workflow.augmentation.drawing import make_rows, name_of

NONE = "none"
_SURE = 0.5  # standard errors that a gain must be above; over tables, one turns down too much
_MOST_ROWS = 20_000  # that are judged; of more, so many drawn at random
_MOST_LABELS = 255  # that trees of the default classifier take for categories


class Hand(Protocol):
    """Gives rows to a classifier in the types that it is used to."""

    def __call__(self, values: np.ndarray) -> Any:
        """Return stored values, (n, columns), as rows."""
        ...


@dataclass(frozen=True)
class Verdict:
    """Whether rows were added, and what speaks for it.

    Parameters
    ----------
    method : str
        What made the rows that were added; "none" if there are none.
    helped : bool
        Whether these rows raised the average precision by more than half its standard error.
    auprc : dict of str to float
        Mean average precision of rows held out by the method that rows were added with ("none":
        without); over several classes the mean of one against all others. Empty if it could not be
        measured.
    gain : dict of str to float
        How much that is above "none".
    error : dict of str to float
        Standard error of the gain over the folds.
    added : int
        How many rows were added.
    reason : str
        All this in words.
    """

    method: str
    helped: bool
    auprc: dict[str, float]
    gain: dict[str, float]
    error: dict[str, float]
    added: int
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Trial:
    """How added rows are to be judged.

    Parameters
    ----------
    classifier : scikit-learn classifier or None
        What learns from the rows; None is gradient boosting.
    folds, repeats : int
        Of cross-validation.
    ratio : float
        How frequent rare classes are made.
    seed : int
        Of folds and draws.
    """

    classifier: Any
    folds: int
    repeats: int
    ratio: float
    seed: int


def measure(
    table: Table, classes: np.ndarray, methods: Sequence[str | Model], trial: Trial, hand: Hand
) -> dict[str, np.ndarray]:
    """Return the average precision in every fold, without added rows and with those of methods.

    Rows are made from what is learnt from in a fold only, so that those held out stay unseen.

    Parameters
    ----------
    table : Table
        Rows.
    classes : ndarray of int, shape (n,)
        Their classes, of which each has two rows at least.
    methods : sequence of str or Model
        What makes rows.
    trial : Trial
        How to judge.
    hand : Hand
        Makes rows of stored values.

    Returns
    -------
    dict of str to ndarray of shape (folds x repeats,)
        By the name of the method; "none" comes first.
    """
    rows = _judged(classes, trial.seed)
    table, classes = table.take(rows), classes[rows]
    folds = min(trial.folds, int(np.bincount(classes).min()))
    split = RepeatedStratifiedKFold(
        n_splits=folds, n_repeats=trial.repeats, random_state=trial.seed
    )
    classifier = _boosting(table, trial.seed) if trial.classifier is None else trial.classifier
    rare = int(np.bincount(classes).argmin())
    found: dict[str, list[float]] = {NONE: [], **{name_of(method): [] for method in methods}}
    for fold, (learnt, held) in enumerate(split.split(table.matrix, classes)):
        part, known = table.take(learnt), classes[learnt]
        for method in (None, *methods):
            values, y = part.matrix, known
            if method is not None:
                made, which = make_rows(part, known, trial.ratio, method, trial.seed + fold)
                values, y = np.concatenate([values, made]), np.concatenate([y, which])
            fitted: Any = cast("Any", clone(classifier)).fit(hand(values), y)
            precision = _precision(fitted, hand(table.matrix[held]), classes[held], rare)
            found[NONE if method is None else name_of(method)].append(precision)
    return {name: np.array(values) for name, values in found.items()}


def judge(auprc: dict[str, np.ndarray], *, refusing: bool) -> Verdict:
    """Return the method that is best by more than half a standard error over the folds.

    What is to be gained and lost is the same, so what is probably better is taken. A whole standard
    error, as where the simpler choice costs less, refuses too often: with few positives the error
    is large, and there rows help most. Gains are of the same folds, so that what all have in common
    cancels.

    Parameters
    ----------
    auprc : dict of str to ndarray of shape (folds,)
        As `measure` returns it.
    refusing : bool
        Whether "none" may be the answer; otherwise the best method is named, helpful or not.

    Examples
    --------
    >>> judge({"none": np.array([0.5, 0.6]), "smote": np.array([0.7, 0.8])}, refusing=True).method
    'smote'
    >>> judge({"none": np.array([0.5, 0.6]), "smote": np.array([0.8, 0.4])}, refusing=True).method
    'none'
    """
    away = {name: values - auprc[NONE] for name, values in auprc.items() if name != NONE}
    gain = {name: float(one.mean()) for name, one in away.items()}
    error = {name: float(one.std(ddof=1) / np.sqrt(len(one))) for name, one in away.items()}
    helpful = {name: gain[name] > max(_SURE * error[name], 1e-9) for name in gain}
    open_to = [name for name in gain if helpful[name] or not refusing]
    method = max(open_to, key=gain.__getitem__, default=NONE)
    means = {name: float(values.mean()) for name, values in auprc.items()}
    figures = "; ".join(
        f"{name} {means[name]:.3f} (gain {gain[name]:+.3f}, standard error {error[name]:.3f})"
        for name in gain
    )
    helped = helpful.get(method, False)
    said = "They help" if helped else "They do not help"
    start = "No rows are added: they do not help" if method == NONE else said
    reason = f"{start} in {len(auprc[NONE])} folds. Average precision of rows held out: "
    reason += f"{means[NONE]:.3f} without; {figures}."
    return Verdict(method, helped, means, gain, error, 0, reason)


def untried(reason: str) -> Verdict:
    """Return the verdict that nothing is added, for a reason that needs no figures."""
    return Verdict(NONE, False, {}, {}, {}, 0, reason)


def told(verdict: Verdict | None, method: str, added: int) -> Verdict:
    """Return a verdict with the number of rows that were added; one without figures if None."""
    if verdict is None:
        reason = f"{added:,} rows are added by {method}. Whether they help was not measured."
        return Verdict(method, False, {}, {}, {}, added, reason)
    reason = f"{added:,} rows are added by {method}. {verdict.reason}"
    return replace(verdict, added=added, reason=reason)


def _judged(classes: np.ndarray, seed: int) -> np.ndarray:
    """Return the rows that are judged: all, or some of each class, at least as many as matter."""
    if len(classes) <= _MOST_ROWS:
        return np.arange(len(classes))
    rng, share = generator(seed), _MOST_ROWS / len(classes)
    kept = []
    for one in np.unique(classes):
        rows = np.flatnonzero(classes == one)
        least = min(len(rows), 20)
        kept.append(rng.choice(rows, max(least, int(share * len(rows))), replace=False))
    return np.sort(np.concatenate(kept))


def _boosting(table: Table, seed: int) -> HistGradientBoostingClassifier:
    columns = [table.columns[j] for j in table.used()]
    labels: Any = [c.kind == "category" and len(c.labels) <= _MOST_LABELS for c in columns]
    return HistGradientBoostingClassifier(categorical_features=labels, random_state=seed)


def _precision(fitted: Any, rows: Any, classes: np.ndarray, rare: int) -> float:
    """Return the average precision; over several classes the mean of one against the others."""
    chances = fitted.predict_proba(rows)
    judged = [rare] if chances.shape[1] == 2 else fitted.classes_.tolist()
    place = {one: j for j, one in enumerate(fitted.classes_.tolist())}
    each = [
        average_precision_score(classes == one, chances[:, place[one]])
        for one in judged
        if (classes == one).any()
    ]
    return float(np.mean(each))
