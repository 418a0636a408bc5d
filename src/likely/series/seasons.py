"""What the seasons, the level and the rhythms of a series let expect: what `Seasonal` is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.given import given_terms, learn_bends
from likely.series.rhythms import TURNS, rhythm_lags, turns_ago
from likely.series.robust_ridge import robust_ridge, spread_of
from likely.series.slow_level import slow_level

_BLOCKS = 7  # whose median is the level
_PLAIN_BLOCK = 32  # steps, where no season says how many
_MOST_RHYTHMS = 2
_PART = 2**16  # steps whose terms are held at once
_CELLS = 2_000_000  # of steps and channels that profiles are learnt from
_LEAST_LEARNT, _MOST_LEARNT = 20_000, 100_000
_TREND = 14 * DAY  # between knots of the trend, beside which profiles are learnt
_GIVEN = 0.1  # observations' worth of shrinkage
_STEADY = 10.0  # as much more, of what spreads are given by
_LEAST_SPREAD = 1e-3  # of the channel's
_LEAST_SHARE = 0.1  # of a usual spread, in quiet hours


class Expectation(NamedTuple):
    """What is expected of the judged channels, in units of their spreads."""

    middle: np.ndarray
    """Shape (time, judged)."""

    spread: np.ndarray
    """Shape (time, judged), positive."""


class Seasons(NamedTuple):
    """What was learnt of seasons, level and rhythms."""

    scale: ChannelScale
    calendar: Calendar
    given: np.ndarray
    """Positions of given channels, (given,)."""

    bends: np.ndarray
    """Of given channels, (given, 7)."""

    profile: np.ndarray
    """Coefficients of the terms, (judged, term)."""

    block: np.ndarray
    """Steps of a block of the level, and how many blocks; (2,)."""

    drift: np.ndarray
    """Spread of the level, (judged,)."""

    lags: np.ndarray
    """Steps of one, two and three turns of each rhythm, (rhythm, 3)."""

    echo: np.ndarray
    """How much of what was there some turns ago is there again, (rhythm, judged)."""

    spread: np.ndarray
    """Coefficients of the logarithm of the spread, (judged, term of the calendar)."""

    least: np.ndarray
    """The spread is never less, (judged,)."""

    unknown: np.ndarray
    """Spread by how many turns of all rhythms are known, as a multiple, (judged, 4)."""

    @property
    def reach(self) -> int:
        """How many steps before it a value's expectation depends on."""
        return int(self.block.prod() + self.lags[:, -1:].sum())


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
    seasons = seasons._replace(profile=_fit_profile(stretches, seasons, rng))
    seasons, left = _fit_level(stretches, seasons)
    seasons = _fit_rhythms(left, seasons)
    seasons = seasons._replace(unknown=_fit_unknown(left, seasons))
    rest = [one - _echo(one, seasons)[0] for one in left]
    return _fit_spread(stretches, rest, seasons)


def expectation(stretch: Stretch, seasons: Seasons) -> Expectation:
    """Return what is expected of each step of a stretch, and how far off it usually is.

    Parameters
    ----------
    stretch : Stretch
        What is to be judged.
    seasons : Seasons
        What was learnt.
    """
    z = in_spreads(stretch.values, seasons.scale)
    profile, spread = _by_clock(stretch, seasons)
    level, share = _level(z - profile, seasons)
    left = z - profile - level
    back, known = _echo(left, seasons)
    wide = spread * seasons.unknown[:, known].T
    unsure = seasons.drift * (1 - share)[:, None]
    return Expectation(profile + level + back, np.hypot(wide, unsure))


def _terms(stretch: Stretch, seasons: Seasons) -> Iterator[tuple[slice, sparse.csr_array]]:
    """Yield the terms of parts of a stretch: those of the calendar, then of given channels."""
    for first in range(0, len(stretch.values), _PART):
        part = slice(first, first + _PART)
        local = None if stretch.local is None else stretch.local[part]
        yield part, _terms_of(stretch.values[part], local, seasons)


def _terms_of(
    values: np.ndarray, local: np.ndarray | None, seasons: Seasons
) -> sparse.csr_array:
    local = np.zeros(len(values)) if local is None else local
    blocks = [calendar_terms(local, seasons.calendar)]
    if len(seasons.given):
        blocks.append(sparse.csr_array(given_terms(values[:, seasons.given], seasons.bends)))
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def _by_clock(stretch: Stretch, seasons: Seasons) -> tuple[np.ndarray, np.ndarray]:
    """Return profile and spread of each step, (time, judged)."""
    found = np.zeros((2, len(stretch.values), len(seasons.scale.judged)))
    width = seasons.spread.shape[1]
    for part, terms in _terms(stretch, seasons):
        found[0, part] = terms @ seasons.profile.T
        if width:
            found[1, part] = np.exp(terms[:, :width] @ seasons.spread.T)
    return found[0], np.maximum(found[1], seasons.least)


