"""Measure how good rows are that generators make, by all that `likely.evaluation` has for it.

Of each of five tables of the UCI archive, 3,000 rows are learnt from and 1,500 generated (of wine,
a third of the rows each); they are compared with as many real ones. Repeated values are spread as
in density_tables.py. Medians over tables and seeds; every seed divides the tables anew.

"told" is the accuracy of boosted trees that tell generated from real rows, 0.5 is ideal; "passed",
how often its p-value is above 0.05; "mmd" 1,000 times the squared discrepancy; "frechet / floor" 1
for a perfect generator; "nearer" the share of rows nearer to training than to held-out rows, 0.5 if
nothing is memorised; "copies" the share of near-copies; "calibration" the error of the regions of
highest density. "real rows" are the ceiling: real rows, judged like generated ones. "training rows"
are given back by a generator that has learnt them by heart; "independent columns" are those,
shuffled one by one.

    python benchmarks/generated_tables.py                      what is missing, then stores all
    python benchmarks/generated_tables.py --methods likely.VAE --again
    python benchmarks/generated_tables.py --summary            stores what was measured

Measurements go to results/generated_tables_rows.csv as they come.
"""

from __future__ import annotations

import os
from fnmatch import fnmatch
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import judged
import store
import tables
from density_tables import step
from likely.core import catalogue
from likely.evaluation import density_calibration
from rows import Rows, parser

TABLES = ("wine", "parkinsons", "bike", "elevators", "protein")
TRIVIAL = ("real rows", "training rows", "independent columns")
MODELS = (
    "likely.GaussianMixture",
    "likely.RealNVP",
    "likely.MaskedAutoregressiveFlow",
    "likely.NeuralSplineFlow",
    "likely.MADE",
    "likely.VAE",
)
METHODS = (*TRIVIAL, *MODELS)
LEARNT, MADE = 3_000, 1_500


def main(asked: Any) -> None:
    """Measure what is missing, print and store."""
    import torch

    torch.set_num_threads(1)
    stored = Rows("generated_tables", ("table", "method", "seed"), judged.FIGURES)
    done = {stored.run(row) for row in stored.read()}
    for seed in () if asked.summary else asked.seeds:
        for table in TABLES:
            for method in METHODS:
                row: dict[str, Any] = {"table": table, "method": method, "seed": seed}
                wanted = any(fnmatch(method, pattern) for pattern in asked.methods)
                wanted &= any(fnmatch(table, pattern) for pattern in asked.tables)
                if wanted and (asked.again or stored.run(row) not in done):
                    stored.append(row | measure(method, *split(table, seed), seed))
    stored.tidy()
    found = stored.read()
    result = judged.summed_up(found, METHODS)
    for row in result:
        store.show(row)
    store.save("generated_tables", result, learnt=LEARNT, made=MADE, tables=list(TABLES))


def split(table: str, seed: int) -> tuple[np.ndarray, ...]:
    """Return rows to learn from, to compare with, to look for copies beside, for the ceiling."""
    with np.load(tables.DATA / "generative" / "uci_small_float32.npz") as file:
        x = file[table].astype(np.float64)
    rng = np.random.default_rng(seed)
    x = x[rng.permutation(len(x))]
    x = x[:, np.ptp(x, axis=0) > 0]
    x = x + np.array([step(column) for column in x.T]) * (rng.random(x.shape) - 0.5)
    learnt = min(LEARNT, len(x) // 3)
    made = min(MADE, (len(x) - learnt) // 3)
    ends = np.cumsum([learnt, made, made, made])
    parts = np.split(x[: ends[-1]], ends[:-1])
    mean, spread = parts[0].mean(axis=0), parts[0].std(axis=0)
    spread[spread == 0] = 1.0
    return tuple((part - mean) / spread for part in parts)


def measure(
    method: str,
    train: np.ndarray,
    real: np.ndarray,
    apart: np.ndarray,
    others: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    """Return the figures of one generator."""
    start, n = process_time(), len(real)
    rng = np.random.default_rng(seed)
    if method not in TRIVIAL:
        name = method.removeprefix("likely.")
        model = catalogue.make(name, seed=seed).fit(train)
        made = model.sample(n, seed=seed)
        found = density_calibration(model, real, made)
        extra = {"calibration": round(found.error, 4), "lean": round(found.lean, 4)}
    else:
        extra = {}
        drawn = train[rng.permutation(len(train))[:n]]
        made = {"real rows": others, "training rows": drawn}.get(
            method, rng.permuted(train, axis=0)[:n]
        )
    seconds = round(process_time() - start, 1)
    return judged.judge(made, real, train, apart) | extra | {"seconds": seconds}


if __name__ == "__main__":
    main(parser(__doc__, seeds=(0, 1, 2), rows=None, limit=0).parse_args())
