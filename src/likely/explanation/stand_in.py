"""Likely rows made up from a schema, for models that were saved without rows."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from likely.core.random import generator
from likely.data.column import Column
from likely.data.features import Encoding
from likely.data.schema import Schema
from likely.data.table import Table

_ROWS = 1_000
_COMMON = 0.95
"""Share of the middle value of yes-or-no columns, of which a schema keeps no counts."""


def stand_in(schema: Schema) -> Table:
    """Return rows that agree with what a schema knows: each column alone, nothing between them."""
    rng = generator(0)
    columns = []
    for column, encoding in zip(schema.used, schema.encodings, strict=True):
        values = rng.permutation(_values(column, encoding))
        values[: round(_share_missing(encoding) * _ROWS)] = np.nan
        columns.append(rng.permutation(values))
    return Table(np.column_stack(columns), schema.used, named=schema.named)


def _values(column: Column, encoding: Encoding) -> np.ndarray:
    middle = (np.arange(_ROWS) + 0.5) / _ROWS
    if column.kind == "category":
        return _levels(encoding)
    if column.kind == "boolean":
        other = encoding.high if encoding.centre == encoding.low else encoding.low
        return np.where(middle < _COMMON, encoding.centre, other)
    if column.kind == "date":
        jitter = generator(0).uniform(0, 1, _ROWS)  # even steps would hit few times of day
        return np.round(encoding.low + jitter * (encoding.high - encoding.low))
    with np.errstate(over="ignore"):
        values = encoding.centre + encoding.scale * ndtri(middle)
    values = np.clip(values, encoding.low, encoding.high)
    return np.round(values) if column.integer else values


def _share_missing(encoding: Encoding) -> float:
    """Return the share that the weight of the missing flag stands for (the smaller of two)."""
    if encoding.flag == 0:
        return 0.0
    variance = min(1 / encoding.flag**2, 0.25)
    return float((1 - np.sqrt(1 - 4 * variance)) / 2)


def _levels(encoding: Encoding) -> np.ndarray:
    if encoding.counts:
        counts = np.array(encoding.counts)
        filled = np.cumsum(counts) / counts.sum()
        return np.searchsorted(filled, (np.arange(_ROWS) + 0.5) / _ROWS).astype(np.float64)
    levels = np.array(encoding.levels or (np.nan,), dtype=np.float64)
    return levels[np.arange(_ROWS) % len(levels)]
