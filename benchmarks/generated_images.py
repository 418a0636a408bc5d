"""Measure how good images are that generators make, in a space of features learnt here.

10,000 images are learnt from and 1,000 generated; they are compared with as many test images. The
space is learnt from the same 10,000 images and their labels with `learn_features`, so figures can
be compared with one another but with no published ones. Models are small and learn for a few
minutes of one core (`settings`, `seconds` with drawing), so this tells more of the figures than of
the models: what they see of samples that are good in one way and bad in another. One seed.

"told" is the accuracy of logistic regression on features that tells generated from real images, 0.5
is ideal; "passed", whether its p-value is above 0.05; "mmd" 1,000 times the squared discrepancy;
"frechet / floor" 1 for a perfect generator; "nearer" the share of images nearer to training than to
held-out ones, 0.5 if nothing is memorised; "copies" the share of near-copies; "calibration" the
error of the regions of highest density. "real images" are the ceiling. "training images" are given
back by a generator that has learnt them by heart, "independent pixels" come each from another one.

    python benchmarks/generated_images.py                       what is missing, then stores all
    python benchmarks/generated_images.py --methods likely.VAE --tables mnist --again
    python benchmarks/generated_images.py --summary             stores what was measured

Measurements go to results/generated_images_rows.csv as they come.
"""

from __future__ import annotations

import os
from fnmatch import fnmatch
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import judged
import store
import tables
from likely.core import catalogue
from likely.evaluation import density_calibration, learn_features
from rows import Rows, parser

SETS = {"mnist": "mnist_20k_10k.npz", "fashion": "fashion_mnist_20k_10k.npz"}
TRIVIAL = ("real images", "training images", "independent pixels")
MODELS: dict[str, dict[str, Any]] = {
    "likely.VAE": {"kind": "image", "budget": "2000 steps"},
    "likely.PixelCNN": {"budget": "300 steps"},
    "likely.Glow": {
        "steps": 4, "hidden": (64, 64), "scales": 2, "batch_size": 32, "budget": "600 steps",
    },
}  # fmt: skip
METHODS = (*TRIVIAL, *MODELS)
LEARNT, MADE = 10_000, 1_000


def main(asked: Any) -> None:
    """Measure what is missing, print and store."""
    torch.set_num_threads(1)
    stored = Rows("generated_images", ("images", "method", "seed"), (*judged.FIGURES, "steps"))
    done = {stored.run(row) for row in stored.read()}
    for seed in () if asked.summary else asked.seeds:
        for name in SETS:
            if not any(fnmatch(name, pattern) for pattern in asked.tables):
                continue
            space, parts = None, read(name)
            for method in METHODS:
                row: dict[str, Any] = {"images": name, "method": method, "seed": seed}
                wanted = any(fnmatch(method, pattern) for pattern in asked.methods)
                if not wanted or not (asked.again or stored.run(row) not in done):
                    continue
                space = space or learn_features(parts["train"], parts["labels"])
                stored.append(row | measure(method, parts, space, seed))
    stored.tidy()
    found = stored.read()
    result = []
    for name in SETS:
        some = [row for row in found if row["images"] == name]
        result += [{"images": name, **row} for row in judged.summed_up(some, METHODS)]
    for row in result:
        store.show(row)
    store.save("generated_images", result, learnt=LEARNT, made=MADE, settings=MODELS)


def read(name: str) -> dict[str, np.ndarray]:
    """Return images to learn from, to compare with, to look for copies beside, for the ceiling."""
    with np.load(tables.DATA / "generative" / SETS[name]) as file:
        train, labels, test = (file[key] for key in ("x_train", "y_train", "x_test"))
    order = np.random.default_rng(0).permutation(len(test))  # MNIST's second half is easier
    real, apart, others = (test[order[i * MADE : (i + 1) * MADE]] for i in range(3))
    found = {"train": train[:LEARNT], "labels": labels[:LEARNT]}
    return found | {"real": real, "apart": apart, "others": others}


def measure(method: str, parts: dict[str, np.ndarray], space: Any, seed: int) -> dict[str, Any]:
    """Return the figures of one generator."""
    start = process_time()
    rng = np.random.default_rng(seed)
    train, real = parts["train"], parts["real"]
    extra: dict[str, Any] = {"steps": ""}
    if method not in TRIVIAL:
        name = method.removeprefix("likely.")
        model = catalogue.make(name, seed=seed, **MODELS[method]).fit(train)
        made = model.sample(MADE, seed=seed)
        found = density_calibration(model, real, made)
        extra = {
            "calibration": round(found.error, 4),
            "lean": round(found.lean, 4),
            "steps": model.budget_,
        }
    else:
        drawn = train[rng.permutation(len(train))[:MADE]]
        mixed = rng.permuted(train, axis=0)[:MADE]
        made = {"real images": parts["others"], "training images": drawn}.get(method, mixed)
    seconds = round(process_time() - start, 1)
    found = judged.judge(made, real, train, parts["apart"], space, trees=False)
    return found | extra | {"seconds": seconds}


if __name__ == "__main__":
    main(parser(__doc__, seeds=(0,), rows=None, limit=0).parse_args())
