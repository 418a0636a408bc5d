"""The step that numbers or dates of a column are multiples of: whole numbers, cents, days."""

from __future__ import annotations

import numpy as np

from likely.data.column import Column

_DATES = (86_400e6, 3_600e6, 60e6, 1e6, 1e3)  # microseconds
_NUMBERS = (1_000.0, 100.0, 10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01, 1e-3, 1e-4)


def step_of(column: Column, distinct: np.ndarray) -> float:
    """Return the largest usual step that all values are multiples of; 0 if there is none.

    Parameters
    ----------
    column : Column
        Of dates or numbers; dates are stored in microseconds.
    distinct : ndarray of float64, shape (n,)
        Different values, finite, ascending.
    """
    if column.kind == "boolean":
        return 1.0
    size = float(np.abs(distinct).max())
    for step in _DATES if column.kind == "date" else _NUMBERS:
        if size < 2**50 * step:
            rounds = distinct / step
            if np.allclose(rounds, np.rint(rounds), rtol=0, atol=1e-6):
                return step
    return 0.0
