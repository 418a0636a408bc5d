"""Scores of rows under models that have not seen them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.core.progress import track
from likely.core.random import generator
from likely.data.table import Table

MANY_ROWS = 5_000
"""From here on two half-samples judge each other; below, five folds."""


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
    """

    oddness: np.ndarray
    model: Model
    held_out: bool


def cross_fit(model: Model, table: Table, seed: int) -> CrossFit:
    """Fit a model once per fold and score each fold by the model that did not see it.

    Parameters
    ----------
    model : Model
        Unfitted; it is copied.
    table : Table
        The rows.
    seed : int
        Which rows fall into which fold.
    """
    n = len(table)
    folds = 2 if n >= MANY_ROWS else 5
    if n < 2 * folds:
        alone = clone(model).fit(table)
        return CrossFit(-alone.training_scores_, alone, held_out=False)
    fold = generator(seed).permutation(n) % folds
    oddness = np.empty(n)
    first: Model | None = None
    for k in track(range(folds), f"Learning with {type(model).__name__}"):
        fitted = clone(model).fit(table.take(np.flatnonzero(fold != k)))
        judged = np.flatnonzero(fold == k)
        oddness[judged] = -fitted.score_samples(table.take(judged))
        first = first or fitted
    assert first is not None
    return CrossFit(oddness, first, held_out=True)
