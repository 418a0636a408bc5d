"""Measure how good images are that adversarial and diffusion models make in the same time.

10,000 images of Fashion-MNIST are learnt from and 2,000 generated; they are compared with 2,000
test images in the features of a network that is trained here, as in generated_images.py, so figures
can be compared with one another but with no published ones. Every model gets as many steps as fit
into the budget, `--minutes` of one core, by the processor time of its first steps; `seconds` is
what it took in all, with the scores of all images learnt from, and the drawing. One seed.

"frechet / floor" is 1 for a perfect generator; "told" the accuracy of logistic regression that
tells generated from real images, 0.5 is ideal; "classes" how many of the ten get at least 3 % of
the samples, by a classifier of the features (right on `right` of the real test images); "balance"
the entropy of these shares, 1 if all are equal; "notes" what the model says of itself after
training. "right" of a model that was told labels is the
share of its samples that are classified as what was asked for. "real images" are the ceiling,
"independent pixels" come each from another image.

    python benchmarks/adversarial_images.py                        what is missing, then stores all
    python benchmarks/adversarial_images.py --methods likely.DCGAN --again
    python benchmarks/adversarial_images.py --minutes 25           for a machine with time, or a GPU

Measurements go to results/adversarial_images_rows.csv as they come.
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
from likely.evaluation import learn_features
from recognised import classes_by
from rows import Rows, parser

TRIVIAL = ("real images", "independent pixels")
MODELS: dict[str, dict[str, Any]] = {
    "likely.VAE": {"kind": "image", "layers": "convolutional"},
    "likely.GAN": {"kind": "image"},
    "likely.DCGAN": {},
    "likely.WGAN": {"kind": "image"},
    "likely.BigGAN": {},
    "likely.StyleGAN": {},
    "likely.DDPM": {},
    "likely.FlowMatching": {},
}
TOLD = ("likely.BigGAN",)
METHODS = (*TRIVIAL, *MODELS)
LEARNT, MADE, CLASSES, LEAST = 10_000, 2_000, 10, 0.03
TIMED = 500  # images on which steps are timed
FIGURES, SAID = ("classes", "balance", "right"), ("steps", "notes")


def main(asked: Any) -> None:
    """Measure what is missing, print and store."""
    torch.set_num_threads(1)
    stored = Rows(
        "adversarial_images", ("method", "minutes", "seed"), (*judged.FIGURES, *FIGURES, *SAID)
    )
    done = {stored.run(row) for row in stored.read()}
    space, parts = None, read()
    for seed in () if asked.summary else asked.seeds:
        for method in METHODS:
            row: dict[str, Any] = {"method": method, "minutes": asked.minutes, "seed": seed}
            wanted = any(fnmatch(method, pattern) for pattern in asked.methods)
            if not wanted or not (asked.again or stored.run(row) not in done):
                continue
            space = space or learn_features(parts["train"], parts["labels"])
            stored.append(row | measure(method, parts, space, seed, 60 * asked.minutes))
    stored.tidy()
    found = stored.read()
    result = []
    for minutes in sorted({row["minutes"] for row in found}, key=float):
        result += summed_up([row for row in found if row["minutes"] == minutes], minutes)
    store.save("adversarial_images", result, learnt=LEARNT, made=MADE, settings=MODELS)


def summed_up(found: list[dict[str, Any]], minutes: str) -> list[dict[str, Any]]:
    """Return a row for each method, of measurements with one budget."""
    result = []
    for row in judged.summed_up(found, METHODS):
        mine = [other for other in found if other["method"] == row["method"]]
        extra = {
            name: np.mean([float(r[name]) for r in mine if r[name]] or [0]) for name in FIGURES
        }
        said = {name: next((r[name] for r in mine if r[name]), "") for name in SAID}
        seconds = round(float(np.mean([float(r["seconds"]) for r in mine])))
        shown = {name: round(float(value), 3) or "" for name, value in extra.items()}
        result.append(row | shown | said | {"minutes": float(minutes), "seconds": seconds})
        store.show(result[-1])
    return result


def read() -> dict[str, np.ndarray]:
    """Return images to learn from, to compare with, to look for copies beside, for the ceiling."""
    with np.load(tables.DATA / "generative" / "fashion_mnist_20k_10k.npz") as file:
        train, labels = file["x_train"], file["y_train"]
        test, of_test = file["x_test"], file["y_test"]
    order = np.random.default_rng(0).permutation(len(test))
    real, apart, others = (test[order[i * MADE : (i + 1) * MADE]] for i in range(3))
    found = {"train": train[:LEARNT], "labels": labels[:LEARNT], "real": real, "apart": apart}
    return found | {"others": others, "of others": of_test[order[2 * MADE : 3 * MADE]]}


def measure(
    method: str, parts: dict[str, np.ndarray], space: Any, seed: int, budget: float
) -> dict[str, Any]:
    """Return the figures of one generator."""
    start = process_time()
    train, asked, said = parts["train"], parts["of others"], dict.fromkeys(SAID, "")
    if method in MODELS:
        model = learn(method, parts, seed, budget)
        said = {"steps": model.budget_, "notes": " ".join(model.notes_)}
        asked = np.repeat(np.arange(CLASSES), MADE // CLASSES)
        given = {"condition": [str(label) for label in asked]} if method in TOLD else {}
        made = model.sample(MADE, seed=seed, **given)
    elif method == "real images":
        made = parts["others"]
    else:
        made = np.random.default_rng(seed).permuted(train, axis=0)[:MADE]
    seconds = round(process_time() - start, 1)
    found = judged.judge(made, parts["real"], train, parts["apart"], space, trees=False)
    classes = classes_by(space, train, parts["labels"])(made)
    shares = np.bincount(classes, minlength=CLASSES) / len(classes)
    some = shares[shares > 0]
    known = method in TOLD or method == "real images"
    return found | {
        "classes": int((shares >= LEAST).sum()),
        "balance": round(float(-(some * np.log(some)).sum() / np.log(CLASSES)), 4),
        "right": round(float((classes == asked).mean()), 4) if known else "",
        "seconds": seconds,
        **said,
    }


def learn(method: str, parts: dict[str, np.ndarray], seed: int, budget: float) -> Any:
    """Return a model that has learnt for so many seconds of the processor."""
    name = method.removeprefix("likely.")
    labels = [str(label) for label in parts["labels"]]
    given = {"condition": labels} if method in TOLD else {}

    def train(steps: int, images: int) -> tuple[Any, float]:
        model = catalogue.make(name, seed=seed, **MODELS[method], budget=f"{steps} steps")
        some = {key: value[:images] for key, value in given.items()}
        started = process_time()
        return model.fit(parts["train"][:images], **some), process_time() - started

    few, many = (train(steps, TIMED)[1] for steps in (10, 60))
    each = max(many - few, 1e-3) / 50
    return train(max(60, int(budget / each)), LEARNT)[0]


if __name__ == "__main__":
    arguments = parser(__doc__, seeds=(0,), rows=None, limit=0)
    arguments.add_argument("--minutes", type=float, default=5.0)
    main(arguments.parse_args())
