"""What `likely.learn` and `likely.detect` have in common: read, choose, fit, calibrate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.base.model import Model
from likely.calibration.cross_fit import CrossFit, cross_fit
from likely.calibration.decisions import benjamini_hochberg
from likely.calibration.same_rows import Judgement, judge_same_rows
from likely.core.empirical import learn_empirical
from likely.core.errors import DataError
from likely.core.random import generator
from likely.data.table import Table
from likely.workflow.auto import choose
from likely.workflow.learned import Learned
from likely.workflow.roles import take_roles

MOST_LIKELY_ROWS = 1_000
_SUSPECT_AT = 0.1


@dataclass(frozen=True)
class Study:
    """Rows, how odd each is by a model that did not see it, and what was learnt from them.

    Parameters
    ----------
    table : Table
        The rows.
    cross : CrossFit
        Their held-out oddness.
    judgement : Judgement
        Their p-values.
    learned : Learned
        What new rows can be judged by.
    """

    table: Table
    cross: CrossFit
    judgement: Judgement
    learned: Learned


def study(
    data: Any,
    method: str | Model,
    *,
    labels: Any,
    context: Sequence[str] | str | None,
    group: str | None,
    time: str | None,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    normal: bool,
    seed: int,
    params: dict[str, Any],
) -> Study:
    """Learn from data; the parameters are those of `likely.learn`."""
    roles = take_roles(data, columns, ignore, labels=labels, context=context, group=group)
    table = roles.table
    if len(table) < 2:
        raise DataError("Learning needs at least 2 rows. Got 1.")
    if time is not None:
        table.check_names([time])
    model, chosen = choose(method, seed, params, normal=normal)
    cross = cross_fit(model, table, seed)
    judgement = judge_same_rows(cross.oddness, cross.model)
    suspects = np.zeros(len(table), dtype=bool)
    if judgement.holds and not normal:
        suspects = benjamini_hochberg(judgement.log_p, _SUSPECT_AT)
    learned = Learned(
        model=cross.model,
        reference=learn_empirical(
            cross.oddness[~suspects], tail_counts=1, least_scale=cross.model.least_scale
        ),
        held_out=cross.held_out,
        likely_rows=_likely_rows(table, cross, judgement, seed),
        columns=table.columns,
        time=time,
        rows_learnt=len(table),
        notes=(*table.notes, chosen + ".", *_about(suspects)),
    )
    return Study(table, cross, judgement, learned)


def _about(suspects: np.ndarray) -> list[str]:
    """Say how many rows are kept out of the reference."""
    count = int(suspects.sum())
    if not count:
        return []
    looks, they = ("looks", "it is") if count == 1 else ("look", "they are")
    return [
        f"{count:,} of {len(suspects):,} rows {looks} odd already; {they} kept out of the "
        "reference that new rows are compared with."
    ]


def _likely_rows(table: Table, cross: CrossFit, judgement: Judgement, seed: int) -> Table:
    """Return a sample of the rows that are not odd, in the terms of the model's schema."""
    ordinary = np.flatnonzero(judgement.log_p >= np.log(0.1))
    if len(ordinary) > MOST_LIKELY_ROWS:
        ordinary = np.sort(generator(seed).choice(ordinary, MOST_LIKELY_ROWS, replace=False))
    return cross.model.schema_.match(table.take(ordinary))
