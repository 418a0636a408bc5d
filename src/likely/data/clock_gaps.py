"""Gaps of an even clock: rows that are missing, and rows that only seem to be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LONGEST_BRIDGE = 32
"""Missing steps that are bridged; behind more of them a new stretch begins."""

_GAP = 1.5
"""A step of the clock longer than so many usual ones is a gap."""

_EVEN = 0.1
_MOSTLY = 0.5
_HURRIED = 0.75
_HOUR = 3600e6
_ALIKE = 0.5  # of the stretches between pauses are equally long
_STEADY = 0.35  # spread of these lengths beside their middle, where stamps are rounded
_LEAST_PAUSES = 4
_LEAST_SKIPS = 8
_OFTEN = 0.1  # of the rows: less than so many missing steps are no custom


class Gaps(NamedTuple):
    """Where an even clock has gaps."""

    after: np.ndarray
    """The step before each, shape (gap,), int64, ascending."""

    missing: np.ndarray
    """How many steps are missing in it, shape (gap,), int64."""

    @property
    def small(self) -> np.ndarray:
        """Whether a gap is short enough to be bridged, shape (gap,)."""
        return self.missing <= LONGEST_BRIDGE

    def without(self, some: np.ndarray) -> Gaps:
        """Return the others than some gaps."""
        return Gaps(self.after[~some], self.missing[~some])


class Seen(NamedTuple):
    """Gaps as they are to be taken."""

    gaps: Gaps
    step: float
    """Microseconds from one step to the next."""

    notes: tuple[str, ...]


def even_step(steps: np.ndarray) -> float | None:
    """Return the usual step of a clock; None if fewer than half are that one within 10 %.

    Parameters
    ----------
    steps : ndarray of float64, shape (n,)
        From one row to the next, in the order of time; those of 0 do not count for what is usual.
    """
    moving = steps[steps > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    even = usual > 0 and float(np.mean(np.abs(steps - usual) <= _EVEN * usual)) >= _MOSTLY
    return usual if even else None


def is_gap(steps: np.ndarray, usual: float) -> np.ndarray:
    """Say which steps of a clock are longer than one and a half usual ones, shape of `steps`."""
    return steps > _GAP * usual


def gaps_of(steps: np.ndarray, usual: float) -> Gaps:
    """Return where steps are missing.

    Rows that came late, one or many at once, hurry behind the long step; one that came early stands
    close before it. They fill as many of the steps that seem to be missing.

    Parameters
    ----------
    steps : ndarray of float64, shape (n - 1,)
        Microseconds from one row to the next.
    usual : float
        The usual one.

    Examples
    --------
    >>> gaps_of(np.array([1.0, 1, 4, 1, 3, 0, 0, 1]), 1.0)
    Gaps(after=array([2]), missing=array([3]))
    """
    gaps = np.flatnonzero(is_gap(steps, usual))
    if not len(gaps):
        return Gaps(gaps, gaps)
    at_ease = np.flatnonzero(steps >= _HURRIED * usual)
    there = np.searchsorted(at_ease, gaps)
    after = np.append(at_ease, len(steps))[there + 1]
    before = np.append(-1, at_ease)[there]
    before = np.where(np.isin(before, gaps), gaps - 1, before)  # these fill the gap before
    until = np.append(0.0, np.cumsum(steps))
    total = until[after] - until[before + 1]
    missing = np.rint(total / usual).astype(np.int64) - (after - before - 1)
    return Gaps(gaps[missing > 0], missing[missing > 0])


def without_customs(gaps: Gaps, usual: float, rows: int) -> Seen:
    """Return the gaps in which something is missing.

    Pauses that come after every so many rows, such as weekends between working days, are none. Nor
    are single steps that are skipped again and again, steadily: stamps are rounded down, and the
    step is a little longer than they say.

    Parameters
    ----------
    gaps : Gaps
        As found.
    usual : float
        Microseconds of the usual step.
    rows : int
        How many there are.
    """
    single = gaps.missing == 1
    between = np.diff(gaps.after[single])
    if len(between) >= _LEAST_SKIPS and _are_rounded(between, usual):
        longer = 1 + 1 / float(np.median(between))
        note = (
            "The clock steadily skips a step, as stamps do that are rounded down: rows are "
            f"{longer:.4g} of its steps apart, and none is missing there."
        )
        return Seen(gaps.without(single), usual * longer, (note,))
    small = gaps.small
    part = gaps.without(~small)
    if part.missing.sum() <= _OFTEN * rows or not _are_pauses(part):
        return Seen(gaps, usual, ())
    note = (
        f"The clock often skips {_steps(part)}, after every so many rows, "
        "as weekends between working days do; windows count rows."
    )
    return Seen(gaps.without(small), usual, (note,))


def _are_pauses(gaps: Gaps) -> bool:
    """Whether gaps come after every so many rows, and are mostly equally long."""
    if len(gaps.after) < _LEAST_PAUSES:
        return False
    return min(_most_common(np.diff(gaps.after)), _most_common(gaps.missing)) >= _ALIKE


def _are_rounded(between: np.ndarray, usual: float) -> bool:
    """Whether steps are skipped steadily, and not at an hour of the day, when something pauses."""
    low, middle, high = np.quantile(between, [0.25, 0.5, 0.75])
    hours = usual * (middle + 1) / _HOUR
    paused = hours >= 1 and abs(hours - round(hours)) < 1e-6
    return bool(high - low <= _STEADY * middle and middle > 1 and not paused)


def _steps(gaps: Gaps) -> str:
    usual = int(np.median(gaps.missing))
    return "1 step" if usual == 1 else f"{usual:,} steps"


def _most_common(values: np.ndarray) -> float:
    """Return the share of the most frequent value, shape of `values` (n,), n at least 1."""
    counts = np.unique(values, return_counts=True)[1]
    return float(counts.max() / counts.sum())
