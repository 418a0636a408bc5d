"""From oddness over time to episodes under a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from likely.calibration.episodes import Pace, episodes, highest
from likely.workflow.findings import SHOWN, Decision, decide

_HALF = 0.5


def decide_episodes(
    oddness: np.ndarray,
    log_p: np.ndarray,
    pace: Pace,
    asked: Mapping[str, Any],
    begins: Sequence[int] = (0,),
) -> tuple[Decision, list[slice]]:
    """Cut a series, or several one behind the other, by the promise asked for.

    Parameters
    ----------
    oddness, log_p : ndarray of shape (time,)
        Of each step: how odd, and the logarithm of the share of ordinary stretches that have a
        moment as odd.
    pace : Pace
        What stretches are, and how many a day in all.
    asked : mapping
        The values of `fdr`, `fpr`, `top` and `alerts`; at most one is not None.
    begins : sequence of int, default (0,)
        The step with which each series begins; no episode is of two.

    Returns
    -------
    decision : Decision
        Which steps are reported, (time,).
    found : list of slice
        The episodes, in the order of time.
    """
    by_stretch = np.minimum.reduceat(log_p, pace.stretches(oddness, begins))
    decision = decide(by_stretch, asked, pace.a_day)
    if decision.name == "top":
        found = oddest_episodes(oddness, pace.span, int(decision.value), begins)
    elif decision.anomaly.any():
        odd = log_p <= np.log(decision.least_p)
        found = [
            narrowed(oddness, slice(whole.start + run.start, whole.start + run.stop))
            for whole in _wholes(begins, len(odd))
            for run in episodes(odd[whole], pace.span)
        ]
    else:
        found = []
    return replace(decision, anomaly=_inside(found, len(log_p))), found


def oddest_episodes(
    oddness: np.ndarray, span: int, count: int = SHOWN, begins: Sequence[int] = (0,)
) -> list[slice]:
    """Return the oddest episodes whatever the promise, in the order of time."""
    found = [
        (whole.start + step, whole)
        for whole in _wholes(begins, len(oddness))
        for step in highest(oddness[whole], span, count).tolist()
    ]
    found.sort(key=lambda one: -oddness[one[0]])
    runs = [
        narrowed(oddness, slice(max(whole.start, step - span), min(whole.stop, step + span + 1)))
        for step, whole in found[:count]
    ]
    return sorted(runs, key=lambda run: run.start)


def _wholes(begins: Sequence[int], steps: int) -> list[slice]:
    return [slice(*pair) for pair in pairwise((*begins, steps))]


def narrowed(oddness: np.ndarray, run: slice, usual: float | None = None) -> slice:
    """Return the part of a run around its peak in which oddness is above half of its height.

    A window is odd if any of its steps is, so oddness begins before what is odd and ends after it.
    What is usual is the median, if it is not given.
    """
    inside = oddness[run]
    peak = float(inside.max())
    usual = min(float(np.median(oddness)) if usual is None else usual, peak)
    high = np.flatnonzero(inside >= usual + _HALF * (peak - usual))
    return slice(run.start + int(high[0]), run.start + int(high[-1]) + 1)


def _inside(found: list[slice], steps: int) -> np.ndarray:
    inside = np.zeros(steps, dtype=bool)
    for run in found:
        inside[run] = True
    return inside
