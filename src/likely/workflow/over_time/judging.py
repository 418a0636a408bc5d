"""What a stream judges by: what was learnt, and the cut that a promise makes in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np

from likely.base.over_time import OverTime
from likely.calibration.decisions import check_promise
from likely.core.errors import CannotDo, DataError
from likely.data.clock_column import clock_of
from likely.data.table import Table
from likely.workflow.findings import Decision
from likely.workflow.learned import Learned
from likely.workflow.over_time.moments import Moments


def check_stream(learned: Learned, asked: Mapping[str, Any]) -> None:
    """Raise what is wrong with streaming by what was learnt, before rows come.

    Raises
    ------
    CannotDo
        If it is no series, or if it is several.
    DataError
        If an alert budget is asked for and there is no clock.
    """
    if learned.pace is None:
        raise CannotDo(
            f"A stream judges the moments of one series; this {type(learned.model).__name__} "
            f"judges each {learned.unit} by itself, which detect does as they come. Learn with "
            'kind="timeline".'
        )
    if learned.entities is not None:
        name = learned.entities.name
        raise CannotDo(
            f"A stream judges one series, and these are {len(learned.entities.names):,}, told "
            f"apart by {name!r}. Learn from the rows of each {name} by themselves and make a "
            "stream of each; detect judges new rows of all."
        )
    name, _ = check_promise(None, asked["fpr"], None, asked["alerts"])
    if name == "alerts" and clock_place(learned) is None:
        raise DataError(
            "An alert budget needs a column of times. Learn with one, or ask for fpr, the share "
            "of ordinary stretches with an alert."
        )


def series_model(learned: Learned) -> OverTime:
    """Return the model of a series."""
    return cast(OverTime, learned.model)  # a pace is known of such models only


def moments_of(learned: Learned, rows: Table) -> Moments:
    """Return matched rows in the order of time, as the model sees them.

    Parameters
    ----------
    learned : Learned
        What was learnt.
    rows : Table
        Rows as `Learned.matched` returns them.
    """
    moments, regime = Moments.of(learned.seen(rows)), learned.regime
    if regime is None:
        return moments
    level, spread = regime.units(rows, moments.channels)
    return replace(
        moments,
        channels=regime.as_given(moments.channels),
        level=level[moments.order],
        spread=spread[moments.order],
    )


def clock_place(learned: Learned) -> int | None:
    """Return which of the columns that the model looks at is the clock; None if none is."""
    used = learned.model.schema_.used
    dates = [j for j, column in enumerate(used) if column.kind == "date"]
    if len(dates) < 2:
        return dates[0] if dates else None
    named = [j for j in dates if used[j].name == learned.time]
    return named[0] if named else clock_of(learned.likely_rows)


def cut_of(learned: Learned, asked: Mapping[str, Any]) -> float:
    """Return the logarithm of the p-value from which a step is beyond the promise.

    Parameters
    ----------
    learned : Learned
        Of one series.
    asked : mapping
        The values of `fpr` and `alerts`; one is not None.

    Raises
    ------
    DataError
        If no such promise can be given.
    """
    name, value = check_promise(None, asked["fpr"], None, asked["alerts"])
    level = value
    if name == "alerts":
        if learned.pace is None or learned.pace.a_day is None:
            raise DataError("An alert budget needs a clock that goes on; its times are all one.")
        level = min(value / learned.pace.a_day, 1.0)
    nothing = np.zeros(0, dtype=bool)
    decision = learned.qualified(Decision(name, value, nothing, level), ())
    if decision.ranking_only:
        raise DataError(
            f"No promise can be given: {decision.basis}. Allow more alerts, or learn from a longer "
            "series."
        )
    return float(np.log(level))
