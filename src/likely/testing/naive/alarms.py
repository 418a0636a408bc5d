"""Alarms against events, one threshold, event and point at a time."""

from __future__ import annotations

import math

import numpy as np


def nab_raw(events: list[range], flagged: list[int], costs: tuple[float, float]) -> float:
    """Return the score of the Numenta benchmark before it is scaled, from its definition."""
    false_cost, missed_cost = costs
    score = 0.0
    for event in events:
        hits = [i for i in flagged if i in event]
        if hits:
            position = -(event[-1] - min(hits) + 1) / len(event)
            score += _falling(position) / _falling(-1.0)
        else:
            score -= missed_cost
    for i in flagged:
        if any(i in event for event in events):
            continue
        before = [event for event in events if event[-1] < i]
        past = (i - before[-1][-1]) / max(len(before[-1]) - 1, 1) if before else 3.0
        score += false_cost * (_falling(past) if past < 3 else -1.0)
    return score


def _falling(position: float) -> float:
    return 2 / (1 + math.exp(5 * position)) - 1


def point_adjusted_f1(events: list[range], shown: np.ndarray) -> float:
    """Return F1 after every event with a flagged point is flagged as a whole."""
    adjusted = shown.copy()
    labels = np.zeros(len(shown), dtype=bool)
    for event in events:
        labels[list(event)] = True
        if shown[list(event)].any():
            adjusted[list(event)] = True
    return float(2 * np.sum(adjusted & labels) / (adjusted.sum() + labels.sum()))


def events_and_alarms(
    events: list[range], alarms: list[range], early: int, late: int
) -> tuple[list[int | None], int]:
    """Return how late the first alarm of each event came, None if none did, and false alarms."""
    wide = [range(e[0] - early, e[-1] + 1 + late) for e in events]
    delays: list[int | None] = []
    for event, around in zip(events, wide, strict=True):
        alarmed = [i for i in around if any(i in alarm for alarm in alarms)]
        delays.append(min(alarmed) - event[0] if alarmed else None)
    false = sum(not any(i in around for i in alarm for around in wide) for alarm in alarms)
    return delays, false
