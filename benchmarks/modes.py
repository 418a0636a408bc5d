"""Count the modes that adversarial models keep: 25 groups in a grid, and 25 on a ring.

10,000 points are learnt and 2,500 drawn, 100 for each group if all are alike. A group counts as
kept if 10 of its samples or more lie within three of its standard deviations; `near` is the share
of the samples that lie near any group. Both models have the same networks (three layers of 128),
codes of two numbers and 6,000 steps of 256 points; the discriminator's steps are counted. Five
seeds, least and mean; a model that draws the data themselves keeps 25 with 98.9 % near.

    python benchmarks/modes.py      stores benchmarks/results/modes.json
"""

from __future__ import annotations

import os
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import store
from likely.core.catalogue import make

GROUPS, DRAWN, LEAST, SEEDS = 25, 2_500, 10, 5
SETTINGS = {
    "hidden": (128, 128, 128), "latent": 2, "batch_size": 256, "learning_rate": 0.001,
    "budget": "6000 steps",
}  # fmt: skip
MODELS = {"GAN": {}, "WGAN": {}}


def main() -> None:
    """Measure, print and store one row a model and shape."""
    torch.set_num_threads(1)
    rows = []
    for shape, (centres, spread) in shapes().items():
        data = around(centres, spread, 10_000, seed=0)
        alike = kept(around(centres, spread, DRAWN, seed=1), centres, spread)
        rows.append({"shape": shape, "model": "the data", "least": alike[0], "near": alike[1]})
        store.show(rows[-1])
        for name in MODELS:
            rows.append({"shape": shape, "model": name, **judge(name, data, centres, spread)})
            store.show(rows[-1])
            store.save("modes", rows, settings=SETTINGS)


def judge(name: str, data: np.ndarray, centres: np.ndarray, spread: float) -> dict:
    """Return how many groups a model keeps, over seeds."""
    started, found, notes = process_time(), [], 0
    for seed in range(SEEDS):
        model = make(name, seed=seed, **SETTINGS).fit(data)
        found.append(kept(np.asarray(model.sample(DRAWN, seed=seed)), centres, spread))
        notes += any("collapse" in note for note in model.notes_)
    groups, near = np.array(found).T
    return {
        "least": int(groups.min()),
        "mean": round(float(groups.mean()), 1),
        "near": round(float(near.mean()), 3),
        "spread of near": round(float(near.std(ddof=1)), 3),
        "runs told as collapsed": notes,
        "seconds a run": round((process_time() - started) / SEEDS, 1),
    }


def shapes() -> dict[str, tuple[np.ndarray, float]]:
    """Return centres and the spread around them."""
    grid = np.stack(np.meshgrid(np.arange(-4.0, 5, 2), np.arange(-4.0, 5, 2)), -1).reshape(-1, 2)
    angle = np.linspace(0, 2 * np.pi, GROUPS, endpoint=False)
    ring = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    return {"grid": (grid, 0.05), "ring": (ring, 0.02)}


def around(centres: np.ndarray, spread: float, n: int, seed: int) -> np.ndarray:
    """Return points around centres."""
    rng = np.random.default_rng(seed)
    return centres[rng.integers(GROUPS, size=n)] + spread * rng.normal(size=(n, 2))


def kept(points: np.ndarray, centres: np.ndarray, spread: float) -> tuple[int, float]:
    """Return how many centres have points near them, and how many points lie near any."""
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    near = distance.min(axis=1) < 3 * spread
    counts = np.bincount(distance.argmin(axis=1)[near], minlength=GROUPS)
    return int((counts >= LEAST).sum()), round(float(near.mean()), 3)


if __name__ == "__main__":
    main()
