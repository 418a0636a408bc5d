"""Areas under curves of labels whose events have soft borders: one sort, then sums.

A border of the width w gives points before and after an event part of its label: the square root
of 1 - distance / w, up to a distance of w // 2; 1 where borders of two events meet, as either gives
at least 0.7. So all that a window needs of a point is how far the nearest two events are, and all
that a threshold needs is how many points in the order of their scores lie above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from likely.evaluation.runs import events_of

Thresholds = int | Literal["all"]

_FAR = 1 << 60
_CELLS = 200_000  # numbers of a table held at a time: windows by thresholds, points or events


@dataclass(frozen=True)
class _Counts:
    """What does not depend on the window: points at or above each threshold, from the highest."""

    n: int
    anomalies: int
    shown: np.ndarray  # (threshold,) points
    hits: np.ndarray  # (threshold,) of these in events
    near: np.ndarray  # (threshold,) of these near events


def range_areas(
    anomalies: np.ndarray, scores: np.ndarray, windows: range, thresholds: Thresholds
) -> tuple[np.ndarray, np.ndarray]:
    """Return the areas under precision-recall and ROC curves, both of the shape (window,).

    Parameters
    ----------
    anomalies : ndarray of bool, shape (n,)
        Both kinds must occur.
    scores : ndarray of float64, shape (n,)
        Higher is odder, without NaN.
    windows : range
        Widths of borders, one after the other, none negative.
    thresholds : int in [2, inf) or "all"
        How many quantiles of the scores are thresholds, or every score is one.
    """
    events, n = events_of(anomalies), len(scores)
    reach = windows[-1] // 2
    place, first, second = _near(events, anomalies, reach)
    order = np.argsort(-scores[place], kind="stable")
    first, second = first[order], second[order]
    rising = np.sort(scores)
    inside, beside = np.sort(scores[anomalies]), scores[place][order][::-1]
    cuts = _cuts(rising, np.concatenate([inside, beside]), thresholds)
    counts = _Counts(n, len(inside), *(_at_least(cuts, part) for part in (rising, inside, beside)))
    tops, areas = np.full((1, len(events)), -np.inf), []
    step = max(1, _CELLS // (2 * max(len(cuts), len(place), len(events))))
    for begin in range(0, reach + 1, step):
        halves = np.arange(begin, min(begin + step, reach + 1))
        tops = _tops(events, scores, halves, tops[-1])
        wide = np.arange(max(windows[0], 2 * begin), min(windows[-1], 2 * halves[-1] + 1) + 1)
        if len(wide):
            found = _shares_found(events, tops, halves, cuts)[wide // 2 - begin]
            areas.append(_areas(counts, _softness(first, second, wide), found))
    precise, roc = np.concatenate(areas, axis=1)
    return precise, roc


def _near(
    events: np.ndarray, anomalies: np.ndarray, reach: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return normal points within reach of an event, and distances to their two nearest events."""
    n = len(anomalies)
    edges = np.zeros(n + 1, dtype=np.int64)
    np.add.at(edges, np.maximum(events[:, 0] - reach, 0), 1)
    np.add.at(edges, np.minimum(events[:, 1] + reach, n), -1)
    place = np.flatnonzero((np.cumsum(edges[:n]) > 0) & ~anomalies)
    before = np.searchsorted(events[:, 0], place)  # events that lie before each point
    starts = np.append(events[:, 0], [_FAR, _FAR])
    lasts = np.append([-_FAR, -_FAR], events[:, 1] - 1)
    left, right = place - lasts[before + 1], starts[before] - place
    further = np.minimum(place - lasts[before], starts[before + 1] - place)
    return place, np.minimum(left, right), np.minimum(np.maximum(left, right), further)


