"""An episode that goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Ongoing:
    """An episode that has not ended.

    Parameters
    ----------
    start, last : int
        Its first step, and the last one that is beyond the cut.
    row : int
        Of the first step.
    time : float
        Of the first step, in microseconds; NaN without a clock.
    log_p : float
        The least so far.
    told : bool
        Whether an alert said that it begins.
    heard : bool
        Whether any of its steps is at a time at which something may be told.
    ask_at : int
        From which step on it is looked at again whether it is worth an alert.
    relearn_at : int
        From which length on it is tried again to learn anew.
    """

    start: int
    last: int
    row: int
    time: float
    log_p: float
    told: bool = False
    heard: bool = False
    ask_at: int = 0
    relearn_at: int = 0

    def at(self, step: int, log_p: float) -> Ongoing:
        """Return the episode with one more step beyond the cut."""
        return replace(self, last=step, log_p=min(self.log_p, log_p))

    def state(self) -> np.ndarray:
        """Return it as an array."""
        return np.array([float(value) for value in asdict(self).values()])

    @classmethod
    def resume(cls, state: np.ndarray) -> Ongoing:
        """Return what `state` told."""
        start, last, row, time, log_p, told, heard, ask_at, relearn_at = map(float, state)
        whole = (int(start), int(last), int(row))
        return cls(*whole, time, log_p, bool(told), bool(heard), int(ask_at), int(relearn_at))
