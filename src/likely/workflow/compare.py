"""`likely.compare`: several methods on the same rows and the same splits."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from scipy.stats import beta

from likely.base.model import Model
from likely.calibration.decisions import benjamini_hochberg, check_promise
from likely.core.errors import LikelyError
from likely.core.progress import track
from likely.core.random import generator
from likely.data.table import Table
from likely.evaluation import auprc, auroc, bootstrap_interval
from likely.evaluation.ranking import average_ranks
from likely.workflow.auto import choose
from likely.workflow.comparison import FDR, Accuracy, Alarms, Comparison, Result
from likely.workflow.labels import read_labels
from likely.workflow.outsider import Outsider, check_detector, name_of
from likely.workflow.prepare import prepare
from likely.workflow.spelling import import_detector, read_method
from likely.workflow.study import Study, study

DEFAULT_METHODS = ("auto", "KNN", "IsolationForest", "Mahalanobis", "ECOD")
RESAMPLES = 200
"""For the intervals of metrics: 1,000 would take longer than most methods."""

_FEWEST = 10
"""Rows in a half that new rows are judged with; below twice as many, there are no halves."""


def compare(
    data: Any,
    methods: Sequence[Any] | None = None,
    labels: Any = None,
    *,
    fpr: float = 0.01,
    ignore: Sequence[str] | str | None = None,
    columns: Sequence[str] | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare methods: how well, how fast, with how much memory, and how far they agree.

    Every method does twice what a user would: it finds the unlikely rows of the data as
    `likely.detect` does, each row judged by a model that did not see it; and it learns from one
    half as `likely.learn` does and judges the other, new half. All methods have the same splits
    and the same calibration.

    Parameters
    ----------
    data : dataframe, array, list of rows or path
        As in `likely.learn`.
    methods : sequence, default auto and the models it is made of
        Each a name from `likely.methods()`, with settings if need be ("KNN(n_neighbors=20)"); a
        model; an outlier detector of scikit-learn, PyOD or of that form; or the name of one
        ("pyod.models.knn:KNN", "sklearn.svm:OneClassSVM(nu=0.1)"), which is imported. Detectors
        of others get the columns as robustly scaled numbers.
    labels : str or array of shape (n,), optional
        A column's name or values: 1 for an anomaly, 0 for an ordinary row, missing if unknown. No
        method sees them. They add accuracy, and `ZScore` as a trivial baseline.
    fpr : float in (0, 1), default 0.01
        The share of false alarms that is promised for the new half.
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
        If a method does not exist or is no detector, or `fpr` is out of its range.

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
    check_promise(None, fpr, None, None)
    ignored = [ignore] if isinstance(ignore, str) else list(ignore or ())
    if isinstance(labels, str):
        ignored.append(labels)
    table = prepare(data, columns, ignored)
    contest = _Contest(table, read_labels(labels, table), fpr, seed)
    contenders = [_contender(method, seed) for method in methods or DEFAULT_METHODS]
    asked = len(contenders)
    if labels is not None:
        contenders.append(("ZScore (baseline)", choose("ZScore", seed, {"combine": "largest"})[0]))
    names = _distinct([name for name, _ in contenders])
    runs = [
        contest.run(name, model)
        for name, (_, model) in zip(names, track(contenders, "Comparing"), strict=True)
    ]
    consensus = _consensus([oddness for _, oddness in runs[:asked]])
    return Comparison(
        results=tuple(contest.assess(*run, consensus) for run in runs),
        rows=len(table),
        labelled=int((~np.isnan(contest.truth)).sum()),
        anomalies=int(np.nansum(contest.truth)),
        fpr=fpr,
        notes=table.notes,
        native=table.native,
    )


@dataclass(frozen=True)
class _Contest:
    """What is the same for all methods; a label that is missing is NaN in `truth`."""

    table: Table
    truth: np.ndarray
    fpr: float
    seed: int

    def run(self, name: str, model: Model) -> tuple[Result, np.ndarray | None]:
        """Return a result without agreement and accuracy, and the oddness of all rows."""
        try:
            start = perf_counter()
            judged = self._learn(model, self.table)
            seconds = perf_counter() - start
            alarms, mebibytes = self._judge_new(model)
        except LikelyError as error:
            return Result(name, error=str(error)), None
        judgement = judged.judgement
        findings = int(benjamini_hochberg(judgement.log_p, FDR).sum()) if judgement.holds else 0
        result = Result(
            name,
            findings=findings,
            promise_held=judgement.holds,
            why_not=judgement.why,
            alarms=alarms,
            seconds=seconds,
            mebibytes=mebibytes,
        )
        return result, judged.cross.oddness

    def assess(
        self, result: Result, oddness: np.ndarray | None, consensus: np.ndarray | None
    ) -> Result:
        """Return a result with agreement and accuracy."""
        if oddness is None:
            return result
        if consensus is not None:
            result = replace(result, agreement=_rank_correlation(oddness, consensus))
        known = ~np.isnan(self.truth)
        if not known.any():
            return result
        truth, oddness = self.truth[known], oddness[known]
        values: list[float] = []
        for metric in (auroc, auprc):
            values.append(metric(truth, oddness))
            values += bootstrap_interval(
                metric, truth, oddness, seed=self.seed, n_resamples=RESAMPLES
            )
        return replace(result, accuracy=Accuracy(*values))

    def _judge_new(self, model: Model) -> tuple[Alarms | None, float]:
        """Learn from one half and judge the other; return the alarms, and the memory in MiB.

        A pass of its own, because watching allocations slows some methods and so would falsify
        times.
        """
        order = generator(self.seed).permutation(len(self.table))
        half = len(order) // 2
        if half < _FEWEST:  # too few to tell: all rows stand for both halves, to measure memory
            with _watched() as peak:
                self._learn(model, self.table)
                return None, peak()
        learnt, new = np.sort(order[:half]), np.sort(order[half:])
        with _watched() as peak:
            learned = self._learn(model, self.table.take(learnt)).learned
            log_p = learned.log_p(self.table.take(new))
            mebibytes = peak()
        return self._count(log_p <= np.log(self.fpr), self.truth[new]), mebibytes

    def _count(self, reported: np.ndarray, truth: np.ndarray) -> Alarms | None:
        """Return the share of ordinary rows reported, of all rows if there are no labels."""
        ordinary, odd = truth == 0, truth == 1
        if np.isnan(self.truth).all():
            ordinary = np.ones(len(truth), dtype=bool)
        if not ordinary.any():
            return None
        count, total = int(reported[ordinary].sum()), int(ordinary.sum())
        low, high = beta.ppf([0.025, 0.975], [count, count + 1], [total - count + 1, total - count])
        return Alarms(
            rate=count / total,
            low=float(np.nan_to_num(low)),  # no success has no lower bound but 0
            high=float(np.nan_to_num(high, nan=1.0)),
            found=float(reported[odd].mean()) if odd.any() else None,
        )

    def _learn(self, model: Model, table: Table) -> Study:
        """Do what `likely.learn` and `likely.detect` do, with the columns of the whole table."""
        return study(
            table,
            model,
            labels=None,
            context=None,
            group=None,
            time=None,
            columns=[self.table.names[j] for j in self.table.used()],
            ignore=None,
            normal=False,
            seed=self.seed,
            params={},
        )


def _contender(method: Any, seed: int) -> tuple[str, Model]:
    """Return a name and an unfitted model."""
    if isinstance(method, Model):
        return name_of(method), method
    if not isinstance(method, str):
        check_detector(method)
        library = type(method).__module__.partition(".")[0]
        return f"{library}.{name_of(method)}", Outsider(method, seed)
    name, settings = read_method(method)
    if ":" in name:
        return _contender(import_detector(name, settings), seed)
    model, _ = choose(name, seed, settings)
    return f"auto ({type(model).__name__})" if name == "auto" else method.strip(), model


def _distinct(names: Sequence[str]) -> list[str]:
    return [
        name if name not in names[:i] else f"{name} #{names[:i].count(name) + 1}"
        for i, name in enumerate(names)
    ]


@contextmanager
def _watched() -> Iterator[Callable[[], float]]:
    """Watch allocations; what is yielded returns their peak so far, in MiB (2²⁰ bytes)."""
    watched_already = tracemalloc.is_tracing()
    if not watched_already:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: (tracemalloc.get_traced_memory()[1] - before) / 2**20
    finally:
        if not watched_already:
            tracemalloc.stop()


def _consensus(runs: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Return the mean rank of every row over the methods that worked, if they are several."""
    ranks = [average_ranks(oddness) for oddness in runs if oddness is not None]
    return np.mean(ranks, axis=0) if len(ranks) > 1 else None


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    """Return Spearman's correlation; None if all values of one are equal."""
    x, y = average_ranks(first), average_ranks(second)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
