"""Scores of the moments of a series under models that have not seen the block they are in."""

from __future__ import annotations

from itertools import pairwise
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
    what came last. Of several series, a block is the same share of each.

    Parameters
    ----------
    model : OverTime
        Unfitted; it is copied.
    table : Table
        The rows of the series, or of several (`Table.series`), in any order.

    Returns
    -------
    CrossFit
        Oddness by row, in the order of the table.
    """
    line = in_order(table)
    there = line.rows >= 0
    order = line.rows[there]
    if len(order) < model.folds * _LEAST_BLOCK:
        alone = cast(OverTime, clone(model)).fit(table)
        return CrossFit(-alone.training_scores_, alone, held_out=False)
    ends = np.concatenate([[0], np.cumsum(there)])[[*line.begins, len(line)]]
    edges = [
        np.linspace(first, end, model.folds + 1).astype(np.int64) for first, end in pairwise(ends)
    ]
    oddness = np.empty(len(order))
    first: OverTime | None = None
    for k in track(range(model.folds), f"Learning with {type(model).__name__}"):
        blocks = [slice(*of[k : k + 2].tolist()) for of in edges]
        held = np.zeros(len(order), dtype=bool)
        for block in blocks:
            held[block] = True
        learnt = np.sort(order[~held])
        fitted = cast(OverTime, fold_copy(model, k, model.folds)).fit(table.take(learnt))
        around = np.concatenate(
            [_around(block, of, fitted) for of, block in zip(edges, blocks, strict=True)]
        )
        judged = held[around]
        oddness[around[judged]] = -fitted.score_samples(table.take(order[around]))[judged]
        first = first or fitted
    assert first is not None
    by_row = np.full(len(table), np.median(oddness))
    by_row[order] = oddness
    return CrossFit(by_row, first, held_out=True)


def _around(block: slice, edges: np.ndarray, model: OverTime) -> np.ndarray:
    """Return the steps of a series that scores of a block depend on: enough to be judged."""
    before, after = model.reach_
    first = max(int(edges[0]), block.start - before)
    end = min(int(edges[-1]), max(block.stop + after, first + model.least_steps_))
    first = max(int(edges[0]), min(first, end - model.least_steps_))
    first -= (first - int(edges[0])) % model.stride_  # where the whole series may be cut
    return np.arange(first, end)
