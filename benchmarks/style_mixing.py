"""Measure whether coarse styles decide what an image shows: style mixing of Fashion-MNIST.

A StyleGAN learns from 10,000 images without labels (`settings`, `seconds` of one core). Of 2,000
pairs of codes, images take the styles of the first so many layers from one, the coarse source, and
those of the others from the other, the fine source. Of seven layers the first works at 4 x 4
places, two at 7 x 7, two at 14 x 14 and two at 28 x 28. The classes of all images are told by
logistic regression on features that were learnt from the same 10,000 images and their labels
(`learn_features`), which is right about `judge` of 10,000 test images.

"coarse" and "fine" are the shares of mixed images of the class of each source, among the pairs
whose sources differ in class; "neither", of the others; "changed" is how far mixed images are from
those of the coarse source, beside how far the sources are from one another: root mean squares of
pixels. "chance" is how often images of other pairs are of the class of a coarse source.

    python benchmarks/style_mixing.py      stores results/style_mixing.json
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
from generated_images import LEARNT, SETS
from likely.evaluation import learn_features
from likely.gan import StyleGAN
from recognised import classes_by

SETTINGS: dict[str, Any] = {"budget": "4000 steps"}
PAIRS = 2_000
PLACES = ("4 x 4", "7 x 7", "14 x 14", "28 x 28")  # of the first layer, and of two each


def main() -> None:
    """Measure, print and store one row a number of layers."""
    torch.set_num_threads(1)
    with np.load(tables.DATA / "generative" / SETS["fashion"]) as file:
        train, labels, test, truth = (
            file[key] for key in ("x_train", "y_train", "x_test", "y_test")
        )
    train, labels = train[:LEARNT], labels[:LEARNT]
    space = learn_features(train, labels)
    classes = classes_by(space, train, labels, scaled=False)
    start = process_time()
    model = StyleGAN(device="cpu", **SETTINGS).fit(train)
    seconds = round(process_time() - start)
    rows = list(mixed(model, classes))
    store.save(
        "style_mixing",
        rows,
        learnt=LEARNT,
        pairs=PAIRS,
        judge=round(float((classes(test) == truth).mean()), 3),
        settings=SETTINGS,
        seconds=seconds,
        steps=model.steps_,
        notes=list(model.notes_),
    )


def mixed(model: StyleGAN, classes: Any) -> Any:
    """Yield a row for every number of layers."""
    codes = np.random.default_rng(0).normal(size=(2, PAIRS, model.latent))
    sources = [model.decode(some) for some in codes]
    coarse, fine = (classes(some) for some in sources)
    differ = coarse != fine
    for layers in range(model.network_.generator.depth + 1):
        images = model.mix(*codes, layers)
        found = classes(images)
        of_coarse, of_fine = ((found == of)[differ].mean() for of in (coarse, fine))
        row = {
            "coarse layers": layers,
            "up to": PLACES[layers // 2] if layers else "",
            "coarse": round(float(of_coarse), 3),
            "fine": round(float(of_fine), 3),
            "neither": round(float(1 - of_coarse - of_fine), 3),
            "chance": round(float((np.roll(found, 1) == coarse)[differ].mean()), 3),
            "changed": round(apart(images, sources[0]) / apart(*sources), 3),
            "classes": len(np.unique(found)),
        }
        store.show(row)
        yield row


def apart(some: np.ndarray, others: np.ndarray) -> float:
    """Return the root mean square of how far pixels are from one another."""
    return float(np.sqrt(np.mean((some.astype(float) - others) ** 2)))


if __name__ == "__main__":
    main()
