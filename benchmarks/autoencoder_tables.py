"""Measure how well autoencoders rank anomalies on tables, beside PyOD's.

22 tables, learnt from a random half of the normal rows; at most 4,000 rows of a table are used,
drawn at random with the share of anomalies as it is. `likely.KNN` and the sum of squared z-scores
are the baselines. AUROC and AUPRC are means over the tables, seconds are those of the processor
spent on fitting, summed over the tables, with one thread. `oddness` lists what each way of
measuring oddness reaches with the same networks; `left_out` is the mean AUROC on a table of the way
with the best mean rank on all the other tables.

    python benchmarks/autoencoder_tables.py            stores benchmarks/results/autoencoder_tables.json
    python benchmarks/autoencoder_tables.py 1          one seed, nothing stored
"""  # noqa: E501 - commands

from __future__ import annotations

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
OURS = ("Autoencoder", "DenoisingAutoencoder", "VAE", "KNN")
Found = dict[str, dict[str, float]]


def main(seeds: int) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    names = [name for name in tables.table_names() if tables.suite(name) == "classical"]
    results: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        for name in names:
            task = tables.task(*tables.read_table(name, ROWS, seed), "normals", seed)
            found = judge_all(task, seed)
            print(seed, name, {m: round(f["auroc"], 3) for m, f in found.items()}, flush=True)
            for method, measured in found.items():
                results.setdefault(method, []).append(measured)
    rows = [summary(method, found, seeds) for method, found in results.items()]
    rows.append({"method": "likely.Autoencoder, oddness left out", **left_out(results)})
    for row in rows:
        store.show(row)
    if seeds == SEEDS:
        store.save("autoencoder_tables", rows, seeds=seeds, tables=len(names), rows_each=ROWS)


def judge_all(task: tables.Task, seed: int) -> Found:
    """Return AUROC, AUPRC and seconds of every method on one task."""
    found: Found = {}
    for name in OURS:
        if name not in catalogue.entries():
            continue
        model = catalogue.make(name)
        if "seed" in model.get_params():
            model.set_params(seed=seed)
        start = process_time()
        model.fit(task.train)
        seconds = process_time() - start
        for oddness in ODDNESS if name == "Autoencoder" else ("",):
            if oddness:
                model.set_params(oddness=oddness)  # networks are the same
            measured = tables.measures(task.truth, -model.score_samples(task.test))
            found[f"likely.{name} {oddness}".strip()] = {**measured, "seconds": seconds}
    for name, make in peers(seed).items():
        start = process_time()
        try:
            model = make().fit(task.train)
            seconds = process_time() - start
            measured = tables.measures(task.truth, model.decision_function(task.test))
        except ValueError:  # a batch of one row, for one
            measured, seconds = tables.chance(task.truth), process_time() - start
        found[f"pyod.{name}"] = {**measured, "seconds": seconds}
    start = process_time()
    scaler = StandardScaler().fit(task.train)
    seconds = process_time() - start
    oddness = (scaler.transform(task.test) ** 2).sum(axis=1)
    found["sum of squared z"] = {**tables.measures(task.truth, oddness), "seconds": seconds}
    return found


def peers(seed: int) -> dict[str, Callable[[], Any]]:
    """Return PyOD's autoencoders with their defaults."""
    from pyod.models.auto_encoder import AutoEncoder
    from pyod.models.vae import VAE

    return {
        "AutoEncoder": lambda: AutoEncoder(verbose=0, random_state=seed),
        "VAE": lambda: VAE(verbose=0, random_state=seed),
    }


def summary(method: str, found: list[dict[str, float]], seeds: int) -> dict[str, Any]:
    """Return means over tables and seeds, and the seconds of one seed."""
    means = {key: round(float(np.mean([f[key] for f in found])), 4) for key in ("auroc", "auprc")}
    return {
        "method": method,
        **means,
        "seconds": round(sum(f["seconds"] for f in found) / seeds, 1),
        "not_finite": int(sum(f["not_finite"] for f in found)),
    }


def left_out(results: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Return the mean AUROC where oddness is chosen by the other tables, and what was chosen."""
    ways = [f"likely.Autoencoder {oddness}" for oddness in ODDNESS]
    found = np.array([[f["auroc"] for f in results[way]] for way in ways])  # (way, table)
    ranks = rankdata(-found, axis=0)
    others = ranks.sum(axis=1, keepdims=True) - ranks
    chosen = others.argmin(axis=0)
    reached = found[chosen, np.arange(found.shape[1])].mean()
    counts = {way: int((chosen == i).sum()) for i, way in enumerate(ODDNESS)}
    return {"auroc": round(float(reached), 4), "chosen": counts}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
