"""The last steps of a series that goes on, in arrays of one length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from likely.workflow.over_time.arrivals import Steps

_TYPES: dict[str, type] = {
    "values": np.float64,
    "times": np.float64,
    "rows": np.int64,
    "real": np.bool_,
    "silent": np.bool_,
    "oddness": np.float64,
    "odd": np.bool_,
}


class Kept:
    """Steps by their number since the series began; only the last are kept.

    Attributes
    ----------
    first : int
        The first step that is kept.
    values : ndarray of float64, shape (kept, channel)
        Without gaps.
    times : ndarray of float64, shape (kept,)
        Microseconds; NaN without a clock.
    rows : ndarray of int64, shape (kept,)
        Which row since the stream began each step is; negative before that.
    real : ndarray of bool, shape (kept,)
        Whether a step is a row, and was not put into a small gap of the clock.
    silent : ndarray of bool, shape (kept,)
        Whether nothing is known for long around a step.
    oddness : ndarray of float64, shape (kept,)
        NaN where it is not final yet.
    odd : ndarray of bool, shape (kept,)
        Whether it is beyond the cut.

    Parameters
    ----------
    channels : int
        How many channels there are.
    """

    values: np.ndarray
    times: np.ndarray
    rows: np.ndarray
    real: np.ndarray
    silent: np.ndarray
    oddness: np.ndarray
    odd: np.ndarray

    def __init__(self, channels: int) -> None:
        self.first = 0
        for name, dtype in _TYPES.items():
            setattr(self, name, np.empty((0, channels) if name == "values" else 0, dtype))

    @property
    def end(self) -> int:
        """The step behind the last one."""
        return self.first + len(self.rows)

    def part(self, first: int, end: int) -> slice:
        """Return where steps stand in the arrays."""
        return slice(max(0, first - self.first), max(0, end - self.first))

    def append(self, steps: Steps) -> None:
        """Add steps whose oddness is not known yet."""
        count = len(steps.rows)
        self.values = np.concatenate([self.values, steps.values])
        self.times = np.concatenate([self.times, steps.times])
        self.rows = np.concatenate([self.rows, steps.rows])
        self.real = np.concatenate([self.real, steps.real])
        self.silent = np.concatenate([self.silent, steps.silent])
        self.oddness = np.concatenate([self.oddness, np.full(count, np.nan)])
        self.odd = np.concatenate([self.odd, np.zeros(count, dtype=bool)])

    def forget(self, before: int) -> None:
        """Let go of steps before one."""
        if before > self.first:
            for name in _TYPES:
                setattr(self, name, getattr(self, name)[before - self.first :].copy())
            self.first = before

    def state(self) -> dict[str, Any]:
        """Return everything as plain values and arrays."""
        return {"first": self.first, **{name: getattr(self, name).copy() for name in _TYPES}}

    @classmethod
    def resume(cls, state: Mapping[str, Any]) -> Kept:
        """Return what `state` told."""
        kept = cls(state["values"].shape[1])
        kept.first = int(state["first"])
        for name, dtype in _TYPES.items():
            setattr(kept, name, np.array(state[name], dtype=dtype))
        return kept
