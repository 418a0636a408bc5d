"""From features back to values: the nearest ones that a column can hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.data.column import Column
from likely.data.features import CYCLES, Encoding


def restore(
    encodings: Sequence[Encoding], columns: Sequence[Column], features: np.ndarray
) -> np.ndarray:
    """Return features as stored values.

    Parameters
    ----------
    encodings : sequence of Encoding
        How each column became features.
    columns : sequence of Column
        The columns.
    features : ndarray of shape (n, width)
        As `Schema.features` makes them, or anything near: a model's reconstruction.

    Returns
    -------
    ndarray of float64, shape (n, len(columns))
        As `Column.kind` says. A value is missing where its flag says so more than not. Features
        that hold less than the value give its nearest: a level as rare, a date in the middle of
        those learnt, at the hour that its circle says.
    """
    found, start = [], 0
    for encoding, column in zip(encodings, columns, strict=True):
        block = features[:, start : start + encoding.width]
        start += encoding.width
        found.append(_column(encoding, column, block))
    return np.column_stack(found)


def _column(encoding: Encoding, column: Column, block: np.ndarray) -> np.ndarray:
    """Return the values of one column, shape (n,)."""
    if encoding.rule == "scale":
        values = block[:, 0] * encoding.scale + encoding.centre
    elif encoding.rule == "levels":
        values = _levels(encoding, block)
    elif encoding.rule == "frequency":
        known = encoding.rarity[:-1]
        values = np.abs(block[:, :1] - known).argmin(axis=1).astype(np.float64)
    else:
        values = _dates(encoding, block)
    if column.kind == "boolean":
        values = np.where(np.isnan(values), np.nan, (values >= 0.5).astype(np.float64))
    if encoding.flag > 0:
        values = np.where(block[:, -1] > encoding.flag / 2, np.nan, values)
    return values


def _levels(encoding: Encoding, block: np.ndarray) -> np.ndarray:
    if not encoding.levels:
        return np.full(len(block), np.nan)
    chosen = block[:, : len(encoding.levels)].argmax(axis=1)
    return np.array(encoding.levels, dtype=np.float64)[chosen]


def _dates(encoding: Encoding, block: np.ndarray) -> np.ndarray:
    """Return moments: the position in time, put onto the nearest round of the shortest circle."""
    first = 0
    values = np.full(len(block), encoding.centre)
    if encoding.scale > 0:
        values, first = block[:, 0] * encoding.scale + encoding.centre, 1
    for name in encoding.cycles[::-1]:
        place = first + 2 * encoding.cycles.index(name)
        period = CYCLES[name]
        share = np.arctan2(block[:, place], block[:, place + 1]) / (2 * np.pi)
        values = values + ((share * period - values + period / 2) % period) - period / 2
    return values
