"""The rows of a table in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from likely.data.clock_column import clock_of
from likely.data.column import Column
from likely.data.table import Table, write_value
from likely.data.timeline import in_order


@dataclass(frozen=True)
class Moments:
    """Rows that have a time, in its order; a step is a position among them.

    Parameters
    ----------
    order : ndarray of int64, shape (time,)
        Which row of the table each step is.
    values : ndarray of float64, shape (time, channel)
        With gaps bridged by straight lines.
    channels : tuple of Column
        What the channels are.
    clock : Column or None
        The column of times.
    times : ndarray of shape (time,), or None
        Microseconds since 1970 in UTC.
    notes : tuple of str
        What was decided about the clock.
    """

    order: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    channels: tuple[Column, ...]
    clock: Column | None
    times: np.ndarray | None = field(repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.order)

    @classmethod
    def of(cls, table: Table) -> Moments:
        """Put the rows of a table in the order of its only clock."""
        line = in_order(table)
        is_row = line.rows >= 0
        clock = clock_of(table)
        return cls(
            order=line.rows[is_row],
            values=line.filled[is_row],
            channels=tuple(table.columns[j] for j in line.channels),
            clock=None if clock is None else table.columns[clock],
            times=None if line.moments is None else line.moments[is_row],
            notes=line.notes,
        )

    def when(self, step: int) -> str:
        """Return the time of a step as people write it; its row where there is no clock."""
        if self.clock is None or self.times is None:
            return f"row {self.order[step] + 1:,}"
        return write_value(self.clock, float(self.times[step]))

    def lasting(self, first: int, last: int) -> str:
        """Return how long it is from one step to behind another, in a round unit."""
        if self.times is None or last >= len(self) - 1:
            steps = last - first + 1
            return f"{steps:,} {'step' if steps == 1 else 'steps'}"
        return duration(float(self.times[last + 1] - self.times[first]))

    @property
    def days(self) -> float | None:
        """How long the series is; None without a clock."""
        if self.times is None or len(self) < 2:
            return None
        return float(self.times[-1] - self.times[0]) / 86_400e6 or None


_UNITS = ((86_400e6, "day"), (3_600e6, "hour"), (60e6, "minute"), (1e6, "second"))


def duration(microseconds: float) -> str:
    """Return a length of time in the largest unit of which it has at least one.

    Examples
    --------
    >>> duration(90 * 60e6), duration(86_400e6), duration(2_500.0)
    ('1.5 hours', '1 day', '2.5 milliseconds')
    """
    for size, unit in _UNITS:
        if microseconds >= size:
            number = f"{microseconds / size:.3g}"
            return f"{number} {unit}{'' if number == '1' else 's'}"
    return f"{microseconds / 1e3:.3g} milliseconds"
