"""Windows of a series: where they start, what they hold, and scores of steps from theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

LEAST_LENGTH = 2

_HOPS = 32

STILL = 0.05
"""Spreads of a channel: a window that varies less has no shape of its own."""


def hop_of(length: int) -> int:
    """Return the steps from one window to the next such that about 32 windows hold a step.

    More are slower, and change nothing that shows.
    """
    return max(1, length // _HOPS)


def window_starts(steps: int, length: int, hop: int = 1) -> np.ndarray:
    """Return the first step of each window: every `hop` steps, and one that ends with the series.

    Parameters
    ----------
    steps : int in [length, inf)
        Length of the series.
    length : int in [1, inf)
        Steps a window.
    hop : int in [1, inf), default 1
        Steps from one window to the next.

    Returns
    -------
    ndarray of int64, shape (windows,)
        Ascending. The last window ends with the series, so that each step is in one.

    Examples
    --------
    >>> window_starts(10, 4, hop=4).tolist()
    [0, 4, 6]
    """
    starts = np.arange(0, steps - length + 1, hop, dtype=np.int64)
    last = steps - length
    return starts if starts[-1] == last else np.append(starts, last)


def cut_windows(values: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Return the windows that start there, one a row.

    Parameters
    ----------
    values : ndarray of shape (time,) or (time, channel)
        The series.
    starts : ndarray of int64, shape (windows,)
        First steps.
    length : int in [1, time]
        Steps a window.

    Returns
    -------
    ndarray of shape (windows, length) or (windows, channel * length)
        A copy; of several channels, one channel after the other.

    Examples
    --------
    >>> cut_windows(np.arange(5.0), np.array([0, 2]), 3).tolist()
    [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0]]
    """
    views = sliding_window_view(values, length, axis=0)  # (place, [channel,] length)
    return views[starts].reshape(len(starts), -1)


def some_windows(stretches: Sequence[np.ndarray], length: int, hop: int, most: int) -> np.ndarray:
    """Return windows of several stretches, one a row; of very many, evenly chosen ones.

    Parameters
    ----------
    stretches : sequence of ndarray of shape (time, channel), time >= length
        No window is of two of them.
    length : int in [1, least time]
        Steps a window.
    hop : int in [1, inf)
        Steps from one window to the next.
    most : int in [1, inf)
        At most so many windows.

    Returns
    -------
    ndarray of shape (windows, channel * length)

    Examples
    --------
    >>> some_windows([np.arange(9.0)[:, None]], 2, 1, 3).tolist()
    [[0.0, 1.0], [3.0, 4.0], [7.0, 8.0]]
    """
    starts = [window_starts(len(values), length, hop) for values in stretches]
    ends = np.cumsum([len(some) for some in starts])
    chosen = np.arange(ends[-1])
    if len(chosen) > most:
        chosen = np.linspace(0, len(chosen) - 1, most).astype(np.int64)
    of_each = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    return np.concatenate(
        [
            cut_windows(values, some[which - end + len(some)], length)
            for values, some, which, end in zip(stretches, starts, of_each, ends, strict=True)
        ]
    )


def only_shapes(windows: np.ndarray, channels: int) -> np.ndarray:
    """Return windows of which each channel has mean 0 and standard deviation 1.

    Parameters
    ----------
    windows : ndarray of shape (windows, channel * length)
        In units of the spread of each channel.
    channels : int in [1, inf)
        How many.

    Returns
    -------
    ndarray of the same shape
        A channel that varies by less than a twentieth of its spread is divided by that.

    Examples
    --------
    >>> only_shapes(np.array([[1.0, 3.0, 5.0, 5.0]]), 2).tolist()
    [[-1.0, 1.0, 0.0, 0.0]]
    """
    parts = windows.reshape(len(windows), channels, -1)
    away = parts - parts.mean(axis=2, keepdims=True)
    spread = np.maximum(away.std(axis=2, keepdims=True), STILL)
    return (away / spread).reshape(windows.shape)


def mean_over_cover(scores: np.ndarray, starts: np.ndarray, length: int, steps: int) -> np.ndarray:
    """Return for each step the mean score of the windows that hold it.

    Parameters
    ----------
    scores : ndarray of shape (windows,)
        One score a window.
    starts : ndarray of int64, shape (windows,)
        First steps, ascending; every step is in a window.
    length : int in [1, steps]
        Steps a window.
    steps : int in [1, inf)
        Length of the series.

    Returns
    -------
    ndarray of shape (steps,)
        The mean is over all windows with `start <= step < start + length`.

    Examples
    --------
    >>> mean_over_cover(np.array([0.0, 2.0]), np.array([0, 1]), 2, 3).tolist()
    [0.0, 1.0, 2.0]
    """
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    step = np.arange(steps)
    first = np.searchsorted(starts, step - length + 1, side="left")
    end = np.searchsorted(starts, step, side="right")
    return (sums[end] - sums[first]) / (end - first)


def fitting_length(wished: int, steps: int) -> int:
    """Return a window length of which a stretch of so many steps has enough: at most half of it."""
    return max(LEAST_LENGTH, min(wished, steps // 2))


def blocks_of(
    stretches: Sequence[np.ndarray], count: int = 3, least: int = 100
) -> Iterator[tuple[list[np.ndarray], list[np.ndarray]]]:
    """Yield a third of all steps, held out, and the rest: every step is held out once.

    Parameters
    ----------
    stretches : sequence of ndarray of shape (time, ...)
        The series.
    count : int in [2, inf), default 3
        How many blocks.
    least : int in [1, inf), default 100
        Steps a block; of fewer there are none. Shorter pieces of the rest are left out.

    Yields
    ------
    held, rest : list of ndarray
        Pieces of stretches; there is at least one of the rest.

    Examples
    --------
    >>> for held, rest in blocks_of([np.arange(6)], least=2):
    ...     print(held[0].tolist(), [part.tolist() for part in rest])
    [0, 1] [[2, 3, 4, 5]]
    [2, 3] [[0, 1], [4, 5]]
    [4, 5] [[0, 1, 2, 3]]
    """
    ends = np.cumsum([len(stretch) for stretch in stretches])
    edges = np.linspace(0, ends[-1], count + 1).astype(np.int64)
    if ends[-1] < count * least:
        return
    for start, end in pairwise(edges.tolist()):
        held, rest = [], []
        for stretch, last in zip(stretches, ends.tolist(), strict=True):
            first = last - len(stretch)
            a, b = np.clip([start - first, end - first], 0, len(stretch))
            held.append(stretch[a:b])
            rest += [stretch[:a], stretch[b:]]
        longest = max(map(len, rest))
        yield (
            [part for part in held if len(part)],
            [part for part in rest if len(part) >= min(2 * least, longest)],
        )
