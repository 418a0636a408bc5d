"""A simulated load: hours with a day, a week and a year, by a clock with summer time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likely.data.clock import local_time

ZONE = "Europe/Berlin"
HOUR = 3600e6  # microseconds
_START = 1_609_459_200e6  # 2021-01-01 in UTC, a Friday
_DAY, _YEAR = 24 * HOUR, 365.2425 * 24 * HOUR


class Load(NamedTuple):
    """A simulated load, one step an hour; arrays have the shape (time,)."""

    utc: np.ndarray
    """Microseconds since 1970."""

    local: np.ndarray
    """What the clock on the wall shows, in microseconds since 1970."""

    values: np.ndarray
    mean: np.ndarray
    """What the time of day, the weekday, the season and the drift let expect."""

    spread: np.ndarray
    """How far values usually are from it."""

    zone: str
    """Where the clock hangs."""


def hourly_load(days: int, seed: int = 0, first_day: int = 0, zone: str = ZONE) -> Load:
    """Return a load that follows the clock on the wall, with noise of its own.

    Workdays begin early and have two peaks, Saturdays are lower, Sundays late and flat; winter is
    higher, in the evening most. Noise is autocorrelated (0.8 from hour to hour, and weather of
    0.97), in proportion to the profile, so that nights are quiet; the level drifts.

    Parameters
    ----------
    days : int in [1, inf)
        How many days of 24 hours.
    seed : int in [0, inf), default 0
        The same seed gives the same series.
    first_day : int, default 0
        Days after 2021-01-01 that it begins.
    zone : str, default "Europe/Berlin"
        Whose wall the clock hangs on.

    Returns
    -------
    Load
    """
    rng = np.random.default_rng([seed, 77])
    n = 24 * days
    utc = _START + first_day * _DAY + HOUR * np.arange(n)
    local = local_time(utc, zone)
    hour = np.mod(local, _DAY) / HOUR
    weekday = (np.floor(local / _DAY).astype(np.int64) + 3) % 7
    winter = np.cos(2 * np.pi * (local / _YEAR - 0.04))
    start, peak, evening = rng.uniform([6, 9, 18], [8, 12, 20])
    workday = _ramp(hour - start) * _ramp(21 - hour) + 0.4 * _bump(hour - peak, 2.0)
    free = 0.7 * _ramp(hour - start - 2) * _ramp(23 - hour)
    shape = np.select([weekday < 5, weekday == 5], [workday, 0.8 * free + 0.1], 0.45 * free)
    shape = shape + (0.45 + 0.2 * winter) * _bump(hour - evening, 1.5)
    drift = 4.0 * np.cumsum(rng.normal(size=n)) / np.sqrt(24 * 365)
    mean = 100 + 16 * winter + 60 * shape + drift
    near, weather = _autocorrelated(0.8, rng, n), _autocorrelated(0.97, rng, n)
    spread = 1.5 + 2.5 * shape
    values = mean + spread * (0.8 * near + 0.6 * weather)
    return Load(utc, local, values, mean, spread, zone)


def _ramp(hours: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-2.0 * hours))


def _bump(hours: np.ndarray, width: float) -> np.ndarray:
    return np.exp(-0.5 * (hours / width) ** 2)


def _autocorrelated(share: float, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return noise of spread 1, each of whose values is a share of the one before, (n,)."""
    fresh = rng.normal(size=n) * np.sqrt(1 - share**2)
    fresh[0] = rng.normal()
    found = np.empty(n)
    last = 0.0
    for i, new in enumerate(fresh):
        last = share * last + new
        found[i] = last
    return found
