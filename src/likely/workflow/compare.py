"""`likely.compare`: several methods on the same rows and the same splits."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, cast

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.calibration.cross_fit import cross_fit
from likely.calibration.decisions import benjamini_hochberg
from likely.calibration.same_rows import judge_same_rows
from likely.core.errors import LikelyError
from likely.core.progress import track
from likely.core.random import generator
from likely.data.table import Table
from likely.evaluation import auprc, auroc, bootstrap_interval
from likely.evaluation.ranking import average_ranks
from likely.workflow.auto import choose
from likely.workflow.comparison import FDR, Accuracy, Comparison, Result
from likely.workflow.labels import read_labels
from likely.workflow.outsider import Outsider, check_detector, name_of
from likely.workflow.prepare import prepare

DEFAULT_METHODS = ("auto", "KNN", "IsolationForest", "Mahalanobis", "ECOD")
RESAMPLES = 200
"""For the intervals of metrics: 1,000 would take longer than most methods."""

_FEWEST = 5
"""Rows in a half that memory is measured with; below twice as many, all rows stand for both."""


def compare(
    data: Any,
    methods: Sequence[Any] | None = None,
    labels: Any = None,
    *,
    ignore: Sequence[str] | str | None = None,
    columns: Sequence[str] | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare methods: how well, how fast, with how much memory, and how far they agree.

    Every method judges each row by a model that did not see it, and all by the same splits.

    Parameters
    ----------
    data : dataframe, array, list of rows or path
        As in `likely.learn`.
    methods : sequence, default auto and the models it is made of
        Names from `likely.methods()`, models, or outlier detectors of scikit-learn or PyOD, which
        get the columns as robustly scaled numbers.
    labels : str or array of shape (n,), optional
        A column's name or values: 1 for an anomaly, 0 for an ordinary row, missing if unknown. No
        method sees them. They add accuracy, and `ZScore` as a trivial baseline.
    ignore : str or sequence of str, optional
        Leave these columns out.
    columns : sequence of str, optional
        Look at these columns only.
    seed : int, default 0
        Which rows fall into which fold, and the seed of methods that draw random numbers.

    Returns
    -------
    Comparison
        One result a method, in the order given. A method that fails has its reason there.

    Raises
    ------
    DataError
        If the data or the labels cannot be used.
    ParameterError
        If a method does not exist or is no detector.

    Examples
    --------
    >>> import numpy as np, likely
    >>> rows = np.random.default_rng(0).normal(size=(300, 3))
    >>> rows[:3] += 40.0
    >>> labels = np.arange(300) < 3
    >>> compared = likely.compare(rows, ["KNN", "ECOD"], labels)
    >>> [(result.method, result.accuracy.auroc) for result in compared.results]
    [('KNN', 1.0), ('ECOD', 1.0), ('ZScore (baseline)', 1.0)]
    """
    ignored = [ignore] if isinstance(ignore, str) else list(ignore or ())
    if isinstance(labels, str):
        ignored.append(labels)
    table = prepare(data, columns, ignored)
    truth = read_labels(labels, table)
    contenders = [_contender(method, seed) for method in methods or DEFAULT_METHODS]
    asked = len(contenders)
    if labels is not None:
        contenders.append(("ZScore (baseline)", choose("ZScore", seed, {"combine": "largest"})[0]))
    names = _distinct([name for name, _ in contenders])
    runs = [
        _run(name, model, table, seed)
        for name, (_, model) in zip(names, track(contenders, "Comparing"), strict=True)
    ]
    consensus = _consensus([oddness for _, oddness in runs[:asked]])
    results = tuple(_assess(result, oddness, consensus, truth, seed) for result, oddness in runs)
    return Comparison(
        results=results,
        rows=len(table),
        labelled=int((~np.isnan(truth)).sum()),
        anomalies=int(np.nansum(truth)),
        notes=table.notes,
        native=table.native,
    )


def _contender(method: Any, seed: int) -> tuple[str, Model]:
    """Return a name and an unfitted model."""
    if isinstance(method, Model):
        return name_of(method), method
    if isinstance(method, str):
        model, _ = choose(method, seed, {})
        return f"auto ({type(model).__name__})" if method == "auto" else method, model
    check_detector(method)
    return f"{type(method).__module__.partition('.')[0]}.{name_of(method)}", Outsider(method, seed)


def _distinct(names: Sequence[str]) -> list[str]:
    return [
        name if name not in names[:i] else f"{name} #{names[:i].count(name) + 1}"
        for i, name in enumerate(names)
    ]


def _run(name: str, model: Model, table: Table, seed: int) -> tuple[Result, np.ndarray | None]:
    """Return the result of one method without agreement and accuracy, and the rows' oddness."""
    try:
        start = perf_counter()
        cross = cross_fit(model, table, seed)
        seconds = perf_counter() - start
        megabytes = _peak_megabytes(model, table, seed)
        judgement = judge_same_rows(cross.oddness, cross.model)
    except LikelyError as error:
        return Result(name, error=str(error)), None
    findings = int(benjamini_hochberg(judgement.log_p, FDR).sum()) if judgement.holds else 0
    result = Result(
        name,
        findings=findings,
        promise_held=judgement.holds,
        why_not=judgement.why,
        seconds=seconds,
        megabytes=megabytes,
    )
    return result, cross.oddness


def _peak_megabytes(model: Model, table: Table, seed: int) -> float:
    """Return the memory that learning and judging take at most, in 10⁶ bytes.

    A pass of its own, because watching allocations slows some methods and so would falsify times.
    """
    order = generator(seed).permutation(len(table))
    half = len(order) // 2
    learnt, judged = table.take(order[:half]), table.take(order[half:])
    if half < _FEWEST:
        learnt = judged = table
    watched_already = tracemalloc.is_tracing()
    if not watched_already:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        fresh = cast(Model, clone(model))
        fresh.fit(learnt).score_samples(judged)
        return (tracemalloc.get_traced_memory()[1] - before) / 1e6
    finally:
        if not watched_already:
            tracemalloc.stop()


def _consensus(runs: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Return the mean rank of every row over the methods that worked, if they are several."""
    ranks = [average_ranks(oddness) for oddness in runs if oddness is not None]
    return np.mean(ranks, axis=0) if len(ranks) > 1 else None


def _assess(
    result: Result,
    oddness: np.ndarray | None,
    consensus: np.ndarray | None,
    truth: np.ndarray,
    seed: int,
) -> Result:
    """Return a result with agreement and accuracy; a label that is missing is NaN in `truth`."""
    if oddness is None:
        return result
    if consensus is not None:
        result = replace(result, agreement=_rank_correlation(oddness, consensus))
    known = ~np.isnan(truth)
    if not known.any():
        return result
    truth, oddness = truth[known], oddness[known]
    values: list[float] = []
    for metric in (auroc, auprc):
        values.append(metric(truth, oddness))
        values += bootstrap_interval(metric, truth, oddness, seed=seed, n_resamples=RESAMPLES)
    return replace(result, accuracy=Accuracy(*values))


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    """Return Spearman's correlation; None if all values of one are equal."""
    x, y = average_ranks(first), average_ranks(second)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
