"""Made-up series to learn from and to judge, in which a known stretch is odd."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.column import Column
from likely.data.table import Table

PERIOD = 48
_HOUR = 3600e6  # microseconds
_MONDAY = 1_704_067_200e6  # 2024-01-01 in UTC


@dataclass(frozen=True)
class Course:
    """Values to learn from and to judge, (time, channel), and which steps of the latter are odd."""

    learnt: np.ndarray
    judged: np.ndarray
    odd: slice
    clock: bool = False
    names: tuple[str, ...] = ("value",)

    def tables(self) -> tuple[Table, Table]:
        """Return what is learnt from and what is judged as tables, with a clock of hours."""
        return self._table(self.learnt, 0), self._table(self.judged, len(self.learnt))

    def _table(self, values: np.ndarray, first: int) -> Table:
        time = _MONDAY + _HOUR * np.arange(first, first + len(values))
        numbers = tuple(Column(name, "number") for name in self.names)
        return Table(np.column_stack([time, values]), (Column("time", "date"), *numbers))


def wave(n: int, seed: int, noise: float = 0.1) -> np.ndarray:
    """Return n steps of a rhythm of 48 steps with noise, (n,)."""
    t = np.arange(n)
    turn = 2 * np.pi * t / PERIOD
    return (
        np.sin(turn) + 0.4 * np.sin(2 * turn) + noise * np.random.default_rng(seed).normal(size=n)
    )


def still() -> Course:
    """A stretch that stands still."""
    judged = wave(600, 2)
    judged[300:348] = judged[300] + 0.1 * np.random.default_rng(3).normal(size=48)
    return _course(wave(1500, 1), judged, slice(300, 348))


def spike() -> Course:
    """A single value that does not belong between its neighbours, and is usual otherwise."""
    judged = wave(600, 4)
    judged[305] -= 1.1
    return _course(wave(1500, 1), judged, slice(305, 306))


def blip() -> Course:
    """The same, and so small that it needs its neighbours to be seen."""
    judged = wave(600, 4)
    judged[305] -= 0.6
    return _course(wave(1500, 1), judged, slice(305, 306))


def shift() -> Course:
    """A level that wanders, jumps far off, and stays there for long."""
    rng = np.random.default_rng(5)
    learnt, judged = (
        2 * np.sin(np.arange(n) / 97 + first) + 0.3 * np.cumsum(0.1 * rng.normal(size=n))
        for n, first in ((1500, 0.0), (600, 1.0))
    )
    judged[250:450] += 6.0
    return _course(learnt, judged, slice(250, 450))


def parted() -> Course:
    """Two channels that go together, and a stretch in which they do not."""
    first, second = _together(1500, 30), _together(600, 31)
    second[300:360, 1] = _together(600, 32)[300:360, 0]
    return Course(first, second, slice(300, 360), names=("first", "second"))


def _together(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = np.convolve(rng.normal(size=n + 11), np.ones(12) / np.sqrt(12), mode="valid")
    return smooth[:, None] + 0.15 * rng.normal(size=(n, 2))


def step() -> Course:
    """Noise whose level changes once."""
    rng = np.random.default_rng(6)
    judged = rng.normal(size=600)
    judged[300:] += 2.0
    return _course(rng.normal(size=1500), judged, slice(290, 310))


def faster() -> Course:
    """A stretch whose rhythm is faster."""
    judged = wave(600, 7)
    turn = 2 * np.pi * np.arange(72) / 36
    judged[288:360] = np.sin(turn) + 0.4 * np.sin(2 * turn)
    judged[288:360] += 0.1 * np.random.default_rng(8).normal(size=72)
    return _course(wave(1500, 1), judged, slice(288, 360))


def larger() -> Course:
    """A stretch of the same shape, half as large again."""
    judged = wave(600, 9)
    judged[288:384] *= 1.6
    return _course(wave(1500, 1), judged, slice(288, 384))


def twins() -> Course:
    """An odd stretch that was there once before, in what is learnt from."""
    learnt, judged = wave(1500, 10), wave(600, 11)
    for values, at in ((learnt, 732), (judged, 300)):  # at the same phase of the rhythm
        values[at : at + 48] = 0.9 * np.cos(2 * np.pi * np.arange(48) / 12)
    judged[300:348] += 0.1 * np.random.default_rng(12).normal(size=48)
    return _course(learnt, judged, slice(300, 348))


def beats() -> Course:
    """Beats that come as they please, of which one is upside down."""
    return _course(_beating(1500, 13), _beating(600, 14, 300), slice(296, 312))


def _beating(n: int, seed: int, turned: int | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = 0.05 * rng.normal(size=n)
    beat = np.array([0, 0.3, 0.8, 1.6, 2.4, 1.2, -0.6, -1.0, -0.5, -0.2, 0, 0])
    at = 5
    while at < n - 40:
        if turned is not None and abs(at - turned) < 20:
            at = turned
        values[at : at + 12] += beat[::-1] if at == turned else beat
        at += int(rng.integers(22, 40))
    return values


def _days(n: int, seed: int, busy: slice | None = None, late: int | None = None) -> np.ndarray:
    """Return n hours of a load that knows days and weekends."""
    hour = np.arange(n)
    clock = hour.copy()
    if late is not None:
        clock[late:] -= 6
    day, of_day = clock // 24 % 7, clock % 24
    work = (day < 5) & (of_day >= 8) & (of_day < 18)
    if busy is not None:
        work[busy] = (of_day[busy] >= 8) & (of_day[busy] < 18)
    smooth = np.convolve(work.astype(float), np.ones(3) / 3, mode="same")
    return 1 + 2 * smooth + 0.12 * np.random.default_rng(seed).normal(size=n)


def sunday() -> Course:
    """A Sunday that is as busy as a workday."""
    learnt = _days(8 * 168, 15)
    judged = _days(3 * 168, 16, busy=slice(168 + 144, 168 + 168))
    return Course(learnt[:, None], judged[:, None], slice(168 + 152, 168 + 162), clock=True)


def moved() -> Course:
    """A clock that is moved by six hours for good, and then a night without any rest."""
    learnt, judged = _days(8 * 168, 17), _days(3 * 168, 18, late=120)
    judged[360:376] = 2.0 + 0.5 * np.where(np.arange(16) % 2, 1, -1)
    return Course(learnt[:, None], judged[:, None], slice(360, 376), clock=True)


def holiday() -> Course:
    """A workday on which all is closed, as it should be; odd is a workday evening."""
    learnt, judged = _days(8 * 168, 19), _days(3 * 168, 20)
    closed = [np.zeros(len(learnt)), np.zeros(len(judged))]
    rng = np.random.default_rng(21)
    for k, (values, days) in enumerate(((learnt, (9, 22, 31, 45)), (judged, (8, 10)))):
        for day in days:
            stretch = slice(24 * day, 24 * day + 24)
            values[stretch] = 1 + 0.12 * rng.normal(size=24)
            closed[k][stretch] = 1
    judged[24 * 15 + 19 : 24 * 15 + 23] += 1.0
    both = [np.column_stack(pair) for pair in zip((learnt, judged), closed, strict=True)]
    names = ("value", "closed")
    return Course(both[0], both[1], slice(24 * 15 + 19, 24 * 15 + 23), True, names)


def _course(learnt: np.ndarray, judged: np.ndarray, odd: slice) -> Course:
    return Course(learnt[:, None], judged[:, None], odd)
