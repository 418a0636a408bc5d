"""Rows as they come, made into steps without gaps as soon as these are certain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from likely.data.clock_gaps import LONGEST_BRIDGE, even_step, is_gap

PATIENCE = 1_000
"""So many missing values in a row are bridged; longer, the last one stands in."""

CLOCK_STEPS = 30
"""So many rows tell the usual step of the clock, where what was learnt does not."""


class Beat(NamedTuple):
    """How a clock goes."""

    step: float
    """Its usual step in microseconds; 0 if steps are uneven, or there is no clock."""

    mean: float
    """Microseconds a step; 0 without a clock."""


def beat_of(times: np.ndarray) -> Beat:
    """Return how a clock goes, from times in microseconds in their order; NaN is no clock."""
    steps = np.diff(times)
    if not len(steps) or np.isnan(steps).any() or times[-1] <= times[0]:
        return Beat(0.0, 0.0)
    step = even_step(steps) or 0.0
    return Beat(step, step or float(steps.mean()))


class Steps(NamedTuple):
    """Steps that are certain."""

    values: np.ndarray
    """(time, channel), gaps bridged by straight lines."""

    times: np.ndarray
    rows: np.ndarray
    real: np.ndarray
    """Whether a step is a row; others were put into small gaps of the clock."""

    breaks: np.ndarray
    """Whether a step begins behind a long gap."""

    silent: np.ndarray
    """Whether nothing is known for long, which is not judged; told of certain steps only."""


class Arrivals:
    """Keeps rows that come in the order of time and bridges missing values, as a batch does.

    Attributes
    ----------
    beat : Beat or None
        How the clock goes; None if it is not known yet.
    late, timeless : int
        Rows that were left out: they came behind a later one, or had no time.

    Parameters
    ----------
    level : ndarray of shape (channel,)
        What a channel is taken for of which no value is known.
    beat : Beat or None
        As above.
    judged : int
        How many of the channels are judged, the first ones: without them nothing is known.
    """

    def __init__(self, level: np.ndarray, beat: Beat | None, judged: int) -> None:
        self.beat = beat
        self._judged = judged
        self.late = self.timeless = 0
        self._level = level
        self._row = 0
        self._waiting = _nothing(len(level))
        self._laid = 0  # so many of those that wait are laid out by the beat
        self._last = np.array([[np.nan], [1.0]]).repeat(len(level), axis=1)
        """Of each channel the last value, and how many steps before the first waiting one."""
        self._time = -np.inf
        self._before = np.nan

    @property
    def waiting(self) -> int:
        """How many rows are not certain yet."""
        return len(self._waiting.rows)

    def count_from(self, row: int) -> None:
        """Give the next row a number."""
        self._row = row

    def add(
        self, values: np.ndarray, times: np.ndarray | None, rows: np.ndarray | None = None
    ) -> None:
        """Take rows; those that came too late or have no time are counted and left out.

        Parameters
        ----------
        values : ndarray of shape (n, channel)
            NaN where nothing is known.
        times : ndarray of shape (n,), or None
            Microseconds.
        rows : ndarray of int64, shape (n,), optional
            Their numbers, if rows of others lie between them; by default one after the other.
        """
        values = np.where(np.isinf(values), np.nan, values)
        if rows is None:
            rows = np.arange(self._row, self._row + len(values))
            self._row += len(values)
        if times is None:
            times = np.full(len(values), np.nan)
        else:
            known = np.flatnonzero(~np.isnan(times))
            self.timeless += len(times) - len(known)
            latest = np.maximum.accumulate(np.append(self._time, times[known]))[1:]
            in_time = known[times[known] >= latest]  # also of rows that come together
            self.late += len(known) - len(in_time)
            values, times, rows = values[in_time], times[in_time], rows[in_time]
            if len(times):
                self._time = float(times[-1])
        real, no = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
        self._waiting = _joined(self._waiting, Steps(values, times, rows, real, no, no))

    def certain(self, *, over: bool = False) -> Steps:
        """Return steps that are certain, and keep the others waiting.

        Parameters
        ----------
        over : bool, default False
            Whether nothing more will come: then all are.
        """
        if self.beat is None and (over or self.waiting >= CLOCK_STEPS):
            self.beat = beat_of(self._waiting.times[:CLOCK_STEPS])
        if self.beat is None:
            return _part(self._waiting, slice(0, 0))
        self._lay_out(self.beat.step)
        return self._give(self.waiting if over else self._bridged(), over=over)

    def _lay_out(self, usual: float) -> None:
        """Put steps into small gaps of the clock, and mark where it breaks."""
        old = _part(self._waiting, slice(0, self._laid))
        new = _part(self._waiting, slice(self._laid, None))
        if len(new.rows) and usual:
            steps = np.diff(new.times, prepend=self._before)
            gap = is_gap(steps, usual)  # NaN, before the first row, is none
            missing = np.zeros(len(steps), dtype=np.int64)
            missing[gap] = np.rint(steps[gap] / usual).astype(np.int64) - 1
            new = new._replace(breaks=missing > LONGEST_BRIDGE)
            new = _with_steps(new, np.where(new.breaks, 0, missing), steps)
        if len(new.rows):
            self._before = float(new.times[-1])
        self._waiting = _joined(old, new)
        self._laid = self.waiting

    def _bridged(self) -> int:
        """Return how many of the waiting rows are known, bridged, or given up, in each channel."""
        known = ~np.isnan(self._waiting.values)
        if known.all():
            return self.waiting
        some = known.any(axis=0)
        last = np.where(some, self.waiting - np.argmax(known[::-1], axis=0), 0)
        missing = self.waiting - last + np.where(some, 0, self._last[1] - 1)
        return int(np.where(missing > PATIENCE, self.waiting, last).min())

    def _give(self, count: int, *, over: bool) -> Steps:
        given = _part(self._waiting, slice(0, count))
        values, silent = self._filled(count), self._silent(count, over=over)
        for j, channel in enumerate(given.values.T):
            seen = np.flatnonzero(~np.isnan(channel))
            if len(seen):
                self._last[:, j] = channel[seen[-1]], count - seen[-1]
            else:
                self._last[1, j] += count
        self._waiting = _part(self._waiting, slice(count, None))
        self._laid -= count
        return given._replace(values=values, silent=silent)

    def _silent(self, count: int, *, over: bool) -> np.ndarray:
        """Say in which of the first steps all that is judged is missing for too long a time."""
        values = self._waiting.values[:, : self._judged]
        silent = np.asarray(np.isnan(values[:count]).all(axis=1))
        where = np.flatnonzero(silent)
        for channel, (value, ago) in zip(
            values.T if len(where) else (), self._last.T, strict=False
        ):
            seen = np.flatnonzero(~np.isnan(channel))
            places = np.concatenate([[-ago], seen, [len(values) if over else np.inf]])
            behind = np.searchsorted(places, where)
            never = not len(seen) and bool(np.isnan(value))
            silent[where] &= never | (places[behind] - places[behind - 1] - 1 > LONGEST_BRIDGE)
        return silent

    def _filled(self, count: int) -> np.ndarray:
        values = self._waiting.values[:count].copy()
        missing = np.isnan(values)
        for j in np.flatnonzero(missing.any(axis=0)):
            where, channel = np.flatnonzero(missing[:, j]), self._waiting.values[:, j]
            value, ago = self._last[:, j].tolist()
            level = float(self._level[j])
            values[where, j] = self._bridge(where, channel, value, ago, level)
        return values

    @staticmethod
    def _bridge(
        where: np.ndarray, channel: np.ndarray, value: float, ago: float, level: float
    ) -> np.ndarray:
        """Return what stands in for values: a straight line, or behind a long gap the last one."""
        seen = np.flatnonzero(~np.isnan(channel))
        places = np.concatenate([[-ago], seen, [np.inf]])
        known = np.concatenate([[value], channel[seen], [np.nan]])
        behind = np.searchsorted(places, where)
        short = places[behind] - places[behind - 1] - 1 <= PATIENCE
        held = known[behind - 1]
        there = ~np.isnan(known)
        if not there.any():
            return np.full(len(where), level)
        lines = np.interp(where, places[there], known[there])
        return np.where(short, lines, np.where(np.isnan(held), level, held))

    def state(self) -> dict[str, Any]:
        """Return everything as plain values and arrays."""
        return {
            "beat": None if self.beat is None else list(self.beat),
            "late": self.late,
            "timeless": self.timeless,
            "row": self._row,
            "laid": self._laid,
            "last": self._last.copy(),
            "clock": np.array([self._time, self._before]),
            **{name: array.copy() for name, array in self._waiting._asdict().items()},
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was told."""
        self.beat = None if state["beat"] is None else Beat(*map(float, state["beat"]))
        self.late, self.timeless = int(state["late"]), int(state["timeless"])
        self._row, self._laid = int(state["row"]), int(state["laid"])
        self._last = np.array(state["last"])
        self._time, self._before = map(float, state["clock"])
        flags = {name: np.array(state[name], dtype=bool) for name in ("real", "breaks", "silent")}
        arrays = {name: np.array(state[name]) for name in ("values", "times", "rows")}
        self._waiting = Steps(**arrays, **flags)


def _nothing(channels: int) -> Steps:
    none = np.zeros(0, dtype=bool)
    rows = np.empty(0, dtype=np.int64)
    return Steps(np.empty((0, channels)), np.empty(0), rows, none, none, none)


def _part(steps: Steps, which: slice) -> Steps:
    return Steps(*(array[which] for array in steps))


def _joined(first: Steps, second: Steps) -> Steps:
    return Steps(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def _with_steps(steps: Steps, missing: np.ndarray, wide: np.ndarray) -> Steps:
    """Return steps with so many put in before each, evenly in time, and without values."""
    total = int(missing.sum())
    if not total:
        return steps
    places = np.repeat(np.arange(len(missing)), missing)
    ranks = np.arange(total) - np.repeat(np.cumsum(missing) - missing, missing) + 1
    begins = steps.times[places] - wide[places]
    times = begins + ranks * wide[places] / (missing[places] + 1)
    rows = np.insert(steps.rows, places, steps.rows[places])  # of the row that follows
    return Steps(
        np.insert(steps.values, places, np.nan, axis=0),
        np.insert(steps.times, places, times),
        rows,
        np.insert(steps.real, places, False),
        np.insert(steps.breaks, places, False),
        np.insert(steps.silent, places, False),
    )
