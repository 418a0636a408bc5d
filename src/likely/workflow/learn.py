"""`likely.learn` and `likely.detect`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.base.model import Model
from likely.calibration.cross_fit import CrossFit, cross_fit
from likely.calibration.decisions import benjamini_hochberg, check_promise
from likely.calibration.same_rows import ASSUMPTION, Judgement, judge_same_rows
from likely.core.empirical import learn_empirical
from likely.core.errors import DataError
from likely.core.random import generator
from likely.data.table import Table
from likely.workflow.auto import choose
from likely.workflow.findings import Findings, decide
from likely.workflow.learned import Learned
from likely.workflow.prepare import prepare

MOST_LIKELY_ROWS = 1_000
_SUSPECT_AT = 0.1


def learn(
    data: Any,
    method: str | Model = "auto",
    *,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
    normal: bool = False,
    seed: int = 0,
    **params: Any,
) -> Learned:
    """Learn what is likely in data.

    Parameters
    ----------
    data : dataframe, array, list of rows or path
        A table: pandas, polars, pyarrow …, numpy, or a file (csv, parquet, xlsx, npy …).
    method : str or Model, default "auto"
        A name from `likely.methods()`, a model of one's own, or "auto" for the measured default.
    time : str, optional
        The column that is the clock, for alert budgets. Default: the only date column.
    columns : sequence of str, optional
        Look at these columns only.
    ignore : str or sequence of str, optional
        Leave these columns out. Identifiers are left out by themselves, and the notes say so.
    normal : bool, default False
        Whether the rows are known to be clean; otherwise rows that look odd under the tail
        assumption are kept out of the reference that new rows are compared with.
    seed : int, default 0
        The same seed gives the same result.
    **params
        Parameters of the method, such as `n_neighbors=10`.

    Returns
    -------
    Learned

    Raises
    ------
    DataError
        If the data cannot be read or hold nothing to learn from.
    ParameterError
        If a method or parameter does not exist or is out of range.

    Examples
    --------
    >>> import numpy as np, likely
    >>> rows = np.random.default_rng(0).normal(size=(500, 3))
    >>> learned = likely.learn(rows, method="KNN")
    >>> found = learned.detect([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]], fpr=0.01)
    >>> found.anomaly
    array([False,  True])
    """
    return _study(data, method, time, columns, ignore, normal, seed, params).learned


def detect(
    data: Any,
    method: str | Model = "auto",
    *,
    fdr: float | None = None,
    fpr: float | None = None,
    top: int | None = None,
    alerts: str | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
    seed: int = 0,
    **params: Any,
) -> Findings:
    """Learn from rows and find the unlikely ones among them.

    Each row is judged by a model that did not see it. The promise rests on a stated assumption
    about the tail; where the data contradict it, rows are only ranked, and the result says so.

    Parameters
    ----------
    data, method
        As in `likely.learn`.
    fdr : float in (0, 1), default 0.1 if no other promise is asked for
        At most this share of the findings is false, on average.
    fpr : float in (0, 1), optional
        At most this share of the ordinary rows is reported.
    top : int, optional
        Report this many rows, the oddest.
    alerts : str, optional
        At most this many false alarms, such as "1/day"; needs a column of times.
    time, columns, ignore, seed, **params
        As in `likely.learn`.

    Returns
    -------
    Findings

    Examples
    --------
    >>> import numpy as np, likely
    >>> rows = np.random.default_rng(0).normal(size=(500, 3))
    >>> rows[7] = 40.0
    >>> likely.detect(rows).anomaly.nonzero()
    (array([7]),)
    """
    check_promise(fdr, fpr, top, alerts)  # before learning, which takes a while
    study = _study(data, method, time, columns, ignore, False, seed, params)
    judgement = study.judgement
    decision = decide(
        judgement.log_p,
        {"fdr": fdr, "fpr": fpr, "top": top, "alerts": alerts},
        study.learned.clock(study.table),
    )
    if decision.name != "top":
        decision = (
            decision.resting_on(ASSUMPTION)
            if judgement.holds
            else decision.withdrawn(judgement.why)
        )
    return Findings(
        learned=study.learned,
        table=study.table,
        scores=-study.cross.oddness,
        log_p=judgement.log_p,
        decision=decision,
        notes=study.learned.notes,
    )


@dataclass(frozen=True)
class _Study:
    table: Table
    cross: CrossFit
    judgement: Judgement
    learned: Learned


def _study(
    data: Any,
    method: str | Model,
    time: str | None,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    normal: bool,
    seed: int,
    params: dict[str, Any],
) -> _Study:
    table = prepare(data, columns, ignore)
    if len(table) < 2:
        raise DataError("Learning needs at least 2 rows. Got 1.")
    if time is not None:
        table.check_names([time])
    model, chosen = choose(method, seed, params)
    cross = cross_fit(model, table, seed)
    judgement = judge_same_rows(cross.oddness, cross.model)
    suspects = np.zeros(len(table), dtype=bool)
    if judgement.holds and not normal:
        suspects = benjamini_hochberg(judgement.log_p, _SUSPECT_AT)
    notes = [*table.notes, chosen + "."]
    if suspects.any():
        count = int(suspects.sum())
        looks, they = ("looks", "it is") if count == 1 else ("look", "they are")
        notes.append(
            f"{count:,} of {len(table):,} rows {looks} odd already; {they} kept out of the "
            "reference that new rows are compared with."
        )
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
        notes=tuple(notes),
    )
    return _Study(table, cross, judgement, learned)


def _likely_rows(table: Table, cross: CrossFit, judgement: Judgement, seed: int) -> Table:
    """Return a sample of the rows that are not odd, in the terms of the model's schema."""
    ordinary = np.flatnonzero(judgement.log_p >= np.log(0.1))
    if len(ordinary) > MOST_LIKELY_ROWS:
        ordinary = np.sort(generator(seed).choice(ordinary, MOST_LIKELY_ROWS, replace=False))
    return cross.model.schema_.match(table.take(ordinary))
