"""The rows of a table in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

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
    begins : tuple of int
        The step with which each series begins: they come one behind the other.
    level, spread : ndarray of shape (time, channel), or None
        What a regime lets expect, and how surely: values are then what is left, in spreads.
    """

    order: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    channels: tuple[Column, ...]
    clock: Column | None
    times: np.ndarray | None = field(repr=False)
    notes: tuple[str, ...] = ()
    begins: tuple[int, ...] = (0,)
    level: np.ndarray | None = field(default=None, repr=False)
    spread: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.order)

    @classmethod
    def of(cls, table: Table) -> Moments:
        """Put the rows of a table in the order of its only clock."""
        line = in_order(table)
        is_row = line.rows >= 0
        clock = clock_of(table)
        begins = np.concatenate([[0], np.cumsum(is_row)])[list(line.begins)]
        return cls(
            order=line.rows[is_row],
            values=line.filled[is_row],
            channels=tuple(table.columns[j] for j in line.channels),
            clock=None if clock is None else table.columns[clock],
            times=None if line.moments is None else line.moments[is_row],
            notes=line.notes,
            begins=tuple(begins.tolist()),
        )

    @property
    def wholes(self) -> tuple[slice, ...]:
        """The steps of each series."""
        return tuple(slice(*pair) for pair in pairwise((*self.begins, len(self))))

    def of_one(self, steps: slice) -> Moments:
        """Return one series, by its steps."""
        return replace(
            self,
            order=self.order[steps],
            values=self.values[steps],
            times=None if self.times is None else self.times[steps],
            notes=(),
            begins=(0,),
            level=None if self.level is None else self.level[steps],
            spread=None if self.spread is None else self.spread[steps],
        )

    def in_units(
        self, values: np.ndarray, channel: int, steps: slice | np.ndarray = slice(None)
    ) -> np.ndarray:
        """Return values of a channel at some steps in the unit that people gave it in.

        Parameters
        ----------
        values : ndarray of shape (steps,)
            In the unit that models see.
        channel : int
            Which channel.
        steps : slice or ndarray of int
            Which steps they are at; a single one may have many values.
        """
        if self.level is None or self.spread is None:
            return values
        return self.level[steps, channel] + self.spread[steps, channel] * values

    def given(self, channel: int) -> np.ndarray:
        """Return the values of a channel as people gave them, gaps bridged, (time,)."""
        return self.in_units(self.values[:, channel], channel)

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
        """How long the series is, or all of them one after the other; None without a clock."""
        return float(sum(last - first for first, last in self._spans)) / _DAY or None

    @property
    def covered(self) -> float | None:
        """How many days there are on which at least one series goes on; None without a clock."""
        total, until = 0.0, -np.inf
        for first, last in sorted(self._spans):
            total += max(0.0, last - max(first, until))
            until = max(until, last)
        return total / _DAY or None

    @property
    def at_once(self) -> float:
        """How many series go on at the same time, on average."""
        return 1.0 if self.days is None or self.covered is None else self.days / self.covered

    @property
    def _spans(self) -> list[tuple[float, float]]:
        """The first and the last moment of each series."""
        if self.times is None:
            return []
        parts = [self.times[steps] for steps in self.wholes]
        return [(float(part[0]), float(part[-1])) for part in parts if len(part)]


_DAY = 86_400e6
_UNITS = ((_DAY, "day"), (3_600e6, "hour"), (60e6, "minute"), (1e6, "second"))


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
