"""Measure how the three known weaknesses of autoencoders are met, and what cross-entropy is worth.

`learning curve`: the sentence of `likely.evaluation.learning_curve` on normal rows of a table, and
the AUROC after learning a quarter of the rows, half of them, and all.
`latent`: mean AUROC over ten tables for codes of every length and for latent="auto", by
reconstruction error and by the default oddness; learnt from normal rows, at most 2,000 rows a table.
`wide bottleneck`: learnt from 4,000 images of Fashion-MNIST, halved to 14 x 14 pixels, and judged on
1,000 others and 1,000 of MNIST. A linear code of 195 numbers for 196 pixels, trained until it
copies, and judged by error; then the three cures, each alone: oddness, noise, a short code. The
rows before show that defaults do not copy. The floor is the sum of squared z-scores of the pixels.
`loss`: binary rows learnt with squared error and with cross-entropy. Half of the columns of the odd
rows come from another row, so that every value is ordinary and only what belongs together is not.

    python benchmarks/autoencoder_weaknesses.py             stores benchmarks/results/autoencoder_weaknesses.json
    python benchmarks/autoencoder_weaknesses.py latent      one part, nothing stored
"""  # noqa: E501 - commands

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import store
import tables
from likely.autoencoders import Autoencoder, DenoisingAutoencoder
from likely.evaluation import auroc, learning_curve

LATENTS = (1, 2, 4, 8, 16, 32, "auto")
SWEPT = (
    "breastw", "cardio", "fault", "glass", "landsat",
    "pendigits", "satimage-2", "stamps", "vowels", "wbc",
)  # fmt: skip
LEARNT = ("pendigits", "satellite", "cardio")
BINARY = ("nltcs", "plants", "baudio", "dna")
Row = dict[str, Any]


def main(parts: list[str]) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    rows = []
    for part in parts or list(PARTS):
        for row in PARTS[part]():
            rows.append({"part": part, **row})
            store.show(rows[-1])
            if not parts:
                store.save("autoencoder_weaknesses", rows)


def curves() -> Iterator[Row]:
    """Say how many normal rows are enough, beside what fewer are worth."""
    for name in LEARNT:
        task = tables.task(*tables.read_table(name, 4_000), "normals", 0)
        found = learning_curve(Autoencoder(), task.train)
        reached = {}
        for share in (4, 2, 1):
            model = Autoencoder().fit(task.train[::share])
            reached[f"rows / {share}"] = round(
                auroc(task.truth, -model.score_samples(task.test)), 3
            )
        yield {"what": name, "rows": len(task.train), "says": str(found), **reached}


def latents() -> Iterator[Row]:
    """Compare codes of all lengths with the one chosen."""
    tasks = {n: tables.task(*tables.read_table(n, 2_000), "normals", 0) for n in SWEPT}
    for latent in LATENTS:
        found: dict[str, list[float]] = {"error": [], "density": []}
        lengths = []
        for task in tasks.values():
            model = Autoencoder(latent=latent).fit(task.train)
            lengths.append(int(model.latent_))
            for oddness, reached in found.items():
                model.set_params(oddness=oddness)
                reached.append(auroc(task.truth, -model.score_samples(task.test)))
        means = {oddness: round(float(np.mean(reached)), 4) for oddness, reached in found.items()}
        yield {"what": f"latent={latent!r}", "mean latent_": float(np.mean(lengths)), **means}


def wide() -> Iterator[Row]:
    """Let a wide bottleneck restore what it never saw, and cure it in three ways."""
    clothes, digits = (_images(name) for name in ("fashion_mnist_20k_10k", "mnist_20k_10k"))
    train = _halved(clothes["x_train"][:4_000])
    test = _halved(np.concatenate([clothes["x_test"][:1_000], digits["x_test"][:1_000]]))
    odd = np.repeat([0, 1], 1_000)
    pixels = train.reshape(len(train), -1).astype(np.float64)
    z = test.reshape(len(test), -1) - pixels.mean(axis=0)
    z /= np.maximum(pixels.std(axis=0), 1.0)
    yield {"what": "floor: sum of squared z", "auroc": round(auroc(odd, (z**2).sum(axis=1)), 3)}
    long: dict[str, Any] = {"hidden": (), "learning_rate": 0.001, "budget": "8000 steps"}
    models: dict[str, Any] = {
        "defaults": Autoencoder(kind="image"),
        "latent=195": Autoencoder(latent=195, kind="image", **long),
        "latent=195, noise": DenoisingAutoencoder(
            latent=195, kind="image", noise=0.3, masking=0.0, **long
        ),
        "latent='auto'": Autoencoder(kind="image", **long),
    }
    for name, model in models.items():
        model.fit(train)
        for oddness in ("error", "scaled", "likelihood", "density"):
            model.set_params(oddness=oddness)
            reached = auroc(odd, -model.score_samples(test))
            yield {"what": f"{name}, oddness={oddness!r}", "auroc": round(reached, 3)}


def losses() -> Iterator[Row]:
    """Compare squared error with cross-entropy on binary rows whose halves do not fit together."""
    for name in BINARY:
        train, test = _binary(name)
        rng = np.random.default_rng(0)
        swapped = test.copy()
        other = test[rng.permutation(len(test))]
        columns = rng.permutation(test.shape[1])[: test.shape[1] // 2]
        swapped[:, columns] = other[:, columns]
        rows, odd = np.vstack([test, swapped]), np.repeat([0, 1], len(test))
        share = np.clip(train.mean(axis=0), 0.5 / len(train), 1 - 0.5 / len(train))
        surprise = -(rows * np.log(share) + (1 - rows) * np.log(1 - share)).sum(axis=1)
        found = {"floor: columns alone": round(auroc(odd, surprise), 3)}
        for loss in ("mse", "bce"):
            model = Autoencoder(loss=loss).fit(train)
            for oddness in ("error", "likelihood", "density"):
                model.set_params(oddness=oddness)
                reached = auroc(odd, -model.score_samples(rows))
                found[f"{loss}, {oddness}"] = round(reached, 3)
        yield {"what": name, **found}


def _images(name: str) -> Any:
    return np.load(tables.DATA / "generative" / f"{name}.npz")


def _halved(images: np.ndarray) -> np.ndarray:
    """Return images of bytes, their sides half as long, shape (n, 14, 14)."""
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).round().astype(np.uint8)


def _binary(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return at most 4,000 rows to learn from and 1,000 to judge, float64 of 0 and 1."""
    with np.load(tables.DATA / "generative" / "debd_binary_packbits.npz") as file:
        width = int(file[f"{name}_dim"])
        both = (
            np.unpackbits(file[f"{name}_{part}"], axis=1)[:, :width] for part in ("train", "test")
        )
        train, test = (rows.astype(np.float64) for rows in both)
    return train[:4_000], test[:1_000]


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "learning curve": curves,
    "latent": latents,
    "wide bottleneck": wide,
    "loss": losses,
}

if __name__ == "__main__":
    main(sys.argv[1:])
