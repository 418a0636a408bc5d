"""Measure how well gaps in rows are filled, beside nearest rows, regressions and means.

Four tables of the UCI archive, as density_tables.py reads them (repeated values spread evenly);
90 % of the rows, at most 8,000, are learnt from whole, of up to 500 of the others a fifth of the
cells is hidden at random. "rmse" is the root of the mean squared error of what is filled in, in
spreads of the column, over all hidden cells; 1 is about what the mean of each column has. `DDPM`
draws each gap twenty times (`complete`), and the mean counts; "one draw" is the first of them,
which is a likely value and not the best guess. The VAE restores rows again and again, with what is
known put back. KNNImputer (five rows, standardised) and IterativeImputer are scikit-learn's.

    python benchmarks/imputed_tables.py              stores results/imputed_tables.json
    python benchmarks/imputed_tables.py --seeds 0    a quick look, not stored
"""

from __future__ import annotations

import argparse
import os
import warnings
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - makes the next one known
from sklearn.impute import IterativeImputer, KNNImputer

import store
from density_tables import split
from likely.core import catalogue

TABLES = ("energy", "concrete", "wine", "parkinsons")
SEEDS, HIDDEN, JUDGED, DRAWS, ROUNDS = (0, 1, 2), 0.2, 500, 20, 20


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # what IterativeImputer says of its rounds
    rows = []
    for name in TABLES:
        found: dict[str, list[tuple[float, float]]] = {}
        for seed in asked.seeds:
            for method, figures in filled(name, seed).items():
                found.setdefault(method, []).append(figures)
        for method, figures in found.items():
            error, seconds = np.array(figures).T
            row = {"table": name, "method": method, "rmse": round(float(error.mean()), 3)}
            row["seeds"] = ", ".join(f"{one:.3f}" for one in error)
            rows.append(row | {"cpu_s": round(float(seconds.mean()), 1)})
            store.show(rows[-1])
    if tuple(asked.seeds) == SEEDS:
        store.save("imputed_tables", rows)


def filled(name: str, seed: int) -> dict[str, tuple[float, float]]:
    """Return errors and seconds of every method."""
    learnt, others = split(name)
    test = others[:JUDGED]
    known = np.random.default_rng(seed).random(test.shape) >= HIDDEN
    gaps = np.where(known, test, np.nan)
    found = {}

    def add(method: str, started: float, values: np.ndarray) -> None:
        away = (values - test)[~known]  # columns have spreads of 1
        found[method] = float(np.sqrt((away**2).mean())), process_time() - started

    started = process_time()
    model = catalogue.make("DDPM", seed=seed).fit(learnt)
    draws = np.stack([model.complete(test, known, seed=i) for i in range(DRAWS)])
    add("DDPM", started, draws.mean(axis=0))
    add("DDPM, one draw", started, draws[0])
    started = process_time()
    vae = catalogue.make("VAE", seed=seed).fit(learnt)
    values = np.where(known, test, learnt.mean(axis=0))
    for _ in range(ROUNDS):
        values = np.where(known, test, vae.reconstruct(values))
    add("VAE", started, values)
    for imputer in (KNNImputer(), IterativeImputer(random_state=seed)):
        started = process_time()
        add(type(imputer).__name__, started, imputer.fit(learnt).transform(gaps))
    add("mean", process_time(), np.where(known, test, learnt.mean(axis=0)))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    main(parser.parse_args())
