"""Scores of rows under models that have not seen them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.core.progress import track
from likely.core.random import generator
from likely.data.samples import Samples
from likely.data.texts import Texts
from likely.nets.budget import divided

MANY_ROWS = 5_000
"""From here on two half-samples judge each other; below, five folds."""

STRETCHES = 10
"""So many stretches of neighbouring texts are in a fold."""

ENOUGH_HELD_OUT = 1_000
"""So many samples are a reference that a slow model can be compared with; of more than ten times as
many, a tenth is."""


@dataclass(frozen=True)
class CrossFit:
    """Held-out oddness of every row, and a model to judge new rows by it.

    Parameters
    ----------
    oddness : ndarray of shape (n,)
        Minus the score of each row, by a model that was fitted without it.
    model : Model
        The model of the first fold. It learnt from as many rows as those that gave `oddness`, so
        that new rows score under it as the held-out rows did; a model fitted on all rows would
        know more, and find new rows less odd than the reference says.
    held_out : bool
        False if there were too few rows to hold any out.
    calm : ndarray of shape (n,), optional
        Of moments of a series some of which are known to be odd, the same where these are missing:
        what lies beside them is then judged without them.
    """

    oddness: np.ndarray
    model: Model
    held_out: bool
    calm: np.ndarray | None = None


def cross_fit(
    model: Model,
    table: Samples,
    seed: int,
    *,
    labels: np.ndarray | None = None,
    unlearnt: np.ndarray | None = None,
) -> CrossFit:
    """Fit a model once per fold and score each fold by the model that did not see it.

    A model that leaves each training row out of its own score has such scores after one fit, to
    all rows: nothing is folded.

    Parameters
    ----------
    model : Model
        Unfitted; it is copied.
    table : Table, Shaped or Texts
        The rows, the samples with axes, or the texts. Texts are dealt in stretches, because they
        are learnt in their order.
    seed : int
        Which rows fall into which fold.
    labels : ndarray of shape (n,), optional
        For models that learn from labels: 1, 0 or NaN. Labelled anomalies are spread evenly.
    unlearnt : ndarray of bool, shape (n,), optional
        Rows that no model learns from; the first one judges them.
    """
    if unlearnt is not None and unlearnt.any():
        return _judging_others(model, table, seed, unlearnt)
    n = len(table)
    folds = 5  # half of few labels would be too few
    if labels is None:
        folds = 2 if n >= MANY_ROWS else model.folds
    if n < 2 * folds or model.leaves_itself_out:
        alone = cast(Model, clone(model)).fit(table, labels)
        return CrossFit(-alone.training_scores_, alone, held_out=n >= 2 * folds)
    fold = _stretches(n, folds) if _in_order(table) else _folds(n, folds, seed, labels)
    oddness = np.empty(n)
    first: Model | None = None
    for k in track(range(folds), f"Learning with {type(model).__name__}"):
        learnt = np.flatnonzero(fold != k)
        told = None if labels is None else labels[learnt]
        fitted = fold_copy(model, k, folds).fit(table.take(learnt), told)
        judged = np.flatnonzero(fold == k)
        oddness[judged] = -fitted.score_samples(table.take(judged))
        first = first or fitted
    assert first is not None
    return CrossFit(oddness, first, held_out=True)


def hold_out(model: Model, samples: Samples, seed: int) -> tuple[CrossFit, Samples] | None:
    """Fit a slow model once, to all samples but some that new ones are compared with.

    Two models of half of the samples each would know less, and either costs as much as this one.

    Parameters
    ----------
    model : Model
        Unfitted; it is copied.
    samples : Table, Shaped, Texts or Clips
        What to learn from.
    seed : int
        Which samples are held out.

    Returns
    -------
    (CrossFit, samples) or None
        Of the samples held out only. None if the model is quick, or there are too few samples for
        it: those that can be spared are less than half.
    """
    n = len(samples)
    apart = max(n // 10, ENOUGH_HELD_OUT)
    if model.folds != 2 or model.leaves_itself_out or n < 2 * apart:
        return None
    if _in_order(samples):
        held_out = _stretches(n, n // apart) == 0
    else:
        held_out = np.isin(np.arange(n), generator(seed).permutation(n)[:apart])
    fitted = cast(Model, clone(model)).fit(samples.take(np.flatnonzero(~held_out)))
    judged = samples.take(np.flatnonzero(held_out))
    return CrossFit(-fitted.score_samples(judged), fitted, held_out=True), judged


def fold_copy(model: Model, k: int, folds: int) -> Model:
    """Return an unfitted copy for one fold, with its part of the time and its own checkpoint."""
    copied = cast(Model, clone(model))
    params = copied.get_params(deep=False)
    if "budget" in params:
        copied.set_params(budget=divided(params["budget"], folds))
    if k > 0 and params.get("checkpoint"):
        copied.set_params(checkpoint=f"{params['checkpoint']}.{k + 1}")
    return copied


def _folds(n: int, folds: int, seed: int, labels: np.ndarray | None) -> np.ndarray:
    """Return the fold of every row; labelled anomalies fill the folds from the last one.

    So the first model, which judges new rows, has seen every one of fewer anomalies than folds.
    """
    rng = generator(seed)
    fold = rng.permutation(n) % folds
    if labels is not None:
        anomalies = rng.permutation(np.flatnonzero(labels == 1))
        fold[anomalies] = folds - 1 - np.arange(len(anomalies)) % folds
    return fold


def _in_order(samples: Samples) -> bool:
    """Whether neighbours belong together: texts go on in the next, molecules do not."""
    return isinstance(samples, Texts) and samples.kind == "text"


def _stretches(n: int, folds: int) -> np.ndarray:
    """Return the fold of every text: stretches of neighbours, dealt out in turn."""
    parts = min(folds * STRETCHES, n)
    return np.arange(n) * parts // n % folds


def _judging_others(model: Model, table: Samples, seed: int, unlearnt: np.ndarray) -> CrossFit:
    """Cross-fit a model to some rows, and let the first of the fitted judge the others too."""
    cross = cross_fit(model, table.take(np.flatnonzero(~unlearnt)), seed)
    oddness = np.empty(len(table))
    oddness[~unlearnt] = cross.oddness
    oddness[unlearnt] = -cross.model.score_samples(table.take(np.flatnonzero(unlearnt)))
    return replace(cross, oddness=oddness)
