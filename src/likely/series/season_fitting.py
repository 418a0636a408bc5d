"""How `Seasons` are learnt: profiles, then level, rhythms and spreads of what these leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from likely.data.timeline import Stretch
from likely.series.calendar import (
    DAY,
    WEEK,
    YEAR,
    Calendar,
    calendar_terms,
    learn_calendar,
    shrinkage,
)
from likely.series.channels import fit_channel_scale, in_spreads
from likely.series.given import learn_bends
from likely.series.rhythms import TURNS, rhythm_lags, turns_ago
from likely.series.robust_ridge import robust_ridge, spread_of
from likely.series.seasons import Seasons, by_clock, echo_of, given_shrinkage, level_of, terms_of

_BLOCKS = 7  # whose median is the level
_PLAIN_BLOCK = 32  # steps, where no season says how many
_MOST_RHYTHMS = 2
_CELLS = 400_000  # of steps and channels that profiles are learnt from
_LEAST_LEARNT, _MOST_LEARNT = 10_000, 100_000
_TREND = 14 * DAY  # between knots of the trend, beside which profiles are learnt
_BENT = 0.1  # observations' worth of shrinkage of the trend
_MOST_BENDS = 200  # of the trend
_STEADY = 10.0  # as much more, of what spreads are given by
_LEAST_SPREAD = 1e-3  # of the channel's
_LEAST_SHARE = 0.1  # of a usual spread, in quiet hours


def fit_seasons(
    stretches: Sequence[Stretch], given: Sequence[int], rng: np.random.Generator
) -> Seasons:
    """Learn what the time of day, the weekday, the season and given channels let expect.

    Parameters
    ----------
    stretches : sequence of Stretch
        They may hold anomalies, but few.
    given : sequence of int
        Positions of channels that are given and not judged.
    rng : Generator
        Draws steps, where there are very many.
    """
    seasons, left = _fit_level(stretches, fit_profile(stretches, given, rng))
    seasons = _fit_rhythms(left, seasons)
    seasons = seasons._replace(unknown=_fit_unknown(left, seasons))
    rest = [one - echo_of(one, seasons)[0] for one in left]
    return _fit_spread(stretches, rest, seasons)


def fit_profile(
    stretches: Sequence[Stretch], given: Sequence[int], rng: np.random.Generator
) -> Seasons:
    """Learn profiles of the clock and lines of given channels; arguments as of `fit_seasons`."""
    values = np.concatenate([stretch.values for stretch in stretches])
    others = np.setdiff1d(np.arange(values.shape[1]), given)
    scale = fit_channel_scale(values[:, others])
    scale = scale._replace(judged=others[scale.judged])
    clocks = [stretch.local for stretch in stretches if stretch.local is not None]
    calendar = learn_calendar(clocks) if clocks else Calendar(0.0, 0, False, False)
    where = np.asarray(given, dtype=np.int64)
    judged = len(scale.judged)
    longest = max(len(stretch.values) for stretch in stretches)
    seasons = Seasons(
        scale,
        calendar,
        where,
        learn_bends(values[:, where]),
        np.zeros((judged, 0)),
        _block(calendar, longest),
        np.zeros(judged),
        np.zeros((0, TURNS), dtype=np.int64),
        np.zeros((0, judged)),
        np.zeros((judged, 0)),
        np.zeros(judged),
        np.ones((judged, TURNS + 1)),
    )
    return seasons._replace(profile=_fit_profile(stretches, seasons, rng))


def _fit_profile(
    stretches: Sequence[Stretch], seasons: Seasons, rng: np.random.Generator
) -> np.ndarray:
    """Return coefficients of the terms, learnt beside a slow trend, (judged, term)."""
    values = np.concatenate([stretch.values for stretch in stretches])
    local = _clocks(stretches)
    most = int(np.clip(_CELLS // len(seasons.scale.judged), _LEAST_LEARNT, _MOST_LEARNT))
    some = np.arange(len(values))
    if len(some) > most:
        some = np.sort(rng.choice(some, most, replace=False))
    own: Any = terms_of(values[some], local[some], seasons)
    trend: Any = _trend(local[some] if seasons.calendar.step else some, seasons)
    terms = sparse.csr_array(sparse.hstack([own, trend], format="csr"))
    penalty = np.concatenate(
        [
            shrinkage(seasons.calendar),
            given_shrinkage(seasons),
            np.full(trend.shape[1], _BENT),
        ]
    )
    z = in_spreads(values[some], seasons.scale)
    fits = [robust_ridge(terms, channel, penalty) for channel in z.T]
    return np.stack(fits)[:, : own.shape[1]]


def _trend(at: np.ndarray, seasons: Seasons) -> sparse.csr_array:
    """Return hats over time, a fortnight or a year apart; without a clock, seven blocks."""
    calendar = seasons.calendar
    apart = max(_TREND, 7 * seasons.block[0] * calendar.step)
    apart = YEAR if calendar.year else apart
    apart = float(apart if calendar.step else 4 * seasons.block.prod())
    place = (at - at.min()) / max(apart, float(at.max() - at.min()) / _MOST_BENDS)
    low = np.floor(place).astype(np.int64)
    share = place - low
    columns = np.stack([low, low + 1], axis=1)
    edges = np.arange(len(at) + 1) * 2
    hats = np.stack([1 - share, share], axis=1)
    shape = (len(at), int(low.max()) + 2)
    return sparse.csr_array((hats.ravel(), columns.ravel(), edges), shape=shape)


def _clocks(stretches: Sequence[Stretch]) -> np.ndarray:
    """Return the local time of every step, 0 without a clock, (time,)."""
    return np.concatenate(
        [np.zeros(len(values)) if local is None else local for values, local in stretches]
    )


def _block(calendar: Calendar, steps: int) -> np.ndarray:
    """Return steps of a block of the level, and how many blocks: days, weeks, or quarters."""
    block = float(_PLAIN_BLOCK)
    if calendar.knots:
        block = DAY / calendar.step
    elif calendar.week:
        block = WEEK / calendar.step
    elif calendar.year:
        block = max(3.0, YEAR / 4 / calendar.step)
    size = max(1, min(round(block), steps // 3))
    return np.array([size, max(1, min(_BLOCKS, steps // (2 * size)))])


def _fit_level(stretches: Sequence[Stretch], seasons: Seasons) -> tuple[Seasons, list[np.ndarray]]:
    """Return seasons with how the level wanders, and what it leaves of each stretch."""
    left = [
        in_spreads(stretch.values, seasons.scale) - by_clock(stretch, seasons)[0]
        for stretch in stretches
    ]
    middle = np.median(np.concatenate(left), axis=0)
    profile = seasons.profile.copy()
    profile[:, 0] += middle
    left = [one - middle for one in left]
    levels = [level_of(one, seasons) for one in left]
    sure = np.concatenate([level[share >= 1] for level, share in levels])
    every = sure if len(sure) else np.concatenate(left)
    drift = np.array([spread_of(channel) for channel in every.T])
    rest = [one - level for one, (level, _) in zip(left, levels, strict=True)]
    return seasons._replace(profile=profile, drift=drift), rest


def _fit_rhythms(left: list[np.ndarray], seasons: Seasons) -> Seasons:
    """Return seasons with the rhythms that the clock doesn't show."""
    rest = left
    for _ in range(_MOST_RHYTHMS):
        longest = max(rest, key=len)
        limits = np.array([5 * spread_of(channel) + 1e-9 for channel in longest.T])
        lags = rhythm_lags(np.clip(longest, -limits, limits))
        if lags is None or _told_by_clock(int(lags[0]), seasons.calendar):
            break
        pairs = [(one, *turns_ago(one, lags.tolist())) for one in rest]
        back = np.concatenate([b[known == TURNS] for _, b, known in pairs])
        now = np.concatenate([one[known == TURNS] for one, _, known in pairs])
        echo = np.array([_share(b, n) for b, n in zip(back.T, now.T, strict=True)])
        seasons = seasons._replace(
            lags=np.vstack([seasons.lags, lags]), echo=np.vstack([seasons.echo, echo])
        )
        rest = [one - echo * b for one, b, _ in pairs]
    return seasons


