"""Train adversarial models of images from five seeds each, and see whether any fails or collapses.

5,000 training digits of MNIST, halved to 14 x 14 pixels (means of 2 x 2), are learnt by small
networks (`settings`), from every seed anew. `CycleGAN` learns to translate between
2,500 of them and 2,500 others inverted. 1,000 images are drawn, or translated into each set, and
compared with 1,000 test digits. Last come runs that are made to collapse, a `GAN` with a learning
rate of 1 and a `DCGAN` whose discriminator learns a hundred times as fast as its generator: are
they told in words?

"finite" counts seeds with nothing but numbers in losses and weights, "restarts" how often training
had to go back after a loss that was none. "told" counts seeds with notes on the result,
"notes" are the different ones, without figures. "coverage" is the share of test digits that have an
image among their nearest ones (`likely.evaluation.prdc`, pixels; about 0.97 for real images),
"digits" how many of the ten get at least 3 % of the images by a classifier that knows real ones,
each as the least, the mean and the spread over seeds.

    python benchmarks/stability.py      stores benchmarks/results/stability.json
"""

from __future__ import annotations

import os
import re
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import store
import tables
from likely.core.catalogue import make
from likely.evaluation import prdc
from recognised import Judge

LEARNT, MADE, SEEDS, LEAST = 5_000, 1_000, 5, 0.03
SETTINGS: dict[str, dict[str, Any]] = {
    "DCGAN": {"widths": (32, 64), "budget": "1000 steps", "batch_size": 32},
    "StyleGAN": {"widths": (16, 32, 32), "mapping": 2, "budget": "600 steps", "batch_size": 16},
    "BigGAN": {"widths": (16, 32), "budget": "600 steps", "batch_size": 16},
    "CycleGAN": {"widths": (8, 16), "blocks": 2, "judged": (16, 32), "budget": "300 steps"},
}
COLLAPSING: dict[str, dict[str, Any]] = {
    "GAN": {"kind": "image", "learning_rate": 1.0, "budget": "100 steps", "augmentation": "off"},
    "DCGAN": {
        **SETTINGS["DCGAN"], "discriminator_rate": 100.0, "learning_rate": 0.0001,
        "budget": "100 steps",
    },
}  # fmt: skip


def main() -> None:
    """Measure, print and store one row a model."""
    torch.set_num_threads(1)
    parts = read()
    judge = Judge(parts["train"], parts["digits"], epochs=3)
    rows = []
    for made_to, models in (("learn", SETTINGS), ("collapse", COLLAPSING)):
        for name, settings in models.items():
            found = over_seeds(name, settings, parts, judge)
            rows.append({"model": name, "made to": made_to, **found})
            store.show(rows[-1])
    facts = {"learnt": LEARNT, "made": MADE, "seeds": SEEDS}
    store.save("stability", rows, settings=SETTINGS, collapsing=COLLAPSING, **facts)


def read() -> dict[str, np.ndarray]:
    """Return small digits to learn from and their labels, and others to compare with."""
    with np.load(tables.DATA / "generative" / "mnist_20k_10k.npz") as file:
        train, digits, test = file["x_train"][:LEARNT], file["y_train"][:LEARNT], file["x_test"]
    chosen = np.random.default_rng(0).permutation(len(test))[:MADE]
    return {"train": halved(train), "digits": digits, "test": halved(test[chosen])}


def halved(images: np.ndarray) -> np.ndarray:
    """Return images of half the height and width."""
    n, height, width = images.shape
    whole = images.reshape(n, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    return whole.round().astype(np.uint8)


def over_seeds(
    name: str, settings: dict[str, Any], parts: dict[str, np.ndarray], judge: Judge
) -> dict[str, Any]:
    """Return what comes of a model from every seed."""
    start, runs = process_time(), []
    for seed in range(SEEDS):
        model = make(name, seed=seed, device="cpu", **settings)
        images, beside = learnt(model, parts)
        weights = [np.isfinite(value).all() for value in model._weights("network_").values()]
        losses = [np.isfinite(look["loss"]) for look in model.history_]
        restarts = [note for note in model.notes_ if "not a finite number" in note]
        covered = [
            prdc(real, some, pixels).coverage for some, real in zip(images, beside, strict=True)
        ]
        classes = judge.classes(images[0])
        runs.append({
            "finite": all(weights) and all(losses),
            "restarts": len(restarts),
            "notes": [plain(note) for note in model.notes_ if note not in restarts],
            "coverage": min(covered),
            "digits": int((np.bincount(classes, minlength=10) / len(classes) >= LEAST).sum()),
        })  # fmt: skip
    row: dict[str, Any] = {
        "finite": f"{sum(run['finite'] for run in runs)} of {SEEDS}",
        "restarts": sum(run["restarts"] for run in runs),
        "told": f"{sum(bool(run['notes']) for run in runs)} of {SEEDS}",
    }
    for figure in ("coverage", "digits"):
        found = np.array([run[figure] for run in runs], dtype=float)
        row |= {
            figure: round(float(found.mean()), 3),
            f"least {figure}": round(float(found.min()), 3),
            f"spread of {figure}": round(float(found.std(ddof=1)), 3),
        }
    row["notes"] = sorted({note for run in runs for note in run["notes"]})
    return row | {"seconds a run": round((process_time() - start) / SEEDS, 1)}


def learnt(model: Any, parts: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Fit a model; return its images, and real ones to compare each set of them with."""
    train, test = parts["train"], parts["test"]
    if type(model).__name__ == "CycleGAN":
        half = len(train) // 2
        told = np.repeat(["light", "dark"], half)
        model.fit(np.concatenate([train[:half], 255 - train[half:]]), condition=told)
        back = model.translate(255 - test, "light", "dark")
        there = model.translate(test, "dark", "light")
        return [back, there], [parts["test"], 255 - parts["test"]]
    if type(model).__name__ == "BigGAN":
        model.fit(train, condition=[str(digit) for digit in parts["digits"]])
        asked = [str(i % 10) for i in range(MADE)]
        return [model.sample(MADE, seed=model.seed, condition=asked)], [test]
    return [model.fit(train).sample(MADE, seed=model.seed)], [test]


def pixels(images: np.ndarray) -> np.ndarray:
    """Return images as rows, with values in [0, 1]."""
    return images.reshape(len(images), -1) / 255.0


def plain(note: str) -> str:
    """Return a note without its figures, so that those of several seeds are one."""
    return re.sub(r"[\d,.]*\d%?", "N", note)


if __name__ == "__main__":
    main()
