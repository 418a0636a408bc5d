"""Measure how often explanations name the right columns.

Rows with a known cause are planted and explained: one column far out (a gross number, a category
that never occurred, a gap in a column that has next to none), or two columns that break their
correlation while each value is ordinary. Counted is how often the first reason is the planted
column, and the first two are the planted pair; of all planted rows, and of those that the model
finds odd, which are the ones that people see. Beside it stand the trivial answer (largest robust
z-score), the model's own contributions where it has any, and the share of the planted rows that
the model itself finds odd (beyond the 1 % quantile of its training scores).

    python benchmarks/explanations.py              stores benchmarks/results/explanations.json
    python benchmarks/explanations.py KNN ECOD     only these models, nothing stored
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

import store
from likely.base.model import Model
from likely.core import catalogue
from likely.data.frames import as_table
from likely.data.table import Table
from likely.explanation import explain
from likely.testing.labels import taught
from tables import models_of_tables

SEEDS, WIDTHS, SHAPES = range(5), (5, 8, 10), ("gaussian", "exponential", "mixed")
ROWS, PLANTED, CORRELATION = 1_500, 20, 0.95
AXIS_PARALLEL = {
    *("ECOD", "COPOD", "HBOS", "MarginalTails", "ZScore", "Grubbs", "GeneralizedESD"),
    "IsolationForest",
}
"""These look at one column at a time, or cut along one: they hardly see a broken pair."""


def main(wanted: list[str]) -> None:
    """Measure, print the table and store it."""
    start = time.perf_counter()
    names = wanted or models_of_tables()
    table = []
    print(f"{'model':16s} {'planted':8s} {'shape':12s}  named  of seen  largest z    own   seen")
    for name in names:
        for (planted, shape), figures in measure(name).items():
            row = {"model": name, "planted": planted, "shape": shape}
            row |= {key: float(np.mean(values)) for key, values in figures.items()}
            row["exempt"] = planted == "pair" and name in AXIS_PARALLEL
            table.append(row)
            print(in_words(row), flush=True)
    if not wanted:
        keep(table, time.perf_counter() - start)


def in_words(row: dict[str, Any]) -> str:
    """Return one line of the table."""
    keys = ("named", "named_if_seen", "trivial", "own", "seen")
    numbers = [f"{row[key]:.3f}" if key in row else "-" for key in keys]
    widths = (5, 7, 9, 5, 5)
    cells = "  ".join(text.rjust(width) for text, width in zip(numbers, widths, strict=True))
    exempt = "  (exempt)" if row["exempt"] else ""
    return f"{row['model']:16s} {row['planted']:8s} {row['shape']:12s}  {cells}{exempt}"


def measure(name: str) -> dict[tuple[str, str], dict[str, list[float]]]:
    """Return how often each answer is right, by what was planted and the shape of the data."""
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for seed in SEEDS:
        for width in WIDTHS:
            for shape in SHAPES:
                rng = np.random.default_rng([seed, width, SHAPES.index(shape)])
                data = draw(shape, width, ROWS, rng)
                model = taught(catalogue.make(name), pa.table(data))
                for planted in ("column", "pair"):
                    rows, truth = plant(planted, shape, draw(shape, width, PLANTED, rng), rng)
                    judge(model, data, rows, truth, found[planted, shape])
    return found


def draw(shape: str, width: int, count: int, rng: np.random.Generator) -> dict[str, list[Any]]:
    """Draw clean rows whose columns x0 and x1 are a strongly correlated pair."""
    z = rng.normal(size=(count, width))
    z[:, 1] = CORRELATION * z[:, 0] + np.sqrt(1 - CORRELATION**2) * z[:, 1]
    for j in range(3, width):
        z[:, j] = 0.4 * z[:, j - 1] + np.sqrt(1 - 0.4**2) * z[:, j]
    values = to_exponential(z) if shape == "exponential" else z
    data: dict[str, list[Any]] = {f"x{j}": values[:, j].tolist() for j in range(width)}
    if shape == "mixed":
        gaps = rng.random(count) < 0.005
        data["x2"] = [None if gaps[i] else value for i, value in enumerate(data["x2"])]
        levels = np.array(["red", "green", "blue", "grey"])
        data["x3"] = levels[np.digitize(z[:, 3], [-0.5, 0.3, 1.2])].tolist()
        data["x4"] = (z[:, 4] > 0.3).tolist()
    return data


def to_exponential(z: np.ndarray) -> np.ndarray:
    """Return values with exponential margins and the same ranks."""
    return -np.log(ndtr(-z))


def plant(
    planted: str, shape: str, rows: dict[str, list[Any]], rng: np.random.Generator
) -> tuple[dict[str, list[Any]], list[set[str]]]:
    """Make every row odd and return the rows with the names of the columns that were changed."""
    truth = []
    for r in range(PLANTED):
        sign = rng.choice([-1.0, 1.0])
        if planted == "pair":
            ends = np.array([sign, -sign]) * rng.uniform(1.2, 1.8)  # each beyond 4 to 12 % only
            rows["x0"][r], rows["x1"][r] = to_exponential(ends) if shape == "exponential" else ends
            truth.append({"x0", "x1"})
            continue
        name = rng.choice([n for n in rows if not isinstance(rows[n][r], bool)])
        gross = 15.0 if shape == "exponential" else 6.0 * sign
        rows[name][r] = "violet" if isinstance(rows[name][r], str) else gross
        if shape == "mixed" and name == "x2":
            rows[name][r] = None
        truth.append({str(name)})
    return rows, truth


def judge(
    model: Model,
    data: dict[str, list[Any]],
    rows: dict[str, list[Any]],
    truth: list[set[str]],
    figures: dict[str, list[float]],
) -> None:
    """Explain planted rows and note how often each answer is right."""
    table = model.schema_.match(pa.table(rows))
    learnt = model.schema_.match(as_table(pa.table(data)))
    good = np.argsort(-model.training_scores_, kind="stable")[: int(0.95 * ROWS)]
    likely_rows = learnt.take(np.sort(np.random.default_rng(0).choice(good, 1_000, replace=False)))
    start = time.perf_counter()
    found = explain(model, table, likely_rows)
    figures["seconds"].append(time.perf_counter() - start)
    named = [[reason.column for reason in e.reasons] for e in found]
    figures["named"].append(right(named, truth))
    seen = model.predict(table) == -1
    for one, planted, noticed in zip(named, truth, seen, strict=True):
        if noticed:
            figures["named_if_seen"].append(right([one], [planted]))
    figures["trivial"].append(right(ranked(robust_z(table, learnt), table.names), truth))
    if hasattr(model, "contributions"):
        figures["own"].append(right(ranked(model.contributions(table), table.names), truth))
    figures["seen"].append(float(np.mean(seen)))


def robust_z(rows: Table, learnt: Table) -> np.ndarray:
    """Return |value - median| / (1.4826 median absolute deviation); a gap has 0."""
    centre = np.nanmedian(learnt.matrix, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(learnt.matrix - centre), axis=0)
    return np.nan_to_num(np.abs(rows.matrix - centre) / np.maximum(spread, 0.5))


def ranked(figures: np.ndarray, names: list[str]) -> list[list[str]]:
    """Return the names of the columns of each row, largest figure first."""
    return [[names[j] for j in np.argsort(-row, kind="stable")] for row in figures]


def right(named: list[list[str]], truth: list[set[str]]) -> float:
    """Return how often the first names are exactly the planted ones."""
    return float(np.mean([set(n[: len(t)]) == t for n, t in zip(named, truth, strict=True)]))


def keep(table: list[dict[str, Any]], seconds: float) -> None:
    """Write the figures with what is needed to reproduce them."""
    rows = [
        {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()} for row in table
    ]
    setting = {"seeds": len(SEEDS), "widths": WIDTHS, "rows": ROWS}
    setting |= {"planted": PLANTED, "correlation": CORRELATION}
    store.save("explanations", rows, seconds=round(seconds), setting=setting)


if __name__ == "__main__":
    main(sys.argv[1:])
