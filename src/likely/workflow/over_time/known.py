"""Stretches of a series that are known to be odd: not learnt from, and looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from likely.data.clock_gaps import LONGEST_BRIDGE
from likely.data.table import Table
from likely.workflow.over_time.moments import Moments


def known_stretches(moments: Moments, known: np.ndarray | None) -> list[slice]:
    """Return the steps of each stretch of moments that are labelled as anomalies.

    Parameters
    ----------
    moments : Moments
        The rows in the order of time.
    known : ndarray of shape (n,), or None
        1 for an anomaly, by row.
    """
    if known is None:
        return []
    odd = known[moments.order] == 1
    turns = np.diff(odd, prepend=False, append=False)
    inner = [begin for begin in moments.begins[1:] if odd[begin] and odd[begin - 1]]
    edges = sorted([*np.flatnonzero(turns).tolist(), *inner, *inner])
    return [slice(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]


def without(table: Table, moments: Moments, odd: Sequence[slice]) -> Table:
    """Return rows of which nothing is known where the series is odd, so that it is cut there.

    A gap that short that it would be bridged is made as long as it takes to be none, to both sides.

    Parameters
    ----------
    table : Table
        The rows.
    moments : Moments
        The same in the order of time.
    odd : sequence of slice
        Steps that are known to be odd.
    """
    if not odd:
        return table
    left_out = np.zeros(len(moments), dtype=bool)
    for whole in moments.wholes:
        for run in odd:
            if whole.start <= run.start < whole.stop:
                wider = max(0, LONGEST_BRIDGE + 1 - (run.stop - run.start))
                first = max(whole.start, run.start - wider // 2)
                left_out[first : min(whole.stop, run.stop + wider - wider // 2)] = True
    measured = [j for j in table.used() if table.columns[j].kind in ("number", "boolean")]
    matrix = table.matrix.copy()
    matrix[moments.order[left_out][:, None], measured] = np.nan
    return replace(table, matrix=matrix, native=None)


def touched(starts: np.ndarray, steps: int, odd: Sequence[slice]) -> np.ndarray:
    """Return which stretches that are compared hold, or border on, what is known to be odd.

    Parameters
    ----------
    starts : ndarray of int64, shape (stretches,)
        The first step of each.
    steps : int
        How many steps there are.
    odd : sequence of slice
        Steps that are known to be odd.

    Examples
    --------
    >>> touched(np.array([0, 10, 20, 30, 40]), 50, [slice(22, 25)]).tolist()
    [False, True, True, True, False]
    """
    ends = np.append(starts[1:], steps)
    found = np.zeros(len(starts), dtype=bool)
    for run in odd:
        first = int(np.searchsorted(ends, run.start, side="right"))
        last = int(np.searchsorted(starts, run.stop, side="left"))
        found[max(0, first - 1) : last + 1] = True
    return found


def about_known(odd: Sequence[slice], *, normal: bool) -> list[str]:
    """Say what is made of stretches that are known to be odd."""
    if not odd:
        return []
    which = "1 stretch" if len(odd) == 1 else f"{len(odd):,} stretches"
    are = "is" if len(odd) == 1 else "are"
    text = f"{which} known to be odd {are} not learnt from, nor compared with."
    return [f"{text} All else is taken for ordinary." if normal else text]


def about_recall(odd: Sequence[slice], runs: Sequence[slice]) -> list[str]:
    """Say how many of the stretches that are known to be odd are found.

    Parameters
    ----------
    odd : sequence of slice
        Steps that are known to be odd.
    runs : sequence of slice
        Steps of the events that are reported.
    """
    if not odd:
        return []
    found = sum(any(_meet(one, run) for run in runs) for one in odd)
    others = sum(not any(_meet(one, run) for one in odd) for run in runs)
    beside = f"{others:,} {'event is' if others == 1 else 'events are'} elsewhere"
    return [
        f"{found:,} of {len(odd):,} stretches known to be odd {'is' if len(odd) == 1 else 'are'} "
        f"found, by models that learnt from none of them; {beside}."
    ]


def _meet(one: slice, other: slice) -> bool:
    return one.start < other.stop and other.start < one.stop