def _fit_profile(
    stretches: Sequence[Stretch], seasons: Seasons, rng: np.random.Generator
) -> np.ndarray:
    """Return coefficients of the terms, learnt beside a slow trend, (judged, term)."""
    values = np.concatenate([stretch.values for stretch in stretches])
    local = None
    if seasons.calendar.step:
        local = np.concatenate([s.local for s in stretches if s.local is not None])
    most = int(np.clip(_CELLS // len(seasons.scale.judged), _LEAST_LEARNT, _MOST_LEARNT))
    some = np.arange(len(values))
    if len(some) > most:
        some = np.sort(rng.choice(some, most, replace=False))
    own = _terms_of(values[some], None if local is None else local[some], seasons)
    trend = _trend(some if local is None else local[some], seasons)
    terms = sparse.csr_array(sparse.hstack([own, trend], format="csr"))
    penalty = np.concatenate(
        [
            shrinkage(seasons.calendar),
            np.full(own.shape[1] - seasons.calendar.width, _GIVEN),
            np.full(trend.shape[1], 0.1),
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
    place = (at - at.min()) / apart
    low = np.floor(place).astype(np.int64)
    share = place - low
    columns = np.stack([low, low + 1], axis=1)
    edges = np.arange(len(at) + 1) * 2
    hats = np.stack([1 - share, share], axis=1)
    shape = (len(at), int(low.max()) + 2)
    return sparse.csr_array((hats.ravel(), columns.ravel(), edges), shape=shape)


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


def _level(left: np.ndarray, seasons: Seasons) -> tuple[np.ndarray, np.ndarray]:
    """Return the level, (time, judged), and how far it is known, (time,)."""
    level, known = slow_level(left, int(seasons.block[0]), int(seasons.block[1]))
    share = np.minimum(known, 1.0)
    return level * share[:, None], share


def _fit_level(
    stretches: Sequence[Stretch], seasons: Seasons
) -> tuple[Seasons, list[np.ndarray]]:
    """Return seasons with how the level wanders, and what it leaves of each stretch."""
    left = [
        in_spreads(stretch.values, seasons.scale) - _by_clock(stretch, seasons)[0]
        for stretch in stretches
    ]
    middle = np.median(np.concatenate(left), axis=0)
    profile = seasons.profile.copy()
    profile[:, 0] += middle
    left = [one - middle for one in left]
    levels = [_level(one, seasons) for one in left]
    sure = np.concatenate([level[share >= 1] for level, share in levels])
    every = sure if len(sure) else np.concatenate(left)
    drift = np.array([spread_of(channel) for channel in every.T])
    rest = [one - level for one, (level, _) in zip(left, levels, strict=True)]
    return seasons._replace(profile=profile, drift=drift), rest


def _echo(
    left: np.ndarray, seasons: Seasons, turns: int = TURNS
) -> tuple[np.ndarray, np.ndarray]:
    """Return what rhythms let expect, (time, judged), and how many turns are known, (time,)."""
    total = np.zeros_like(left)
    fewest = np.full(len(left), turns)
    for lags, echo in zip(seasons.lags[:, :turns], seasons.echo, strict=True):
        back, known = turns_ago(left - total, lags.tolist())
        total = total + echo * back
        fewest = np.minimum(fewest, known)
    return total, fewest


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
    sure = [_echo(one, seasons)[1] == TURNS for one in left]
    spreads = []
    for turns in range(TURNS + 1):
        rest = [one - _echo(one, seasons, turns)[0] for one in left]
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


def _fit_spread(
    stretches: Sequence[Stretch], left: list[np.ndarray], seasons: Seasons
) -> Seasons:
    """Return seasons with the spread of what is left, given the time of day and the weekday."""
    rest = np.concatenate(left)
    usual = np.array([spread_of(channel) for channel in rest.T])
    least = np.maximum(_LEAST_SPREAD, _LEAST_SHARE * usual)
    calendar = seasons.calendar._replace(year=False)
    step = max(1, len(rest) // _MOST_LEARNT)
    local = np.zeros(len(rest))
    if seasons.calendar.step:
        local = np.concatenate([s.local for s in stretches if s.local is not None])
    terms = calendar_terms(local[::step], calendar)
    penalty = _STEADY * shrinkage(calendar)
    fits = []
    for channel, floor in zip(rest[::step].T, least, strict=True):
        size = np.log(np.maximum(np.abs(channel), 0.2 * floor))
        fit = robust_ridge(terms, size, penalty, rounds=1)
        raw = np.exp(terms @ fit)
        fit[0] += np.log(max(spread_of(channel / raw), 1e-12))
        fits.append(fit)
    return seasons._replace(spread=np.stack(fits), least=least)
