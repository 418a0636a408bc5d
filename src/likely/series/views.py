"""Several views of a series, frozen: what `Panel` is made of."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import NamedTuple

import numpy as np

from likely.core.period import dominant_period
from likely.series.alarms import UsualTail, beyond, fit_usual_tail, with_alarm
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.interpolation import Interpolator, fit_interpolator, interpolation_residuals
from likely.series.pooling import ScoreScale, fit_score_scale, power_mean, tame
from likely.series.window_mahalanobis import (
    WindowGaussian,
    fit_window_gaussian,
    window_mahalanobis,
)
from likely.series.window_prototypes import fit_prototypes, prototype_distances
from likely.series.windows import blocks_of, fitting_length, hop_of

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

    tails: tuple[UsualTail, ...]
    """Of the same scores on what was not learnt from, and last of what they say together."""


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
    scale = fit_channel_scale(np.concatenate(stretches))
    z = [in_spreads(values, scale) for values in stretches]  # (time, judged) each
    views = _learn(z, scale, rng)
    unseen = [scores for held, rest in blocks_of(z) for scores in _judged(held, rest, scale, rng)]
    unseen = unseen or [_raw_scores(views, one) for one in _long_enough(z, views)]
    by_score = [list(parts) for parts in zip(*unseen, strict=True)]
    tails = [fit_usual_tail(parts) for parts in by_score]
    together = [_together(list(parts), views) for parts in zip(*by_score, strict=True)]
    return views._replace(tails=(*tails, fit_usual_tail(together)))


def _learn(z: Sequence[np.ndarray], scale: ChannelScale, rng: np.random.Generator) -> Views:
    """Return views without tails, of stretches in units of their spread."""
    steps = max(map(len, z))
    near = [np.clip(one, -_FARTHEST, _FARTHEST) for one in z]
    period = fitting_length(dominant_period(max(z, key=len)[:, 0]), steps)
    lengths = [fitting_length(length, steps) for length in LENGTHS]
    sides = (fitting_length(_SIDES, steps) - 1) // 2 * 2 + 1
    channels = [[np.ascontiguousarray(one[:, j]) for one in z] for j in range(z[0].shape[1])]
    windows = tuple(
        tuple(fit_window_gaussian(channel, length) for channel in channels) for length in lengths
    )
    points = tuple(fit_interpolator(channel, sides) for channel in channels)
    prototypes = tuple(
        fit_prototypes([one for one in near if len(one) >= length], length, PROTOTYPES, rng)
        for length in (fitting_length(_SHAPE_LENGTH, steps), period)
    )
    views = Views(scale, windows, points, prototypes, (), ())
    raw = [_raw_scores(views, one) for one in _long_enough(z, views)]
    learnt = [np.concatenate(parts) for parts in zip(*raw, strict=True)]
    return views._replace(scores=tuple(map(fit_score_scale, learnt)))


def _judged(
    held: Sequence[np.ndarray],
    rest: Sequence[np.ndarray],
    scale: ChannelScale,
    rng: np.random.Generator,
) -> list[list[np.ndarray]]:
    """Return the raw scores of stretches by views that learnt from the rest."""
    views = _learn(rest, scale, rng)
    return [_raw_scores(views, one) for one in _long_enough(held, views)]


def _long_enough(z: Sequence[np.ndarray], views: Views) -> list[np.ndarray]:
    return [one for one in z if len(one) >= longest_of(views)]


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
        In nats beyond where the odder tenth of what is usual begins; negative where all is as
        usual.

    Examples
    --------
    >>> wave = np.sin(np.arange(900.0) / 5)[:, None]
    >>> views = fit_views([wave[:600]], np.random.default_rng(0))
    >>> wave[700:720] = 0.0
    >>> bool(680 < views_oddness(wave, views).argmax() < 740)
    True
    """
    raw = _raw_scores(views, in_spreads(values, views.scale))
    verdict = beyond(_together(raw, views), views.tails[-1])
    channels = len(views.scale.judged)
    points = channels * len(views.windows)
    sharp = [*range(channels), *range(points, points + channels)]
    # longer windows would sound the alarm long before and after what caused it
    alarm = np.max([beyond(raw[i], views.tails[i]) for i in sharp], axis=0)
    return with_alarm(verdict, alarm)


def longest_of(views: Views) -> int:
    """Return the steps of the longest window."""
    channels = len(views.scale.judged)
    lengths = [len(part[0].mean) for part in views.windows]
    lengths += [centres.shape[1] // channels for centres in views.prototypes]
    return max(*lengths, len(views.points[0].weights))


def stride_of(views: Views) -> int:
    """Return the steps of which all windows start at multiples."""
    channels = len(views.scale.judged)
    lengths = [len(part[0].mean) for part in views.windows]
    lengths += [centres.shape[1] // channels for centres in views.prototypes]
    return lcm(*map(hop_of, lengths))


def _together(raw: Sequence[np.ndarray], views: Views) -> np.ndarray:
    """Return what all scores say together, each tamed on its scale: the sure one prevails."""
    tamed = [tame(one, scale) for one, scale in zip(raw, views.scores, strict=True)]
    channels = len(views.scale.judged)
    by_view = [
        power_mean(np.stack(tamed[first : first + channels]), _ACROSS_CHANNELS)
        for first in range(0, channels * (len(views.windows) + 1), channels)
    ]
    by_view[-1] = _WEIGHT_OF_POINTS * by_view[-1]
    shapes = tamed[channels * len(by_view) :]
    return power_mean(np.stack([*by_view, *shapes]), _ACROSS_VIEWS)


def _raw_scores(views: Views, z: np.ndarray) -> list[np.ndarray]:
    """Return scores of views by channel, then of prototypes, each in a unit of its own."""
    channels = [np.ascontiguousarray(channel) for channel in z.T]
    found = [
        window_mahalanobis(channel, gaussian)
        for part in views.windows
        for channel, gaussian in zip(channels, part, strict=True)
    ]
    found += [
        interpolation_residuals(channel, interpolator)
        for channel, interpolator in zip(channels, views.points, strict=True)
    ]
    near = np.clip(z, -_FARTHEST, _FARTHEST)
    return found + [prototype_distances(near, centres) for centres in views.prototypes]
