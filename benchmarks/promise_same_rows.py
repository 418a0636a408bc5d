"""Measure whether `likely.detect` keeps its promise on the rows it learnt from.

    python benchmarks/promise_same_rows.py --seeds 40

Clean tables of several shapes must be left quiet; 1, 3 and 12 gross rows (50 to 500 robust
deviations in one column) and 0.5 to 5 % of rows beyond the shape's 1 - 1e-6 quantile must be
found, at a false discovery rate of at most 0.1. Student-t3 and lognormal tables contradict the
tail assumption that the promise names; their figures are printed for what they are.
"""

from __future__ import annotations

import argparse

import numpy as np

import likely
import shapes
import store

SIZES = (200, 1_000, 10_000)
SHARES = ((0.005, "one"), (0.005, "all"), (0.05, "one"), (0.05, "all"))


def cases(shape: str, n: int, rng: np.random.Generator) -> dict:
    """Return tables by name, each with the positions of what was planted in it."""
    table = shapes.clean(shape, n, rng)
    made = {"clean": (table, np.array([], dtype=int))}
    for count in (1, 3, 12):
        made[f"{count} gross"] = shapes.plant_gross(table, count, rng)
    for share, columns in SHARES:
        name = f"{share:.1%} beyond, {columns} column{'s' if columns == 'all' else ''}"
        made[name] = shapes.plant_beyond(table, shape, share, columns, rng)
    return made


def judge(table, planted: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Return power (or quietness), false discovery proportion, and whether the promise held."""
    found = likely.detect(table, seed=seed)
    hits = found.anomaly[planted].sum()
    total = found.anomaly.sum()
    power = hits / len(planted) if len(planted) else float(total == 0)
    return power, (total - hits) / max(total, 1), float(not found.decision.ranking_only)


def main() -> None:
    """Run, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="tables per shape and case")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="rows, comma separated")
    options = parser.parse_args()
    sizes = list(map(int, options.sizes.split(",")))
    rows = [row for row in store.load("promise_same_rows") if row["rows"] not in sizes]
    for n in sizes:
        seeds = options.seeds if n < 5_000 else max(options.seeds // 4, 5)
        for shape in (*shapes.PROMISED, *shapes.HEAVY):
            measured: dict[str, list] = {}
            for seed in range(seeds):
                made = cases(shape, n, np.random.default_rng((seed, n)))
                for name, (table, planted) in made.items():
                    measured.setdefault(name, []).append(judge(table, planted, seed))
            for name, values in measured.items():
                power, false, held = np.mean(values, axis=0)
                error = np.std([v[1] for v in values]) / np.sqrt(seeds)
                rows.append(
                    {
                        "rows": n,
                        "shape": shape,
                        "planted": name,
                        "quiet or power (share)": round(power, 3),
                        "false discovery rate (share)": round(false, 3),
                        "standard error (share)": round(error, 3),
                        "promise held (share)": round(held, 3),
                        "tables": seeds,
                    }
                )
                store.show(rows[-1])
            arguments = f"--seeds {options.seeds} --sizes {options.sizes}"
            store.save("promise_same_rows", rows, arguments)  # what is measured is not lost


if __name__ == "__main__":
    main()
