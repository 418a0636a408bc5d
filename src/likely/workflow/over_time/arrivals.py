"""Rows as they come, made into steps without gaps as soon as these are certain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from likely.calibration.decisions import rows_a_day
from likely.data.clock_gaps import LONGEST_BRIDGE, even_step, is_gap
from likely.data.table import Table
from likely.data.timeline import Timeline, in_order

PATIENCE = 1_000
"""So many missing values in a row are bridged; longer, the last one stands in."""

CLOCK_STEPS = 30
"""So many rows tell the usual step of the clock, where what was learnt does not."""


class Pace(NamedTuple):
    """How a clock goes."""

    step: float
    """Its usual step in microseconds; 0 if steps are uneven, or there is no clock."""

    a_day: float
    """Steps a day; 0 without a clock."""


def pace_of(times: np.ndarray) -> Pace:
    """Return how a clock goes, from times in microseconds in their order; NaN is no clock."""
    steps = np.diff(times)
    if not len(steps) or np.isnan(steps).any() or times[-1] <= times[0]:
        return Pace(0.0, 0.0)
    step = even_step(steps) or 0.0
    return Pace(step, 86_400e6 / step if step else rows_a_day(times))


class Steps(NamedTuple):
    """Steps that are certain."""

    values: np.ndarray
    """(time, channel), gaps bridged by straight lines."""

    times: np.ndarray
    rows: np.ndarray
    breaks: np.ndarray
    """Which of them begin behind a gap in the clock."""


class Arrivals:
    """Puts rows in the order of time and bridges values that are missing, as a batch does.

    Attributes
    ----------
    pace : Pace or None
        How the clock goes; None if it is not known yet.
    late, timeless : int
        Rows that were left out: they came behind a later one, or had no time.

    Parameters
    ----------
    channels : int
        How many channels there are.
    pace : Pace or None
        As above.
    """

    def __init__(self, channels: int, pace: Pace | None) -> None:
        self.pace = pace
        self.late = self.timeless = 0
        self._row = 0
        self._values, self._times = np.empty((0, channels)), np.empty(0)
        self._rows = np.empty(0, dtype=np.int64)
        self._last = np.array([[np.nan], [1.0]]).repeat(channels, axis=1)
        """Of each channel the last value, and how many steps before the first waiting one."""
        self._time = -np.inf
        self._before = np.nan
        self._laid = 0  # so many of the waiting rows have no gap before them that can be filled

    @property
    def waiting(self) -> int:
        """How many rows are not certain yet."""
        return len(self._rows)

    def count_from(self, row: int) -> None:
        """Give the next row a number."""
        self._row = row

    def add(self, table: Table) -> None:
        """Take rows; those that came too late are counted and left out."""
        line = in_order(table, bridge=0)  # gaps are judged when both their sides are here
        self.timeless += line.size - len(line)
        times = _times(line)
        late = times < self._time
        self.late += int(late.sum())
        self._values = np.concatenate([self._values, line.values[~late]])
        self._times = np.concatenate([self._times, times[~late]])
        self._rows = np.concatenate([self._rows, self._row + line.rows[~late]])
        self._row += line.size
        if line.moments is not None and not late.all():
            self._time = float(times[-1])

    def certain(self, *, over: bool = False) -> Steps:
        """Return steps that are certain, and keep the others waiting.

        Parameters
        ----------
        over : bool, default False
            Whether nothing more will come: then all are.
        """
        if self.pace is None and (over or self.waiting >= CLOCK_STEPS):
            self.pace = pace_of(self._times[:CLOCK_STEPS])
        self._fill_gaps()
        count = self.waiting if over else self._bridged()
        return self._give(0 if self.pace is None else count)

    def _fill_gaps(self) -> None:
        """Put in the few steps that the clock missed, without a row, as a batch does."""
        if self.pace is None or self._laid == self.waiting:
            return
        step = self.pace.step
        steps = np.diff(self._times, prepend=self._before)[self._laid :]
        missing = np.zeros(len(steps), dtype=np.int64)
        if step:
            short = is_gap(steps, step) & (steps < (LONGEST_BRIDGE + 1.5) * step)
            missing[short] = np.rint(steps[short] / step).astype(np.int64) - 1
        if missing.any():
            before = np.repeat(np.arange(len(steps)), missing) + self._laid
            back = np.concatenate([np.arange(count, 0, -1) for count in missing if count])
            times = self._times[before] - back * step
            self._times = np.insert(self._times, before, times)
            self._rows = np.insert(self._rows, before, -1)
            self._values = np.insert(self._values, before, np.nan, axis=0)
        self._laid = self.waiting

    def _bridged(self) -> int:
        """Return how many of the waiting rows are known, bridged, or given up, in each channel."""
        known = ~np.isnan(self._values)
        if known.all():
            return self.waiting
        some = known.any(axis=0)
        last = np.where(some, self.waiting - np.argmax(known[::-1], axis=0), 0)
        missing = self.waiting - last + np.where(some, 0, self._last[1] - 1)
        return int(np.where(missing > PATIENCE, self.waiting, last).min())

    def _give(self, count: int) -> Steps:
        values = self._filled(count)
        times, rows = self._times[:count], self._rows[:count]
        steps = np.diff(times, prepend=self._before)
        breaks = np.zeros(count, dtype=bool)
        if self.pace is not None and self.pace.step:
            breaks = is_gap(steps, self.pace.step)  # NaN, before the first row, is none
        if count:
            self._before = float(times[-1])
            for j, channel in enumerate(self._values[:count].T):
                seen = np.flatnonzero(~np.isnan(channel))
                if len(seen):
                    self._last[:, j] = channel[seen[-1]], count - seen[-1]
                else:
                    self._last[1, j] += count
        self._values, self._times = self._values[count:], self._times[count:]
        self._rows = self._rows[count:]
        self._laid -= count
        return Steps(values, times, rows, np.flatnonzero(breaks))

    def _filled(self, count: int) -> np.ndarray:
        values = self._values[:count].copy()
        missing = np.isnan(values)
        for j in np.flatnonzero(missing.any(axis=0)):
            where = np.flatnonzero(missing[:, j])
            values[where, j] = self._bridge(where, self._values[:, j], *self._last[:, j])
        return values

    @staticmethod
    def _bridge(where: np.ndarray, channel: np.ndarray, value: float, ago: float) -> np.ndarray:
        """Return what stands in for values: a straight line, or behind a long gap the last one."""
        seen = np.flatnonzero(~np.isnan(channel))
        places = np.concatenate([[-ago], seen, [np.inf]])
        known = np.concatenate([[value], channel[seen], [np.nan]])
        behind = np.searchsorted(places, where)
        short = places[behind] - places[behind - 1] - 1 <= PATIENCE
        held = known[behind - 1]
        there = ~np.isnan(known)
        if not there.any():
            return np.zeros(len(where))
        lines = np.interp(where, places[there], known[there])
        return np.where(short, lines, np.where(np.isnan(held), 0.0, held))

    def state(self) -> dict[str, Any]:
        """Return everything as plain values and arrays."""
        return {
            "pace": None if self.pace is None else list(self.pace),
            "late": self.late,
            "timeless": self.timeless,
            "row": self._row,
            "values": self._values,
            "times": self._times,
            "rows": self._rows,
            "last": self._last.copy(),
            "clock": np.array([self._time, self._before]),
            "laid": self._laid,
        }

    @classmethod
    def resume(cls, state: Mapping[str, Any]) -> Arrivals:
        """Return what `state` told."""
        pace = None if state["pace"] is None else Pace(*map(float, state["pace"]))
        found = cls(state["values"].shape[1], pace)
        found._row = int(state["row"])
        found.late, found.timeless = int(state["late"]), int(state["timeless"])
        found._values, found._times = np.array(state["values"]), np.array(state["times"])
        found._rows, found._last = np.array(state["rows"]), np.array(state["last"])
        found._time, found._before = map(float, state["clock"])
        found._laid = int(state["laid"])
        return found


def _times(line: Timeline) -> np.ndarray:
    return np.full(len(line), np.nan) if line.moments is None else line.moments
