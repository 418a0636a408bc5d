"""Measure whether promises hold for models on networks: autoencoders, PaDiM and PatchCore.

A model is learnt by `likely.learn`, with its defaults, from clean made-up samples (waves for
series, bright spots for images; correlated columns for tables); the share of new clean samples with
a p-value of at most 0.01 must lie inside the 95 % interval that a finite reference allows,
Beta(k, n + 1 - k) with k = floor(0.01 (n + 1)). `found` is the share of samples with something
planted that have such a p-value. Networks are learnt anew for every seed.

    python benchmarks/promise_samples.py               stores results/promise_samples.json
    python benchmarks/promise_samples.py VAE VQVAE     these anew, the others as they were
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np

import likely
import shapes
import store
from likely.testing.shaped import clean, planted
from promise_new_rows import false_alarms

LEVEL, SEEDS, LEARNT, NEW = 0.01, 6, 1_000, 4_000
CASES = (
    ("Autoencoder", "table"),
    ("DenoisingAutoencoder", "table"),
    ("ConvolutionalAutoencoder", "image"),
    ("ConvolutionalAutoencoder", "series"),
    ("RecurrentAutoencoder", "series"),
    ("VAE", "table"),
    ("VAE", "image"),
    ("BetaVAE", "image"),
    ("VQVAE", "image"),
    ("PaDiM", "image"),
    ("PatchCore", "image"),
)


def main(wanted: list[str]) -> None:
    """Measure, print and store one row a model and kind."""
    rows = [row for row in store.load("promise_samples") if wanted and row["model"] not in wanted]
    for model, kind in CASES:
        if not wanted or model in wanted:
            rows.append(measure(model, kind))
            store.show(rows[-1])
            store.save("promise_samples", rows, level=LEVEL, learnt=LEARNT, new=NEW, seeds=SEEDS)


def measure(model: str, kind: str) -> dict:
    """Return how often the promise of one model holds."""
    shares, inside, found = [], [], []
    started = process_time()
    for seed in range(SEEDS):
        known, new = samples(kind, LEARNT, 2 * seed), samples(kind, NEW, 2 * seed + 1)
        learned = likely.learn(known, model, kind=kind, normal=True, seed=seed)
        share, allowed = false_alarms(learned.log_p(new), learned.reference.n, LEVEL)
        shares.append(share)
        inside.append(allowed)
        odd = spoiled(kind, seed)
        found.append(float((learned.log_p(odd) <= np.log(LEVEL)).mean()))
    return {
        "model": model,
        "kind": kind,
        "seeds inside the interval": f"{sum(inside)} of {SEEDS}",
        "share reported (mean)": round(float(np.mean(shares)), 4),
        "share reported (range)": f"{min(shares):.4f} to {max(shares):.4f}",
        "found (share)": round(float(np.mean(found)), 3),
        "cpu_s": round(process_time() - started),
    }


def samples(kind: str, n: int, seed: int) -> np.ndarray:
    """Return clean samples of a kind."""
    if kind == "table":
        return np.asarray(shapes.clean("correlated", n, np.random.default_rng(seed)))
    return clean(kind, n, seed)


def spoiled(kind: str, seed: int) -> np.ndarray:
    """Return samples that all have something planted."""
    if kind == "table":
        rng = np.random.default_rng(seed)
        table, at = shapes.plant_beyond(
            shapes.clean("correlated", 1_000, rng), "correlated", 0.05, "all", rng
        )
        return np.asarray(table)[at]
    made, labels, _ = planted(kind, 200, 1_000 + seed)
    return made[labels == 1]


if __name__ == "__main__":
    main(sys.argv[1:])
