"""What a stream judges by: what was learnt, and the cut that a promise makes in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from likely.base.over_time import OverTime
from likely.calibration.decisions import check_promise
from likely.core.errors import CannotDo, DataError
from likely.workflow.findings import Decision
from likely.workflow.learned import Learned
from likely.workflow.over_time.arrivals import Pace


def check_stream(learned: Learned, asked: Mapping[str, Any]) -> None:
    """Raise what is wrong with streaming by what was learnt, before rows come.

    Raises
    ------
    CannotDo
        If it is no series.
    DataError
        If an alert budget is asked for and there is no clock.
    """
    if learned.pace is None:
        raise CannotDo(
            f"A stream judges the moments of one series; this {type(learned.model).__name__} "
            f"judges each {learned.unit} by itself, which detect does as they come. Learn with "
            'kind="timeline".'
        )
    name, _ = check_promise(None, asked["fpr"], None, asked["alerts"])
    clock = any(column.kind == "date" for column in learned.model.schema_.used)
    if name == "alerts" and not clock:
        raise DataError(
            "An alert budget needs a column of times. Learn with one, or ask for fpr, the share "
            "of ordinary stretches with an alert."
        )


def series_model(learned: Learned) -> OverTime:
    """Return the model of a series."""
    return cast(OverTime, learned.model)  # a span is known of such models only


def cut_of(learned: Learned, asked: Mapping[str, Any], pace: Pace) -> float:
    """Return the logarithm of the p-value from which a step is beyond the promise.

    Parameters
    ----------
    learned : Learned
        Of one series.
    asked : mapping
        The values of `fpr` and `alerts`; one is not None.
    pace : Pace
        How the clock goes.

    Raises
    ------
    DataError
        If no such promise can be given.
    """
    name, value = check_promise(None, asked["fpr"], None, asked["alerts"])
    level = value
    if name == "alerts":
        a_day = None if learned.pace is None else learned.pace.a_day
        if a_day is None or not pace.a_day > 0:
            raise DataError("An alert budget needs a clock that goes on; its times are all one.")
        level = min(value / a_day, 1.0)
    nothing = np.zeros(0, dtype=bool)
    decision = learned.qualified(Decision(name, value, nothing, level), ())
    if decision.ranking_only:
        raise DataError(
            f"No promise can be given: {decision.basis}. Allow more alerts, or learn from a longer "
            "series."
        )
    return float(np.log(level))
