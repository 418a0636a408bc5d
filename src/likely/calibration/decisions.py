"""Which rows to report: rules over log p-values."""

from __future__ import annotations

from numbers import Real

import numpy as np

from likely.core.errors import DataError, ParameterError


def benjamini_hochberg(log_p: np.ndarray, fdr: float) -> np.ndarray:
    """Return which rows to report so that the expected share of false ones is at most `fdr`.

    Parameters
    ----------
    log_p : ndarray of shape (n,)
        Natural logarithms of p-values, independent or positively dependent.
    fdr : float in (0, 1)
        The promised share.

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
    """
    n = max(len(log_p), 1)
    ordered = np.sort(log_p[log_p <= np.log(fdr)])  # no cut is above fdr: most rows need no sorting
    passes = ordered <= np.log(fdr) + np.log(np.arange(1, len(ordered) + 1)) - np.log(n)
    if not passes.any():
        return np.zeros(len(log_p), dtype=bool)
    return log_p <= ordered[np.flatnonzero(passes)[-1]]


def most_odd(log_p: np.ndarray, top: int) -> np.ndarray:
    """Return which rows are the `top` oddest; of equally odd ones the first."""
    chosen = np.zeros(len(log_p), dtype=bool)
    chosen[np.argsort(log_p, kind="stable")[:top]] = True
    return chosen


def check_promise(
    fdr: float | None, fpr: float | None, top: int | None, alerts: str | None
) -> tuple[str, float]:
    """Return the one promise asked for, as its name and number; `fdr=0.1` if none was.

    `alerts` becomes alarms a day.
    """
    asked = {"fdr": fdr, "fpr": fpr, "top": top, "alerts": alerts}
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) > 1:
        raise ParameterError(f"Ask for one promise, not {' and '.join(given)}.")
    name, value = next(iter(given.items()), ("fdr", 0.1))
    if name == "alerts":
        return name, alerts_a_day(str(value))
    if name == "top":
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ParameterError(f"top must be an integer of at least 1. Got {value!r}.")
    elif not isinstance(value, Real) or isinstance(value, bool) or not 0 < float(value) < 1:
        raise ParameterError(f"{name} must be a number in (0, 1). Got {value!r}.")
    return name, float(value)


_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}


def alarms_in_words(a_day: float) -> str:
    """Return how many false alarms there may be, in the shortest time in which there is one.

    Examples
    --------
    >>> alarms_in_words(1 / 7), alarms_in_words(2.0)
    ('1 false alarm a week', '2 false alarms a day')
    """
    unit = next((unit for unit, days in _DAYS.items() if a_day * days > 0.99), "year")
    number = f"{a_day * _DAYS[unit]:.3g}"
    alarms = "alarm" if number == "1" else "alarms"
    return f"{number} false {alarms} {'an' if unit == 'hour' else 'a'} {unit}"


def alerts_a_day(budget: str) -> float:
    """Return alarms a day from text such as "1/day", "3/week" or "2/hour"."""
    count, _, unit = budget.partition("/")
    try:
        number = float(count)
    except ValueError:
        number = -1.0
    if unit.strip() not in _DAYS or not 0 < number < np.inf:
        raise ParameterError(
            f'alerts must be a number and a unit, such as "1/day" or "3/week". Got {budget!r}.'
        )
    return number / _DAYS[unit.strip()]


def rows_a_day(moments: np.ndarray) -> float:
    """Return how many rows a day there are, from their times in microseconds."""
    known = moments[~np.isnan(moments)]
    span = float(np.ptp(known)) / 86_400e6 if len(known) else 0.0
    if len(known) < 2 or span <= 0:
        raise DataError(
            "An alert budget needs rows with different times; the time column has fewer than two."
        )
    return (len(known) - 1) / span
