"""Put all families of generators into one table: the same images, and the same time to learn.

10,000 images of Fashion-MNIST are learnt from and 2,000 generated; they are compared with 2,000
test images in the features of a network that is trained here, as in generated_images.py, so figures
can be compared with one another but with no published ones. Every model gets as many steps as fit
into the budget, `--minutes` of one core, by the processor time of its first steps; `seconds` is
what it took in all, with the scores of all images learnt from, and the drawing, of which "ms a
sample" says how long it took an image. One seed.

"frechet / floor" is 1 for a perfect generator; "told" the accuracy of logistic regression that
tells generated from real images, 0.5 is ideal; "classes" how many of the ten get at least 3 % of
the samples, by a classifier of the features (right on `right` of the real test images), so that 10
less this are the modes lost; "balance" the entropy of these shares, 1 if all are equal; "sharpness"
how much a pixel differs from the mean of its four neighbours, as a root of squares, over that of
real images: less than 1 is blurred, more is noisy; "bits" what a pixel of a test image costs by
the model's density ("<" if it is a bound or an estimate, as its `bound` says), and "-" if it has
none; "notes" what the model says of itself after training. "right" of a model that was told labels
is the share of its samples that are classified as what was asked for. "real images" are the
ceiling, "independent pixels" come each from another image.

    python benchmarks/image_families.py                        what is missing, then stores all
    python benchmarks/image_families.py --methods likely.DCGAN --again
    python benchmarks/image_families.py --minutes 25           for a machine with time, or a GPU

Measurements go to results/image_families_rows.csv as they come.
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
from likely.evaluation import bits_per_dim, learn_features
from recognised import classes_by
from rows import Rows, parser

TRIVIAL = ("real images", "independent pixels")
MODELS: dict[str, dict[str, Any]] = {
    "likely.VAE": {"kind": "image", "layers": "convolutional"},
    "likely.PixelCNN": {},
    "likely.Glow": {"steps": 4, "hidden": (64, 64), "scales": 2, "batch_size": 32},
    "likely.RBM": {"kind": "image"},
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
JUDGED = 100  # test images whose bits are counted
FIGURES = ("classes", "balance", "right", "sharpness", "ms a sample")
SAID = ("bits", "steps", "notes")


def main(asked: Any) -> None:
    """Measure what is missing, print and store."""
    torch.set_num_threads(1)
    stored = Rows(
        "image_families", ("method", "minutes", "seed"), (*judged.FIGURES, *FIGURES, *SAID)
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
    store.save("image_families", result, learnt=LEARNT, made=MADE, settings=MODELS)


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
    labels = {"of real": of_test[order[:MADE]], "of others": of_test[order[2 * MADE : 3 * MADE]]}
    return found | labels | {"others": others}


def measure(
    method: str, parts: dict[str, np.ndarray], space: Any, seed: int, budget: float
) -> dict[str, Any]:
    """Return the figures of one generator."""
    start, each = process_time(), ""
    train, asked, said = parts["train"], parts["of others"], dict.fromkeys(SAID, "")
    if method in MODELS:
        model = learn(method, parts, seed, budget)
        told = {"condition": [str(label) for label in parts["of real"][:JUDGED]]}
        bits = bits_of(model, parts["real"][:JUDGED], told if method in TOLD else {})
        said = {"bits": bits, "steps": model.budget_, "notes": " ".join(model.notes_)}
        asked = np.repeat(np.arange(CLASSES), MADE // CLASSES)
        given = {"condition": [str(label) for label in asked]} if method in TOLD else {}
        drawing = process_time()
        made = model.sample(MADE, seed=seed, **given)
        each = round(1000 * (process_time() - drawing) / MADE, 1)
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
        "sharpness": round(detail(made) / detail(parts["real"]), 3),
        "ms a sample": each,
        "seconds": seconds,
        **said,
    }


def detail(images: np.ndarray) -> float:
    """Return how much a pixel differs from the mean of its four neighbours, in levels."""
    x = images.astype(np.float64)
    around = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    return float(np.sqrt(np.square(x[:, 1:-1, 1:-1] - around / 4).mean()))


def bits_of(model: Any, images: np.ndarray, given: dict[str, Any]) -> str:
    """Return what a pixel costs by the density of a model, with its sort; "-" if it has none."""
    if not hasattr(model, "log_prob"):
        return "-"
    found = bits_per_dim(model.log_prob(images, **given), images[0].size)
    return f"{'' if model.exact else '< '}{found.mean():.2f}"


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
