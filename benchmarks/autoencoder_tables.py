"""Measure how well autoencoders rank anomalies on tables, beside PyOD's.

22 tables, learnt from a random half of the normal rows; at most 4,000 rows of a table are used,
drawn at random with the share of anomalies as it is. `likely.KNN` and the sum of squared z-scores
are the baselines. AUROC and AUPRC are means over the tables, seconds are those of the processor
spent on fitting, summed over the tables, with one thread. Rows of the autoencoder with another
`oddness` come from the same networks. "oddness left out" is the mean AUROC on a table of the way
with the best mean rank on all the other tables. The settings of DTE were chosen on every second
table by size, from the first on, so what methods reach on the 11 others is shown, too.

    python benchmarks/autoencoder_tables.py              what is missing, then stores the result
    python benchmarks/autoencoder_tables.py likely.VAE   one method anew, then stores the result

Every measurement goes to results/autoencoder_tables_rows.csv as it comes, so that a run that was
stopped goes on.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.stats import rankdata
from sklearn.preprocessing import StandardScaler

import store
import tables
from likely.core import catalogue

SEEDS, ROWS = 2, 4_000
ODDNESS = ("density", "error", "scaled", "likelihood")
METHODS = (
    "likely.Autoencoder",
    "pyod.AutoEncoder",
    "sum of squared z",
    "likely.KNN",
    "likely.DenoisingAutoencoder",
    "pyod.VAE",
    "likely.VAE",
    "likely.EnergyModel",
    "likely.DTE",
)
WAYS = {"Autoencoder": ODDNESS, "DTE": ("both", "network", "neighbours")}
"""Sorts of oddness, the default first, that are asked of one and the same model."""
COMPARED = ("likely.DTE", "likely.KNN", "likely.Autoencoder", "sum of squared z")
MEASUREMENTS = store.FOLDER / "autoencoder_tables_rows.csv"
COLUMNS = ("seed", "table", "method", "auroc", "auprc", "not_finite", "seconds")
Row = dict[str, Any]


def main(anew: list[str]) -> None:
    """Measure what is missing, print and store."""
    torch.set_num_threads(1)
    names = [name for name in tables.table_names() if tables.suite(name) == "classical"]
    rows = [row for row in read() if row["method"].split(", ")[0] not in anew]
    write(rows)
    for method in METHODS:
        done = {(r["seed"], r["table"]) for r in rows if r["method"].split(", ")[0] == method}
        for seed in range(SEEDS):
            for name in names:
                if (seed, name) in done:
                    continue
                task = tables.task(*tables.read_table(name, ROWS, seed), "normals", seed)
                found = [{"seed": seed, "table": name, **row} for row in judge(method, task, seed)]
                store.show(found[0])
                rows += found
                write(rows)
    methods = dict.fromkeys(row["method"] for row in rows)
    result = [summary(method, rows) for method in methods]
    result.append({"method": "likely.Autoencoder, oddness left out", **left_out(rows)})
    result += [summary(m, rows, names[1::2], "11 other tables") for m in COMPARED]
    for row in result:
        store.show(row)
    store.save("autoencoder_tables", result, seeds=SEEDS, tables=len(names), most_rows=ROWS)


def judge(method: str, task: tables.Task, seed: int) -> list[Row]:
    """Return AUROC, AUPRC and seconds of one method on one task; of every way, if it has several.

    The first fit of a process is not timed: it loads what the libraries load late.
    """
    _, _, name = method.partition(".")
    ways = WAYS.get(name, ("",))
    make = MAKERS[method.partition(".")[0]]
    make(name, seed).fit(task.train[:50])
    start = process_time()
    model = make(name, seed).fit(task.train)
    seconds = round(process_time() - start, 3)
    found = []
    for way in ways:
        if way:
            model.set_params(oddness=way)  # networks are the same
        judged = model.decision_function(task.test)
        measured = tables.measures(task.truth, judged if method[0] != "l" else -judged)
        label = method if way == ways[0] else f"{method}, oddness={way}"
        rounded = {key: round(value, 5) for key, value in measured.items()}
        found.append({"method": label, **rounded, "seconds": seconds})
    return found


class Floor:
    """Sum of squared z-scores."""

    def fit(self, x: np.ndarray) -> Floor:
        """Learn means and spreads."""
        self.scaler = StandardScaler().fit(x)
        return self

    def decision_function(self, x: np.ndarray) -> np.ndarray:
        """Return how odd rows are, shape (n,)."""
        return (self.scaler.transform(x) ** 2).sum(axis=1)


def make_ours(name: str, seed: int) -> Any:
    """Return an unfitted model of the catalogue with its defaults."""
    model = catalogue.make(name)
    return model.set_params(seed=seed) if "seed" in model.get_params() else model


def make_pyod(name: str, seed: int) -> Any:
    """Return PyOD's autoencoder or its variational one, with their defaults."""
    from pyod.models.auto_encoder import AutoEncoder
    from pyod.models.vae import VAE

    return {"AutoEncoder": AutoEncoder, "VAE": VAE}[name](verbose=0, random_state=seed)


MAKERS: dict[str, Callable[[str, int], Any]] = {
    "likely": make_ours,
    "pyod": make_pyod,
    "sum of squared z": lambda name, seed: Floor(),
}


def read() -> list[Row]:
    """Return all measurements so far."""
    if not MEASUREMENTS.exists():
        return []
    with MEASUREMENTS.open(newline="", encoding="utf-8") as file:
        rows: list[Row] = list(csv.DictReader(file))
    for row in rows:
        row["seed"] = int(row["seed"])
        for key in COLUMNS[3:]:
            row[key] = float(row[key])
    return rows


def write(rows: list[Row]) -> None:
    """Write all measurements."""
    with MEASUREMENTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def summary(method: str, rows: list[Row], names: list[str] | None = None, where: str = "") -> Row:
    """Return means over tables (all, or those named) and seeds, and the seconds of one seed."""
    chosen = [row for row in rows if row["method"] == method]
    found = [row for row in chosen if names is None or row["table"] in names]
    means = {key: round(float(np.mean([f[key] for f in found])), 4) for key in ("auroc", "auprc")}
    return {
        "method": f"{method}, {where}" if where else method,
        "measured": len(found),
        **means,
        "seconds": round(sum(f["seconds"] for f in found) / SEEDS, 1),
        "not_finite": int(sum(f["not_finite"] for f in found)),
    }


def left_out(rows: list[Row]) -> Row:
    """Return the mean AUROC where oddness is chosen by the other tables, and what was chosen."""
    first = "likely.Autoencoder"
    ways = [first, *(f"{first}, oddness={way}" for way in ODDNESS[1:])]
    names = list(dict.fromkeys(row["table"] for row in rows))
    found = np.array([[_mean(rows, way, name) for name in names] for way in ways])
    ranks = rankdata(-found, axis=0)  # (way, table)
    others = ranks.sum(axis=1, keepdims=True) - ranks
    chosen = others.argmin(axis=0)
    reached = found[chosen, np.arange(found.shape[1])].mean()
    counts = ", ".join(f"{way} {int((chosen == i).sum())}" for i, way in enumerate(ODDNESS))
    return {"auroc": round(float(reached), 4), "chosen": counts}


def _mean(rows: list[Row], method: str, table: str) -> float:
    """Return the mean AUROC of a method on a table over the seeds."""
    return float(
        np.mean([r["auroc"] for r in rows if r["method"] == method and r["table"] == table])
    )


if __name__ == "__main__":
    main(sys.argv[1:])