def _fit_unknown(left: list[np.ndarray], seasons: Seasons) -> np.ndarray:
    """Return the spread where so many turns are known, beside where all are, (judged, 4)."""
    judged = len(seasons.scale.judged)
    if not len(seasons.lags):
        return np.ones((judged, TURNS + 1))
    sure = [echo_of(one, seasons)[1] == TURNS for one in left]
    spreads = []
    for turns in range(TURNS + 1):
        rest = [one - echo_of(one, seasons, turns)[0] for one in left]
        kept = np.concatenate([one[known] for one, known in zip(rest, sure, strict=True)])
        spreads.append([spread_of(channel) for channel in kept.T])
    found = np.array(spreads).T + 1e-9
    return np.maximum(found / found[:, -1:], 1.0)


def _share(back: np.ndarray, now: np.ndarray) -> float:
    fit = robust_ridge(sparse.csr_array(back[:, None]), now, np.array([1.0]))
    return float(np.clip(fit[0], 0.0, 1.0))


def _told_by_clock(turn: int, calendar: Calendar) -> bool:
    """Say whether a rhythm is that of a day or a week, which profiles show already."""
    lengths = [DAY] * bool(calendar.knots) + [WEEK] * calendar.week
    return any(abs(turn - length / calendar.step) <= 1.5 for length in lengths)


def _fit_spread(stretches: Sequence[Stretch], left: list[np.ndarray], seasons: Seasons) -> Seasons:
    """Return seasons with the spread of what is left, given the time of day and the weekday."""
    rest = np.concatenate(left)
    usual = np.array([spread_of(channel) for channel in rest.T])
    least = np.maximum(_LEAST_SPREAD, _LEAST_SHARE * usual)
    calendar = seasons.calendar._replace(year=False)
    step = max(1, len(rest) // _MOST_LEARNT)
    terms = calendar_terms(_clocks(stretches)[::step], calendar)
    penalty = _STEADY * shrinkage(calendar)
    fits = []
    for channel, floor in zip(rest[::step].T, least, strict=True):
        size = np.log(np.maximum(np.abs(channel), 0.2 * floor))
        fit = robust_ridge(terms, size, penalty, rounds=1)
        raw = np.exp(terms @ fit)
        fit[0] += np.log(max(spread_of(channel / raw), 1e-12))
        fits.append(fit)
    return seasons._replace(spread=np.stack(fits), least=least)
