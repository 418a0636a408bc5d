"""What seasons, level and rhythms of a series let expect: what `Seasonal` is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

from likely.data.timeline import Stretch
from likely.series.calendar import Calendar, calendar_terms
from likely.series.channels import ChannelScale, in_spreads
from likely.series.given import given_terms
from likely.series.rhythms import TURNS, turns_ago
from likely.series.slow_level import slow_level

_PART = 2**16  # steps whose terms are held at once
_LINE, _HOURLY = 0.1, 1.0  # observations' worth of shrinkage


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
    profile, spread = by_clock(stretch, seasons)
    level, share = level_of(z - profile, seasons)
    left = z - profile - level
    back, known = echo_of(left, seasons)
    wide = spread * seasons.unknown[:, known].T
    unsure = seasons.drift * (1 - share)[:, None]
    return Expectation(profile + level + back, np.hypot(wide, unsure))


def by_clock(stretch: Stretch, seasons: Seasons) -> tuple[np.ndarray, np.ndarray]:
    """Return profile and spread of each step, (time, judged) each."""
    found = np.zeros((2, len(stretch.values), len(seasons.scale.judged)))
    width = seasons.spread.shape[1]
    for part, terms in _terms(stretch, seasons):
        found[0, part] = terms @ seasons.profile.T
        if width:
            found[1, part] = np.exp(terms[:, :width] @ seasons.spread.T)
    return found[0], np.maximum(found[1], seasons.least)


def level_of(left: np.ndarray, seasons: Seasons) -> tuple[np.ndarray, np.ndarray]:
    """Return the level, (time, judged), and how far it is known, (time,)."""
    level, known = slow_level(left, int(seasons.block[0]), int(seasons.block[1]))
    share = np.minimum(known, 1.0)
    return level * share[:, None], share


def echo_of(
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


def terms_of(values: np.ndarray, local: np.ndarray, seasons: Seasons) -> sparse.csr_array:
    """Return the terms of steps: those of the calendar, then those of given channels.

    These are bent lines, and for each knot of the day how much steeper or flatter they are there.
    """
    blocks = [calendar_terms(local, seasons.calendar)]
    day = blocks[0][:, 1 : 1 + seasons.calendar.knots]
    for lines in np.moveaxis(given_terms(values[:, seasons.given], seasons.bends), 1, 0):
        blocks.append(sparse.csr_array(lines))
        blocks.append(sparse.csr_array(day.multiply(lines[:, :1])))
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def given_shrinkage(seasons: Seasons) -> np.ndarray:
    """Return how many observations' worth terms of given channels are drawn to zero by, (term,)."""
    lines = np.full(seasons.bends.shape[1] - 1, _LINE)
    return np.tile(np.append(lines, np.full(seasons.calendar.knots, _HOURLY)), len(seasons.given))


def _terms(stretch: Stretch, seasons: Seasons) -> Iterator[tuple[slice, sparse.csr_array]]:
    """Yield the terms of parts of a stretch: those of the calendar, then of given channels."""
    for first in range(0, len(stretch.values), _PART):
        part = slice(first, first + _PART)
        values = stretch.values[part]
        local = np.zeros(len(values)) if stretch.local is None else stretch.local[part]
        yield part, terms_of(values, local, seasons)
