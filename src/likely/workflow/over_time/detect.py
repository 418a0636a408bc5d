"""New moments of a series judged by what was learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from likely.calibration.drift import FEWEST_ROWS, find_drift
from likely.calibration.episodes import Pace, span_of
from likely.calibration.same_rows import Judgement
from likely.data.clock_column import clock_of
from likely.data.table import Table
from likely.workflow.learned import Learned
from likely.workflow.over_time.decision import decide_episodes
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.moments import Moments

_FOLLOWS = 1.5  # usual steps


def judged_again(
    learned: Learned,
    table: Table,
    oddness: np.ndarray,
    judgement: Judgement,
    asked: Mapping[str, Any],
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
    """
    found = _found(learned, table, -oddness, judgement.log_p, asked, learned.notes)
    decision = found.decision
    if decision.name == "top":
        return found
    if judgement.holds:
        return found.under(decision.resting_on(judgement.basis))
    return found.under(decision.withdrawn(judgement.why))


def detect_events(learned: Learned, table: Table, asked: Mapping[str, Any]) -> EventFindings:
    """Return the events of new rows; what was learnt last helps to judge what follows it."""
    before = rows_before(learned, table)
    matched = learned.model.schema_.match(table)
    seen = matched if before is None else _joined(before, matched)
    scores = learned.model.score_samples(seen)[len(seen) - len(table) :]
    log_p = learned.reference.log_p(-scores)
    found = _found(learned, table, scores, log_p, asked, (*matched.notes, *learned.notes))
    moments = found.moments
    by_stretch = learned.reference.log_p(found.pace.highest(-scores[moments.order]))
    most = max(1, len(by_stretch) // FEWEST_ROWS)
    apart = by_stretch[:: span_of(-by_stretch, most)]  # those that are odd together count once
    nothing = Table(np.empty((len(apart), 0)), ())
    changes = find_drift((), nothing, np.exp(apart), learned.reference.n)
    drift = tuple(
        one.sentence(None).replace("rows", "stretches").replace("row", "stretch") for one in changes
    )
    return found.under(learned.qualified(found.decision, drift), drift)


def _found(
    learned: Learned,
    table: Table,
    scores: np.ndarray,
    log_p: np.ndarray,
    asked: Mapping[str, Any],
    notes: tuple[str, ...],
) -> EventFindings:
    moments = Moments.of(learned.model.schema_.match(table))
    order = moments.order
    pace = learned.pace or Pace.of(-scores[order], moments.days)
    decision, runs = decide_episodes(-scores[order], log_p[order], pace, asked)
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


def rows_before(learned: Learned, table: Table) -> Table | None:
    """Return the last rows learnt if the new ones follow them without a gap."""
    kept = learned.likely_rows
    clock = clock_of(kept) if len(kept) > 1 else None
    place = clock_of(table)
    if clock is None or place is None:
        return None
    times, new = kept.matrix[:, clock], table.matrix[:, place]
    if np.isnan(times).any() or np.isnan(new).all():
        return None
    ahead = float(np.nanmin(new) - times.max())
    step = float(np.median(np.diff(np.sort(times))))
    return kept if 0 < ahead <= _FOLLOWS * step else None


def _joined(before: Table, new: Table) -> Table:
    return Table(np.concatenate([before.matrix, new.matrix]), new.columns, named=new.named)
