"""Rows of data brought onto the steps of an even clock, and results back onto the rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.core.errors import DataError
from likely.data.table import Table

_MOST_STEPS = 50_000_000


class OnSteps(NamedTuple):
    """A table with one row for each step of an even clock."""

    table: Table
    """The first column is the clock, the others are channels."""

    of_row: np.ndarray
    """In which step each row of the data is, shape (n,), int64; -1 for rows without a time."""

    width: float
    """Microseconds from one step to the next."""

    def onto_rows(self, by_step: np.ndarray, elsewhere: float) -> np.ndarray:
        """Return what is known of steps for every row of the data.

        Parameters
        ----------
        by_step : ndarray of shape (step,)
            One number for each row of `table`.
        elsewhere : float
            For rows that have no time.
        """
        return np.where(self.of_row >= 0, np.append(by_step, elsewhere)[self.of_row], elsewhere)


def steps_between(first: float, last: float, width: float) -> np.ndarray:
    """Return where steps of a width begin, from that of a first moment to that of the last.

    They begin at full minutes, hours or days in UTC, where the width divides these.

    Raises
    ------
    DataError
        If there are more than 50 million.
    """
    low, high = np.floor(first / width), np.floor(last / width)
    if high - low >= _MOST_STEPS:
        raise DataError(
            f"From the first to the last moment there are {high - low:,.0f} steps of "
            f"{width / 1e6:.4g} s. Choose longer ones by every=, or check the first and last stamp."
        )
    return (low + np.arange(int(high - low) + 1)) * width
