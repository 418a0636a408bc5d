"""Which channels tell something, and in which unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_LEAST_LEVELS = 3
_SEEN = 20_000  # steps in which levels are counted
_TINY = 1e-6  # of a spread beside its mean: rounding
_LIMIT = 1e6  # spreads
_STILL = 0.05  # unit of a channel that never moved, as a share of its value


class ChannelScale(NamedTuple):
    """The unit of each channel, and which of them are judged."""

    judged: np.ndarray
    """Positions of channels, shape (judged,)."""

    mean: np.ndarray
    """Shape (judged,)."""

    spread: np.ndarray
    """Shape (judged,), positive."""


def fit_channel_scale(values: np.ndarray) -> ChannelScale:
    """Return mean and spread of the channels that take at least three values.

    A channel with two values is a switch or a command: it says what was asked for, and a rare
    command isn't an anomaly. Where there are no others, all are judged, those that never moved too.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        The stretch to learn from.

    Returns
    -------
    ChannelScale
        Of at least one channel.

    Examples
    --------
    >>> command = np.arange(8) % 2
    >>> fit_channel_scale(np.column_stack([command, np.arange(8.0)])).judged.tolist()
    [1]
    """
    levels = np.array([len(np.unique(channel[:_SEEN])) for channel in values.T])
    several = levels >= _LEAST_LEVELS
    judged = np.flatnonzero(several if several.any() else levels)
    most = np.abs(values[:, judged]).max(axis=0)
    unit = np.where(most > 0, most, 1.0)  # squares of huge numbers are infinite
    shares = values[:, judged] / unit
    mean, spread = shares.mean(axis=0) * unit, shares.std(axis=0) * unit
    size = np.abs(mean)
    moved = spread > _TINY * np.maximum(size, 1e-3)
    return ChannelScale(judged, mean, np.where(moved, spread, np.maximum(_STILL * size, _STILL)))


def in_spreads(values: np.ndarray, scale: ChannelScale) -> np.ndarray:
    """Return the judged channels in units of their spread, shape (time, judged)."""
    away = (values[:, scale.judged] - scale.mean) / scale.spread
    return np.clip(away, -_LIMIT, _LIMIT)  # squares of more would be infinite
