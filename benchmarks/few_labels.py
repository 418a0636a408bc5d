"""Measure what a few labelled anomalies are worth.

Half of the rows of each of the 22 tables (of at most 10,000 rows, anomalies in proportion) are
learnt from: 1, 5 or 50 % of their anomalies are labelled, at least one; nothing is known of all
other rows, and the anomalies among them stay hidden. The other half is judged. Given is the mean
average precision (AUPRC) over tables and seeds, and, of several seeds, the largest difference of a
seed's mean from it ("spread"). Beside our methods stand our unsupervised ones, plain gradient
boosting and PyOD's XGBOD, which both take rows without a label for ordinary, and the share of
anomalies, which guessing reaches. "All labels" is for those that know every label of their half,
and so bounds what more labels can do. A method that fails counts as guessing, and is counted under
"failed".

    python benchmarks/few_labels.py                    measures what is not stored yet
    python benchmarks/few_labels.py --methods 'likely.*' --tables glass cardio --seeds 0
    python benchmarks/few_labels.py --rows 2000        on subsamples, not in the summary
    python benchmarks/few_labels.py --summary          prints and stores what the stored rows say

One line a table, method, share and seed goes to `results/few_labels_rows.csv` as soon as it is
known, so a run can be stopped and goes on where it was; the summary goes to
`results/few_labels.json`. XGBOD needs xgboost, which `make bench` installs.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

import likely
import store
from likely.core import catalogue
from limited import Worker
from rows import Rows, parser
from tables import measures, read_table, suite, table_names

STORED = Rows(
    "few_labels",
    ("table", "method", "share", "seed", "rows"),
    ("auprc", "auroc", "labelled", "seconds", "failure"),
)
SHARES = (0.01, 0.05, 0.5)
ROWS, SEEDS = 10_000, (0, 1, 2)
OURS = "likely.FewLabels"
UNSUPERVISED = ("likely.auto", "KNN", "IsolationForest", "Mahalanobis", "MarginalTails", "LOF")
RESAMPLES = 2_000
ALL, FLOOR = "all labels: ", "floor: share of anomalies"

Judge = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]
"""From training rows, their labels (1 or missing), rows to judge and a seed to oddness."""


def labelled(name: str) -> Judge:
    """Return how a model of ours that learns from labels judges."""

    def judge(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        model = catalogue.make(name, seed=seed).fit(train, labels)
        return -model.score_samples(test)

    return judge


def unlabelled(name: str) -> Judge:
    """Return how a model of ours judges that sees no labels."""

    def judge(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        if name == "likely.auto":
            return likely.learn(train, seed=seed).surprise(test)
        model = catalogue.make(name)
        if "seed" in model.get_params():
            model.set_params(seed=seed)
        return -model.fit(train).score_samples(test)

    return judge


def learnt(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """Judge as a user of `likely.learn(labels=...)` would: by the model of the first fold."""
    return likely.learn(train, labels=labels, seed=seed).surprise(test)


def boosted(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """Judge by scikit-learn's gradient boosting with its defaults."""
    classifier = HistGradientBoostingClassifier(random_state=seed).fit(train, labels == 1)
    return classifier.decision_function(test)


