"""The windows of a series: mean and spread of each, exact to the last digits.

Sums over windows are taken of differences from each window's first value. So a far level, a trend
or a shift elsewhere in the series costs no digits, as it would with cumulative sums.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

RESTART = 256
"""So many rows after which the recursion of covariances starts anew from exact products."""

HARD = 64.0
"""A window is hard if so many times larger ones stood before it since a restart."""

_FARTHER = 64.0
"""So many times farther than sizes in `HARD` a level near by may lie: it enters only once."""

_WIDEST = 1e6

_CELLS = 1 << 20
_CACHED = 1 << 16


class ZWindows:
    """What must be known of the windows of one channel to correlate them.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values; NaN and infinite ones make the windows that hold them unusable.
    window : int in [3, time]
        How many values a window has.

    Attributes
    ----------
    x : ndarray of shape (time,)
        Values of magnitude 1; in gaps the value before.
    offset : ndarray of shape (windows,)
        Mean of every window, less its first value.
    scale : ndarray of shape (windows,)
        1 over the length of every window less its mean; 0 where there is no spread.
    finite, constant : ndarray of bool, shape (windows,)
        Whether all values are finite, and whether they are also all the same.
    """

    def __init__(self, x: np.ndarray, window: int) -> None:
        self.window = window
        self.x, whole = _tamed(x)
        count = len(x) - window + 1
        self.finite = _every(whole, window)
        same = np.append(self.x[1:] == self.x[:-1], True) & np.append(x[1:] == x[:-1], True)
        self.constant = self.finite & _every(same[:-1], window - 1)
        self.offset, squares = np.empty(count), np.empty(count)
        for here in self.blocks():
            y = sliding_window_view(self.x, window)[here] - self.x[here, None]  # (block, m)
            self.offset[here] = y.mean(axis=1)
            y -= self.offset[here, None]
            squares[here] = np.einsum("ij,ij->i", y, y)
        self.constant |= self.finite & (squares <= 0)
        squares[~self.finite | self.constant] = 0
        self.scale = np.zeros(count)
        np.divide(1, np.sqrt(squares), out=self.scale, where=squares > 0)

    def __len__(self) -> int:
        return len(self.offset)

    def blocks(self) -> list[slice]:
        """Return stretches of windows whose values fit into memory."""
        step = max(1, _CELLS // self.window)
        return [slice(a, min(a + step, len(self))) for a in range(0, len(self), step)]

    def of(self, which: slice | np.ndarray) -> np.ndarray:
        """Return windows with mean 0 and length 1, (windows, m); 0 where there is no spread."""
        y = sliding_window_view(self.x, self.window)[which] - self.x[: len(self)][which][:, None]
        y -= self.offset[which][:, None]
        y *= self.scale[which][:, None]
        return y

    def centred(self, which: slice) -> np.ndarray:
        """Return windows less their means, (windows, m)."""
        y = sliding_window_view(self.x, self.window)[which] - self.x[: len(self)][which][:, None]
        return y - self.offset[which, None]

    @cached_property
    def steps(self) -> tuple[np.ndarray, np.ndarray]:
        """Halved differences and sums by which covariances go on along a diagonal, (windows,).

        cov(i, j) = cov(i - 1, j - 1) + f(i) g(j) + g(i) f(j), with f half the difference of the
        value that comes and the one that goes, and g the sum of both, each less its window's mean.
        """
        f, g = np.zeros(len(self)), np.zeros(len(self))
        come, gone = self.x[self.window :], self.x[: len(self) - 1]
        f[1:] = (come - gone) / 2
        g[1:] = (come - self.x[1 : len(self)]) - self.offset[1:] - self.offset[:-1]
        return f, g

    @cached_property
    def hardness(self) -> np.ndarray:
        """By how many times rounding errors of larger windows before may weigh more, (windows,)."""
        lengths = np.zeros(len(self))
        np.divide(1, self.scale, out=lengths, where=self.scale > 0)
        f, g = self.steps
        reach = _before(np.maximum(lengths, np.maximum(np.abs(f), np.abs(g))), RESTART)
        level = self.x[: len(self)] + self.offset
        depth = np.maximum(level - self._around(-1), self._around(1) - level) / _FARTHER
        return np.where(self.scale > 0, np.maximum(reach, depth) * self.scale, 1.0)

    def _around(self, sign: int) -> np.ndarray:
        """Return the highest value in each window and near it, or the lowest, (windows,)."""
        ahead = _before(sign * self.x[::-1], self.window + RESTART)[::-1]
        return sign * np.maximum(ahead, _before(sign * self.x, RESTART))[: len(self)]

    def products(self, start: int, stop: int, others: np.ndarray) -> np.ndarray:
        """Return sums of products of centred windows with those from start to stop.

        Parameters
        ----------
        start, stop : int
            Which windows of this series.
        others : ndarray of shape (other, m)
            Windows less their means.

        Returns
        -------
        ndarray of shape (other, stop - start)
        """
        found = np.empty((len(others), stop - start))
        for a in range(start, stop, RESTART):
            b = min(a + RESTART, stop)
            values = self.x[a : b + self.window - 1]
            near = sliding_window_view(values - values.mean(), self.window)
            found[:, a - start : b - start] = others @ np.ascontiguousarray(near).T
        return found

    @cached_property
    def usable(self) -> np.ndarray:
        """Which windows have a shape: finite, and with a spread."""
        return self.scale > 0

    @cached_property
    def typical(self) -> float:
        """The median of `scale`: numbers multiplied by it are neither very small nor large."""
        return float(np.median(self.scale[self.usable])) if self.usable.any() else 1.0

    @cached_property
    def alike(self) -> bool:
        """Whether spreads differ so little that their products fit into float32."""
        ratio = self.scale[self.usable] / self.typical
        return bool(len(ratio)) and ratio.max() < _WIDEST and ratio.min() > 1 / _WIDEST

    @cached_property
    def calm(self) -> np.ndarray:
        """Hardness of windows that are not hard; 1 elsewhere, as they are left out."""
        return np.where(self.hardness > HARD, 1.0, self.hardness)

    @cached_property
    def hard(self) -> np.ndarray:
        """Positions of windows that the recursion would see too dimly."""
        return np.flatnonzero(self.usable & (self.hardness > HARD))


def correlations(a: ZWindows, b: ZWindows, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return the correlation of the windows i of one channel with the windows j of another."""
    found = np.empty(len(i))
    step = max(1, _CACHED // a.window)
    every, other = (sliding_window_view(one.x, one.window) for one in (a, b))
    for start in range(0, len(i), step):
        left, right = i[start : start + step], j[start : start + step]
        y, z = every[left], other[right]  # (pair, m)
        y -= a.x[left, None]
        y -= a.offset[left, None]
        z -= b.x[right, None]
        found[start : start + step] = np.einsum("ij,ij->i", y, z)
    return found * a.scale[i] * b.scale[j]


def _tamed(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values of magnitude 1, gaps filled with what was before, and which are finite."""
    whole = np.isfinite(x)
    if not whole.any():
        return np.zeros(len(x)), whole
    last = np.maximum.accumulate(np.where(whole, np.arange(len(x)), -1))
    last[last < 0] = whole.argmax()
    _, power = np.frexp(np.abs(x[whole]).max())
    return np.ldexp(x[last], -int(power)), whole  # a power of two: no digit is lost


def _before(x: np.ndarray, reach: int) -> np.ndarray:
    """Return the maximum of each value and at least so many before it; less than twice as many."""
    highest = x.copy()
    for step in (1 << k for k in range(reach.bit_length())):
        highest[step:] = np.maximum(highest[step:], highest[:-step])
    return highest


def _every(true: np.ndarray, window: int) -> np.ndarray:
    """Return for every window whether all its values are true."""
    sums = np.concatenate([[0], np.cumsum(true, dtype=np.int64)])
    return sums[window:] - sums[:-window] == window
