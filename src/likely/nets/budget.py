"""How long training may take: in seconds of the clock, or in steps."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from likely.core.errors import ParameterError

_TIME = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?)\s*")
_STEPS = re.compile(r"\s*(?:(\d+)\s*(?:of|/)\s*)?(\d+)\s*steps?\s*")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Budget:
    """What training may spend.

    Parameters
    ----------
    seconds : float
        Of the clock; infinite if only steps count.
    planned : int or None
        Steps that the course of the learning rate is laid out for; None if the clock decides.
    stop : int or None
        Step to stop at, if before the last one planned.
    """

    seconds: float = math.inf
    planned: int | None = None
    stop: int | None = None


def read_budget(text: str | float | None) -> Budget:
    """Return what a budget says.

    Parameters
    ----------
    text : str, float or None
        Seconds as a number, or text such as "20s", "5min", "1h", "1200 steps", or, to repeat a run
        that was stopped early, "800 of 1200 steps". None has no limit.

    Examples
    --------
    >>> read_budget("5min").seconds
    300.0
    >>> read_budget("1200 steps").planned
    1200
    """
    if text is None:
        return Budget()
    if isinstance(text, str):
        timed, counted = _TIME.fullmatch(text), _STEPS.fullmatch(text)
        if timed and float(timed[1]) > 0:
            return Budget(seconds=float(timed[1]) * _UNITS[timed[2][0]])
        if counted and int(counted[2]) > 0:
            stop = None if counted[1] is None else int(counted[1])
            return Budget(planned=int(counted[2]), stop=stop)
    elif not isinstance(text, bool) and 0 < text < math.inf:
        return Budget(seconds=float(text))
    raise ParameterError(
        'budget must be None, a number of seconds above 0, or text such as "20s", "5min" or '
        f'"1200 steps". Got {text!r}.'
    )


def divided(text: str | float | None, parts: int) -> str | float | None:
    """Return what each of several models that are trained one after the other may spend.

    Parameters
    ----------
    text : str, float or None
        The budget of all; time is divided, steps are not.
    parts : int in [1, inf)
        How many models.

    Examples
    --------
    >>> divided("20s", 2)
    10.0
    >>> divided("1200 steps", 2)
    '1200 steps'
    """
    seconds = read_budget(text).seconds
    return text if math.isinf(seconds) else seconds / parts
