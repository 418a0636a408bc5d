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
    float in (-inf, 1]
        A share of the mean distance; 0 or less if the clock tells nothing or there is none.

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
    told = []
    for learnt, asked in (halves, halves[::-1]):
        profile = fit_profile(learnt, [], rng)
        left, whole = zip(*(_distances(stretch, profile) for stretch in asked), strict=True)
        told.append(
            1 - np.concatenate(left).mean(axis=0) / (np.concatenate(whole).mean(axis=0) + 1e-9)
        )
    return float(min(one.mean() for one in told))


def _distances(stretch: Stretch, seasons: Seasons) -> tuple[np.ndarray, np.ndarray]:
    """Return how far values are from profile and level, and from the level, (time, judged) each."""
    z = in_spreads(stretch.values, seasons.scale)
    left = z - by_clock(stretch, seasons)[0]
    return tuple(  # type: ignore[return-value]
        np.abs(one - level_of(one, seasons)[0])
        for one in (left - np.median(left, axis=0), z - np.median(z, axis=0))
    )


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
