"""Measure how near densities of diffusion models are to the truth, where it is known.

Three distributions on the plane that are mixtures of normal ones, so that their density is known
exactly: three groups, a ring (40 parts on a circle), and two moons (20 parts on each half circle).
10,000 rows are learnt, 2,000 others judged. "nats above the truth" is how much larger the mean of
-log p is than that of the true density, which no model can beat but by chance; "apart" is the
median of |log p - truth|. Beside the density along the probability flow stand the variational bound
in 200 steps (`DDPM`), an exact density, `NeuralSplineFlow`, and one normal distribution.

    python benchmarks/diffusion_toys.py              stores results/diffusion_toys.json
    python benchmarks/diffusion_toys.py --seeds 0    a quick look, not stored
"""

from __future__ import annotations

import argparse
import os
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import store
from likely.core import catalogue

LEARNT, JUDGED, BOUNDED, SEEDS = 10_000, 2_000, 200, (0, 1, 2)
MODELS = {
    "DDPM": {"budget": "6000 steps", "batch_size": 256},
    "FlowMatching": {"budget": "6000 steps", "batch_size": 256},
    "NeuralSplineFlow": {},
}


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    rows = []
    for name, (centres, spread) in toys().items():
        found: dict[str, list[tuple[float, float, float]]] = {}
        for seed in asked.seeds:
            rng = np.random.default_rng(seed)
            learnt, judged = (drawn(centres, spread, n, rng) for n in (LEARNT, JUDGED))
            truth = log_density(centres, spread, judged)
            normal = multivariate_normal(learnt.mean(axis=0), np.cov(learnt.T))
            ways = {"normal": (normal.logpdf(judged), 0.0)} | densities(learnt, judged, seed)
            for way, (nats, seconds) in ways.items():
                away = truth[: len(nats)] - nats
                figures = (away.mean(), np.median(np.abs(away)), seconds)
                found.setdefault(way, []).append(figures)
        for way, figures in found.items():
            gap, apart, seconds = np.array(figures).T
            row = {"toy": name, "density": way, "nats above the truth": round(gap.mean(), 3)}
            row["seeds"] = ", ".join(f"{one:.3f}" for one in gap)
            row |= {"apart": round(apart.mean(), 3), "fit cpu_s": round(seconds.mean(), 1)}
            rows.append(row)
            store.show(row)
    if tuple(asked.seeds) == SEEDS:
        store.save("diffusion_toys", rows, settings=MODELS)


def densities(
    learnt: np.ndarray, judged: np.ndarray, seed: int
) -> dict[str, tuple[np.ndarray, float]]:
    """Return log-densities by every model, and seconds of fitting."""
    found = {}
    for name, settings in MODELS.items():
        started = process_time()
        model = catalogue.make(name, seed=seed, **settings).fit(learnt)
        seconds = process_time() - started
        found[name] = model.log_prob(judged), seconds
        if name == "DDPM":
            bound = model.set_params(likelihood_steps=200).elbo(judged[:BOUNDED])
            found[f"DDPM, bound of the first {BOUNDED}"] = bound, seconds
    return found


def toys() -> dict[str, tuple[np.ndarray, float]]:
    """Return the centres of the parts of each mixture, and the spread of all of them."""
    angle = 2 * np.pi * np.arange(40) / 40
    half = np.pi * np.arange(20) / 19
    moons = [np.column_stack([np.cos(half), np.sin(half)])]
    moons.append(np.column_stack([1 - np.cos(half), 0.5 - np.sin(half)]))
    around = 2 * np.pi * np.arange(3) / 3
    return {
        "three groups": (2 * np.column_stack([np.cos(around), np.sin(around)]), 0.4),
        "ring": (3 * np.column_stack([np.cos(angle), np.sin(angle)]), 0.3),
        "moons": (np.concatenate(moons), 0.1),
    }


def drawn(centres: np.ndarray, spread: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return rows of a mixture."""
    return centres[rng.integers(len(centres), size=n)] + spread * rng.normal(size=(n, 2))


def log_density(centres: np.ndarray, spread: float, x: np.ndarray) -> np.ndarray:
    """Return the true log-density of rows."""
    away = ((x[:, None] - centres) ** 2).sum(axis=2) / spread**2
    return logsumexp(-0.5 * away, axis=1) - np.log(len(centres) * 2 * np.pi * spread**2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    main(parser.parse_args())
