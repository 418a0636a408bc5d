"""Measure how well flows model ten small tables of the UCI archive, beside a Gaussian mixture.

Mean log-likelihood of test rows in nats, higher is better. Of each table 90 % of the rows, at most
8,000, are learnt from, 10 % are tested on. Values of columns in which most values repeat are spread
evenly over the smallest step between two values (at least 0.001 spreads), in training and in test
rows alike, because a density of repeated values has no limit; columns that do not vary are left
out; columns are standardised by the training rows. The ten tables are those with the fewest cells
of the twelve in uci_small. "GMM, BIC" is scikit-learn's Gaussian mixture with full covariances and
the number of components (1 to 60, at least two rows a column for each) that has the best Bayesian
information criterion on the training rows.

    python benchmarks/density_tables.py              what is missing, then stores the result
    python benchmarks/density_tables.py likely.NICE  one method anew, then stores the result

Every measurement goes to results/density_tables_rows.csv as it comes.
"""

from __future__ import annotations

import csv
import os
import sys
import warnings
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.stats import rankdata
from sklearn.mixture import GaussianMixture

import store
import tables
from likely.core import catalogue

TABLES = (
    "energy", "concrete", "wine", "sml", "parkinsons", "bike", "elevators", "gas", "kin40k", "pol",
)  # fmt: skip
ROWS = 8_000
GMM = "GMM, BIC"
METHODS = (
    GMM,
    "likely.NeuralSplineFlow",
    "likely.RealNVP",
    "likely.MaskedAutoregressiveFlow",
    "likely.NICE",
)
COMPONENTS = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60)
MEASUREMENTS = store.FOLDER / "density_tables_rows.csv"
COLUMNS = ("table", "method", "nats", "seconds", "note")
Row = dict[str, Any]


def main(anew: list[str]) -> None:
    """Measure what is missing, print and store."""
    torch.set_num_threads(1)
    rows = [row for row in read() if row["method"] not in anew]
    for method in METHODS:
        for name in TABLES:
            if any((row["table"], row["method"]) == (name, method) for row in rows):
                continue
            train, test = split(name)
            start = process_time()
            nats, note = judge(method, train, test)
            seconds = round(process_time() - start, 1)
            rows.append(
                dict(zip(COLUMNS, (name, method, round(nats, 3), seconds, note), strict=True))
            )
            store.show(rows[-1])
            write(rows)
    result = [summary(method, rows) for method in METHODS]
    for row in result:
        store.show(row)
    by_table = [
        {"table": name, **{r["method"]: r["nats"] for r in rows if r["table"] == name}}
        for name in TABLES
    ]
    store.save("density_tables", result, tables=by_table, most_rows=ROWS)


def split(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test rows of a table, repeated values spread, columns standardised."""
    with np.load(tables.DATA / "generative" / "uci_small_float32.npz") as file:
        x = file[name].astype(np.float64)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(x))
    cut = len(x) * 9 // 10
    train, test = x[order[:cut]][:ROWS], x[order[cut:]]
    varies = np.ptp(train, axis=0) > 0
    train, test = train[:, varies], test[:, varies]
    widths = np.array([step(column) for column in train.T])
    train = train + widths * (rng.random(train.shape) - 0.5)
    test = test + widths * (rng.random(test.shape) - 0.5)
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


def step(column: np.ndarray) -> float:
    """Return over how much a value is spread: 0 where fewer than half of the values repeat."""
    values = np.unique(column)
    if len(values) > len(column) / 2:
        return 0.0
    return max(float(np.diff(values).min()), 1e-3 * float(column.std()))


def judge(method: str, train: np.ndarray, test: np.ndarray) -> tuple[float, str]:
    """Return the mean log-likelihood of test rows, and what the fit says of itself."""
    if method == GMM:
        return mixture(train, test)
    name, _, setting = method.removeprefix("likely.").partition(", ")
    settings = dict([setting.split("=")]) if setting else {}
    model = catalogue.make(name, **settings).fit(train)
    return float(model.log_prob(test).mean()), model.budget_


def mixture(train: np.ndarray, test: np.ndarray) -> tuple[float, str]:
    """Return the mean log-likelihood by the mixture with the best criterion."""
    fits = []
    for k in COMPONENTS:
        if k * 2 * train.shape[1] > len(train):
            break
        fit = GaussianMixture(k, reg_covar=1e-6, max_iter=200, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits.append(fit.fit(train))
    best = min(fits, key=lambda fit: fit.bic(train))
    return float(best.score(test)), f"{best.n_components} components"


def summary(method: str, rows: list[Row]) -> Row:
    """Return the mean rank of a method, and on how many tables it is better than the mixture."""
    names = TABLES
    nats = np.array([[_nats(rows, m, name) for name in names] for m in METHODS])
    ranks = rankdata(-nats, axis=0).mean(axis=1)  # (method,)
    at = METHODS.index(method)
    found = [row["seconds"] for row in rows if row["method"] == method]
    return {
        "method": method,
        "mean rank": round(float(ranks[at]), 2),
        "better than the mixture": f"{int((nats[at] > nats[0]).sum())} of {len(names)}",
        "mean nats": round(float(nats[at].mean()), 2),
        "mean nats without gas": round(float(np.delete(nats[at], names.index("gas")).mean()), 2),
        "seconds a table": round(float(np.mean(found)), 1),
    }


def _nats(rows: list[Row], method: str, table: str) -> float:
    return next(r["nats"] for r in rows if (r["table"], r["method"]) == (table, method))


def read() -> list[Row]:
    """Return all measurements so far."""
    if not MEASUREMENTS.exists():
        return []
    with MEASUREMENTS.open(newline="", encoding="utf-8") as file:
        rows: list[Row] = list(csv.DictReader(file))
    return [{**row, "nats": float(row["nats"]), "seconds": float(row["seconds"])} for row in rows]


def write(rows: list[Row]) -> None:
    """Write all measurements."""
    with MEASUREMENTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
