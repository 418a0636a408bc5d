"""Affiliation precision and recall on a fine grid of time, by the words of the paper."""

from __future__ import annotations

import numpy as np


def affiliation(labels: np.ndarray, flagged: np.ndarray, steps: int) -> tuple[float, float]:
    """Return precision and recall; every point in time is `steps` moments."""
    moments = (np.arange(len(labels) * steps) + 0.5) / steps
    is_event, is_alarm = np.repeat(labels == 1, steps), np.repeat(flagged == 1, steps)
    number = np.cumsum(np.diff(is_event.astype(int), prepend=0) == 1)  # of the event, from 1
    events = [moments[is_event & (number == j)] for j in range(1, number[-1] + 1)]
    nearest = np.argmin([[_distance(t, e) for t in moments] for e in events], axis=0)
    precisions, recalls = [], []
    for j, event in enumerate(events):
        zone = moments[nearest == j]
        alarms = moments[(nearest == j) & is_alarm]
        if not len(alarms):
            recalls.append(0.0)
            continue
        to_event = np.array([_distance(t, event) for t in zone])
        precisions.append(np.mean([np.mean(to_event >= _distance(t, event)) for t in alarms]))
        recalls.append(np.mean([_as_far(t, alarms, zone) for t in event]))
    return float(np.mean(precisions)) if precisions else float("nan"), float(np.mean(recalls))


def _distance(t: float, others: np.ndarray) -> float:
    return float(np.min(np.abs(others - t)))


def _as_far(t: float, alarms: np.ndarray, zone: np.ndarray) -> float:
    """Return the chance that a random moment of the zone is at least as far from t as an alarm."""
    nearest = _distance(t, alarms)
    return float(np.mean(np.abs(zone - t) >= nearest - 1e-9)) if nearest else 1.0
