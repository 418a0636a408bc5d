"""Alarms of single views: what one of many scores sees for sure must not drown among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from likely.core.empirical import FEWEST, fit_tail

SURE = 10.0
"""Nats that a single score must be beyond its usual tail before it outweighs all scores together:
among ordinary stretches it is so once in 22,000."""

_CELL = 32  # steps of which the oddest counts: neighbours are odd together
_LEAST_SCALE = 0.02  # of the spread of what is usual: scores that hardly differ are no tail


class UsualTail(NamedTuple):
    """The exponential tail of a score over stretches: where it begins and how fast it falls off."""

    start: float
    scale: float


def fit_usual_tail(parts: Sequence[np.ndarray]) -> UsualTail:
    """Return the tail of what a score usually is at its highest in 32 steps.

    Parameters
    ----------
    parts : sequence of ndarray of shape (time,)
        Scores of steps that were not learnt from, higher = odder; up to 8 % may be anomalies.

    Returns
    -------
    UsualTail

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=32_000)
    >>> tail = fit_usual_tail([noise])
    >>> bool(2 < tail.start < 3), bool(0.2 < tail.scale < 0.5)
    (True, True)
    """
    steps = sum(map(len, parts))
    cell = int(np.clip(steps // (2 * FEWEST), 1, _CELL))
    highest = [np.maximum.reduceat(part, np.arange(0, len(part), cell)) for part in parts]
    ordered = np.sort(np.concatenate(highest))
    spread = float(ordered.std()) + 1e-9 * max(1.0, abs(float(ordered[-1])))
    if len(ordered) < FEWEST:
        return UsualTail(float(np.median(ordered)), spread)
    tail = fit_tail(ordered, cautious=False, least_scale=_LEAST_SCALE * spread)
    return UsualTail(tail.start, float(tail.scales[0]))


def beyond(scores: np.ndarray, tail: UsualTail) -> np.ndarray:
    """Return how many nats scores are beyond where their usual tail begins; negative below it."""
    return (scores - tail.start) / tail.scale


def with_alarm(verdict: np.ndarray, alarm: np.ndarray) -> np.ndarray:
    """Return what all scores say together, or a single one where it is surer by `SURE` nats.

    Examples
    --------
    >>> with_alarm(np.array([1.0, 1.0]), np.array([9.0, 30.0])).tolist()
    [1.0, 20.0]
    """
    return np.maximum(verdict, alarm - SURE)
