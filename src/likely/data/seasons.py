"""The seasons of a timeline, whose clock may have gaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from likely.core.seasons import Season, seasons_of
from likely.data.timeline import Timeline

_SPREAD = 2.0  # steps of the even clock for one of the series, at most


def seasons_in(timeline: Timeline) -> list[Season]:
    """Return the rhythms of a series: of a day, a week and others, in steps.

    Gaps in an even clock are bridged by straight lines if they are no longer than the series in
    all, so that what lies behind a gap is in phase; else the longest stretch is looked at.

    Parameters
    ----------
    timeline : Timeline
        As `in_order` returns it.

    Returns
    -------
    list of Season
        From the shortest to the longest; see `likely.core.seasons`.
    """
    values = timeline.filled
    step = timeline.step if timeline.calendar else None
    if len(timeline) and timeline.breaks:
        values = _without_gaps(timeline, values)
    return seasons_of(values, step)


def _without_gaps(timeline: Timeline, values: np.ndarray) -> np.ndarray:
    """Return values on an even clock, (time, channel), or those of the longest stretch."""
    moments, step = timeline.moments, timeline.step
    if moments is not None and step:
        places = np.maximum.accumulate(np.rint((moments - moments[0]) / step).astype(np.int64))
        size = int(places[-1]) + 1
        if size <= _SPREAD * len(values):
            places, first = np.unique(places, return_index=True)
            lines = [np.interp(np.arange(size), places, one[first]) for one in values.T]
            return np.stack(lines, axis=1)
    edges = list(pairwise((0, *timeline.breaks, len(values))))
    first, end = max(edges, key=lambda edge: edge[1] - edge[0])
    return values[first:end]
