"""Measure rows made by networks of the CTGAN type, and by a forest, beside those of likely's trees.

The networks (`rival_networks.py`) have the published sizes and 300 epochs; where `--most-seconds`
of processor time end training sooner, "epochs" says after how many, and "fit_s of 300 epochs" what
all would have taken. The forest (`rival_forest.py`) is an adversarial random forest with the
published settings; its "epochs" are rounds. Tables, divisions and figures are those of
synthetic.py; one seed, since networks take minutes. "fit_s" is processor time of one thread.

    python benchmarks/synthetic_rivals.py                 stores results/synthetic_rivals.json
    python benchmarks/synthetic_rivals.py --methods TVAE --tables adult --most-seconds 60
"""

from __future__ import annotations

import argparse
import os
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import rival_forest
import rival_networks
import store
import synthetic

RIVALS = {
    "TVAE": rival_networks.tvae,
    "CTGAN": rival_networks.ctgan,
    "forest": rival_forest.adversarial_forest,
}
METHODS = (*RIVALS, "SequentialTrees")
TABLES = ("adult", "shoppers")
SEED = 0


def main(asked: argparse.Namespace) -> None:
    """Measure what is missing, print and store."""
    import torch

    torch.set_num_threads(1)
    rows = {(row["table"], row["method"]): row for row in store.load("synthetic_rivals")}
    for table in asked.tables:
        for method in asked.methods:
            if (table, method) in rows and not asked.again:
                continue
            rows[table, method] = measure(table, method, asked.most_seconds)
            store.show(rows[table, method])
            store.save("synthetic_rivals", [*rows.values()])


def measure(table: str, method: str, most_seconds: float) -> dict[str, Any]:
    """Return the figures of one generator."""
    if method not in RIVALS:
        row = synthetic.measure(table, method, SEED)
    else:
        train, holdout, target = synthetic.read(table, SEED)
        trained = RIVALS[method](train, SEED, most_seconds)
        row = {"table": table, "method": method, "seed": SEED} | {
            "epochs": trained.epochs,
            "fit_s": trained.seconds,
        }
        if trained.planned:
            whole = trained.seconds * trained.planned / trained.epochs
            row[f"fit_s of {trained.planned} epochs"] = whole
        made = trained.draw(len(train))
        row |= synthetic.figures(train, holdout, made, target, SEED)
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--tables", nargs="+", default=list(TABLES))
    parser.add_argument("--most-seconds", type=float, default=600.0)
    parser.add_argument("--again", action="store_true", help="also what is stored already")
    main(parser.parse_args())