def xgbod(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """Judge by PyOD's XGBOD with its defaults."""
    from pyod.models.xgbod import XGBOD

    return XGBOD(random_state=seed).fit(train, (labels == 1).astype(int)).decision_function(test)


METHODS: dict[str, Judge] = {
    OURS: labelled("FewLabels"),
    "likely.learn(labels=)": learnt,
    "likely.Supervised": labelled("Supervised"),
    "gradient boosting": boosted,
    "pyod.XGBOD": xgbod,
    f"{ALL}FewLabels": labelled("FewLabels"),
    f"{ALL}gradient boosting": boosted,
    **{f"unsupervised: {name}": unlabelled(name) for name in UNSUPERVISED},
}


def main() -> None:
    """Measure what is asked for and not stored, or summarise what is stored."""
    asked = parser(__doc__, seeds=SEEDS, rows=ROWS, limit=900.0).parse_args()
    if asked.summary:
        STORED.tidy()
        summarise([row for row in STORED.read() if row["rows"] == str(ROWS)])
        return
    done = set(map(STORED.run, STORED.read()))
    methods = [m for m in METHODS if any(fnmatchcase(m, p) for p in asked.methods)]
    if "pyod.XGBOD" in methods and find_spec("xgboost") is None:
        raise SystemExit("PyOD's XGBOD needs xgboost: make bench")
    worker = Worker(measure, asked.limit)
    tables = [t for t in table_names() if suite(t) == "classical"]
    for table in [t for t in tables if any(fnmatchcase(t, p) for p in asked.tables)]:
        for seed in asked.seeds:
            for method in methods:
                common = {"table": table, "method": method, "seed": seed, "rows": asked.rows}
                runs = [STORED.run(common | {"share": share}) for share in SHARES]
                if done.issuperset(runs) and not asked.again:
                    continue
                figures, failure = worker.call(table, method, seed, asked.rows)
                for share, one in zip(SHARES, figures or [{}] * len(SHARES), strict=True):
                    STORED.append(common | {"share": share, "failure": failure} | one)
    worker.stop()


def measure(table: str, method: str, seed: int, rows: int) -> list[dict[str, Any]]:
    """Return the figures of a method, one row a share; called in the worker."""
    x, odd = read_table(table, rows, seed)
    rng = np.random.default_rng(seed)
    train = np.zeros(len(x), dtype=bool)
    for kind in (False, True):
        some = rng.permutation(np.flatnonzero(odd == kind))
        train[some[: (len(some) + 1) // 2]] = True
    hidden = rng.permutation(np.flatnonzero(odd[train]))  # the same order for every method
    figures: list[dict[str, Any]] = []
    for share in SHARES:
        labels = np.full(train.sum(), np.nan)
        labels[hidden[: max(1, round(share * len(hidden)))]] = 1
        if method.startswith(ALL):
            labels[hidden] = 1
        if figures and method.startswith((ALL, "unsupervised")):
            figures.append(figures[0] | {"labelled": int(np.nansum(labels))})
            continue
        start = perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # peers warn of what the measures count anyway
            oddness = METHODS[method](x[train], labels, x[~train], seed)
        seconds = round(perf_counter() - start, 3)
        found = measures(odd[~train], np.asarray(oddness, dtype=np.float64))
        found = {name: round(found[name], 6) for name in ("auprc", "auroc")}
        figures.append(found | {"labelled": int(np.nansum(labels)), "seconds": seconds})
    return figures


def summarise(rows: list[dict[str, str]]) -> None:
    """Print and store means over tables that every method was measured on."""
    values: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for row in rows:
        found = float(row["auprc"]) if not row["failure"] else guess(row["table"], row["seed"])
        values[row["method"], row["share"]][row["table"], row["seed"]] = found
    common = set.intersection(*(set(found) for found in values.values()))
    for share in map(str, SHARES):
        values[FLOOR, share] = {cell: guess(*cell) for cell in common}
    tables = sorted({table for table, _ in common})
    seeds = sorted({seed for _, seed in common})
    failed = {(row["method"], row["share"], row["table"]) for row in rows if row["failure"]}
    lines = []
    measured = [m for m in [*METHODS, FLOOR] if (m, str(SHARES[0])) in values]
    for method in measured:
        line: dict[str, Any] = {"method": method}
        for share in map(str, SHARES):
            found = values[method, share]
            mean = np.mean([found[cell] for cell in common])
            by_seed = np.array([np.mean([found[c] for c in common if c[1] == s]) for s in seeds])
            line[f"{float(share):.0%}"] = round(float(mean), 3)
            if len(seeds) > 1:
                apart = float(np.abs(by_seed - mean).max())
                line[f"{float(share):.0%} spread"] = round(apart, 3)
        line["failed"] = len({(s, t) for m, s, t in failed if m == method})
        lines.append(line)
        store.show(line)
    leads = [lead(values, share, common, tables) for share in map(str, SHARES)]
    for line in leads:
        store.show(line)
    setting = {"tables": len(tables), "seeds": len(seeds), "rows": ROWS}
    store.save("few_labels", lines, "--summary", setting=setting, leads=leads)


def lead(
    values: dict[tuple[str, str], dict[tuple[str, str], float]],
    share: str,
    common: set[tuple[str, str]],
    tables: list[str],
) -> dict[str, Any]:
    """Return how far ours is above the best other, with a 95 % interval over tables."""
    others = [m for m, s in values if s == share and not m.startswith(("likely.", ALL))]
    best = max(others, key=lambda m: np.mean([values[m, share][cell] for cell in common]))
    difference = [
        np.mean([values[OURS, share][c] - values[best, share][c] for c in common if c[0] == table])
        for table in tables
    ]
    draws = np.random.default_rng(0).integers(len(tables), size=(RESAMPLES, len(tables)))
    low, high = np.quantile(np.array(difference)[draws].mean(axis=1), [0.025, 0.975])
    return {
        "labelled": f"{float(share):.0%}",
        "best other": best,
        "lead": round(float(np.mean(difference)), 3),
        "lead_low": round(float(low), 3),
        "lead_high": round(float(high), 3),
        "tables won": int(np.sum(np.array(difference) > 0)),
    }


def guess(table: str, seed: str) -> float:
    """Return the share of anomalies."""
    return float(read_table(table, ROWS, int(seed))[1].mean())


if __name__ == "__main__":
    main()
