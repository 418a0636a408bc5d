"""From oddness over time to episodes under a promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from likely.calibration.episodes import cells, episodes, highest
from likely.workflow.findings import SHOWN, Decision, decide

_HALF = 0.5


def decide_episodes(
    oddness: np.ndarray,
    log_p: np.ndarray,
    span: int,
    asked: Mapping[str, Any],
    times: np.ndarray | None,
) -> tuple[Decision, list[slice]]:
    """Cut a series by the promise asked for.

    Parameters
    ----------
    oddness, log_p : ndarray of shape (time,)
        Of each step: how odd, and the logarithm of the share of ordinary cells that have a moment
        as odd.
    span : int
        Steps a cell.
    asked : mapping
        The values of `fdr`, `fpr`, `top` and `alerts`; at most one is not None.
    times : ndarray of shape (time,), or None
        Microseconds, for an alert budget.

    Returns
    -------
    decision : Decision
        Which steps are reported, (time,).
    found : list of slice
        The episodes, in the order of time.
    """
    starts = cells(len(log_p), span)
    by_cell = np.minimum.reduceat(log_p, starts)
    decision = decide(by_cell, asked, None if times is None else times[starts])
    if decision.name == "top":
        found = oddest_episodes(oddness, span, int(decision.value))
    elif decision.anomaly.any():
        runs = episodes(log_p <= np.log(decision.least_p), span)
        found = [narrowed(oddness, run) for run in runs]
    else:
        found = []
    return replace(decision, anomaly=_inside(found, len(log_p))), found


def oddest_episodes(oddness: np.ndarray, span: int, count: int = SHOWN) -> list[slice]:
    """Return the oddest episodes whatever the promise, in the order of time."""
    steps = highest(oddness, span, count)
    runs = [
        narrowed(oddness, slice(max(0, step - span), min(len(oddness), step + span + 1)))
        for step in steps.tolist()
    ]
    return sorted(runs, key=lambda run: run.start)


def narrowed(oddness: np.ndarray, run: slice, usual: float | None = None) -> slice:
    """Return the part of a run around its peak in which oddness is above half of its height.

    A window is odd if any of its steps is, so oddness begins before what is odd and ends after it.
    What is usual is the median, if it is not given.
    """
    inside = oddness[run]
    usual = float(np.median(oddness)) if usual is None else usual
    peak = float(inside.max())
    high = np.flatnonzero(inside >= usual + _HALF * (peak - usual))
    return slice(run.start + int(high[0]), run.start + int(high[-1]) + 1)


def _inside(found: list[slice], steps: int) -> np.ndarray:
    inside = np.zeros(steps, dtype=bool)
    for run in found:
        inside[run] = True
    return inside
