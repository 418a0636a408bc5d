"""Times of day, days of the week and times of the year at which something usually happens."""

from __future__ import annotations

import numpy as np

from likely.data.clock import local_time
from likely.data.features import CYCLES, DAY
from likely.explanation.design import Part

_WINDOW = 1 / 24
"""How near in phase is "at the same time": one hour either side in a day, 15 days in a year."""

_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")


def phase_shares(part: Part, values: np.ndarray) -> dict[str, np.ndarray]:
    """Return which share of likely rows is at about the same phase of each cycle.

    Parameters
    ----------
    part : Part
        The column; other kinds than dates have no cycles.
    values : ndarray of shape (n,)
        Stored dates, in microseconds since 1970; missing and infinite ones are at no phase.

    Returns
    -------
    dict of ndarray, shape (n,)
        By name of the cycle: "hour", "weekday", "season".
    """
    if part.column.kind != "date" or not len(part.values):
        return {}
    known = np.isfinite(values)
    learnt, own = _local(part, part.values), _local(part, np.where(known, values, 0.0))
    shares = {}
    for name in part.encoding.cycles:
        period = CYCLES[name]
        apart = np.abs((own % period)[:, None] - (learnt % period)[None, :]) / period
        near = np.minimum(apart, 1 - apart) <= _WINDOW  # (n, likely rows)
        shares[name] = np.where(known, near.mean(axis=1), 1.0)
    return shares


def phase_words(part: Part, value: float) -> str:
    """Say in words what is rare about the phase of a date, or nothing if nothing is."""
    shares = {
        name: float(share[0]) for name, share in phase_shares(part, np.array([value])).items()
    }
    rarest = min(shares, key=lambda name: shares[name], default="")
    if not rarest or shares[rarest] >= 0.05:
        return ""
    if rarest == "weekday":
        day = int(_local(part, np.array([value]))[0] // DAY)
        return f"a {_DAYS[day % 7]}, which few likely rows are on"
    if rarest == "season":
        return "a time of year at which there are few likely rows"
    low, high = np.quantile(_local(part, part.values) % DAY, [0.05, 0.95])
    hours = f"{_clock(low)} to {_clock(high)}"
    return f"a time of day at which there are few likely rows ({hours} is usual)"


def _local(part: Part, values: np.ndarray) -> np.ndarray:
    return local_time(values, part.column.zone)


def _clock(microseconds: float) -> str:
    minutes = int(microseconds // 60e6)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
