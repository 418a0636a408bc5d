"""Measure how well gaps of mixed tables are filled, beside nearest rows, regressions and means.

Of four tables (people, credit, shops, air; read as synthetic.py reads them) 4,000 rows, and a fifth
of the cells is hidden: "at random", or "not at random" (a number the likelier, the larger it is;
a label the likelier, the rarer it is). What fills the gaps learns from the table with the gaps.
"error" is the mean over columns: of numbers the root of the mean squared error in spreads of the
column, of labels and yes/no the share filled wrongly. KNNImputer (five rows) and IterativeImputer
are scikit-learn's, on standardised numbers and indicators of labels (the largest one counts).

    python benchmarks/imputation.py              stores results/imputation.json
    python benchmarks/imputation.py --seeds 0    a quick look, not stored
    python benchmarks/imputation.py --again SequentialTrees    measures it anew, keeps all others
"""

from __future__ import annotations

import argparse
import os
import warnings
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - makes the next one known
from sklearn.impute import IterativeImputer, KNNImputer

import store
from likely.core import catalogue
from likely.data.frames import as_table
from likely.data.table import Table
from synthetic import FILES, read

SEEDS, ROWS, HIDDEN = (0, 1, 2), 4_000, 0.2
MODELS = ("SequentialTrees", "AnyOrder")


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    warnings.simplefilter("ignore")  # what IterativeImputer says of its rounds
    rows = []
    for name in asked.tables:
        for way in ("at random", "not at random"):
            found: dict[str, list[tuple[float, float]]] = {}
            for seed in asked.seeds:
                models, others = asked.again or asked.methods, not asked.again
                for method, figures in filled(name, way, seed, models, others=others).items():
                    found.setdefault(method, []).append(figures)
            for method, figures in found.items():
                error, seconds = np.array(figures).T
                row = {"table": name, "hidden": way, "method": method}
                row |= {"error": round(float(error.mean()), 4)}
                row |= {"seeds": ", ".join(f"{one:.4f}" for one in error)}
                rows.append(row | {"cpu_s": round(float(seconds.mean()), 1)})
                store.show(rows[-1])
    if asked.again:
        anew = {(row["table"], row["hidden"], row["method"]): row for row in rows}
        kept = store.load("imputation")
        rows = [anew.get((r["table"], r["hidden"], r["method"]), r) for r in kept]
    if tuple(asked.seeds) == SEEDS and not set(MODELS) - set(asked.methods):
        store.save("imputation", rows)


def filled(
    name: str, way: str, seed: int, models: list[str], *, others: bool = True
) -> dict[str, tuple[float, float]]:
    """Return errors and seconds of models and, if asked for, of all else."""
    table = as_table(read(name, seed)[0].head(ROWS))
    truth = table.matrix
    hidden = _hidden(table, way, np.random.default_rng(seed)) & ~np.isnan(truth)
    gaps = np.where(hidden, np.nan, truth)
    start = Table(gaps, table.columns)
    found = {}
    for method in models:
        started = process_time()
        values = catalogue.make(method, seed=seed).fit(start).impute(start)
        found[method] = error(table, hidden, values), process_time() - started
    if not others:
        return found
    for imputer in (KNNImputer(), IterativeImputer(random_state=seed)):
        started = process_time()
        values = by_numbers(table, gaps, imputer)
        found[type(imputer).__name__] = error(table, hidden, values), process_time() - started
    usual = np.array([_usual(table, gaps, j) for j in range(gaps.shape[1])])
    found["mean or commonest"] = error(table, hidden, np.where(hidden, usual, truth)), 0.0
    return found


def error(table: Table, hidden: np.ndarray, values: np.ndarray) -> float:
    """Return the mean error over columns of what was hidden."""
    errors = []
    for j, column in enumerate(table.columns):
        true, got = table.matrix[hidden[:, j], j], values[hidden[:, j], j]
        if column.kind in ("category", "boolean"):
            errors.append(float((np.rint(got) != true).mean()))
        elif np.nanstd(table.matrix[:, j]) > 0:
            away = (got - true) / np.nanstd(table.matrix[:, j])
            errors.append(float(np.sqrt((away**2).mean())))
    return float(np.mean(errors))


def by_numbers(table: Table, gaps: np.ndarray, imputer: KNNImputer) -> np.ndarray:
    """Return gaps filled by a method for numbers."""
    blocks, back = [], []
    for j, column in enumerate(table.columns):
        values = gaps[:, j]
        if column.kind in ("category", "boolean"):
            levels = np.unique(values[~np.isnan(values)])
            block = np.where(np.isnan(values)[:, None], np.nan, values[:, None] == levels)
            back.append((len(levels), levels))
        else:
            centre, scale = np.nanmean(values), np.nanstd(values) or 1.0
            block = ((values - centre) / scale)[:, None]
            back.append((1, (centre, scale)))
        blocks.append(block)
    whole = imputer.fit_transform(np.hstack(blocks))
    found, start = np.empty_like(gaps), 0
    for j, (width, key) in enumerate(back):
        part = whole[:, start : start + width]
        start += width
        if table.columns[j].kind in ("category", "boolean"):
            found[:, j] = key[part.argmax(axis=1)]
        else:
            found[:, j] = part[:, 0] * key[1] + key[0]
    return found


def _hidden(table: Table, way: str, rng: np.random.Generator) -> np.ndarray:
    drawn = rng.random(table.matrix.shape)
    if way == "at random":
        return drawn < HIDDEN
    weight = np.empty(table.matrix.shape)
    for j, column in enumerate(table.columns):
        values = np.nan_to_num(table.matrix[:, j])
        if column.kind == "category":
            values = -np.bincount(values.astype(int))[values.astype(int)].astype(float)
        order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
        weight[:, j] = 2 * order / len(order)
    return drawn < HIDDEN * weight


def _usual(table: Table, gaps: np.ndarray, j: int) -> float:
    values = gaps[~np.isnan(gaps[:, j]), j]
    if table.columns[j].kind in ("category", "boolean"):
        levels, counts = np.unique(values, return_counts=True)
        return float(levels[counts.argmax()])
    return float(values.mean())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", nargs="+", default=list(MODELS))
    parser.add_argument("--again", nargs="+")
    parser.add_argument("--tables", nargs="+", default=list(FILES))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    main(parser.parse_args())
