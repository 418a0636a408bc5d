"""The usual course of a channel over time: what was to be expected, and how surely."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.core.period import NO_RHYTHM, autocorrelation, dominant_period

COVERED = 0.9
"""So many of the usual values lie in the band."""

_CYCLES = 7  # of which a phase is the median: three before, three after
_BLOCK = 10  # steps whose median stands for them, where there is no rhythm
_BLOCKS = 9  # of which again the median is taken
_SAME = 0.3  # autocorrelation from which a rhythm counts


class Course(NamedTuple):
    """What is usual in one channel at each step, shape (time,) each."""

    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


def usual_course(values: np.ndarray, odd: np.ndarray) -> Course:
    """Return the usual course of a channel, without what is odd in it.

    It is the median of neighbouring cycles at the same phase, or of the steps around, whichever
    comes nearer to the values; the band around it holds nine usual values in ten.

    Parameters
    ----------
    values : ndarray of float64, shape (time,)
        Without gaps.
    odd : ndarray of bool, shape (time,)
        Steps that say nothing about what is usual.

    Returns
    -------
    Course

    Examples
    --------
    >>> wave = np.sin(np.arange(600.0) / 5)
    >>> odd = np.zeros(600, dtype=bool)
    >>> odd[300:310] = True
    >>> course = usual_course(np.where(odd, 9.0, wave), odd)
    >>> bool(np.abs(course.middle - wave)[290:320].max() < 0.1)
    True
    """
    usual = np.where(odd, np.nan, values)
    if odd.all():
        usual = values
    found = [_around(usual)]
    known = np.where(np.isnan(usual), np.nanmedian(usual), usual)
    period = dominant_period(known)
    rhythm = autocorrelation(known[:20_000], period)
    if period != NO_RHYTHM and len(known) > 3 * period and rhythm[-1] > _SAME:
        found.append(_at_the_same_phase(usual, period, found[0]))
    errors = [np.abs(usual - middle) for middle in found]
    best = int(np.argmin([np.nanmedian(error) for error in errors]))
    reach = float(np.nanquantile(errors[best], COVERED))
    return Course(found[best], found[best] - reach, found[best] + reach)


def _at_the_same_phase(usual: np.ndarray, period: int, elsewhere: np.ndarray) -> np.ndarray:
    """Return the median of neighbouring cycles, without the cycle itself."""
    steps = len(usual)
    cycles = -(-steps // period)
    padded = np.full(cycles * period, np.nan)
    padded[:steps] = usual
    rows = padded.reshape(cycles, period)
    sides = min(_CYCLES // 2, cycles - 1)
    near = [_moved(rows, by) for by in range(-sides, sides + 1) if by]
    middle = _median(np.stack(near)).ravel()[:steps]
    return np.where(np.isnan(middle), elsewhere, middle)


def _moved(rows: np.ndarray, by: int) -> np.ndarray:
    moved = np.full_like(rows, np.nan)
    if by > 0:
        moved[by:] = rows[:-by]
    else:
        moved[:by] = rows[-by:]
    return moved


def _around(usual: np.ndarray) -> np.ndarray:
    """Return medians of blocks, smoothed, with straight lines between their middles."""
    steps = len(usual)
    blocks = max(1, steps // _BLOCK)
    edges = np.linspace(0, steps, blocks + 1).astype(np.int64)
    length = int(np.diff(edges).max())
    place = edges[:-1, None] + np.arange(length)
    inside = place < edges[1:, None]
    cut = np.where(inside, usual[np.minimum(place, steps - 1)], np.nan)  # (block, step)
    level = _median(cut.T)
    sides = _BLOCKS // 2
    wide = np.pad(level, sides, constant_values=np.nan)
    level = _median(np.stack([wide[i : i + blocks] for i in range(_BLOCKS)]))
    centres = (edges[:-1] + edges[1:] - 1) / 2
    known = ~np.isnan(level)
    return np.interp(np.arange(steps), centres[known], level[known])


def _median(stack: np.ndarray) -> np.ndarray:
    """Return the median over the first axis of what is known; NaN where nothing is."""
    ordered = np.sort(stack, axis=0)  # NaN last
    counts = np.sum(~np.isnan(stack), axis=0)
    low = np.take_along_axis(ordered, np.maximum(counts - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(counts // 2, len(stack) - 1)[None], axis=0)[0]
    return np.where(counts > 0, (low + high) / 2, np.nan)
