"""Learning from the moments of one series: blockwise, and compared by cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from likely.base.model import Model
from likely.base.over_time import OverTime
from likely.calibration.blocked import Seen, blocked_cross_fit
from likely.calibration.cross_fit import CrossFit
from likely.calibration.decisions import benjamini_hochberg
from likely.calibration.episodes import Pace
from likely.calibration.same_rows import Judgement, judge_same_rows
from likely.core.empirical import learn_empirical
from likely.data.table import Table
from likely.workflow.learned import Learned
from likely.workflow.over_time.entities import Entities, about_short
from likely.workflow.over_time.known import about_known, known_stretches, touched, without
from likely.workflow.over_time.moments import Moments
from likely.workflow.over_time.regime import Regime, check_context

KEPT = 2_000
"""So many of the last rows are kept, as what came before new ones and to tell what is usual."""

_SUSPECT_AT = 0.1


def study_series(
    table: Table,
    model: OverTime,
    chosen: str,
    *,
    time: str | None,
    normal: bool,
    entities: Entities | None = None,
    context: Sequence[str] = (),
    known: np.ndarray | None = None,
) -> tuple[CrossFit, Judgement, Learned]:
    """Learn from a series and judge each block of it by a model that did not see it.

    Parameters
    ----------
    table : Table
        The rows; the clock is its only column of dates.
    model : OverTime
        Unfitted.
    chosen : str
        A sentence that says which model was chosen.
    time : str or None
        The clock that was asked for.
    normal : bool
        Whether all rows are known to be ordinary.
    entities : Entities, optional
        The series that the rows are moments of, if they are of several.
    context : sequence of str, default ()
        The columns that say in which regime the series is, and are not judged.
    known : ndarray of shape (n,), optional
        1 for known anomalies: they are not learnt from, and nothing is compared with them.

    Returns
    -------
    cross : CrossFit
        Oddness by row.
    judgement : Judgement
        p-values by row: the share of ordinary cells that have a moment as odd.
    learned : Learned
        What new rows can be judged by.
    """
    check_context(table, context)
    regimes: list[Regime] = []

    def learn_view(rows: Table) -> Seen:
        regimes.append(regime := Regime.learn(rows, context))
        return lambda new: regime.taken_off(regime.schema.match(new))

    moments = Moments.of(table.set_aside(dict.fromkeys(context, "context")))
    odd = known_stretches(moments, known)
    cross = blocked_cross_fit(
        model,
        table,
        learn_view=learn_view if context else None,
        ordinary=without(table, moments, odd),
    )
    oddness = cross.oddness[moments.order]
    calm = oddness if cross.calm is None else cross.calm[moments.order]
    pace = Pace.of(calm, moments.days, moments.begins)
    highest = pace.highest(calm, moments.begins)
    kept_out = touched(pace.stretches(calm, moments.begins), len(calm), odd)
    judged = judge_same_rows(
        np.concatenate([highest, oddness]), cross.model, np.flatnonzero(~kept_out)
    )
    log_p = np.zeros(len(table))
    log_p[moments.order] = judged.log_p[len(highest) :]
    suspects = np.zeros(len(highest), dtype=bool)
    if judged.holds and not normal:
        suspects = benjamini_hochberg(judged.log_p[: len(highest)], _SUSPECT_AT) & ~kept_out
    schema = regimes[0].schema if regimes else cross.model.schema_
    learned = Learned(
        model=cross.model,
        reference=learn_empirical(
            highest[~suspects & ~kept_out], tail_counts=1, least_scale=cross.model.least_scale
        ),
        held_out=cross.held_out,
        likely_rows=schema.match(table.take(_last(moments, cross.model))),
        columns=table.columns,
        time=time,
        rows_learnt=len(table),
        pace=pace,
        entities=entities,
        regime=regimes[0] if regimes else None,
    )
    lasting = moments.lasting(0, pace.span - 1)
    notes = [
        *moments.notes,
        chosen + ".",
        f"{_what_rows_are(entities, len(moments.begins))} Stretches of {lasting} are compared, "
        "about as long as oddness lasts, or longer ones that are odd throughout; events closer "
        "together are one.",
    ]
    if entities is not None:
        lengths = {steps.start: steps.stop - steps.start for steps in moments.wholes}
        names = entities.called(table, moments.order[list(lengths)])
        least = cast(OverTime, cross.model).least_steps_
        notes += about_short(dict(zip(names, lengths.values(), strict=True)), least)
    if context:
        notes.append(
            f"Channels are judged given {', '.join(context)}: by how far they are from what that "
            "lets expect, in spreads. The context itself is never odd."
        )
        rest = [c for c in table.columns if c.used and c.name not in context]
        switches = [c.name for c in rest if c.kind == "boolean"]
        if switches:
            notes.append(f"Given a context, yes and no are not judged: {', '.join(switches)}.")
    notes += about_known(odd, normal=normal)
    count = int(suspects.sum())
    if count:
        looks = "looks odd already and is" if count == 1 else "look odd already and are"
        notes.append(
            f"{count:,} of {len(highest):,} stretches {looks} kept out of the reference that new "
            "ones are compared with."
        )
    training = getattr(cross.model, "notes_", ())
    judgement = Judgement(
        log_p, judged.holds, _of_stretches(judged.why), _of_stretches(judged.basis)
    )
    return cross, judgement, replace(learned, notes=(*notes, *training))


def _last(moments: Moments, model: Model) -> np.ndarray:
    """Return the last rows of each series: of several fewer, but all that a score depends on."""
    most = max(KEPT // len(moments.begins), min(KEPT, cast(OverTime, model).reach_[0]))
    return np.concatenate([moments.order[steps][-most:] for steps in moments.wholes])


def _what_rows_are(entities: Entities | None, count: int) -> str:
    if entities is None:
        return "The rows are moments of one series."
    return (
        f"The rows are moments of {count:,} series, told apart by {entities.name!r}. One model "
        "learnt from them all, each in units of its own usual spread around its own level: that "
        "one is always higher than the others, or moves more, is not odd."
    )


def _of_stretches(text: str) -> str:
    return text.replace("rows", "stretches")
