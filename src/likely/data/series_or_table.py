"""Whether the rows of a table are moments of one series, or of one each group."""

from __future__ import annotations

import numpy as np

from likely.core.errors import DataError
from likely.data.clock_column import clock_of, evenness, with_clock
from likely.data.entities import split_by
from likely.data.table import Table

LEAST_ROWS = 100
_EVEN = 0.5
_REPEATED = 0.02
_NUMBERS = 0.5
_MOST = 0.5
_LOOKED_AT = 100


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


def are_series(table: Table, group: str, time: str | None = None) -> tuple[bool, str]:
    """Say whether the rows of each group of a table are moments of one series, and why.

    They are if that holds, by the rule of `is_series`, for more than half of the groups (of more
    than a hundred, evenly chosen ones are looked at), and all other columns that are looked at are
    numbers.

    Parameters
    ----------
    table : Table
        Any; what is set aside does not count.
    group : str
        The column that says which group a row belongs to.
    time : str, optional
        The column that the user calls the clock.

    Examples
    --------
    >>> from likely.data.frames import as_table
    >>> ts = [1_700_000_000 + 60 * i for i in range(200)]
    >>> rows = {"ts": ts * 2, "pump": ["a"] * 200 + ["b"] * 200, "load": [1.0, 2.5] * 200}
    >>> are_series(as_table(rows), "pump")[0]
    True
    """
    table.check_names([group])
    _, sizes = np.unique(table.matrix[:, table.names.index(group)], return_counts=True)
    if np.mean(sizes >= LEAST_ROWS) <= _MOST:  # said before tables are made of very many
        return False, f"Groups are no series: most have fewer than {LEAST_ROWS} rows."
    found = split_by(table, group)
    every = [*found.parts, *found.short]
    some = np.unique(np.linspace(0, len(every) - 1, min(len(every), _LOOKED_AT)).astype(int))
    verdicts = [is_series(every[i].table, time) for i in some]
    share = sum(holds for holds, _ in verdicts) / len(verdicts)
    if share <= _MOST:
        why = next(reason for holds, reason in verdicts if not holds)
        return False, f"Groups are no series: most are none. {why}"
    clock = with_clock(found.parts[0].table, time)
    others = [c for c in clock.columns if c.used and c.kind not in ("number", "boolean", "date")]
    if others:
        return False, f"Groups are no series: {others[0].name!r} holds no numbers."
    return True, f"The rows of each {group!r} are moments of one series, with an even clock."


def _moves(values: np.ndarray) -> bool:
    present = values[~np.isnan(values)]
    return bool(len(present) and (present != present[0]).any())
