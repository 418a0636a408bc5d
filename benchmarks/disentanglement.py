"""Measure whether a heavier divergence parts the causes of pictures that we draw.

Pictures of 20 x 20 pixels hold one white shape, an ellipse, with four causes that are independent
of one another: place across and down (12 values each), size (6) and direction (20). A `VAE` and
`BetaVAE`s learn from 10,000 of them, without the causes. Measured on 5,000 new pictures: the mutual
information gap, how much better the best number of a code knows a cause than the second best, mean
and range over seeds; the mean divergence in nats; the share of pixels restored wrongly. Principal
components stand beside them as the trivial baseline.

    python benchmarks/disentanglement.py           stores benchmarks/results/disentanglement.json
    python benchmarks/disentanglement.py 1         one seed, nothing stored
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
from sklearn.decomposition import PCA

import store
from likely.autoencoders import VAE, BetaVAE
from likely.evaluation import mutual_information_gap

SIDE, LEARNT, NEW, LATENT, SEEDS = 20, 10_000, 5_000, 6, 3
BETAS = (1.0, 4.0, 8.0)
SETTINGS = {"latent": LATENT, "hidden": (128, 128), "budget": "3000 steps", "learning_rate": 0.002}


def main(seeds: int) -> None:
    """Measure, print and store one row a model."""
    pictures, _ = draw(LEARNT, np.random.default_rng(0))
    new, causes = draw(NEW, np.random.default_rng(1))
    flat = pictures.reshape(LEARNT, -1).astype(float)
    components = PCA(LATENT, svd_solver="full").fit(flat)
    codes = components.transform(new.reshape(NEW, -1))
    error = ((components.inverse_transform(codes) > 0.5) != new.reshape(NEW, -1)).mean()
    rows = [_row("PCA", None, [mutual_information_gap(codes, causes)], [], [error], [])]
    for beta in BETAS:
        gaps, divergences, errors, seconds = [], [], [], []
        for seed in range(seeds):
            start = process_time()
            model = VAE(**SETTINGS, seed=seed)
            if beta != 1:
                model = BetaVAE(beta=beta, **SETTINGS, seed=seed)
            model.fit(pictures)
            seconds.append(process_time() - start)
            gaps.append(mutual_information_gap(model.encode(new), causes))
            divergences.append(model.divergences_.sum())
            restored = model.decode(model.encode(new)).astype(float)
            errors.append(((restored - new) ** 2).mean())
        name = "VAE" if beta == 1 else "BetaVAE"
        rows.append(_row(name, beta, gaps, divergences, errors, seconds))
    if seeds == SEEDS:
        store.save("disentanglement", rows, seeds=seeds, pictures=LEARNT)


def draw(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of 0 and 1, (n, 20, 20) bytes, and their causes, (n, 4) whole numbers."""
    causes = np.stack([rng.integers(0, values, n) for values in (12, 12, 6, 20)], axis=1)
    across, down = (5 + 9 * causes[:, i, None, None] / 11 for i in (0, 1))
    size = 2.5 + 2.5 * causes[:, 2, None, None] / 5
    turn = np.pi * causes[:, 3, None, None] / 20
    y, x = np.ogrid[:SIDE, :SIDE]
    along = (x - across) * np.cos(turn) + (y - down) * np.sin(turn)
    beside = (y - down) * np.cos(turn) - (x - across) * np.sin(turn)
    return ((along / size) ** 2 + (beside / size * 2.5) ** 2 <= 1).astype(np.uint8), causes


def _row(
    name: str,
    beta: float | None,
    gaps: list[float],
    divergences: list[float],
    errors: list[float],
    seconds: list[float],
) -> dict:
    row = {
        "model": name,
        "beta": beta,
        "gap": round(float(np.mean(gaps)), 3),
        "gap_least": round(float(np.min(gaps)), 3),
        "gap_most": round(float(np.max(gaps)), 3),
        "divergence": round(float(np.mean(divergences)), 2) if divergences else None,
        "wrong_pixels": round(float(np.mean(errors)), 4),
        "cpu_s": round(float(np.mean(seconds))) if seconds else None,
    }
    store.show(row)
    return row


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
