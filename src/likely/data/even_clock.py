"""Moments in their order: equal ones, gaps in an even clock, and steps that have no row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.data.clock_gaps import LONGEST_BRIDGE, even_step, gaps_of, without_customs
from likely.data.summer_time import unfold

_FILLED = 1.0  # steps are put in for every row at most


class Laid(NamedTuple):
    """Rows in the order of time."""

    rows: np.ndarray
    """Which row each step is, shape (time,), int64; -1 for a step that was put in."""

    moments: np.ndarray
    """When, as the data say it, shape (time,)."""

    breaks: tuple[int, ...]
    """Steps that begin behind a gap."""

    step: float | None
    """Microseconds from one step to the next; None where they are uneven."""

    notes: tuple[str, ...]
    """What was decided."""


def lay_out(
    moments: np.ndarray, *, naive: bool, coarse: bool = False, bridge: int = LONGEST_BRIDGE
) -> Laid:
    """Return rows in the order of time, with small gaps filled and long ones named.

    Rows with equal moments stay in their order. Where the clock is even, up to 32 missing steps at
    a time are put in, without a row, if they are no more than the rows are; behind more of them a
    new stretch begins. Pauses that come after every so many rows, such as weekends between
    working days, are neither. An uneven clock has no gaps.

    Parameters
    ----------
    moments : ndarray of float64, shape (n,)
        Microseconds since 1970 of every row; NaN where there is none.
    naive : bool
        Whether they are those of a clock on the wall, which may know summer time.
    coarse : bool, default False
        Whether many rows share a moment because the clock is coarser than the rows are.
    bridge : int in [0, inf), default 32
        So many missing steps are put in at a time, at most.
    """
    rows, notes = _sorted_rows(moments)
    stamps = moments[rows]
    steps = np.diff(stamps)
    if len(steps) and 0 < steps.min() == steps.max():
        return Laid(rows, stamps, (), float(steps[0]), tuple(notes))
    if coarse:
        stamps = spread_out(stamps)
        notes.append("Many rows share a stamp; they are taken to be evenly spread up to the next.")
    usual = _usual_step(stamps)
    if naive and usual > 0:
        unfolded = unfold(stamps, usual)
        rows, stamps, even = rows[unfolded.order], stamps[unfolded.order], unfolded.moments
        if unfolded.changes:
            notes.append(_on_summer_time(unfolded.changes))
    else:
        even = stamps
    repeated = int((np.diff(even) == 0).sum())
    if repeated:
        what = "row has" if repeated == 1 else "rows have"
        notes.append(f"{repeated:,} {what} the stamp of another; they stay in their order.")
    if len(rows) < 2:
        return Laid(rows, stamps, (), None, tuple(notes))
    step = even_step(np.diff(even))
    if step is None:
        notes.append("The steps of the clock are uneven; windows count rows and not hours.")
        return Laid(rows, stamps, (), None, tuple(notes))
    return _with_gaps(rows, stamps, even, step, notes, bridge)


def spread_out(stamps: np.ndarray) -> np.ndarray:
    """Return ascending moments with equal ones spread evenly up to the next.

    Parameters
    ----------
    stamps : ndarray of float64, shape (n,)
        Ascending. The last, and those before a gap, are spread over the usual step.

    Examples
    --------
    >>> spread_out(np.array([0.0, 0.0, 4.0, 4.0, 8.0])).tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    begins = np.flatnonzero(np.diff(stamps, prepend=-np.inf) > 0)
    if len(begins) < 2:
        return stamps
    counts = np.diff(np.append(begins, len(stamps)))
    widths = np.diff(stamps[begins])
    widths = np.minimum(np.append(widths, np.inf), np.median(widths))
    within = np.arange(len(stamps)) - np.repeat(begins, counts)
    return stamps + within * np.repeat(widths / counts, counts)


def _sorted_rows(moments: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return the rows that have a time in its order, and what to say."""
    missing = np.isnan(moments)
    known = np.flatnonzero(~missing) if missing.any() else np.arange(len(moments))
    notes = []
    if len(known) < len(moments):
        notes.append(f"{len(moments) - len(known):,} rows have no time and are in no window.")
    stamps = moments[known] if len(known) < len(moments) else moments
    back = int((stamps[1:] < stamps[:-1]).sum())
    if back:
        known = known[np.argsort(stamps, kind="stable")]
        times = "once" if back == 1 else f"{back:,} times"
        notes.append(f"The clock goes back {times} from row to row; rows are put in its order.")
    return known, notes


def _usual_step(stamps: np.ndarray) -> float:
    steps = np.diff(stamps)
    steps = steps[steps > 0]
    return float(np.median(steps)) if len(steps) else 0.0


def _with_gaps(
    rows: np.ndarray,
    stamps: np.ndarray,
    even: np.ndarray,
    usual: float,
    notes: list[str],
    bridge: int,
) -> Laid:
    """Fill small gaps of an even clock, and name those that break it."""
    steps = np.diff(even)
    gaps, usual, more = without_customs(gaps_of(steps, usual), usual, len(rows))
    notes += more
    small = gaps.missing <= bridge
    if gaps.missing[small].sum() > _FILLED * len(rows):
        small = np.zeros(len(small), dtype=bool)
    filled, many = gaps.after[small], gaps.missing[small]
    before = np.concatenate([[0], np.cumsum(many)])
    breaks = gaps.after[~small] + 1
    breaks = breaks + before[np.searchsorted(filled, breaks)]
    if len(breaks):
        what = "1 gap" if len(breaks) == 1 else f"{len(breaks):,} gaps"
        notes.append(f"The clock has {what}; no window crosses one.")
    if not len(filled):
        return Laid(rows, stamps, tuple(breaks.tolist()), usual, tuple(notes))
    total = int(many.sum())
    what = "1 missing step was" if total == 1 else f"{total:,} missing steps were"
    notes.append(f"{what} put in, bridged by straight lines.")
    places = np.repeat(filled + 1, many)
    ranks = np.arange(total) - np.repeat(before[:-1], many) + 1
    wide = np.repeat(steps[filled] / (many + 1), many)
    between = stamps[places - 1] + ranks * wide
    return Laid(
        np.insert(rows, places, -1),
        np.insert(stamps, places, between),
        tuple(breaks.tolist()),
        usual,
        tuple(notes),
    )


def _on_summer_time(changes: int) -> str:
    times = "once" if changes == 1 else "twice" if changes == 2 else f"{changes:,} times"
    return f"The clock changes to or from summer time {times}; no hour is missing or double."