def _softness(first: np.ndarray, second: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """Return the labels of points near events, of the shape (window, point)."""
    half = windows[:, None] // 2
    distance = np.arange(first.max(initial=0) + 1)
    share = np.sqrt(np.maximum(1 - distance / np.maximum(windows[:, None], 1), 0.0))
    soft = np.where(distance <= half, share, 0.0)[:, first]
    soft[second <= half] = 1.0
    return soft


def _cuts(rising: np.ndarray, telling: np.ndarray, thresholds: Thresholds) -> np.ndarray:
    """Return thresholds from the highest down; the last shows all points.

    Between two scores of points in or near events nothing is gained but false alarms: curves are
    straight there, and their ends suffice.
    """
    if thresholds != "all":
        place = np.linspace(0, len(rising) - 1, thresholds).astype(int)
        return rising[::-1][place]
    after = np.searchsorted(rising, np.unique(telling), side="right")
    above = rising[after[after < len(rising)]]
    return np.unique(np.concatenate([rising[:1], telling, above]))[::-1]


def _at_least(cuts: np.ndarray, rising: np.ndarray) -> np.ndarray:
    """Return how many values are at or above each threshold."""
    return len(rising) - np.searchsorted(rising, cuts, side="left")


def _tops(
    events: np.ndarray, scores: np.ndarray, halves: np.ndarray, tops: np.ndarray
) -> np.ndarray:
    """Return the highest score in reach of each event, of the shape (half, event).

    `tops` are those of the half before the first one: with each, a reach grows by two points.
    """
    starts, lasts = events[:, 0], events[:, 1] - 1
    if halves[0] == 0:
        tops = np.maximum.reduceat(np.append(scores, -np.inf), events.ravel())[::2]
    left = scores[np.maximum(starts - halves[:, None], 0)]
    right = scores[np.minimum(lasts + halves[:, None], len(scores) - 1)]
    return np.maximum.accumulate(np.maximum(np.maximum(left, right), tops))


def _shares_found(
    events: np.ndarray, tops: np.ndarray, halves: np.ndarray, cuts: np.ndarray
) -> np.ndarray:
    """Return the share of events found at each threshold, of the shape (half, threshold).

    Events whose borders touch count as one.
    """
    turn = len(cuts) - np.searchsorted(cuts[::-1], tops, side="right")  # finds it, (half, event)
    heads = np.ones(tops.shape, dtype=bool)
    heads[:, 1:] = events[1:, 0] - events[:-1, 1] + 1 > 2 * halves[:, None]
    first = np.minimum.reduceat(turn.ravel(), np.flatnonzero(heads))
    row = np.repeat(np.arange(len(halves)), heads.sum(axis=1))
    counts = np.bincount(row * len(cuts) + first, minlength=len(halves) * len(cuts))
    found = np.cumsum(counts.reshape(len(halves), -1), axis=1)
    return found / found[:, -1:]


def _areas(counts: _Counts, soft: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return both areas from the labels of near points, the oddest first, shape (2, window)."""
    sums = np.zeros((len(soft), soft.shape[1] + 1))
    np.cumsum(soft, axis=1, out=sums[:, 1:])
    precise, roc = np.zeros((2, len(soft)))
    recall_before = false_before = np.zeros((len(soft), 1))
    step = max(64, _CELLS // (4 * len(soft)))
    for begin in range(0, len(counts.shown), step):
        part = slice(begin, begin + step)
        true = sums[:, counts.near[part]]  # (window, threshold), as all that follow
        positives = counts.anomalies + true / 2  # half of the borders that were found
        true += counts.hits[part]
        recall = np.minimum(true / positives, 1.0) * found[:, part]
        false = (counts.shown[part] - true) / (counts.n - positives)
        rises = np.diff(recall, prepend=recall_before)
        precise += np.sum(rises * (true / counts.shown[part]), axis=1)
        roc += np.sum(np.diff(false, prepend=false_before) * (recall - rises / 2), axis=1)
        recall_before, false_before = recall[:, -1:], false[:, -1:]
    roc += ((1 - false_before) * (1 + recall_before))[:, 0] / 2
    return np.stack([precise, roc])
