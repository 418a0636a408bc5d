"""Files larger than memory: learn from some of the rows, then judge all of them in batches.

Pass 1 draws rows at random and learns from them as from any table: halves judge each other. Pass 2
scores all other rows, which no model has seen, and keeps one number a row. All rows are judged
together under one assumption about the tail, fitted to the rows drawn; so a row means the same
whether it was drawn or not.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.calibration.same_rows import Judgement, judge_same_rows
from likely.core.progress import track
from likely.core.random import generator, some_rows
from likely.data.batches import LargeFile
from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.findings import (
    MOST_EXPLAINED,
    Decision,
    Findings,
    decide,
    first_oddest,
    pace_of_rows,
)
from likely.workflow.learned import Learned
from likely.workflow.study import Study

SAMPLE_ROWS = 100_000
"""So many rows are drawn to learn from; fewer of very wide tables, but at least 10,000."""

_SAMPLE_CELLS = 8_000_000
_LEAST_SAMPLE = 10_000
_MOST_WORKERS = 4  # each holds a batch and what scoring it takes


@dataclass(frozen=True)
class Drawn:
    """Rows drawn from a file.

    Parameters
    ----------
    rows : LargeFile
        The file.
    table : Table of k rows
        The rows drawn.
    positions : ndarray of int64, shape (k,)
        Where they stand in the file, ascending.
    """

    rows: LargeFile
    table: Table
    positions: np.ndarray


def draw(rows: LargeFile, seed: int, expected: Sequence[Column] = ()) -> Drawn:
    """Return rows of a file drawn at random.

    Parameters
    ----------
    rows : LargeFile
        The file.
    seed : int
        Which rows are drawn; neither batches nor row groups of the file matter.
    expected : sequence of Column
        Columns learnt before.
    """
    most = min(SAMPLE_ROWS, max(_LEAST_SAMPLE, _SAMPLE_CELLS // len(rows.names)))
    positions = some_rows(len(rows), most, generator(seed))
    table = rows.table(rows.take(positions), expected)
    if not expected:
        note = (
            f"the file is larger than memory is meant for: what is likely is learnt from "
            f"{len(table):,} of its {len(rows):,} rows, drawn at random"
        )
        if any(" in row " in one for one in table.notes):
            note += "; the notes that follow count rows among these"
        table = _without_counters(replace(table, notes=(note, *table.notes)), positions)
    return Drawn(rows, table, positions)


def _without_counters(table: Table, positions: np.ndarray) -> Table:
    """Set columns aside that count the rows, which shows only where all rows are looked at."""
    counters = [
        column.name
        for column, values in zip(table.columns, table.matrix.T, strict=True)
        if column.kind == "number" and column.integer and np.ptp(values - positions) == 0
    ]
    notes = tuple(f"column {name!r} is set aside: it counts the rows" for name in counters)
    table = table.set_aside(dict.fromkeys(counters, "id-like"))
    return replace(table, notes=table.notes + notes)


def score(rows: LargeFile, learned: Learned) -> np.ndarray:
    """Return the score of every row of a file, higher = more likely, shape (n,).

    Parameters
    ----------
    rows : LargeFile
        The file.
    learned : Learned
        What to judge by.
    """
    model, scores = learned.model, np.empty(len(rows))
    known = set(rows.names)
    used = [column.name for column in model.schema_.used]
    names = used if known >= set(used) else None  # all columns, so that a message can list them

    def judge(start: int, native: Any) -> tuple[int, np.ndarray]:
        return start, model.score_samples(rows.table(native, learned.columns, part=True))

    batches = track(rows.batches(names), "Judging rows", -(-len(rows) // rows.batch_rows))
    for start, part in _at_once(judge, batches):
        scores[start : start + len(part)] = part
    return scores


def detect(rows: LargeFile, learned: Learned, asked: Mapping[str, Any]) -> Findings:
    """Find the unlikely rows of a file.

    Parameters
    ----------
    rows : LargeFile
        The file.
    learned : Learned
        What to judge by.
    asked : mapping
        The promise, as `decide` takes it.
    """
    scores = score(rows, learned)
    log_p = learned.reference.log_p(-scores)
    clock = times(rows, learned) if asked["alerts"] is not None else None
    some = draw(rows, 0, learned.columns)
    matched = learned.model.schema_.match(some.table)
    drift = learned.drift(some.table, matched, log_p[some.positions])
    decision = learned.qualified(decide(log_p, asked, pace_of_rows(clock, asked)), drift)
    return gather(rows, learned, scores, log_p, decision, (*drift, *learned.notes), drift)


def judge(drawn: Drawn, studied: Study) -> tuple[np.ndarray, Judgement]:
    """Return the score of every row of a file by a model that did not see it, and p-values.

    Parameters
    ----------
    drawn : Drawn
        The file, and which of its rows were learnt from.
    studied : Study
        What was learnt from them; they keep their held-out scores.
    """
    scores = score(drawn.rows, studied.learned)
    scores[drawn.positions] = -studied.cross.oddness
    return scores, judge_same_rows(-scores, studied.learned.model, drawn.positions)


def times(rows: LargeFile, learned: Learned) -> np.ndarray | None:
    """Return the clock of every row in microseconds, or None if no column is the clock."""
    name = learned.clock_name(learned.columns)
    if name is None:
        return None
    tables = (rows.table(b, learned.columns, part=True) for _, b in rows.batches([name]))
    parts = [learned.clock(table) for table in tables]
    return np.concatenate([part for part in parts if part is not None])


def _at_once(
    work: Callable[[int, Any], tuple[int, np.ndarray]], items: Iterable[tuple[int, Any]]
) -> Iterator[tuple[int, np.ndarray]]:
    """Do the work on as many items at a time as there are processors, results in order."""
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    waiting: deque[Future[tuple[int, np.ndarray]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for item in items:
            waiting.append(pool.submit(work, *item))
            if len(waiting) > workers:  # no further batch is read while these are in memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def gather(
    rows: LargeFile,
    learned: Learned,
    scores: np.ndarray,
    log_p: np.ndarray,
    decision: Decision,
    notes: tuple[str, ...],
    drift: tuple[str, ...] = (),
) -> Findings:
    """Return judged rows of a file as findings that hold the cells of the oddest rows only.

    Parameters
    ----------
    rows : LargeFile
        The file.
    learned, scores, log_p, decision, notes, drift
        As in `Findings`.
    """
    held = np.sort(first_oddest(scores, log_p, MOST_EXPLAINED))
    table = rows.table(rows.take(held), learned.columns, part=True)
    return Findings(learned, table, scores, log_p, decision, notes, drift, rows, held)
