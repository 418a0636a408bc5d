"""How much of a row's oddness goes away when one column takes a usual value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.model import Model
from likely.data.table import Table
from likely.explanation.expected import Expected

MOST_COLUMNS = 64
"""Columns of a row that are tried at most; they are chosen by oddness and by contributions."""

_BATCH_CELLS = 2_000_000
_YARDSTICK = 100
"""About how many likely rows are scored to know what a large difference of scores is."""

_UNSEEN = 0.005
"""Weight of a column whose replacement the model does not notice, beside 1 for all it notices."""


def responsibility(
    model: Model, rows: Table, expected: list[Expected], likely_rows: Table
) -> np.ndarray:
    """Return the share of every column in the oddness of every row.

    A column is responsible if its value is odd given the other columns *and* the model finds the
    row more likely once the value is drawn anew from what the other columns let expect. The product
    of the two ranks columns: the second factor alone also blames innocent columns, since moving
    any value of an odd row to the middle helps a little.

    Parameters
    ----------
    model : Model
        The fitted model.
    rows : Table of n rows
        Rows as `model.schema_.match` gives them.
    expected : list of Expected
        What is usual for each of their columns.
    likely_rows : Table
        Rows that the model finds likely; at least one.

    Returns
    -------
    ndarray of shape (n, columns)
        Shares of at least 0 that sum to 1 in each row.
    """
    oddness = np.column_stack([e.oddness for e in expected])  # (n, columns)
    tried = _worth_trying(model, rows, oddness)
    drop = np.zeros_like(oddness)
    drop[np.arange(len(rows))[:, None], tried] = _drops(model, rows, expected, tried)
    shares = (_as_shares(drop, _margin(model, likely_rows)) + _UNSEEN) * oddness**4
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares / np.where(total > 0, total, 1.0), 1 / shares.shape[1])


def _as_shares(drop: np.ndarray, margin: float) -> np.ndarray:
    """Return drops as shares of their sum in each row, or of the margin if that is larger."""
    drop = np.maximum(drop, 0.0)
    drop = drop / np.maximum(drop.max(axis=1, keepdims=True), margin)  # so that sums stay finite
    return drop / np.maximum(drop.sum(axis=1, keepdims=True), 1.0)


def _margin(model: Model, likely_rows: Table) -> float:
    """Return how far a likely row is from being called odd, in units of the score.

    A row whose oddness falls by less than this is not odd for a reason that the model has.
    """
    step = max(1, len(likely_rows) // _YARDSTICK)
    scores = model.score_samples(likely_rows.take(slice(None, None, step)))
    return max(float(np.median(scores)) - model.offset_, np.finfo(np.float64).tiny)


def _worth_trying(model: Model, rows: Table, oddness: np.ndarray) -> np.ndarray:
    """Return which columns of each row to replace, shape (n, tried)."""
    n, width = oddness.shape
    if width <= MOST_COLUMNS:
        return np.tile(np.arange(width), (n, 1))
    rank = np.argsort(np.argsort(-oddness, axis=1, kind="stable"), axis=1)
    if isinstance(model, Explainer):
        own = model.contributions(rows)
        rank = np.minimum(rank, np.argsort(np.argsort(-own, axis=1, kind="stable"), axis=1))
    return np.sort(np.argsort(rank, axis=1, kind="stable")[:, :MOST_COLUMNS], axis=1)


def _drops(model: Model, rows: Table, expected: list[Expected], tried: np.ndarray) -> np.ndarray:
    """Return by how much oddness falls on average over the draws, shape (n, tried)."""
    draws = np.stack([e.draws for e in expected], axis=1)  # (n, columns, draws)
    before = model.score_samples(rows)
    count, width = draws.shape[2], rows.matrix.shape[1]
    step = max(1, _BATCH_CELLS // (tried.shape[1] * count * width))
    parts = []
    for start in range(0, len(rows), step):
        some = slice(start, start + step)
        changed = _replaced(rows.matrix[some], draws[some], tried[some])
        scores = model.score_samples(replace(rows, matrix=changed, native=None))
        after = scores.reshape(-1, tried.shape[1], count)
        parts.append((after - before[some, None, None]).mean(axis=2))
    return np.concatenate(parts)


def _replaced(matrix: np.ndarray, draws: np.ndarray, tried: np.ndarray) -> np.ndarray:
    """Return every row with one tried column replaced by one draw, for all of them."""
    n, width = matrix.shape
    count = draws.shape[2]
    changed = np.broadcast_to(matrix[:, None, None, :], (n, tried.shape[1], count, width)).copy()
    for t in range(tried.shape[1]):
        some = np.arange(n)
        changed[some[:, None], t, np.arange(count)[None, :], tried[:, t, None]] = draws[
            some, tried[:, t]
        ]
    return changed.reshape(-1, width)
