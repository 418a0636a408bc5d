"""Scores of the moments of a series under models that have not seen the block they are in."""

from __future__ import annotations

from typing import cast

import numpy as np
from sklearn.base import clone

from likely.base.over_time import OverTime
from likely.calibration.cross_fit import CrossFit, fold_copy
from likely.core.progress import track
from likely.data.table import Table
from likely.data.timeline import in_order

_LEAST_BLOCK = 20


def blocked_cross_fit(model: OverTime, table: Table) -> CrossFit:
    """Fit a model once per block and score each block by the model that did not see it.

    Blocks are stretches of time: a moment that was left out alone would be known from its
    neighbours. What is returned as the model has learnt from all but the oldest block, so it knows
    what came last.

    Parameters
    ----------
    model : OverTime
        Unfitted; it is copied.
    table : Table
        The rows of the series, in any order.

    Returns
    -------
    CrossFit
        Oddness by row, in the order of the table.
    """
    rows = in_order(table).rows
    order = rows[rows >= 0]
    steps = len(order)
    if steps < model.folds * _LEAST_BLOCK:
        alone = cast(OverTime, clone(model)).fit(table)
        return CrossFit(-alone.training_scores_, alone, held_out=False)
    edges = np.linspace(0, steps, model.folds + 1).astype(np.int64)
    oddness = np.empty(steps)
    first: OverTime | None = None
    for k in track(range(model.folds), f"Learning with {type(model).__name__}"):
        start, end = int(edges[k]), int(edges[k + 1])
        learnt = np.sort(np.concatenate([order[:start], order[end:]]))
        fitted = cast(OverTime, fold_copy(model, k, model.folds)).fit(table.take(learnt))
        before, after = fitted.reach_
        seen = slice(max(0, start - before), min(steps, end + after))
        scores = fitted.score_samples(table.take(order[seen]))
        oddness[start:end] = -scores[start - seen.start : end - seen.start]
        first = first or fitted
    assert first is not None
    by_row = np.full(len(table), np.median(oddness))
    by_row[order] = oddness
    return CrossFit(by_row, first, held_out=True)
