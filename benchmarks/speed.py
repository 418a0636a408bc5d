"""Measure how fast models learn and judge, beside PyOD and scikit-learn.

Every method learns the same numeric table and judges 2,000 new rows, then a single one as an array
and as a pandas dataframe. The peers do the same in the same process, in turns (ours, theirs, ours,
theirs, ...), so that a busy machine slows both alike. The best time of each counts: with one thread
seconds of the processor, which is what a clock shows on an idle machine; with more, of a clock. A
ratio is the peer's time divided by ours: above 1 we are faster. Peers have their default settings,
and as many jobs as threads where they take that. Methods are matched by name; our Mahalanobis
stands beside PyOD's MCD, our IsolationForest has two columns a split (theirs have one), our
OneClassSVM is Nyström's approximation of the exact machine. A peer that fails has no figures.

    python benchmarks/speed.py                        stores benchmarks/results/speed.json
    python benchmarks/speed.py --threads 1            stores these, and keeps those of two threads
    python benchmarks/speed.py --methods ECOD KNN     only these methods, nothing stored
    python benchmarks/speed.py --rows 100000 --columns 10 --threads 2
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import store

PAIRS = {
    "ECOD": ("pyod.models.ecod", "ECOD"),
    "COPOD": ("pyod.models.copod", "COPOD"),
    "HBOS": ("pyod.models.hbos", "HBOS"),
    "KNN": ("pyod.models.knn", "KNN"),
    "LOF": ("pyod.models.lof", "LOF"),
    "IsolationForest": ("pyod.models.iforest", "IForest"),
    "PCA": ("pyod.models.pca", "PCA"),
    "CBLOF": ("pyod.models.cblof", "CBLOF"),
    "GaussianMixture": ("pyod.models.gmm", "GMM"),
    "Mahalanobis": ("pyod.models.mcd", "MCD"),
    "OneClassSVM": ("pyod.models.ocsvm", "OCSVM"),
    "KernelDensity": ("pyod.models.kde", "KDE"),
}
SECOND_PEERS = {
    "IsolationForest": ("sklearn.ensemble", "IsolationForest"),
    "LOF": ("sklearn.neighbors", "LocalOutlierFactor"),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "LocalOutlierFactor": {"novelty": True},
}
TAKES_JOBS = {"KNN", "LOF", "IForest", "IsolationForest", "LocalOutlierFactor"}
STEPS = ("fit", "batch", "row", "frame_row")
JUDGED = 2_000
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PATIENCE = 3.0
"""A step is repeated until it took this many seconds in all, at most `MOST_TIMES` times."""

MOST_TIMES = 5


def main() -> None:
    """Measure every method with each number of threads, print the table and store it."""
    asked = _arguments()
    if asked.child:
        sys.stdout.write(json.dumps(measure(asked.methods[0], asked.rows, asked.columns)))
        return
    start, table = time.perf_counter(), []
    print(f"{'method':16s} {'peer':26s} threads  " + "  ".join(f"{s:>21s}" for s in STEPS))
    for threads in asked.threads:
        for name in asked.methods:
            for row in _in_child(name, threads, asked):
                table.append({**row, "threads": threads})
                print(in_words(table[-1]), flush=True)
    if asked.methods == list(PAIRS):
        seconds = round(time.perf_counter() - start)
        size = [asked.rows, asked.columns]
        others = [row for row in store.load("speed") if row["threads"] not in asked.threads]
        others = [row for row in others if row.get("size", size) == size]
        table = sorted(
            [{**row, "size": size} for row in table] + others, key=lambda r: r["threads"]
        )
        store.save("speed", table, seconds=seconds)


def in_words(row: dict[str, Any]) -> str:
    """Return one line of the table: seconds or milliseconds of both, and the ratio."""
    cells = []
    for step in STEPS:
        unit = 1.0 if step == "fit" else 1e3
        ours, theirs = row[f"{step}_ours"] * unit, row[f"{step}_theirs"]
        beside = (
            "  fails" if theirs is None else f"{theirs * unit:7.4g} {row[f'{step}_ratio']:5.3g}x"
        )
        cells.append(f"{ours:7.4g}/{beside}")
    return f"{row['method']:16s} {row['peer']:26s} {row['threads']:7d}  " + "  ".join(cells)


def measure(name: str, rows: int, columns: int) -> list[dict[str, Any]]:
    """Return the seconds that a method and its peers take for each step, one row a peer."""
    from importlib import import_module  # in the child, after its threads are set

    from likely.core import catalogue

    learnt, new = draw(rows, columns)
    jobs = int(os.environ["OMP_NUM_THREADS"])
    found = []
    for place, peer in (PAIRS[name], SECOND_PEERS.get(name, ("", ""))):
        if not place:
            continue
        settings = SETTINGS.get(peer, {}) | ({"n_jobs": jobs} if peer in TAKES_JOBS else {})
        kind = getattr(import_module(place), peer)
        models = [catalogue.make(name), kind(**settings)]
        times = timed_pair(models, learnt, new)
        found.append({"method": name, "peer": f"{place.partition('.')[0]} {peer}"} | times)
    return found


def draw(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows to learn and rows to judge: correlated columns, a third of them skewed."""
    rng = np.random.default_rng(0)
    mixing = np.eye(columns) + 0.3 * rng.normal(size=(columns, columns)) / np.sqrt(columns)
    values = rng.normal(size=(rows + JUDGED, columns)) @ mixing
    values[:, ::3] = np.exp(0.5 * values[:, ::3])
    return values[:rows], values[rows:]


