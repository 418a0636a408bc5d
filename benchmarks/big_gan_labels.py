"""Measure whether BigGAN's images show the class that they were asked for.

10,000 images of Fashion-MNIST and their classes are learnt from, in about ten minutes of one core
(`settings`). 100 images of each class are drawn, from whole and from truncated codes. A classifier
that has seen the same 10,000 real images, and no others, says what they show. "right" is the share
of which it says the class asked for, the same by class follows; "spread" how far images of a
class are spread, as a share of how far real ones are. 1,000 test images are beside them: a
classifier cannot be as sure of all of these, since some classes look alike. One seed. Settings are
the defaults, which were chosen by a short run and training images that were not learnt from.

    python benchmarks/big_gan_labels.py                       stores results/big_gan_labels.json
"""

from __future__ import annotations

import os
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import store
import tables
from likely.gan import BigGAN
from recognised import Judge

LEARNT, EACH = 10_000, 100
NAMES = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
SETTINGS: dict[str, Any] = {"budget": "2400 steps"}
TRUNCATIONS = (None, 1.0, 0.5)


def main() -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    with np.load(tables.DATA / "generative" / "fashion_mnist_20k_10k.npz") as file:
        x, y = file["x_train"][:LEARNT], file["y_train"][:LEARNT]
        real, truth = beside(file["x_test"], file["y_test"])
    judge = Judge(x, y)
    rows = [row_of("real test images", judge, real, truth, real)]
    start = process_time()
    model = BigGAN(device="cpu", **SETTINGS).fit(x, condition=[NAMES[label] for label in y])
    seconds = round(process_time() - start)
    for most in TRUNCATIONS:
        model.set_params(truncation=most)
        made = model.sample(len(truth), seed=0, condition=[NAMES[label] for label in truth])
        what = "samples" if most is None else f"samples, codes within {most:g}"
        rows.append(row_of(what, judge, made, truth, real))
    facts = {"classes": NAMES, "settings": SETTINGS, "steps": model.steps_, "cpu_s": seconds}
    store.save("big_gan_labels", rows, learnt=LEARNT, notes=model.notes_, **facts)


def beside(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return as many test images of each class as are drawn, class by class, and their classes."""
    order = np.random.default_rng(0).permutation(len(images))
    chosen = np.concatenate([order[labels[order] == label][:EACH] for label in range(len(NAMES))])
    return images[chosen], labels[chosen]


def row_of(
    what: str, judge: Judge, images: np.ndarray, asked: np.ndarray, real: np.ndarray
) -> dict[str, Any]:
    """Return how many images show what they should, overall and by class."""
    right = judge.classes(images) == asked
    spreads = [
        images[asked == label].std(axis=0).mean() / real[asked == label].std(axis=0).mean()
        for label in range(len(NAMES))
    ]
    by_class = {name: round(float(right[asked == i].mean()), 3) for i, name in enumerate(NAMES)}
    row = {"images": what, "right": round(float(right.mean()), 4), **by_class}
    row |= {"spread": round(float(np.mean(spreads)), 3)}
    store.show(row)
    return row


if __name__ == "__main__":
    main()
