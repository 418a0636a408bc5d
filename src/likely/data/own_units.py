"""Series of one table in units of their own: around their own level, in their own usual spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from likely.data.timeline import Timeline

_INNER = (0.05, 0.95)
_BEYOND = 0.5
"""Values farther from this range than half of its width count as that far: 3.3 standard deviations
of a normal distribution. Of a rhythm, mean and standard deviation are far surer than quantiles."""


class OwnUnits(NamedTuple):
    """Level and usual spread of every channel in every series."""

    level: np.ndarray
    """Means without gross values, shape (series, channel)."""

    spread: np.ndarray
    """Standard deviations without gross values, shape (series, channel)."""


class OneUnits(NamedTuple):
    """Level and usual spread of every channel in one series."""

    level: np.ndarray
    """(channel,)."""

    spread: np.ndarray
    """(channel,)."""

    @classmethod
    def none(cls, channels: int) -> OneUnits:
        """Return the units of a series that is seen as it is."""
        return cls(np.zeros(channels), np.ones(channels))

    @classmethod
    def of_new(cls, values: np.ndarray, known: OwnUnits, scaled: np.ndarray) -> OneUnits:
        """Return the units of a series that was not learnt from, by some of its values.

        A channel that stands still there has the usual spread of those learnt.

        Parameters
        ----------
        values : ndarray of shape (time, channel)
            NaN where nothing is known.
        known : OwnUnits
            What was learnt.
        scaled : ndarray of bool, shape (channel,)
            Channels that have units.
        """
        level, spread = np.array([_of_values(channel) for channel in values.T]).T
        usual = np.median(known.spread, axis=0)
        return cls(
            np.where(scaled & ~np.isnan(level), level, 0.0),
            np.where(scaled & ~np.isnan(spread), spread, usual),
        )

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return values, (time, channel), in these units."""
        return (values - self.level) / self.spread

    def undone(self, values: np.ndarray) -> np.ndarray:
        """Return values in these units as they were."""
        return values * self.spread + self.level


def learn_own_units(timeline: Timeline, scaled: np.ndarray) -> OwnUnits:
    """Return level and spread of each series, by its number; of none if they have the same units.

    A channel that stands still in one series has there the usual spread that it has in others, and
    one without values their usual level, too. Series of a number that does not occur are as usual.

    Parameters
    ----------
    timeline : Timeline
        The series.
    scaled : ndarray of bool, shape (channel,)
        Channels that have units; the others stay as they are.
    """
    count, channels = max(timeline.series, default=-1) + 1, len(timeline.channels)
    level, spread = np.full((2, count, channels), np.nan)
    for code, steps in _numbered(timeline):
        for j in range(channels):
            level[code, j], spread[code, j] = _of_values(timeline.values[steps, j])
    units = OwnUnits(_or_usual(level, 0.0), _or_usual(spread, 1.0))
    units.level[:, ~scaled] = 0.0
    units.spread[:, ~scaled] = 1.0
    return units


def in_own_units(timeline: Timeline, known: OwnUnits, scaled: np.ndarray) -> Timeline:
    """Return series in units of their own; one that was not learnt from, by its own values here.

    Parameters
    ----------
    timeline : Timeline
        The series.
    known : OwnUnits
        What was learnt.
    scaled : ndarray of bool, shape (channel,)
        Channels that have units.
    """
    if not (timeline.series and len(known.level)):
        return timeline
    values = timeline.values.copy()
    for code, steps in _numbered(timeline):
        if code < len(known.level):
            units = OneUnits(known.level[code], known.spread[code])
        else:
            units = OneUnits.of_new(values[steps], known, scaled)
        values[steps] = units.of(values[steps])
    return replace(timeline, values=values, series=())


def _numbered(timeline: Timeline) -> Iterator[tuple[int, slice]]:
    """Yield the number of each series that has one, and its steps."""
    return zip(timeline.series, timeline.wholes, strict=False)


def _of_values(values: np.ndarray) -> tuple[float, float]:
    """Return level and spread; NaN where there is none."""
    present = values[~np.isnan(values)]
    if not len(present):
        return np.nan, np.nan
    low, high = np.quantile(present, _INNER)
    if low == high:  # it hardly ever moves
        middle, spread = float(low), float(present.std())
    else:
        beyond = _BEYOND * (high - low)
        near = np.clip(present, low - beyond, high + beyond)
        middle, spread = float(near.mean()), float(near.std())
    return middle, spread if spread > 0 and np.isfinite(spread) else np.nan


def _or_usual(values: np.ndarray, otherwise: float) -> np.ndarray:
    """Return (series, channel) with what is unknown as the median of the others."""
    for channel in values.T:
        known = channel[~np.isnan(channel)]
        channel[np.isnan(channel)] = float(np.median(known)) if len(known) else otherwise
    return values
