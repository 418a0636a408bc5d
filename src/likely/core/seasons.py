"""The seasons of a series: rhythms of a day, a week and others, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from likely.core.period import autocorrelation

_CALENDAR = {"hour": 3600e6, "day": 86_400e6, "week": 7 * 86_400e6, "year": 365.2425 * 86_400e6}
_SHORTEST = 4.0  # steps
_TURNS = 3.0  # of a season, at least
_ENOUGH = 0.1  # of the variance
_BINS = 400  # into which a turn is divided at most
_PEAK = 0.15  # of autocorrelation
_LONGEST_LAG = 20_000
_MOST_STEPS = 1 << 21  # of the end of a series
_MOST_LAGGED = 1 << 18  # steps in which rhythms without a name are looked for
_MOST_CELLS = 1 << 22
_MOST_SEASONS = 4
_FAR = 4.0  # spreads: what counts no more
_SAME = 0.02
_PEAKS = 5  # of the highest that are tried
_PARTS = 50  # of the first that a longer period may be a multiple of
_STRONG = 0.3
_LITTLE = 0.01  # of the variance: nothing is looked for in less


class Season(NamedTuple):
    """A rhythm of a series."""

    period: float
    """Steps of a turn."""

    strength: float
    """Share of the variance within a turn that other turns foretell, up to 1."""

    name: str
    """"hour", "day", "week" or "year"; "" for another."""


def seasons_of(
    values: np.ndarray, step: float | None = None, *, most: int = _MOST_SEASONS
) -> list[Season]:
    """Return the rhythms of a series, from the shortest to the longest.

    An hour, a day, a week and a year are tried first, where the clock is known, then the peaks of
    autocorrelation of what they leave. A rhythm counts if what the other turns were foretells a
    turn: a tenth of its variance, at least. What changes more slowly than it, such as a trend or a
    longer season, is taken out before, and its own mean course after.

    Parameters
    ----------
    values : ndarray of float64, shape (time,) or (time, channel)
        Evenly spaced, without missing values. Channels count alike.
    step : float, optional
        Microseconds from one step to the next.
    most : int in [1, inf), default 4
        How many rhythms are looked for.

    Returns
    -------
    list of Season
        Empty where there is no rhythm of which the series has three turns.

    Examples
    --------
    >>> hours = np.arange(24 * 70)
    >>> load = np.sin(2 * np.pi * hours / 24) - 1.0 * (hours // 24 % 7 >= 5)
    >>> [(one.name, one.period) for one in seasons_of(load, 3600e6)]
    [('day', 24.0), ('week', 168.0)]
    """
    rest = _standardised(values)
    if len(rest) < _TURNS * _SHORTEST or not rest.any():
        return []
    found: list[Season] = []
    least = _LITTLE * float(rest.var(axis=0).mean())
    for name, length in _CALENDAR.items() if step else ():
        period = length / step if step else 0.0
        if _SHORTEST <= period <= len(rest) / _TURNS and len(found) < most:
            rest = _tried(rest, period, name, found)
    while len(found) < most and rest.var(axis=0).mean() > least:
        before = len(found)
        for period in _nameless(rest, [one.period for one in found]):
            rest = _tried(rest, period, "", found)
            if len(found) > before:
                break
        if len(found) == before:
            break
    return sorted(found)


def strength_of(values: np.ndarray, period: float) -> float:
    """Return which share of the variance within a turn the other turns foretell.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        In spreads, without missing values.
    period : float
        Steps of a turn, of which there are at least three.

    Returns
    -------
    float
        At most 1; 0 or less where turns have nothing in common.
    """
    level = _level(values, period)
    half = round(period) // 2
    inner = (values - level)[half : len(values) - half]
    return _foretold(inner - inner.mean(axis=0), period)


def _tried(rest: np.ndarray, period: float, name: str, found: list[Season]) -> np.ndarray:
    """Add a season if it is one, and return what it leaves."""
    strength = strength_of(rest, period)
    if strength < _ENOUGH:
        return rest
    found.append(Season(float(period), float(strength), name))
    return rest - _course(rest - _level(rest, period), period)


def _level(values: np.ndarray, period: float) -> np.ndarray:
    """Return the mean of the turn around each step, (time, channel)."""
    return uniform_filter1d(values, round(period), axis=0, mode="nearest")


def _phases(steps: int, period: float) -> tuple[np.ndarray, int]:
    """Return the part of its turn that each step is in, (time,), and how many parts there are."""
    bins = min(round(period), _BINS)
    turns = np.arange(steps) / period
    return np.minimum(((turns - np.floor(turns)) * bins + 1e-6).astype(np.int64), bins - 1), bins


def _course(values: np.ndarray, period: float) -> np.ndarray:
    """Return the mean course of a turn at every step, (time, channel); its mean is 0.

    It is that of the inner steps, for the level of the outer ones is not that of a whole turn.
    """
    phases, bins = _phases(len(values), period)
    half = round(period) // 2
    inner = slice(half, len(values) - half)
    counts = np.maximum(np.bincount(phases[inner], minlength=bins), 1)
    means = [np.bincount(phases[inner], channel[inner], bins) / counts for channel in values.T]
    return np.stack([one - one.mean() for one in means], axis=1)[phases]


def _foretold(values: np.ndarray, period: float) -> float:
    """Return which share of the variance of cells (a part of a turn) other turns foretell."""
    phases, bins = _phases(len(values), period)
    turns = np.floor(np.arange(len(values)) / period + 1e-9).astype(np.int64)
    cells, size = turns * bins + phases, (int(turns[-1]) + 1) * bins
    counts = np.bincount(cells, minlength=size).reshape(-1, bins)
    there = counts > 0
    together = there.sum(axis=0)  # turns that have a part
    left = moved = 0.0
    for channel in values.T:
        sums = np.bincount(cells, channel, size).reshape(-1, bins)
        means = np.divide(sums, counts, out=np.zeros_like(sums), where=there)
        others = (means.sum(axis=0) - means) / np.maximum(together - 1, 1)
        use = there & (together > 1)
        left += float(((means - others)[use] ** 2).sum())
        moved += float((means[use] ** 2).sum())
    return 1 - left / moved if moved > 0 else 0.0


def _nameless(values: np.ndarray, known: Sequence[float]) -> list[float]:
    """Return periods at which a series is like itself, the most promising first.

    Of peaks of autocorrelation about as high as the highest the first counts, for later ones are
    its multiples. Before it stands the strongest rhythm of which it is a multiple, as a week is of
    days.
    """
    part = values[:_MOST_LAGGED]
    most = min(int(len(part) / _TURNS), _LONGEST_LAG)
    if most <= _SHORTEST:
        return []
    slow = uniform_filter1d(part, min(2 * most, len(part)), axis=0, mode="nearest")
    every = np.mean([autocorrelation(channel, most + 1) for channel in (part - slow).T], axis=0)
    inner = every[1:-1]
    peaks = 1 + np.flatnonzero((inner > every[:-2]) & (inner >= every[2:]) & (inner > _PEAK))
    peaks = np.array([p for p in peaks if p >= _SHORTEST and not _is_near(p, known)], dtype=int)
    if not len(peaks):
        return []
    highest = peaks[np.argsort(-every[peaks], kind="stable")][:_PEAKS]
    first = peaks[every[peaks] >= every[highest[0]] * (1 - _SAME) - _SAME][0]
    candidates = [_refined(every, p) for p in dict.fromkeys([int(first), *highest.tolist()])]
    long = candidates[0]
    parts = [p for p in peaks[:_PARTS] if p < 0.7 * long and abs(long / p - round(long / p)) < 0.1]
    by_strength = {p: strength_of(part, p) for p in (_refined(every, p) for p in parts)}
    strong = [p for p in by_strength if by_strength[p] >= _STRONG]
    return [*([max(strong, key=by_strength.__getitem__)] if strong else []), *candidates]


def _refined(every: np.ndarray, lag: int) -> float:
    """Return the period of a peak of autocorrelation, to a part of a step, by its multiples."""
    period, turns = float(lag), 2
    while turns * period < len(every) - 2:
        near = round(turns * period)
        reach = max(1, min(round(period / 4), turns))
        low = max(1, near - reach)
        best = low + int(every[low : near + reach + 1].argmax())
        if every[best] < 0.5 * every[lag]:
            break
        period, turns = best / turns, 2 * turns
    whole = round(period)
    return float(whole) if abs(period - whole) * turns < _TURNS else period


def _is_near(period: float | np.integer, known: Sequence[float]) -> bool:
    return any(abs(period / one - 1) < 0.02 for one in known)


def _standardised(values: np.ndarray) -> np.ndarray:
    """Return channels that move, in robust spreads, few enough and without far values."""
    x = np.asarray(values, dtype=np.float64)
    x = (x[:, None] if x.ndim == 1 else x)[-_MOST_STEPS:]
    channels = max(1, min(x.shape[1], _MOST_CELLS // max(1, len(x))))
    x = x[:, np.linspace(0, x.shape[1] - 1, channels).astype(int)] if len(x) else x
    middle = np.median(x, axis=0) if len(x) else 0.0
    away = x - middle
    spread = 1.4826 * np.median(np.abs(away), axis=0) if len(x) else np.zeros(0)
    wide = away.std(axis=0) if len(x) else np.zeros(0)
    spread = np.where(spread > 1e-9 * wide, spread, wide)
    moves = spread > 0
    return np.clip(away[:, moves] / spread[moves], -_FAR, _FAR)
