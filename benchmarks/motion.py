"""Measure whether wrong motion is found in clips whose every single frame is ordinary.

Clips of eight frames, 20 x 20, drawn here: a disc, a square or a cross moves to the right and down
at an even pace. Odd clips show the same shapes in the same places, but move backwards, jump (two
frames are exchanged), stop half way or change their pace. AUROC of `ConvolutionalAutoencoder` on
clips (`clip`, convolutions over time as well) and frame by frame (`frame`: the largest oddness of
the eight frames, by the same class learnt from single images); beside them the distance to the
nearest clip learnt from, principal components (the squared error of 32 of them), and a trivial
statistic, the mean absolute difference between frames that follow one another.

    python benchmarks/motion.py        stores benchmarks/results/motion.json
    python benchmarks/motion.py 1      one seed, nothing stored
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.decomposition import PCA

import store
from likely.autoencoders import ConvolutionalAutoencoder
from likely.core.neighbours import nearest
from likely.evaluation import auroc

SEEDS, LEARNT, NEW = 2, 600, 150
FRAMES, SIDE, COMPONENTS = 8, 20, 32
WRONG = ("backwards", "jump", "stop", "pace")


def main(seeds: int) -> None:
    """Measure, print and store one row a kind of wrong motion."""
    found = [judge(seed) for seed in range(seeds)]
    rows = []
    for wrong in (*WRONG, "mean"):
        methods = found[0][WRONG[0]]
        means = {
            method: round(float(np.mean([_of(one, wrong, method) for one in found])), 4)
            for method in methods
        }
        rows.append({"motion": wrong, **means})
        store.show(rows[-1])
    if seeds == SEEDS:
        store.save("motion", rows, seeds=seeds, learnt=LEARNT, new=NEW)


def judge(seed: int) -> dict[str, dict[str, float]]:
    """Return the AUROC of every method for every kind of wrong motion."""
    rng = np.random.default_rng([seed, 3])
    known, ordinary = draw(rng, LEARNT), draw(rng, NEW)
    clips = ConvolutionalAutoencoder(kind="video", seed=seed).fit(known)
    frames = ConvolutionalAutoencoder(kind="image", seed=seed).fit(known.reshape(-1, SIDE, SIDE))
    flat = known.reshape(len(known), -1).astype(np.float64)
    pca = PCA(COMPONENTS, random_state=0).fit(flat)

    def oddness(new: np.ndarray) -> dict[str, np.ndarray]:
        values = new.reshape(len(new), -1).astype(np.float64)
        single = -frames.score_samples(new.reshape(-1, SIDE, SIDE)).reshape(len(new), FRAMES)
        return {
            "clip": -clips.score_samples(new),
            "frame": single.max(axis=1),
            "pca": ((values - pca.inverse_transform(pca.transform(values))) ** 2).sum(axis=1),
            "knn": nearest(values, flat, 1)[0][:, 0],
            "difference": np.abs(np.diff(new, axis=1)).mean(axis=(1, 2, 3)),
        }

    usual = oddness(ordinary)
    labels = np.repeat([0, 1], NEW)
    found = {}
    for wrong in WRONG:
        odd = oddness(draw(rng, NEW, wrong))
        found[wrong] = {m: auroc(labels, np.concatenate([usual[m], odd[m]])) for m in usual}
    return found


def draw(rng: np.random.Generator, n: int, wrong: str = "") -> np.ndarray:
    """Return clips (n, frame, height, width), float32 in [0, 1]."""
    share = np.tile(np.linspace(0, 1, FRAMES), (n, 1))
    if wrong == "backwards":
        share = share[:, ::-1]
    elif wrong == "jump":
        first = rng.integers(1, FRAMES - 3, n)
        rows = np.arange(n)
        share[rows, first], share[rows, first + 2] = share[rows, first + 2], share[rows, first]
    elif wrong == "stop":
        share = np.minimum(share, 0.5)
    elif wrong == "pace":
        share = share**2
    start = rng.uniform(4, 6, size=(n, 1, 2))
    way = rng.uniform(8, 10, size=(n, 1, 2))
    places = start + way * share[:, :, None]  # (n, frame, 2)
    shape = rng.integers(0, 3, size=n)
    y, x = np.ogrid[:SIDE, :SIDE]
    down = np.abs(y - places[..., 0, None, None])
    across = np.abs(x - places[..., 1, None, None])
    square = np.maximum(down, across)
    away = np.where((shape == 0)[:, None, None, None], np.hypot(down, across), square)
    cross = np.where(np.minimum(down, across) < 1, square, np.maximum(square, 4.0))
    away = np.where((shape == 2)[:, None, None, None], cross, away)
    light = 0.1 + 0.8 / (1 + np.exp(4 * (away - 3)))
    return np.clip(light + rng.normal(0, 0.02, light.shape), 0, 1).astype(np.float32)


def _of(one: dict[str, dict[str, float]], wrong: str, method: str) -> float:
    if wrong == "mean":
        return float(np.mean([by_method[method] for by_method in one.values()]))
    return one[wrong][method]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
