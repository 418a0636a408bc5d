"""Does the promise still stand? The last cells of a stream, beside those learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from likely.calibration.drift import FEWEST_ROWS, find_drift
from likely.calibration.episodes import LONG, span_of
from likely.data.table import Table

FEWEST, MOST = 100, 2_000
"""So many of the last cells are looked at."""


_REACHES = 4


def without_spells(log_p: np.ndarray, odder: float, least: int, most: int) -> np.ndarray:
    """Return which cells count: of a spell of odder ones, only the oddest.

    Parameters
    ----------
    log_p : ndarray of shape (cells,)
        Natural logarithms of p-values.
    odder : float
        Below this, cells are odder ones.
    least, most : int
        So many odder cells in a row are a spell; fewer are not, and more are no passing event.

    Examples
    --------
    >>> without_spells(np.array([0.0, -8, -9, 0, -9, -9, -9]), -5.0, 2, 2).tolist()
    [0, 2, 3, 4, 5, 6]
    """
    beyond = np.concatenate([[False], log_p < odder, [False]])
    edges = np.flatnonzero(np.diff(beyond.astype(np.int8)))
    counted = np.ones(len(log_p), dtype=bool)
    for first, end in edges.reshape(-1, 2).tolist():
        if least <= end - first <= most:
            counted[first:end] = False
            counted[first + int(log_p[first:end].argmin())] = True
    return np.flatnonzero(counted)


class Verdict(NamedTuple):
    """What changed about the promise."""

    holds: bool
    since: float
    """Microseconds; NaN without a clock."""

    row: int
    why: str


class Standing:
    """Watches whether the last cells are as often odd as those learnt from.

    It says once that they are not, and that they are again when they were for twice as many cells
    as are looked at. Nothing is said before there are so many.

    Parameters
    ----------
    reference : int
        How many cells were learnt from.
    reach : int
        So many cells in a row one event can make odd: if they are no more, they count as one.
        Four times as many cells are looked at, at least 100 and at most 2,000.
    """

    def __init__(self, reference: int, reach: int) -> None:
        self._reach = reach
        self._last = min(max(_REACHES * reach, FEWEST), MOST)
        self._reference = reference
        self._log_p, self._times = np.empty(0), np.empty(0)
        self._rows = np.empty(0, dtype=np.int64)
        self._holds, self._well = True, 0

    def add(
        self, log_p: np.ndarray, odder: float, times: np.ndarray, rows: np.ndarray
    ) -> Verdict | None:
        """Take cells, and return what they change.

        Parameters
        ----------
        log_p : ndarray of shape (cells,)
            The least of each.
        odder : float
            Below this, they are odder ones, which are three in ten.
        times, rows : ndarray of shape (cells,)
            Where each begins.
        """
        self._log_p = np.concatenate([self._log_p, log_p])[-self._last :]
        self._times = np.concatenate([self._times, times])[-self._last :]
        self._rows = np.concatenate([self._rows, rows])[-self._last :]
        if len(self._log_p) < self._last:
            return None
        counted = without_spells(self._log_p, odder, LONG, self._reach)
        most = max(1, len(counted) // FEWEST_ROWS)
        apart = counted[:: span_of(-self._log_p[counted], most)]  # odd together: they count once
        p_values, clock = np.exp(self._log_p[apart]), self._rows[apart].astype(np.float64)
        nothing = Table(np.empty((len(clock), 0)), ())
        found = find_drift((), nothing, p_values, self._reference, clock)
        if found:
            self._well = 0
            if not self._holds:
                return None
            self._holds = False
            place = 0 if found[0].since is None else int(np.argmax(self._rows >= found[0].since))
            words = found[0].change.partition("together: ")[2] or found[0].change
            why = words.replace("rows", "stretches")
            return Verdict(False, float(self._times[place]), int(self._rows[place]), why)
        self._well += len(log_p)
        if self._holds or self._well < 2 * self._last:  # it shall not waver
            return None
        self._holds = True
        return Verdict(True, float(self._times[0]), int(self._rows[0]), "")

    def state(self) -> dict[str, Any]:
        """Return everything as plain values and arrays."""
        return {
            "holds": self._holds,
            "well": self._well,
            "log_p": self._log_p,
            "times": self._times,
            "rows": self._rows,
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was told."""
        self._holds, self._well = bool(state["holds"]), int(state["well"])
        self._log_p, self._times = np.array(state["log_p"]), np.array(state["times"])
        self._rows = np.array(state["rows"])
