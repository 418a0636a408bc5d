"""Measure whether new rows are judged as promised, whatever the shape of the data.

    python benchmarks/promise_new_rows.py --seeds 200

For each seed a model is learnt from clean rows; the share of many new clean rows that `fpr=`
reports must lie inside the 95 % interval that a finite reference allows, Beta(k, n + 1 - k)
with k = floor(fpr (n + 1)), for at least 90 % of the seeds. Then batches of 1,000 new rows with
5 % planted anomalies are judged at `fdr=0.1`.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import beta

import likely
import shapes
import store

NEW_ROWS = 10_000
BATCH = 1_000
PLANTED = 0.05
LEVELS = (1e-2, 1e-3)


def false_alarms(log_p: np.ndarray, n: int, level: float) -> tuple[float, bool]:
    """Return the share of clean new rows reported at `level`, and whether it is allowed."""
    share = float(np.mean(log_p <= np.log(level)))
    k = max(int(level * (n + 1)), 1)
    low, high = beta.ppf([0.025, 0.975], k, n + 1 - k)
    # the new rows are finite too: allow their own counting error at the edges
    slack = 1.96 * np.sqrt(level * (1 - level) / len(log_p))
    return share, low - slack <= share <= high + slack


def batch(learned, shape: str, rng: np.random.Generator) -> tuple[float, float]:
    """Return power and false discovery proportion of one batch at fdr = 0.1."""
    table = shapes.clean(shape, BATCH, rng)
    table, planted = shapes.plant_beyond(table, shape, PLANTED, "all", rng)
    found = learned.detect(table, fdr=0.1)
    hits, total = found.anomaly[planted].sum(), found.anomaly.sum()
    return hits / len(planted), (total - hits) / max(total, 1)


def arguments(rows: list[dict]) -> str:
    """Return the runs that rows come from: methods may have been measured one after the other."""
    runs = dict.fromkeys((row["seeds"], row["rows learnt"], row["method"]) for row in rows)
    again = "; python benchmarks/promise_new_rows.py "
    return again.join(f"--seeds {n} --rows {learnt} --methods {m}" for n, learnt, m in runs)


def main() -> None:
    """Run, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000, help="rows learnt from")
    parser.add_argument("--methods", default="KNN,auto")
    options = parser.parse_args()
    methods = options.methods.split(",")
    rows = [row for row in store.load("promise_new_rows") if row["method"] not in methods]
    for method in methods:
        for shape in (*shapes.PROMISED, *shapes.HEAVY):
            inside = {level: [] for level in LEVELS}
            shares = {level: [] for level in LEVELS}
            batches = []
            for seed in range(options.seeds):
                rng = np.random.default_rng((seed, options.rows))
                table = shapes.clean(shape, options.rows, rng)
                learned = likely.learn(table, method, seed=seed, normal=True)
                log_p = learned.log_p(shapes.clean(shape, NEW_ROWS, rng))
                for level in LEVELS:
                    share, allowed = false_alarms(log_p, learned.reference.n, level)
                    shares[level].append(share)
                    inside[level].append(allowed)
                batches.append(batch(learned, shape, rng))
            power, false = np.mean(batches, axis=0)
            error = np.std([b[1] for b in batches]) / np.sqrt(options.seeds)
            row = {"method": method, "shape": shape, "rows learnt": options.rows}
            for level in LEVELS:
                row[f"mean share reported at fpr {level:g}"] = round(np.mean(shares[level]), 5)
                row[f"seeds inside the interval at fpr {level:g} (share)"] = round(
                    np.mean(inside[level]), 3
                )
            row |= {
                "false discovery rate at 0.1 (share)": round(false, 3),
                "standard error (share)": round(error, 3),
                "power (share)": round(power, 3),
                "seeds": options.seeds,
            }
            rows.append(row)
            store.show(row)
            store.save("promise_new_rows", rows, arguments(rows))  # what is measured is not lost


if __name__ == "__main__":
    main()
