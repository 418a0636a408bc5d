"""Scores of the moments of a series under models that have not seen the block they are in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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


Seen = Callable[[Table], Table]


def blocked_cross_fit(
    model: OverTime,
    table: Table,
    *,
    learn_view: Callable[[Table], Seen] | None = None,
    ordinary: Table | None = None,
) -> CrossFit:
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
    learn_view : callable, optional
        Learns from the rows that a model learns from how models see rows, such as without what a
        context explains, and returns that view.
    ordinary : Table, optional
        The same rows as they are learnt from: what is known to be odd is missing there.

    Returns
    -------
    CrossFit
        Oddness by row, in the order of the table.
    """
    learn_view = learn_view or (lambda _: lambda rows: rows)
    ordinary = table if ordinary is None else ordinary
    line = in_order(table)
    there = line.rows >= 0
    order = line.rows[there]
    if len(order) < model.folds * _LEAST_BLOCK:
        seen = learn_view(ordinary)
        alone = cast(OverTime, clone(model)).fit(seen(ordinary))
        if ordinary is table:
            return CrossFit(-alone.training_scores_, alone, held_out=False)
        odd = -alone.score_samples(seen(table))
        return CrossFit(odd, alone, held_out=False, calm=-alone.training_scores_)
    ends = np.concatenate([[0], np.cumsum(there)])[[*line.begins, len(line)]]
    edges = [
        np.linspace(first, end, model.folds + 1).astype(np.int64) for first, end in pairwise(ends)
    ]
    oddness, calm = np.empty(len(order)), np.empty(len(order))
    first: OverTime | None = None
    for k in track(range(model.folds), f"Learning with {type(model).__name__}"):
        blocks = [slice(*of[k : k + 2].tolist()) for of in edges]
        held = np.zeros(len(order), dtype=bool)
        for block in blocks:
            held[block] = True
        learnt = np.sort(order[~held])
        seen = learn_view(ordinary.take(learnt))
        fitted = cast(OverTime, fold_copy(model, k, model.folds))
        fitted = fitted.fit(seen(ordinary.take(learnt)))
        around = np.concatenate(
            [_around(block, of, fitted) for of, block in zip(edges, blocks, strict=True)]
        )
        judged = held[around]
        if ordinary is not table:
            rest = seen(ordinary.take(order[around]))
            calm[around[judged]] = -fitted.score_samples(rest)[judged]
        oddness[around[judged]] = -fitted.score_samples(seen(table.take(order[around])))[judged]
        first = first or fitted
    assert first is not None
    found = CrossFit(_by_row(oddness, order, table), first, held_out=True)
    if ordinary is not table:
        found = replace(found, calm=_by_row(calm, order, table))
    return found


def _by_row(by_step: np.ndarray, order: np.ndarray, table: Table) -> np.ndarray:
    """Return what is known of steps for every row; the median for rows without a time."""
    found = np.full(len(table), np.median(by_step))
    found[order] = by_step
    return found


def _around(block: slice, edges: np.ndarray, model: OverTime) -> np.ndarray:
    """Return the steps of a series that scores of a block depend on: enough to be judged."""
    before, after = model.reach_
    first = max(int(edges[0]), block.start - before)
    end = min(int(edges[-1]), max(block.stop + after, first + model.least_steps_))
    first = max(int(edges[0]), min(first, end - model.least_steps_))
    first -= (first - int(edges[0])) % model.stride_  # where the whole series may be cut
    return np.arange(first, end)
