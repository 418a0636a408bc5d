"""Measure how long one row and a batch take to be judged, and that threads change nothing.

Models learn 20,000 rows of 20 columns. One row as array, one row as DataFrame and 1,000 rows as
array are scored (`Learned.score_samples`) and judged (`Learned.detect`) again and again; told are
the median and the 99 % quantile in milliseconds. Then two threads score at once with one model, and
what they get is compared with what one thread gets alone.

    python benchmarks/latency.py            stores benchmarks/results/latency.json
    python benchmarks/latency.py KNN        only these methods, nothing stored
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

import likely
import store

METHODS = ("auto", "KNN", "IsolationForest", "Mahalanobis", "ECOD", "COPOD", "HBOS", "LOF")
ROWS, COLUMNS, BATCH = 20_000, 20, 1_000
SECONDS = 3.0
"""How long each figure is measured, after a first call that is not counted."""

_MOST_CALLS = 2_000


def main(wanted: list[str]) -> None:
    """Measure, print every row as it comes, and store them."""
    rng = np.random.default_rng(0)
    names = [f"x{j}" for j in range(COLUMNS)]
    frame = pd.DataFrame(rng.normal(size=(ROWS, COLUMNS)), columns=names)
    rows = []
    for method in wanted or METHODS:
        learned = likely.learn(frame, method)
        new = frame.iloc[:BATCH] + rng.normal(size=(BATCH, COLUMNS))
        for row in measure(method, learned, new):
            store.show(row)
            rows.append(row)
    if not wanted:
        store.save("latency", rows, learnt=ROWS, columns=COLUMNS)


def measure(method: str, learned: likely.Learned, new: pd.DataFrame) -> list[dict]:
    """Return a row for each way to call, with whether two threads got what one gets."""
    array = new.to_numpy()
    given = {"array": array[:1], "DataFrame": new.iloc[:1], f"array of {BATCH:,} rows": array}
    found = []
    for name, data in given.items():
        row = {"method": method, "given": name, "equal in two threads": equal(learned, data)}
        calls: dict[str, Callable[[object], object]] = {
            "score": learned.score_samples,
            "detect": lambda rows: learned.detect(rows, fpr=0.01),
        }
        for verb, call in calls.items():
            times = 1e3 * np.array(clock(call, data))
            row[f"{verb} p50 ms"] = round(float(np.median(times)), 3)
            row[f"{verb} p99 ms"] = round(float(np.quantile(times, 0.99)), 3)
        found.append(row)
    return found


def clock(call: Callable[[object], object], data: object) -> list[float]:
    """Return the seconds of many calls."""
    call(data)
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(times) < _MOST_CALLS and (time.perf_counter() < end or not times):
        start = time.perf_counter()
        call(data)
        times.append(time.perf_counter() - start)
    return times


def equal(learned: likely.Learned, data: object) -> bool:
    """Whether two threads that score at once get exactly what one gets alone."""
    alone = learned.score_samples(data)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(learned.score_samples, [data] * 8))
    return all(np.array_equal(alone, scores) for scores in together)


if __name__ == "__main__":
    main(sys.argv[1:])
