"""What is kept of a long series to compare others with: stretches, evenly spread over it."""

from __future__ import annotations

import numpy as np

PIECES = 16


def kept_ranges(lengths: list[int], most: int, window: int) -> list[tuple[int, int, int]]:
    """Return which steps to keep of several stretches.

    Parameters
    ----------
    lengths : list of int
        Steps of each stretch.
    most : int in [8 * window, inf)
        At most so many steps in all; all stretches as they are if they have no more.
    window : int in [1, least length]
        A stretch that is kept has at least so many steps.

    Returns
    -------
    list of (int, int, int)
        Which stretch, first step and end; of four to sixteen places, if not all is kept.

    Examples
    --------
    >>> kept_ranges([100, 50], 200, 10)
    [(0, 0, 100), (1, 0, 50)]
    >>> kept_ranges([1000], 80, 10)
    [(0, 0, 20), (0, 326, 346), (0, 653, 673), (0, 980, 1000)]
    """
    total = sum(lengths)
    if total <= most:
        return [(k, 0, length) for k, length in enumerate(lengths)]
    pieces = min(most // (2 * window), PIECES)
    size = most // pieces
    ends = np.cumsum(lengths).tolist()
    found = []
    for start in np.linspace(0, total - size, pieces).astype(int).tolist():
        for k, (end, length) in enumerate(zip(ends, lengths, strict=True)):
            before = end - length
            first, stop = max(start, before), min(start + size, end)
            if stop - first >= window:  # what crosses a border is two, the longer one long enough
                found.append((k, first - before, stop - before))
    return found


def with_gaps(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return stretches with a step of NaN between them, which no window crosses.

    Parameters
    ----------
    values : ndarray of shape (time, channel)
        One stretch after the other.
    starts : ndarray of int64, shape (stretch,)
        Where each begins.

    Examples
    --------
    >>> with_gaps(np.ones((3, 1)), np.array([0, 2])).ravel().tolist()
    [1.0, 1.0, nan, 1.0]
    """
    return np.insert(values, starts[1:], np.nan, axis=0)
