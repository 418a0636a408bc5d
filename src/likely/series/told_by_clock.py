"""How much of a series the clock on the wall tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.data.timeline import Stretch
from likely.series.channels import in_spreads
from likely.series.season_fitting import fit_profile
from likely.series.seasons import Seasons, by_clock, level_of

_LEAST = 50  # steps of a half


def told_by_clock(stretches: Sequence[Stretch], rng: np.random.Generator) -> float:
    """Return by how much closer values are to profiles of the clock than to their level alone.

    Profiles are learnt from one half of the time and asked about the other, both ways; the less
    told of the two counts, and of channels the mean.

    Parameters
    ----------
    stretches : sequence of Stretch
        In the order of time.
    rng : Generator
        Draws steps, where there are very many.

    Returns
    -------
    float in [0, 1]
        A share of the mean distance; 0 if the clock tells nothing or there is none.

    Examples
    --------
    >>> hour = np.arange(24.0 * 40)
    >>> stretch = Stretch(np.sin(2 * np.pi * hour / 24)[:, None], hour * 3600e6)
    >>> told_by_clock([stretch], np.random.default_rng(0)) > 0.9
    True
    """
    if any(stretch.local is None for stretch in stretches):
        return 0.0
    halves = _halves(stretches)
    if not all(sum(len(stretch.values) for stretch in half) >= _LEAST for half in halves):
        return 0.0
    return min(_told(halves[0], halves[1], rng), _told(halves[1], halves[0], rng))


def _told(learnt: Sequence[Stretch], asked: Sequence[Stretch], rng: np.random.Generator) -> float:
    """Return the share of the distance that profiles of one half take off in the other."""
    profile = fit_profile(learnt, [], rng)
    parts = [_distances(stretch, profile) for stretch in asked]
    left, whole = np.concatenate(parts, axis=1).mean(axis=1)  # (judged,) each
    return float(np.clip(1 - left / np.maximum(whole, 1e-9), 0.0, 1.0).mean())


def _distances(stretch: Stretch, seasons: Seasons) -> np.ndarray:
    """Return how far values are from profile and level, and from the level, (2, time, judged)."""
    z = in_spreads(stretch.values, seasons.scale)
    both = np.stack([z - by_clock(stretch, seasons)[0], z])
    both -= np.median(both, axis=1, keepdims=True)
    return np.abs(np.stack([one - level_of(one, seasons)[0] for one in both]))


def _halves(stretches: Sequence[Stretch]) -> tuple[list[Stretch], list[Stretch]]:
    """Return stretches of the first and of the second half of all steps."""
    middle = sum(len(stretch.values) for stretch in stretches) // 2
    first, second, seen = [], [], 0
    for values, local in stretches:
        cut = int(np.clip(middle - seen, 0, len(values)))
        for part, half in ((slice(0, cut), first), (slice(cut, None), second)):
            if len(values[part]):
                half.append(Stretch(values[part], None if local is None else local[part]))
        seen += len(values)
    return first, second
