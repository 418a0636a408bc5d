"""Rhythms in steps: their lengths, and what they let expect of a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.core.period import autocorrelation

TURNS = 3
"""How many turns of a rhythm are looked back on."""

_LEAST, _MOST = 6, 3000  # steps of a rhythm
_MOST_STEPS = 2**16  # looked at
_LEAST_CORRELATION = 0.3
_LEAST_RISE = 0.3  # above the valley before the peak


def rhythm_lags(values: np.ndarray, most: int = _MOST) -> np.ndarray | None:
    """Return how many steps ago a series was most like now: one, two and three turns.

    The peak of autocorrelation must stand out: 0.3 high, and as much above the valley before it.
    Two and three turns are sought near multiples of the first, so that a rhythm of 47.6 steps goes
    95 and 143 steps back.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        One stretch, without its level.
    most : int in [1, inf), default 3000
        Of a turn, which is at most a quarter of the stretch, too.

    Returns
    -------
    ndarray of int64, shape (3,), or None where there is no rhythm

    Examples
    --------
    >>> rhythm_lags(np.sin(2 * np.pi * np.arange(1000) / 47.6)[:, None]).tolist()
    [48, 95, 143]
    """
    seen = values[:_MOST_STEPS]
    longest = min(most, _MOST, len(seen) // (TURNS + 1))
    if longest <= _LEAST:
        return None
    reach = TURNS * (longest + 1)
    every = np.mean([autocorrelation(channel, reach) for channel in seen.T], axis=0)
    inner = every[_LEAST:longest]
    peaks = _LEAST + np.flatnonzero(
        (inner >= every[_LEAST - 1 : longest - 1]) & (inner >= every[_LEAST + 1 : longest + 1])
    )
    lowest = np.minimum.accumulate(every)
    sure = (every[peaks] >= _LEAST_CORRELATION) & (every[peaks] - lowest[peaks] >= _LEAST_RISE)
    peaks = peaks[sure]
    if not len(peaks):
        return None
    near = peaks[every[peaks] >= 0.9 * every[peaks].max()]  # the shortest of equals
    turn = int(near[0])
    return np.array([_highest_near(every, turn * count, count) for count in (1, 2, 3)])


def turns_ago(values: np.ndarray, lags: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the median of the values one, two and three turns ago, as far as these are known.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        One stretch.
    lags : sequence of int, ascending
        How many steps ago.

    Returns
    -------
    median : ndarray of shape (time, channel)
        0 where none is known.
    known : ndarray of int64, shape (time,)
        How many of the turns are.

    Examples
    --------
    >>> turns_ago(np.array([[1.0], [2.0], [3.0]]), [1, 2])[0][:, 0].tolist()
    [0.0, 1.0, 1.5]
    """
    steps = np.arange(len(values))
    found = np.zeros_like(values)
    edges = [*lags, len(values)]
    for count in range(1, len(lags) + 1):
        here = steps[edges[count - 1] : edges[count]]
        if len(here):
            back = np.stack([values[here - lag] for lag in lags[:count]])  # (turn, time, channel)
            found[here] = np.median(back, axis=0)
    return found, np.searchsorted(np.asarray(lags), steps, side="right")


def _highest_near(correlation: np.ndarray, lag: int, reach: int) -> int:
    near = correlation[lag - reach : lag + reach + 1]
    return lag - reach + int(near.argmax())
