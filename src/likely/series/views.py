"""Several views of a series, frozen: what `Panel` is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import lcm
from typing import NamedTuple

import numpy as np

from likely.core.period import dominant_period
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.interpolation import Interpolator, fit_interpolator, interpolation_residuals
from likely.series.pooling import ScoreScale, fit_score_scale, power_mean, tame
from likely.series.window_mahalanobis import (
    WindowGaussian,
    fit_window_gaussian,
    window_mahalanobis,
)
from likely.series.window_prototypes import fit_prototypes, prototype_distances
from likely.series.windows import fitting_length, hop_of

LENGTHS = (32, 100, 200)
"""Steps of the windows whose likelihood is asked."""

PROTOTYPES = 20

_SHAPE_LENGTH = 100  # beside the period
_SIDES = 25  # steps for interpolation, the middle included
_WEIGHT_OF_POINTS = 0.5  # real series have many harmless points
_ACROSS_CHANNELS = 2.0
_ACROSS_VIEWS = 3.0
_FARTHEST = 20.0  # spreads: what one value may add to a distance from prototypes


class Views(NamedTuple):
    """What the views have learnt."""

    scale: ChannelScale
    windows: tuple[tuple[WindowGaussian, ...], ...]
    """By length, then by channel."""

    points: tuple[Interpolator, ...]
    """By channel."""

    prototypes: tuple[np.ndarray, ...]
    """Centres of windows of all channels jointly: of 100 steps, and of one period."""

    scores: tuple[ScoreScale, ...]
    """Of views by channel, then of prototypes; in the order in which they are computed."""


def fit_views(stretches: Sequence[np.ndarray], rng: np.random.Generator) -> Views:
    """Learn what is usual from stretches of a series.

    Parameters
    ----------
    stretches : sequence of ndarray of float64, shape (time, channel), time >= 8
        They may hold anomalies, but few. No gaps. Each has 200 steps, unless there is only one.
    rng : Generator
        Draws the seeds of clusters.

    Returns
    -------
    Views

    Examples
    --------
    >>> wave = np.sin(np.arange(600.0) / 5)[:, None]
    >>> len(fit_views([wave], np.random.default_rng(0)).prototypes)
    2
    """
    steps = max(len(values) for values in stretches)
    scale = fit_channel_scale(np.concatenate(stretches))
    z = [in_spreads(values, scale) for values in stretches]  # (time, judged) each
    near = [np.clip(one, -_FARTHEST, _FARTHEST) for one in z]
    period = dominant_period(max(z, key=len)[:, 0])
    lengths = [fitting_length(length, steps) for length in LENGTHS]
    sides = (fitting_length(_SIDES, steps) - 1) // 2 * 2 + 1
    channels = [[one[:, j] for one in z] for j in range(len(scale.judged))]
    windows = tuple(
        tuple(fit_window_gaussian(channel, length) for channel in channels) for length in lengths
    )
    points = tuple(fit_interpolator(channel, sides) for channel in channels)
    prototypes = tuple(
        fit_prototypes([one for one in near if len(one) >= length], length, PROTOTYPES, rng)
        for length in (fitting_length(_SHAPE_LENGTH, steps), fitting_length(period, steps))
    )
    views = Views(scale, windows, points, prototypes, ())
    long = [one for one in z if len(one) >= fitting_length(period, steps)]
    raw = [
        np.concatenate(parts)
        for parts in zip(*(_raw_scores(views, one) for one in long), strict=True)
    ]
    return views._replace(scores=tuple(map(fit_score_scale, raw)))


def views_oddness(values: np.ndarray, views: Views) -> np.ndarray:
    """Return how odd each time step is.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        The series to judge; at least as long as the longest window of the views. No gaps.
    views : Views
        What is usual.

    Returns
    -------
    ndarray of shape (time,)
        From 0, which is as usual; about 2 is rare, 10 is far from everything.

    Examples
    --------
    >>> wave = np.sin(np.arange(900.0) / 5)[:, None]
    >>> views = fit_views([wave[:600]], np.random.default_rng(0))
    >>> wave[700:720] = 0.0
    >>> bool(680 < views_oddness(wave, views).argmax() < 740)
    True
    """
    return power_mean(np.stack([score for _, score in views_of(values, views)]), _ACROSS_VIEWS)


def stride_of(views: Views) -> int:
    """Return the steps of which all windows start at multiples."""
    channels = len(views.scale.judged)
    lengths = [len(part[0].mean) for part in views.windows]
    lengths += [centres.shape[1] // channels for centres in views.prototypes]
    return lcm(*map(hop_of, lengths))


def views_of(values: np.ndarray, views: Views) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each view, and how odd it finds each time step, on the common scale."""
    raw = _raw_scores(views, in_spreads(values, views.scale))
    scores = (tame(one, scale) for one, scale in zip(raw, views.scores, strict=True))
    channels = len(views.scale.judged)

    def pooled() -> np.ndarray:
        every = np.stack([next(scores) for _ in range(channels)])  # (channel, time)
        return power_mean(every, _ACROSS_CHANNELS)

    for part in views.windows:
        yield f"windows of {len(part[0].mean)}", pooled()
    yield "points", _WEIGHT_OF_POINTS * pooled()
    for centres in views.prototypes:
        yield f"shapes of {centres.shape[1] // channels}", next(scores)


def _raw_scores(views: Views, z: np.ndarray) -> Iterator[np.ndarray]:
    """Yield scores of views by channel, then of prototypes, each in a unit of its own."""
    channels = [np.ascontiguousarray(channel) for channel in z.T]
    for part in views.windows:
        for channel, gaussian in zip(channels, part, strict=True):
            yield window_mahalanobis(channel, gaussian)
    for channel, interpolator in zip(channels, views.points, strict=True):
        yield interpolation_residuals(channel, interpolator)
    near = np.clip(z, -_FARTHEST, _FARTHEST)
    for centres in views.prototypes:
        yield prototype_distances(near, centres)