def timed_pair(models: list[Any], learnt: np.ndarray, new: np.ndarray) -> dict[str, float | None]:
    """Return the best seconds of either model for each step, taken in turns, and their ratio."""
    names = [f"x{j}" for j in range(learnt.shape[1])]
    given = {"batch": new, "row": new[:1], "frame_row": pd.DataFrame(new[:1], columns=names)}
    try:
        for model in models:
            model.fit(learnt[:500])  # compiles, imports and warms up
        best = in_turns(models, _fit, learnt)
    except ValueError:  # a peer may fail on few rows or only on all; if it was ours, it fails again
        models = models[:1]
        best = in_turns(models, _fit, learnt)
    times = _named("fit", best)
    for step, rows in given.items():
        if step == "frame_row" and len(learnt) <= 50_000:
            models[0].fit(pd.DataFrame(learnt, columns=names))
        times |= _named(step, in_turns(models, _judge, rows))
    return times


def _named(step: str, best: list[float]) -> dict[str, float | None]:
    ours, theirs = best[0], best[1] if len(best) > 1 else None
    ratio = round(theirs / ours, 3) if theirs else None
    return {f"{step}_ours": ours, f"{step}_theirs": theirs, f"{step}_ratio": ratio}


def in_turns(models: list[Any], act: Callable[[Any, Any], object], given: Any) -> list[float]:
    """Return the best seconds of each model, called as often as there is time."""
    clock = time.process_time if os.environ["OMP_NUM_THREADS"] == "1" else time.perf_counter
    best, spent = [np.inf for _ in models], [0.0 for _ in models]
    for turn in range(MOST_TIMES if len(given) > 1 else 10 * MOST_TIMES):
        for side, model in enumerate(models):
            if turn and spent[side] > PATIENCE:
                continue
            start = clock()
            act(model, given)
            took = clock() - start
            best[side], spent[side] = min(best[side], took), spent[side] + took
    return best


def _fit(model: Any, rows: np.ndarray) -> None:
    model.fit(rows)


def _judge(model: Any, rows: Any) -> None:
    (model.score_samples if hasattr(model, "score_samples") else model.decision_function)(rows)


def _in_child(name: str, threads: int, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure one method in a process of its own, so that its libraries start with the threads."""
    command = [sys.executable, "-W", "ignore", __file__, "--child", "--methods", name]
    command += ["--rows", str(asked.rows), "--columns", str(asked.columns)]
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--methods", nargs="+", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
