"""Toy data of one series: a table with a clock, and something planted in it."""

from __future__ import annotations

import numpy as np

from likely.data.column import Column
from likely.data.table import Table

STEPS = 600
_PERIOD = 48
_HOUR = 3600e6  # microseconds
_START = 1.7e15


def timeline(n: int = STEPS, seed: int = 0) -> Table:
    """Return n hours of two channels that follow a rhythm, with noise.

    Parameters
    ----------
    n : int in [1, inf), default 600
        How many rows.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng, step = np.random.default_rng(seed), np.arange(n)
    turn = 2 * np.pi * step / _PERIOD
    load = np.sin(turn) + 0.1 * rng.normal(size=n)
    heat = 20 + 3 * np.cos(turn) + 0.3 * rng.normal(size=n)
    return _table(step, load, heat)


def planted_stretch(n: int = STEPS, seed: int = 0) -> tuple[Table, slice]:
    """Return the same with a stretch in which the first channel stands still, and where that is.

    Parameters
    ----------
    n : int in [100, inf), default 600
        How many rows.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    clean = timeline(n, seed)
    where = slice(2 * n // 3, 2 * n // 3 + n // 20)
    values = clean.matrix.copy()
    values[where, 1] = values[where.start, 1]
    return _table(np.arange(n), values[:, 1], values[:, 2]), where


def _table(step: np.ndarray, load: np.ndarray, heat: np.ndarray) -> Table:
    columns = (Column("time", "date"), Column("load", "number"), Column("heat", "number"))
    return Table(np.column_stack([_START + _HOUR * step, load, heat]), columns)
