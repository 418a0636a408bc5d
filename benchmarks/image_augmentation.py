"""Measure whether drawn images help a classifier that has twenty labelled ones of each class.

Of Fashion-MNIST, 20 images of each class are learnt from, 5,000 test images are judged. A small
network of convolutions (`recognised.Judge`, as many steps in every case) learns from these 200
alone, from them with mirrored and shifted copies, and from them with 50 images of each class that a
model drew which learnt the same 200 with their labels: `DDPM`, `DCGAN`. "accuracy" on test images,
mean over seeds that choose the 200; "gain" over none with its standard error over seeds; "helps"
what a cautious reader says of it: "no" unless the gain is above its error. The ceiling is what the
same network gets out of 6,000 labelled images.

    python benchmarks/image_augmentation.py    stores results/image_augmentation.json
"""

from __future__ import annotations

import os
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import store
import tables
from likely.core import catalogue
from recognised import Judge

SEEDS, LABELLED, DRAWN, JUDGED, SEEN = (0, 1, 2), 20, 50, 5_000, 24_000
MODELS = {"DDPM": {"budget": "600 steps", "kind": "image"}, "DCGAN": {"budget": "600 steps"}}


def main() -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    with np.load(tables.DATA / "generative" / "fashion_mnist_20k_10k.npz") as file:
        images, labels = file["x_train"], file["y_train"].astype(int)
        test, truth = file["x_test"][:JUDGED], file["y_test"][:JUDGED].astype(int)
    found: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {}
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(images))
        few = np.concatenate([order[labels[order] == kind][:LABELLED] for kind in range(10)])
        x, y = images[few], labels[few]
        sets = {"none": (x, y), "mirrored and shifted": moved(x, y, rng)}
        for model, settings in MODELS.items():
            started = process_time()
            kinds = np.repeat(np.arange(10), DRAWN)
            fitted = catalogue.make(model, seed=seed, **settings)
            fitted.fit(x, condition=y.astype(str))
            made = fitted.sample(len(kinds), seed=seed, condition=kinds.astype(str))
            drawn = np.clip(np.rint(made), 0, 255).astype(np.uint8)
            sets[model] = np.concatenate([x, drawn]), np.concatenate([y, kinds])
            seconds.setdefault(model, []).append(process_time() - started)
        many = order[:6_000]
        sets["6,000 labelled images"] = images[many], labels[many]
        for name, (some, theirs) in sets.items():
            torch.manual_seed(seed)
            judge = Judge(some, theirs, epochs=max(1, round(SEEN / len(some))))
            found.setdefault(name, []).append(float((judge.classes(test) == truth).mean()))
        store.show({name: round(values[-1], 4) for name, values in found.items()})
    rows = [row_of(name, np.array(found[name]), np.array(found["none"])) for name in found]
    for row in rows:
        if row["method"] in seconds:
            row["cpu_s"] = round(float(np.mean(seconds[row["method"]])), 1)
        store.show(row)
    store.save("image_augmentation", rows, labelled=LABELLED, drawn=DRAWN)


def moved(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return images with mirrored ones shifted by up to two pixels, as many as are drawn."""
    copies = DRAWN * 10 // len(x) + 1
    parts = [x]
    for _ in range(copies):
        some = np.where(rng.random(len(x))[:, None, None] < 0.5, x, x[:, :, ::-1])
        shifts = rng.integers(-2, 3, size=(len(x), 2))
        parts.append(np.stack([np.roll(i, s, (0, 1)) for i, s in zip(some, shifts, strict=True)]))
    return np.concatenate(parts), np.tile(y, copies + 1)


def row_of(name: str, accuracy: np.ndarray, none: np.ndarray) -> dict:
    """Return what one way of adding images comes to."""
    gain = accuracy - none
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    row = {"method": name, "accuracy": round(float(accuracy.mean()), 4)}
    row |= {"gain": round(float(gain.mean()), 4), "error": round(error, 4)}
    return row | {"helps": "yes" if gain.mean() > error else "no"}


if __name__ == "__main__":
    main()
