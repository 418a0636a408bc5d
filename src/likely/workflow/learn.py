"""`likely.learn` and `likely.detect`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from likely.base.model import Model
from likely.calibration.decisions import check_promise
from likely.data.batches import large_file
from likely.data.records import records
from likely.data.table import Table
from likely.workflow import stream
from likely.workflow.findings import Findings, decide, pace_of_rows
from likely.workflow.generators import check_aim, learn_to_draw
from likely.workflow.learned import Learned
from likely.workflow.over_time.detect import judged_again
from likely.workflow.study import study


def learn(
    data: Any,
    method: str | Model = "auto",
    *,
    aim: str = "detect",
    labels: Any = None,
    context: Sequence[str] | str | None = None,
    group: str | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
    normal: bool = False,
    kind: str | None = None,
    seed: int = 0,
    **params: Any,
) -> Learned:
    """Learn what is likely in data.

    Parameters
    ----------
    data : dataframe, array, list of rows or path
        A table: pandas, polars, pyarrow …, numpy, or a file (csv, parquet, xlsx, npy …). Of a
        Parquet or CSV file of more than 16 million cells, 100,000 rows drawn at random are
        learnt. Or series, images or video: an array of more than two axes, a list of arrays, a
        folder. Or texts: a list or a column of str, or a file of lines. Or sequences of tokens,
        such as events: lists of str of several lengths; with method="GPT" also of one length, and
        of int. Or molecules in SMILES: a `.smi` file, a column called `smiles`, or with
        kind="molecule" a list of str and a table with such a column. Or sound: a folder of wav
        files, or arrays with kind="audio".
    method : str or Model, default "auto"
        A name from `likely.methods()`, a model of one's own, or "auto" for the measured default.
    aim : {"detect", "generate", "both"}, default "detect"
        What for. To judge new samples, some rows are held out to compare with; to generate, one
        model learns from all rows, and new ones are only ranked. For "both", "auto" learns a model
        for each, and a method named is one model. Of columns that hold labels, new rows have them.
    labels : str or array of shape (n,), optional
        A column's name or one value a row: 1 for a known anomaly, 0 for a row known to be
        ordinary, missing where nothing is known. "auto" then learns from them (`FewLabels`), from
        a single anomaly already; methods that do not learn from labels leave known anomalies out.
        New rows are never compared with a known anomaly. With `group`, a group is a known anomaly
        if one of its rows is, and known to be ordinary if all of its rows are.
    context : str or sequence of str, optional
        Columns that the others are judged by, such as a season: what is usual there. Rows that
        are rare in these columns only are not odd. Of molecules and texts in a table, learnt with
        aim="generate": columns that each is given, and that `generate(where=)` then says.
    group : str, optional
        The column that says which rows belong together, such as an account: groups are judged,
        not rows. Where most groups have an even clock of their own and all other columns are
        numbers, each group is one series, such as a machine: then moments are judged.
    time : str, optional
        The column that is the clock, for alert budgets. Default: the only date column.
    columns : sequence of str, optional
        Look at these columns only.
    ignore : str or sequence of str, optional
        Leave these columns out. Identifiers are left out by themselves, and the notes say so.
    normal : bool, default False
        Whether the rows are known to be clean (with labels: those labelled 0, and only these are
        learnt from); otherwise rows that look odd under the tail assumption are kept out of the
        reference that new rows are compared with.
    kind : {"table", "timeline", "series", "image", "video", "text", "molecule", "audio"}, optional
        What the data are, where they leave it open. A table is a "timeline" if its rows are the
        moments of one series, which are judged together, or of one for each `group`; a table of
        numbers with an even clock is one by itself, unless "table" is said. Files of sound are
        series, by their spectrograms, unless "audio" is said: then a model hears pressure over
        time.
    seed : int, default 0
        The same seed gives the same result.
    **params
        Parameters of the method, such as `n_neighbors=10`. With aim="generate", "auto" takes
        `budget="30s"` for tables: then it compares engines of mixed columns on rows held out, by
        their density, or from 2,000 rows on by how well drawn rows pass for them.

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
    check_aim(aim)
    drawn = _drawn(data, labels, group, seed)
    given = data if drawn is None else drawn.table
    asked = {
        "labels": labels,
        "context": context,
        "group": group,
        "time": time,
        "columns": columns,
        "ignore": ignore,
        "normal": normal,
        "seed": seed,
        "params": params,
        "kind": kind,
        "for_new": True,
    }
    if aim != "detect":
        return learn_to_draw(given, method, aim, study, **asked)
    return study(given, method, **asked).learned


def detect(
    data: Any,
    method: str | Model = "auto",
    *,
    fdr: float | None = None,
    fpr: float | None = None,
    top: int | None = None,
    alerts: str | None = None,
    labels: Any = None,
    context: Sequence[str] | str | None = None,
    group: str | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
    kind: str | None = None,
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
    labels, context, group, time, columns, ignore, kind, seed, **params
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
    drawn = _drawn(data, labels, group, seed)
    studied = study(
        data if drawn is None else drawn.table,
        method,
        labels=labels,
        context=context,
        group=group,
        time=time,
        columns=columns,
        ignore=ignore,
        normal=False,
        seed=seed,
        params=params,
        kind=kind,
    )
    learned = studied.learned
    asked = {"fdr": fdr, "fpr": fpr, "top": top, "alerts": alerts}
    if learned.pace is not None:
        table = cast(Table, studied.samples)
        return judged_again(
            learned, table, studied.cross.oddness, studied.judgement, asked, studied.known
        )
    if drawn is None:
        scores, judgement = -studied.cross.oddness, studied.judgement
        clock = learned.clock(studied.samples)
    else:
        scores, judgement = stream.judge(drawn, studied)
        clock = stream.times(drawn.rows, learned) if alerts is not None else None
    decision = decide(judgement.log_p, asked, pace_of_rows(clock, asked))
    if decision.name != "top":
        decision = (
            decision.resting_on(judgement.basis)
            if judgement.holds
            else decision.withdrawn(judgement.why)
        )
    if drawn is not None:
        return stream.gather(drawn.rows, learned, scores, judgement.log_p, decision, learned.notes)
    samples, shaped = studied.samples, None
    if not isinstance(samples, Table):
        samples, shaped = records(samples), samples
    return Findings(
        learned=learned,
        table=samples,
        scores=scores,
        log_p=judgement.log_p,
        decision=decision,
        notes=learned.notes,
        shaped=shaped,
    )


def _drawn(data: Any, labels: Any, group: str | None, seed: int) -> stream.Drawn | None:
    """Draw rows of a file larger than memory; labels and groups need all rows at once."""
    large = large_file(data) if labels is None and group is None else None
    return None if large is None else stream.draw(large, seed)
