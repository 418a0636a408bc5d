"""Areas under range-aware curves by their definition, one window, threshold and point at a time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np


def range_areas(
    labels: np.ndarray, scores: np.ndarray, window: int, thresholds: list[float]
) -> tuple[float, float]:
    """Return areas under the precision-recall and ROC curves; thresholds from the highest down."""
    n, events = len(labels), _runs(list(labels))
    soft = [_softness(i, labels, events, window) for i in range(n)]
    zones = _runs([s > 0 or _reached(i, events, window // 2) for i, s in enumerate(soft)])
    zones = _split(zones, events, window // 2)
    recalls, false_rates, precisions = [0.0], [0.0], [1.0]
    for threshold in thresholds:
        shown = [i for i in range(n) if scores[i] >= threshold]
        true = sum(soft[i] for i in shown)
        counted = sum(soft[i] for i in range(n) if labels[i] or i in shown)
        positives = (sum(labels) + counted) / 2
        found = sum(any(i in zone for i in shown) for zone in zones) / len(zones)
        recalls.append(min(true / positives, 1.0) * found)
        false_rates.append((len(shown) - true) / (n - positives))
        precisions.append(true / len(shown))
    precise = sum(
        (recalls[k] - recalls[k - 1]) * precisions[k] for k in range(1, len(thresholds) + 1)
    )
    recalls, false_rates = [*recalls, 1.0], [*false_rates, 1.0]
    roc = sum(
        (false_rates[k] - false_rates[k - 1]) * (recalls[k] + recalls[k - 1]) / 2
        for k in range(1, len(recalls))
    )
    return precise, roc


def _softness(i: int, labels: np.ndarray, events: list[range], window: int) -> float:
    if labels[i]:
        return 1.0
    distances = [e[0] - i if i < e[0] else i - e[-1] for e in events]
    return min(1.0, sum(math.sqrt(1 - d / window) for d in distances if d <= window // 2))


def _reached(i: int, events: list[range], half: int) -> bool:
    return any(e[0] - half <= i <= e[-1] + half for e in events)


def _split(zones: list[range], events: list[range], half: int) -> list[range]:
    """Part zones whose borders are neighbours but do not touch."""
    parted = []
    for zone in zones:
        start = zone[0]
        inside = [e for e in events if e[0] in zone]
        for event, following in pairwise(inside):
            if event[-1] + half < following[0] - half:
                parted.append(range(start, event[-1] + half + 1))
                start = following[0] - half
        parted.append(range(start, zone[-1] + 1))
    return parted


def _runs(marks: list) -> list[range]:
    runs, start = [], None
    for i, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = i
        if not mark and start is not None:
            runs.append(range(start, i))
            start = None
    return runs
