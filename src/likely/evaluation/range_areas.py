"""Areas under curves of labels whose events have soft borders: one sort, then sums.

A border of the width w gives points before and after an event part of its label: the square root
of 1 - distance / w, up to a distance of w // 2; 1 where borders of two events meet, as either gives
at least 0.7. So all that a window needs of a point is how far the nearest two events are, and all
that a threshold needs is how many points in the order of their scores lie above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from likely.evaluation.runs import events_of

Thresholds = int | Literal["all"]

_FAR = 1 << 60


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
    areas = [
        _areas(counts, _softness(first, second, window), found)
        for half, found in enumerate(_shares_found(events, scores, cuts, reach))
        for window in (2 * half, 2 * half + 1)
        if window in windows
    ]
    precise, roc = np.array(areas).T
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


def _softness(first: np.ndarray, second: np.ndarray, window: int) -> np.ndarray:
    """Return the labels of points near events."""
    half = window // 2
    weight = np.zeros(int(first.max(initial=0)) + half + 1)
    weight[1 : half + 1] = np.sqrt(1 - np.arange(1, half + 1) / window)
    soft = weight[first]
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


def _shares_found(
    events: np.ndarray, scores: np.ndarray, cuts: np.ndarray, reach: int
) -> Iterator[np.ndarray]:
    """Yield the share of events found at each threshold, for half a window of 0, 1, 2, ...

    Events whose borders touch count as one. An event's top score grows with its borders.
    """
    starts, lasts = events[:, 0], events[:, 1] - 1
    bounds = np.stack([starts, events[:, 1]], axis=1).ravel()
    tops = np.maximum.reduceat(np.append(scores, -np.inf), bounds)[::2]
    for half in range(reach + 1):
        left = scores[np.maximum(starts - half, 0)]
        right = scores[np.minimum(lasts + half, len(scores) - 1)]
        tops = np.maximum(tops, np.maximum(left, right))
        apart = starts[1:] - lasts[:-1] > 2 * half
        heads = np.append(0, np.flatnonzero(apart) + 1)
        top = np.maximum.reduceat(tops, heads)
        turn = len(cuts) - np.searchsorted(cuts[::-1], top, side="right")
        yield np.cumsum(np.bincount(turn, minlength=len(cuts))) / len(heads)


def _areas(counts: _Counts, soft: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Return the areas of one window from the labels of near points, the oddest first."""
    gained = np.append(0.0, np.cumsum(soft))[counts.near]
    true = counts.hits + gained
    positives = counts.anomalies + gained / 2  # half of the borders that were found
    recall = np.minimum(true / positives, 1.0) * found
    false = (counts.shown - true) / (counts.n - positives)
    precise = np.diff(recall, prepend=0.0) @ (true / counts.shown)
    rates = np.diff(false, prepend=0.0, append=1.0)
    heights = np.append(recall, 1.0) + np.append(0.0, recall)
    return float(precise), float(rates @ heights / 2)
