"""Measure the exact likelihood that MADE gives to binary tables, beside Chow-Liu trees.

Mean test log-likelihood in nats a row on the eleven tables of DEBD (Lowd & Davis, 2010; Van Haaren
& Davis, 2012; Larochelle & Murray, 2011), with their official splits. Train and validation rows are
learnt from; a tenth of them only to stop early, and to choose between the two settings below. The
floors learn from the same rows: independent columns, and the tree of the columns that tell most of
one another (Chow & Liu, 1968), both smoothed by half a row a cell. `noted` is the tree's figure in
the literature, where there is one.

    python benchmarks/binary_tables.py                stores results/binary_tables.json
    python benchmarks/binary_tables.py --device cuda  the same on a GPU
    python benchmarks/binary_tables.py nltcs dna      some tables, nothing stored
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

import store
from likely.autoregressive import MADE
from tables import DATA

NOTED = {
    "nltcs": -6.76,
    "plants": -16.52,
    "baudio": -44.37,
    "jester": -58.23,
    "bnetflix": -60.25,
    "accidents": -33.19,
    "pumsb_star": -30.81,
}
TABLES = (*NOTED, "mushrooms", "dna", "nips", "bbc")
SETTINGS = {
    "wide": {"hidden": (512, 512), "orders": 8, "dropout": 0.3, "learning_rate": 0.002},
    "plain": {"hidden": (128,), "orders": 8, "dropout": 0.5, "learning_rate": 0.001},
}
STEPS = "1500 steps"


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a table."""
    rows = []
    for name in asked.tables or TABLES:
        rows.append(measured(name, asked.device))
        store.show(rows[-1])
    if not asked.tables:
        ahead = sum(row["MADE"] > row["chow_liu"] for row in rows)
        noted = sum(row["MADE"] > row["noted"] for row in rows if row["noted"] is not None)
        print(f"MADE is ahead of the trees on {ahead} of {len(rows)}, of those noted on {noted}.")
        command = f"python benchmarks/binary_tables.py --device {asked.device}"
        store.save("binary_tables", rows, command=command, steps=STEPS, settings=SETTINGS)


def measured(name: str, device: str) -> dict:
    """Return the mean test log-likelihoods of one table."""
    with np.load(DATA / "generative" / "debd_binary_packbits.npz") as file:
        width = int(file[f"{name}_dim"])
        parts = [file[f"{name}_{part}"] for part in ("train", "valid", "test")]
    train, valid, test = (np.unpackbits(part, axis=1)[:, :width] for part in parts)
    learnt = np.vstack([train, valid]).astype(np.float64)
    start = perf_counter()
    models = {label: fitted(learnt, settings, device) for label, settings in SETTINGS.items()}
    chosen = min(models, key=lambda label: models[label][1])
    model = models[chosen][0]
    return {
        "table": name,
        "rows": len(learnt),
        "columns": width,
        "independent": round(float(independent(learnt, test).mean()), 2),
        "chow_liu": round(float(chow_liu(learnt, test).mean()), 2),
        "noted": NOTED.get(name),
        "MADE": round(float(model.log_prob(test.astype(np.float64)).mean()), 2),
        "setting": chosen,
        "fit_s": round(perf_counter() - start),
    }


def fitted(learnt: np.ndarray, settings: dict, device: str) -> tuple[MADE, float]:
    """Return a model and its loss on the rows held out."""
    model = MADE(kind="table", batch_size=100, budget=STEPS, device=device, seed=0, **settings)
    model.fit(learnt)
    return model, min(look["held_out"] for look in model.history_)


def independent(x: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the log-likelihood of rows whose columns have nothing to do with one another."""
    chance = (x.sum(axis=0) + 0.5) / (len(x) + 1)
    return np.where(test == 1, np.log(chance), np.log1p(-chance)).sum(axis=1)


def chow_liu(x: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the log-likelihood of rows under the best tree of columns."""
    both = x.T @ x
    ones = np.diag(both)
    counts = np.array(
        [[len(x) - ones[:, None] - ones + both, ones - both], [ones[:, None] - both, both]]
    )  # (value of one column, value of another, column, column)
    joint = (counts + 0.5) / (len(x) + 2)
    single = joint.sum(axis=1)  # (value, column, column)
    apart = single[:, None] * joint.sum(axis=0)[None]
    told = (joint * np.log(joint / apart)).sum(axis=(0, 1))
    np.fill_diagonal(told, 0)
    tree = minimum_spanning_tree(-told - 1e-9)
    order, parents = breadth_first_order(tree, 0, directed=False)
    first = (ones[0] + 0.5) / (len(x) + 1)
    found = np.where(test[:, 0] == 1, np.log(first), np.log1p(-first))
    for child in order[1:]:
        parent = parents[child]
        table = np.log(
            joint[:, :, parent, child] / joint[:, :, parent, child].sum(1, keepdims=True)
        )
        found += table[test[:, parent], test[:, child]]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", metavar="table", help=", ".join(TABLES))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    main(parser.parse_args())
