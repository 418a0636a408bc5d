"""Measure every generative model of tables on one toy, for the poster of the tree.

Two moons with noise of 0.1: 1,000 rows are learnt, 1,000 others judged, with the defaults and a
budget of 300 steps where training has one; a fair first look, not a ranking. Means over three
seeds, with the spread of nats over them. "nats" is the mean of -log p of the rows judged (lower is
better; a bound or an estimate where the model has no exact density), "told" the share of rows that
nearest neighbours rightly call real or drawn (0.5: by chance), "seconds" those of a processor, for
learning. Beside them stand one normal distribution and real rows.

    python benchmarks/tree.py        stores results/tree.json and results/tree_rows.csv
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.stats import multivariate_normal
from sklearn.datasets import make_moons
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import store
from likely.core.catalogue import Entry, entries
from likely.core.errors import CannotDo
from likely.core.params import parameters

LEARNT, JUDGED, SHOWN, SEEDS = 1_000, 1_000, 150, (0, 1, 2)
BUDGET = "300 steps"


def main() -> None:
    """Measure, print and store."""
    rows: list[dict[str, Any]] = []
    shown: list[tuple[str, float, float]] = []
    able = [e for e in entries().values() if "Sampler" in e.capabilities and "table" in e.kinds]
    for name, entry in {"real rows": None, "one normal": None, **{e.name: e for e in able}}.items():
        found = []
        for seed in SEEDS:
            learnt, judged, real = (moons(100 * seed + part) for part in range(3))
            if entry:
                drawn, nats, seconds = measured(entry, learnt, judged, seed)
            else:
                drawn, nats, seconds = trivial(name, learnt, judged, real)
            found.append((nats, told(judged, drawn), seconds))
        shown += [(name, round(x, 2), round(y, 2)) for x, y in drawn[:SHOWN]]
        nats, share, seconds = np.array(found).T
        row: dict[str, Any] = {"method": name, "nats": None, "nats, spread over seeds": None}
        if np.isfinite(nats).all():
            row["nats"] = round(float(nats.mean()), 3)
            row["nats, spread over seeds"] = round(float(np.ptp(nats)), 3)
        row |= {"told": round(share.mean(), 3), "seconds": round(seconds.mean(), 2)}
        rows.append(row)
        store.show(row)
    store.save("tree", rows, learnt=LEARNT, judged=JUDGED, budget=BUDGET)
    with (store.FOLDER / "tree_rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("method", "x", "y"), *shown])


def moons(seed: int) -> np.ndarray:
    """Return rows of two moons."""
    return make_moons(LEARNT, noise=0.1, random_state=seed)[0]


def trivial(
    name: str, learnt: np.ndarray, judged: np.ndarray, real: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """Return rows, nats and seconds of one normal distribution, or of real rows."""
    if name == "real rows":
        return real, np.nan, 0.0
    normal = multivariate_normal(learnt.mean(axis=0), np.cov(learnt.T), seed=0)
    return normal.rvs(JUDGED), float(-normal.logpdf(judged).mean()), 0.0


def measured(
    entry: Entry, learnt: np.ndarray, judged: np.ndarray, seed: int
) -> tuple[np.ndarray, float, float]:
    """Return rows, nats (nan without a density) and seconds of one model."""
    model = entry.load()
    names = {parameter.name for parameter in parameters(model)}
    asked = {"budget": BUDGET, "seed": seed}
    made = model(**{name: value for name, value in asked.items() if name in names})
    began = process_time()
    made.fit(learnt)
    seconds = process_time() - began
    drawn = np.asarray(made.sample(JUDGED, seed=seed))
    return drawn, next(nats(made, judged), np.nan), seconds


def nats(model: Any, judged: np.ndarray) -> Iterator[float]:
    """Yield the mean of -log p, or nothing for a model without a density in the user's units."""
    if hasattr(model, "log_prob"):
        try:
            yield float(-model.log_prob(judged).mean())
        except CannotDo:
            return


def told(real: np.ndarray, drawn: np.ndarray) -> float:
    """Return how often five nearest neighbours tell real rows from drawn ones."""
    x = np.vstack([real, drawn])
    y = np.repeat([0, 1], [len(real), len(drawn)])
    order = np.random.default_rng(0).permutation(len(x))
    return float(cross_val_score(KNeighborsClassifier(), x[order], y[order], cv=5).mean())


if __name__ == "__main__":
    main()
