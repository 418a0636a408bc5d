"""Learning anew from what has become normal, by an explicit rule."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
from sklearn.base import clone

from likely.base.over_time import OverTime
from likely.core.errors import DataError, TrainingFailed
from likely.data.table import Table
from likely.workflow.learned import Learned
from likely.workflow.over_time.judging import clock_place
from likely.workflow.over_time.kept import Kept
from likely.workflow.over_time.study import study_series

MOST_LEARNT = 20_000
"""So many of the last steps are learnt from at most."""


def learn_anew(learned: Learned, kept: Kept, first: int, end: int) -> Learned | None:
    """Learn from the last steps of a stream as from any series; None if that cannot be done.

    Parameters
    ----------
    learned : Learned
        What was learnt before: the model and the columns are the same.
    kept : Kept
        The last steps.
    first, end : int
        From which step on, and before which.
    """
    part = kept.part(max(first, end - MOST_LEARNT), end)
    schema = learned.model.schema_
    values, times = kept.values[part], kept.times[part]
    matrix = np.full((len(values), len(schema.used)), np.nan)
    channels = [j for j, c in enumerate(schema.used) if c.kind in ("number", "boolean")]
    matrix[:, channels] = values[:, : len(channels)]
    clock = clock_place(learned)
    if clock is not None:
        matrix[:, clock] = times
    model = cast(OverTime, clone(learned.model))
    chosen = f"{type(model).__name__} was learnt anew from what had become normal"
    table = Table(matrix, schema.used, named=schema.named)
    try:
        anew = study_series(table, model, chosen, time=learned.time, normal=False)[2]
    except (DataError, TrainingFailed):  # such as channels that stand still
        return None
    if not anew.held_out:
        return None
    if learned.regime is None:
        return anew
    # the regime stays as it was learnt, and what is kept of steps is without their context
    nothing = learned.likely_rows.take(slice(0, 0))
    return replace(anew, regime=learned.regime, columns=learned.columns, likely_rows=nothing)
