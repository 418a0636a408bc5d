"""Which channels of a series make a stretch of it odd."""

from __future__ import annotations

import numpy as np

from likely.series.channels import fit_channel_scale, in_spreads
from likely.series.interpolation import fit_interpolator, interpolation_residuals
from likely.series.pooling import fit_score_scale
from likely.series.window_mahalanobis import fit_window_gaussian, window_mahalanobis
from likely.series.windows import fitting_length

_WINDOW = 32
_SIDES = 25
_BEFORE = 200
_MOST = 20_000  # steps that say what is usual
_FLOOR = 0.05  # of a channel's spread: one that stood still before makes no infinite change
_TINY = 1e-9


class ChannelWitness:
    """Three measures of how odd each channel is by itself, fitted to what is usual.

    Parameters
    ----------
    usual : ndarray of float64, shape (time, channel)
        The series, at least 8 steps; what is odd in it should be little. The last 20,000 count.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = rng.normal(size=(400, 3))
    >>> values[200:205, 1] += 8
    >>> int(ChannelWitness(values).shares(values, slice(200, 205)).argmax())
    1
    """

    def __init__(self, usual: np.ndarray) -> None:
        usual = usual[-_MOST:]
        self._width = usual.shape[1]
        self._scale = fit_channel_scale(usual)
        channels = [np.ascontiguousarray(one) for one in in_spreads(usual, self._scale).T]
        length = fitting_length(_WINDOW, len(usual))
        sides = (fitting_length(_SIDES, len(usual)) - 1) // 2 * 2 + 1
        self._windows = [fit_window_gaussian([one], length) for one in channels]
        self._points = [fit_interpolator([one], sides) for one in channels]
        self._least = max(length, sides)
        self._scores = [
            [fit_score_scale(score) for score in self._measured(j, one)]
            for j, one in enumerate(channels)
        ]

    def shares(self, values: np.ndarray, where: slice) -> np.ndarray:
        """Return the part of each channel in what is odd there, (channel,), summing to 1.

        A channel has a part in each of three measures: how far it is from what the values on both
        sides say, how unlikely its windows of 32 steps are, and how far it is from the 200 steps
        before; of each the largest in the stretch, in units of what is usual. The mean of the
        three parts counts, so that no measure outweighs the others by its unit.

        Parameters
        ----------
        values : ndarray of float64, shape (time, channel)
            The series, with what is around the stretch.
        where : slice
            The odd stretch.
        """
        first = max(0, min(where.start - _WINDOW, len(values) - self._least))
        last = max(where.stop + _WINDOW, first + self._least)
        around = in_spreads(values[first:last], self._scale)
        inside = slice(where.start - first, where.stop - first)
        excess = np.zeros((3, around.shape[1]))
        if len(around) >= self._least:
            for j, channel in enumerate(np.ascontiguousarray(around.T)):
                for i, score in enumerate(self._measured(j, channel)):
                    usual = self._scores[j][i]
                    excess[i, j] = (score[inside].max() - usual.mean) / usual.spread
        excess[2] = self._moved(values, where)
        excess = np.maximum(excess, 0.0) + _TINY
        shares = np.zeros(self._width)
        shares[self._scale.judged] = np.mean(excess / excess.sum(axis=1, keepdims=True), axis=0)
        return shares

    def _measured(self, j: int, channel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (
            interpolation_residuals(channel, self._points[j]),
            window_mahalanobis(channel, self._windows[j]),
        )

    def _moved(self, values: np.ndarray, where: slice) -> np.ndarray:
        """Return how far each judged channel leaves the level before, in spreads of then."""
        before = in_spreads(values[max(0, where.start - _BEFORE) : where.start], self._scale)
        level, spread = 0.0, 1.0
        if len(before):
            level, spread = np.median(before, axis=0), before.std(axis=0) + _FLOOR
        return np.max(np.abs(in_spreads(values[where], self._scale) - level) / spread, axis=0)
