"""Measure by what an engine of mixed columns is best chosen: by densities, or by telling its rows.

`likely.learn(rows, aim="generate", budget=...)` tries engines on a fifth of the rows (of fewer than
1,000 on each fifth once) and has two figures of each: the mean log-density of what is held out, and
the AUROC with which boosted trees tell rows it drew from these. Here both choose, whatever the
number of rows, and the truth is told by 2,000 further rows that no trial has seen: the AUROC with
which rows of engines that learnt from all rows are told from them. "by nats", "by telling": how
much higher that AUROC is under the engine chosen than under the best one (0 is ideal), means over
draws; "trees": under `SequentialTrees`, whatever the trials say, the trivial choice. "nats lost" is
the log-density of further rows lost by the same choices. Five tables: four of mixed columns as in
synthetic.py, and kin40k of numbers.

    python benchmarks/engine_choice.py                   stores results/engine_choice.json
    python benchmarks/engine_choice.py --tables adult --rows 500 --seeds 0
"""

from __future__ import annotations

import argparse
import os
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import engines_by_rows
import store
import synthetic
from likely.core import catalogue
from likely.data.back import to_frame
from likely.evaluation import two_sample_test
from likely.workflow.engines import ENGINES, _held_out

TABLES = (*synthetic.FILES, "kin40k")
ROWS = (250, 500, 1_000, 2_000, 4_000)
SEEDS = (0, 1, 2)
STEPS = "300 steps"  # of a network
CHOICES = ("nats", "telling", "trees")


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    rows = []
    for table in asked.tables:
        train, holdout = engines_by_rows.read(table)
        for n in (n for n in asked.rows if n <= len(train)):
            draws = [train.sample(n, random_state=seed) for seed in asked.seeds]
            rows.append(summed_up(table, n, [measure(some, holdout) for some in draws]))
            store.show(rows[-1])
    if (tuple(asked.rows), tuple(asked.seeds)) == (ROWS, SEEDS):
        old = {(row["table"], row["rows"]): row for row in store.load("engine_choice")}
        new = {(row["table"], row["rows"]): row for row in rows}
        store.save("engine_choice", [*(old | new).values()])


def measure(frame: pd.DataFrame, further: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return what each choice costs: AUROC above that of the best engine, nats below."""
    tried = {name: trial(name, frame) for name in ENGINES}
    truth = {name: figures(name, frame, further) for name in ENGINES}
    chosen = {
        "nats": max(ENGINES, key=lambda name: tried[name][0]),
        "telling": min(ENGINES, key=lambda name: tried[name][1]),
        "trees": "SequentialTrees",
    }
    nats, told = (max(t[0] for t in truth.values()), min(t[1] for t in truth.values()))
    return {how: (truth[name][1] - told, nats - truth[name][0]) for how, name in chosen.items()}


def trial(name: str, frame: pd.DataFrame) -> np.ndarray:
    """Return nats and AUROC of an engine by the rows held out, means over folds."""
    parts = _held_out(len(frame), 0)  # as `learn` holds them out
    found = [figures(name, frame.iloc[learnt], frame.iloc[apart]) for learnt, apart in parts]
    return np.mean(found, axis=0)


def figures(name: str, frame: pd.DataFrame, further: pd.DataFrame) -> tuple[float, float]:
    """Return nats of further rows under an engine, and how well its rows are told from them."""
    settings = {"budget": STEPS} if name == "AnyOrder" else {}
    model = catalogue.make(name, **settings).fit(frame)
    made = to_frame(model.schema_.decode(model.sample(len(further), seed=0)), like=further)
    told = two_sample_test(further, made, "codes", folds=3).auroc
    return float(model.log_prob(further).mean()), told


def summed_up(table: str, n: int, found: list[dict[str, tuple[float, float]]]) -> dict[str, Any]:
    """Return the means over draws."""
    mean = {how: np.mean([one[how] for one in found], axis=0) for how in CHOICES}
    told = {
        how if how == "trees" else f"by {how}": round(float(m[0]), 3) for how, m in mean.items()
    }
    lost = {f"nats lost, {how}": round(float(m[1]), 2) for how, m in mean.items()}
    return {"table": table, "rows": n, **told, **lost}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="+", default=list(TABLES))
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    main(parser.parse_args())
