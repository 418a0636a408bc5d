"""Measure from how many rows on trees know more of a table than a Gaussian copula does.

Mean log-density of rows held out, in nats: at most 2,000, the same for every number of rows learnt
from. Both engines cut columns into the same pieces, so that their nats are of one unit at one
number of rows; more rows make finer pieces and other values that count as repeated, so that nats of
different numbers of rows are not to be compared. "alone" is the sum over columns of copulas of one
column each: what is known without any relation between columns, the trivial baseline. Eight tables:
four of mixed columns as in synthetic.py, and four of numbers (uci_small), of which half is held
out. Medians over five draws of rows; "copula ahead" is by how much the copula is above the trees in
each draw, from the least to the most. Processor seconds of one fit.

    python benchmarks/engines_by_rows.py                 stores results/engines_by_rows.json
    python benchmarks/engines_by_rows.py --tables wine --rows 50 --seeds 0
"""

from __future__ import annotations

import argparse
import os
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import store
import synthetic
import tables
from likely.core import catalogue

ENGINES = ("GaussianCopula", "SequentialTrees")
TABLES = (*synthetic.FILES, "concrete", "wine", "parkinsons", "kin40k")
ROWS = (50, 100, 200, 500, 1_000, 2_000)
SEEDS = (0, 1, 2, 3, 4)
HELD_OUT = 2_000


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    rows = []
    for table in asked.tables:
        train, holdout = read(table)
        for n in (n for n in asked.rows if n <= len(train)):
            draws = [train.sample(n, random_state=seed) for seed in asked.seeds]
            rows.append(summed_up(table, n, [measure(some, holdout) for some in draws]))
            store.show(rows[-1])
    if (tuple(asked.tables), tuple(asked.rows), tuple(asked.seeds)) == (TABLES, ROWS, SEEDS):
        store.save("engines_by_rows", rows)


def read(table: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows to draw from and rows held out."""
    if table in synthetic.FILES:
        train, holdout, _ = synthetic.read(table, 0)
        return train, holdout.iloc[:HELD_OUT]
    with np.load(tables.DATA / "generative" / "uci_small_float32.npz") as file:
        x = file[table].astype(np.float64)
    frame = pd.DataFrame(np.random.default_rng(0).permutation(x)).add_prefix("column_")
    half = len(frame) // 2
    return frame.iloc[:half], frame.iloc[half:][:HELD_OUT]


def measure(train: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, float]:
    """Return nats of both engines and of columns alone, and what fitting cost."""
    found: dict[str, float] = {}
    for name in ENGINES:
        start = process_time()
        model = catalogue.make(name).fit(train)
        found[f"{name} s"] = process_time() - start
        found[name] = float(model.log_prob(holdout).mean())
    alone = [
        catalogue.make(ENGINES[0]).fit(train[[column]]).log_prob(holdout[[column]]).mean()
        for column in train
    ]
    return found | {"alone": float(sum(alone))}


def summed_up(table: str, n: int, found: list[dict[str, float]]) -> dict[str, Any]:
    """Return medians over draws, and how far the copula is ahead of the trees."""
    ahead = [one[ENGINES[0]] - one[ENGINES[1]] for one in found]
    middle = {
        name: round(float(np.median([one[name] for one in found])), 2)
        for name in (*ENGINES, "alone", *(f"{name} s" for name in ENGINES))
    }
    return {
        "table": table,
        "rows": n,
        **middle,
        "copula ahead": round(float(np.median(ahead)), 2),
        "least": round(min(ahead), 2),
        "most": round(max(ahead), 2),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="+", default=list(TABLES))
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    main(parser.parse_args())
