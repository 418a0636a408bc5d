"""The level of the last days, which neither an odd day moves nor the present."""

from __future__ import annotations

import numpy as np

_PART = 2**16  # steps whose blocks are held at once


def slow_level(values: np.ndarray, block: int, blocks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the median of the means of the last blocks, before each step.

    The value itself is in none of them, so that a value isn't judged by itself. A change of level
    is new for as long as it fills less than half of the blocks, and usual from then on.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        One stretch.
    block : int in [1, inf)
        Steps a block.
    blocks : int in [1, inf)
        How many blocks are looked back on. Fewer where the stretch began not long ago; the mean of
        what there is where not even one is full.

    Returns
    -------
    level : ndarray of shape (time, channel)
        0 at the first step, of which nothing is known.
    known : ndarray of shape (time,)
        How many blocks that rests on, up to `blocks`; less than 1 where none is full.

    Examples
    --------
    >>> level, known = slow_level(np.array([[2.0], [4.0], [9.0], [0.0]]), 2, 1)
    >>> level[:, 0].tolist(), known.tolist()
    ([0.0, 2.0, 3.0, 6.5], [0.0, 0.5, 1.0, 1.0])
    """
    steps, channels = values.shape
    sums = np.concatenate([np.zeros((1, channels)), np.cumsum(values, axis=0)])
    ends = np.arange(steps)
    known = np.minimum(ends / block, blocks)
    level = np.zeros((steps, channels))
    first = min(block, steps)
    level[1:first] = sums[1:first] / ends[1:first, None]
    for count in range(1, blocks + 1):  # so many full blocks lie behind these steps
        end = steps if count == blocks else min((count + 1) * block, steps)
        for start in range(count * block, end, _PART):
            here = ends[start : min(start + _PART, end)]
            last = here[:, None] - np.arange(count) * block  # (time, block)
            means = (sums[last] - sums[last - block]) / block  # (time, block, channel)
            level[here] = np.median(means, axis=1)
    return level, known
