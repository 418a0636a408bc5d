"""New moments of a series judged by what was learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from likely.calibration.drift import FEWEST_ROWS, find_drift
from likely.calibration.episodes import Pace, span_of
from likely.calibration.same_rows import Judgement
from likely.data.clock_column import clock_of
from likely.data.end_to_end import rows_of_each
from likely.data.table import Table
from likely.explanation import Explanation
from likely.workflow.findings import SHOWN
from likely.workflow.learned import Learned
from likely.workflow.over_time.decision import decide_episodes
from likely.workflow.over_time.entities import about_short, some_of
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.judging import moments_of, series_model
from likely.workflow.over_time.known import about_recall, known_stretches

_FOLLOWS = 1.5  # usual steps


def judged_again(
    learned: Learned,
    table: Table,
    oddness: np.ndarray,
    judgement: Judgement,
    asked: Mapping[str, Any],
    known: np.ndarray | None = None,
) -> EventFindings:
    """Return the events of the series that was learnt from.

    Parameters
    ----------
    learned : Learned
        What was learnt.
    table : Table
        The rows.
    oddness : ndarray of shape (n,)
        Of each row, by a model that did not see its block.
    judgement : Judgement
        p-values by row.
    asked : mapping
        The promise.
    known : ndarray of shape (n,), optional
        1 for known anomalies; a note says how many of them are found.
    """
    found = _found(learned, table, -oddness, judgement.log_p, asked, learned.notes)
    decision = found.decision
    if decision.name == "top" or judgement.holds:
        stretches = known_stretches(found.moments, known)
        found = replace(found, notes=(*about_recall(stretches, found.runs), *found.notes))
    if decision.name == "top":
        return found
    if judgement.holds:
        return found.under(decision.resting_on(judgement.basis))
    return found.under(decision.withdrawn(judgement.why))


def detect_events(learned: Learned, table: Table, asked: Mapping[str, Any]) -> EventFindings:
    """Return the events of new rows; what was learnt last helps to judge what follows it."""
    before = rows_before(learned, table)
    matched = learned.matched(table)
    seen = matched if before is None else _joined(before, matched)
    scores = learned.model.score_samples(learned.seen(seen))[len(seen) - len(table) :]
    log_p = learned.reference.log_p(-scores)
    regime = [] if learned.regime is None else learned.regime.about(matched)
    notes = (*_about_new(learned, table, seen), *regime, *matched.notes, *learned.notes)
    found = _found(learned, table, scores, log_p, asked, notes)
    moments = found.moments
    highest = found.pace.highest(-scores[moments.order], moments.begins)
    by_stretch = learned.reference.log_p(highest)
    most = max(1, len(by_stretch) // FEWEST_ROWS)
    apart = by_stretch[:: span_of(-by_stretch, most)]  # those that are odd together count once
    nothing = Table(np.empty((len(apart), 0)), ())
    changes = find_drift((), nothing, np.exp(apart), learned.reference.n)
    drift = tuple(
        one.sentence(None).replace("rows", "stretches").replace("row", "stretch") for one in changes
    )
    return found.under(learned.qualified(found.decision, drift), drift)


def explain_moments(learned: Learned, table: Table) -> list[Explanation]:
    """Say of each moment why the event that it lies in is odd; of most, why it would be one."""
    found = detect_events(learned, table, {"fdr": None, "fpr": None, "top": SHOWN, "alerts": None})
    return found.explanations(np.arange(len(table)))


def _found(
    learned: Learned,
    table: Table,
    scores: np.ndarray,
    log_p: np.ndarray,
    asked: Mapping[str, Any],
    notes: tuple[str, ...],
) -> EventFindings:
    moments = moments_of(learned, learned.matched(table))
    order = moments.order
    pace = learned.pace or Pace.of(-scores[order], moments.days, moments.begins)
    in_all = replace(pace, a_day=pace.a_day and pace.a_day * moments.at_once)
    decision, runs = decide_episodes(-scores[order], log_p[order], in_all, asked, moments.begins)
    return EventFindings(
        learned=learned,
        table=table,
        scores=scores,
        log_p=log_p,
        decision=decision,
        notes=tuple(dict.fromkeys(notes)),
        moments=moments,
        pace=pace,
        runs=tuple(runs),
    ).by_row()


def _about_new(learned: Learned, table: Table, seen: Table) -> list[str]:
    """Say which series nothing was learnt of, and which are too short to be judged."""
    entities = learned.entities
    if entities is None or table.series is None or seen.series is None:
        return []
    codes, first = np.unique(table.series, return_index=True)
    names = entities.called(table, first)
    steps = {
        name: int((seen.series == code).sum())
        for name, code in zip(names, codes, strict=True)
        if code >= 0
    }
    notes = about_short(steps, series_model(learned).least_steps_)
    new = [name for name in steps if name not in entities.names]
    if new:
        notes.append(
            f"Nothing was learnt of {len(new):,} of {len(steps):,} series: {some_of(new)}. The "
            "same model judges them, around the level and in the spread of these rows."
        )
    return notes


def rows_before(learned: Learned, table: Table) -> Table | None:
    """Return the last rows learnt if the new ones follow them without a gap.

    Of several series, those of each that the new ones follow.
    """
    kept = learned.likely_rows
    if kept.series is None or table.series is None:
        return kept if _follow(kept, table) else None
    own, new = (dict(zip(*rows_of_each(one), strict=True)) for one in (kept, table))
    followed = [
        own[code]
        for code in own.keys() & new.keys()
        if _follow(kept.take(own[code]), table.take(new[code]))
    ]
    return kept.take(np.sort(np.concatenate(followed))) if followed else None


def _follow(kept: Table, table: Table) -> bool:
    """Say whether rows follow those kept without a gap."""
    clock = clock_of(kept) if len(kept) > 1 else None
    place = clock_of(table)
    if clock is None or place is None:
        return False
    times, new = kept.matrix[:, clock], table.matrix[:, place]
    if np.isnan(times).any() or np.isnan(new).all():
        return False
    ahead = float(np.nanmin(new) - times.max())
    step = float(np.median(np.diff(np.sort(times))))
    return 0 < ahead <= _FOLLOWS * step


def _joined(before: Table, new: Table) -> Table:
    series = None
    if before.series is not None and new.series is not None:
        series = np.concatenate([before.series, new.series])
    matrix = np.concatenate([before.matrix, new.matrix])
    return Table(matrix, new.columns, named=new.named, series=series)
