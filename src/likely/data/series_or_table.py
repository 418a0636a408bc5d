"""Whether the rows of a table are moments of one series."""

from __future__ import annotations

import numpy as np

from likely.core.errors import DataError
from likely.data.clock_column import clock_of, evenness, with_clock
from likely.data.table import Table

LEAST_ROWS = 100
_EVEN = 0.5
_REPEATED = 0.02
_NUMBERS = 0.5


def is_series(table: Table, time: str | None = None) -> tuple[bool, str]:
    """Say whether the rows of a table are moments of one series, and why, in a sentence.

    They are if there is one clock, most of whose steps are the usual one within 10 %, of which
    hardly a stamp stands twice; there are at least 100 rows; and at least half of the other columns
    that are looked at are numbers. Sales by shop and day, or payments at any time, are rows.

    Parameters
    ----------
    table : Table
        Any; what is set aside does not count.
    time : str, optional
        The column that the user calls the clock.

    Returns
    -------
    verdict : bool
    reason : str
        A sentence for people.

    Examples
    --------
    >>> from likely.data.frames import as_table
    >>> rows = {"ts": [1_700_000_000 + 60 * i for i in range(200)], "load": [1.0, 2.5] * 100}
    >>> is_series(as_table(rows))[0]
    True
    """
    try:
        table = with_clock(table, time)
        clock = clock_of(table, time)
    except DataError as error:
        return False, str(error)
    if clock is None:
        return False, "Rows are no series: no column is a clock, or several are alike."
    name = table.names[clock]
    moments = table.matrix[:, clock]
    present = np.sort(moments[~np.isnan(moments)])
    if len(present) < LEAST_ROWS:
        return False, f"Rows are no series: {len(present):,} have a time; {LEAST_ROWS} are needed."
    if len(present) < (1 - _REPEATED) * len(moments):
        return False, f"Rows are no series: too many have no time in {name!r}."
    repeated = float((np.diff(present) == 0).mean())
    if repeated > _REPEATED:
        return (
            False,
            f"Rows are no series: {repeated:.0%} share their stamp in {name!r} with another.",
        )
    even = evenness(present)
    if even < _EVEN:
        return False, f"Rows are no series: only {even:.0%} of the steps of {name!r} are alike."
    others = [j for j in table.used() if j != clock]
    numbers = [j for j in others if table.columns[j].kind in ("number", "boolean")]
    moving = [j for j in numbers if _moves(table.matrix[:, j])]
    verb = "is a number" if len(numbers) == 1 else "are numbers"
    share = f"{len(numbers)} of {len(others)} other columns {verb}"
    if not moving or len(numbers) < _NUMBERS * len(others):
        return False, f"Rows are no series: the clock {name!r} is even, but only {share}."
    return True, f"Rows are moments of one series: the clock {name!r} is even, and {share}."


def _moves(values: np.ndarray) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present) and (present != present[0]).any())
